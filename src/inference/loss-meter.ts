// Means of an epoch from the means of its parts.
import type { Losses } from '../engine/engine.ts';

/** Adds up the losses of parts of an epoch, each weighted by its images. */
export class LossMeter {
  /** Learned from. */
  images = 0;
  private reconstruction = 0;
  private kl = 0;
  private total = 0;

  add(losses: Losses): void {
    this.images += losses.images;
    this.reconstruction += losses.reconstruction * losses.images;
    this.kl += losses.kl * losses.images;
    this.total += losses.total * losses.images;
  }

  mean(): Losses {
    const n = Math.max(1, this.images);
    return { images: this.images, reconstruction: this.reconstruction / n, kl: this.kl / n, total: this.total / n };
  }
}
