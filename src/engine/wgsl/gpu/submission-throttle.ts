// What was sent off and is not done: so little ahead that whoever comes next waits little, so much that the device is never
// idle. What comes back tells how fast the device is.
import type { Command } from './command.ts';
import type { Pace } from './pace.ts';

/** Planned seconds on their way at most while a long program is sent off. */
const AHEAD_SECONDS = 0.05;

/** Holds a long program's submissions back so that at most some 50 ms of work are on their way. */
export class SubmissionThrottle {
  private readonly underway: { planned: number; done: Promise<void> }[] = [];
  private lastDone = 0;

  constructor(
    private readonly device: GPUDevice,
    private readonly pace: Pace,
  ) {}

  /** To be told of each submission once it was made. */
  submitted(commands: readonly Command[]): void {
    const planned = this.pace.plannedSeconds(commands);
    const sent = performance.now();
    const one = { planned, done: Promise.resolve() };
    const over = (): void => {
      const at = this.underway.indexOf(one);
      if (at >= 0) this.underway.splice(at, 1);
    };
    one.done = this.device.queue.onSubmittedWorkDone().then(
      () => {
        const now = performance.now();
        this.pace.learn(planned, (now - Math.max(sent, this.lastDone)) / 1000);
        this.lastDone = now;
        over();
      },
      // What goes wrong is told to whoever waits under the device's guard.
      over,
    );
    this.underway.push(one);
  }

  /** Resolves when another submission may be sent. To be waited for under the device's guard. */
  async ready(): Promise<void> {
    while (this.underway.length > 1 && this.planned > AHEAD_SECONDS) await this.underway[0].done;
  }

  private get planned(): number {
    return this.underway.reduce((sum, { planned }) => sum + planned, 0);
  }
}
