// One task at a time on the device. While a training goes on, tasks wait for its gaps between steps; else they run at once.
type Task = () => Promise<void>;

export class TaskLine {
  private readonly waiting: Task[] = [];
  private draining: Promise<void> | null = null;
  /** True while a training steps: then `drain` is called by it. */
  held = false;

  /** Queues `work`; resolves with its result. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push(() => work().then(resolve, reject));
      if (!this.held) void this.drain();
    });
  }

  /** Does all that waits, in order. */
  drain(): Promise<void> {
    if (this.waiting.length === 0) return this.draining ?? Promise.resolve();
    this.draining ??= (async () => {
      for (let task = this.waiting.shift(); task; task = this.waiting.shift()) await task();
      this.draining = null;
    })();
    return this.draining;
  }
}
