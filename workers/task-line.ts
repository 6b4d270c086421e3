// One task at a time on the device. While a training goes on, tasks wait for its gaps between steps; else they run at once. A long
// task that awaits its turn between parts gives way to the training for as long as it took itself, and goes on in a later gap
// before any other task begins.

/** To be awaited between two parts, where nothing is left on the device that a training step would disturb. */
export type Turn = () => Promise<void>;
/** Resolves at the end of the task or of its part. */
type Task = () => Promise<void>;

/** Milliseconds of a part at least, where steps are short. */
const LEAST_PART = 50;

export class TaskLine {
  private readonly waiting: Task[] = [];
  private draining: Promise<void> | null = null;
  /** Since when parts compute, for how long they should, and when they or an empty gap last ended. */
  private began = 0;
  private share = LEAST_PART;
  private lastEnd: number | null = null;
  /** True while a training steps: then `drain` is called by it. */
  held = false;

  /** `now`: milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Queues `work`; resolves with its result. */
  run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let over: () => void = () => undefined;
      // Work can fail while it waits for its turn, as where the device is lost.
      let ended = false;
      const part = (begin: () => void): Task => {
        return () =>
          new Promise((done) => {
            over = done;
            begin();
            if (ended) done();
          });
      };
      const turn: Turn = () => {
        if (!this.held || this.now() - this.began < this.share) return Promise.resolve();
        return new Promise((goOn) => {
          this.waiting.unshift(part(goOn));
          over();
        });
      };
      const end = (): void => {
        ended = true;
        over();
      };
      this.waiting.push(part(() => void work(turn).then(resolve, reject).then(end)));
      if (!this.held) void this.drain();
    });
  }

  /** Does all that waits, in order, or while a training steps a share of the time. */
  drain(): Promise<void> {
    if (this.waiting.length === 0) {
      if (!this.draining) this.lastEnd = this.now();
      return this.draining ?? Promise.resolve();
    }
    this.draining ??= this.work();
    return this.draining;
  }

  private async work(): Promise<void> {
    this.began = this.now();
    // As long as the training had since the last part.
    this.share = Math.max(LEAST_PART, this.lastEnd === null ? 0 : this.began - this.lastEnd);
    for (let task = this.waiting.shift(); task; task = this.waiting.shift()) {
      await task();
      if (this.held && this.now() - this.began >= this.share) break;
    }
    this.lastEnd = this.now();
    this.draining = null;
    // Nobody else would call: the training has ended or rests since.
    if (!this.held && this.waiting.length > 0) await this.drain();
  }
}
