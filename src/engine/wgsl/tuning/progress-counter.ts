// How far the choosing of kernels is, for people: counted in variants that were tried, of those planned from the start.
import type { ChoosingProgress } from '../../engine.ts';

/** Before so many were tried nothing is said of the time left. */
const TELLING = 3;

/** Counts variants that were tried and estimates the seconds that are left. */
export class ProgressCounter {
  private done = 0;
  private readonly began: number;

  constructor(
    readonly total: number,
    private readonly onProgress: (progress: ChoosingProgress) => void = () => undefined,
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.began = now();
    this.tell();
  }

  /** So many more were tried. */
  tried(count = 1): void {
    this.done = Math.min(this.total, this.done + count);
    this.tell();
  }

  private tell(): void {
    const { done, total } = this;
    const seconds = (this.now() - this.began) / 1000;
    this.onProgress({ done, total, secondsLeft: done >= TELLING ? (seconds / done) * (total - done) : null });
  }
}
