// Work on the device that waits until it is let through: piece by piece between the steps of a training, or all while it is open.
import type { Turn } from './tuner.ts';

/** Pieces of work in their order, run only while they are let through. */
export class PausableQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private open = 0;

  readonly turn: Turn = (work) =>
    new Promise((resolve, reject) => {
      const piece = (): Promise<void> => work().then(resolve, reject);
      if (this.open > 0) void piece();
      else this.waiting.push(piece);
    });

  /** Lets one piece through and waits for it; false where none waits. */
  async runOne(): Promise<boolean> {
    const piece = this.waiting.shift();
    await piece?.();
    return piece !== undefined;
  }

  /** Open until `work` is done. */
  async whileOpen<T>(work: () => Promise<T>): Promise<T> {
    this.open++;
    while (await this.runOne());
    try {
      return await work();
    } finally {
      this.open--;
    }
  }
}
