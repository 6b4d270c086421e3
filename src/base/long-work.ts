// How a long computation shares its thread: between chunks it hears cancellations, says how far it is (at most ten times
// a second) and lets messages in.
import { nextTask } from './event-loop.ts';
import { throwIfCancelled } from './errors.ts';

/** How a long computation may be cancelled and what it tells of its progress. */
export interface LongWork {
  signal?: AbortSignal;
  /** `fraction` runs from 0 to 1. */
  onProgress?: (fraction: number, message: string) => void;
}

const MILLISECONDS_BETWEEN_YIELDS = 40;
const MILLISECONDS_BETWEEN_REPORTS = 100;

/** Lets the thread's other events in every 40 ms and reports progress every 100 ms while a long computation runs. */
export class Yielder {
  private lastYield = performance.now();
  private lastReport = -Infinity;

  constructor(private readonly work: LongWork = {}) {}

  /** True when the thread has been held long enough; then `await yielder.yieldToEvents(…)`. Cheap enough for inner loops. */
  due(): boolean {
    return performance.now() - this.lastYield >= MILLISECONDS_BETWEEN_YIELDS;
  }

  /** Reports, lets messages in (a cancellation among them). Error: 'cancelled'. */
  async yieldToEvents(fraction: number, message: string): Promise<void> {
    const now = performance.now();
    if (now - this.lastReport >= MILLISECONDS_BETWEEN_REPORTS) {
      this.lastReport = now;
      this.work.onProgress?.(Math.min(1, Math.max(0, fraction)), message);
    }
    await nextTask();
    throwIfCancelled(this.work.signal);
    this.lastYield = performance.now();
  }
}
