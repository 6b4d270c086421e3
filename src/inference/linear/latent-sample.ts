// Latents as a fit goes over its images: of all where they are few, evenly strided where they are many. Components come from an
// eigenvalue problem, whose signs mean nothing: they are kept from one iteration to the next, so that a picture does not flip. More points than a fit's first iterations see would not change the picture of a landscape.

import { MOST_OF_PART } from './image-stream.ts';

/** Latents of some of the images of a set. */
export class LatentSample {
  readonly stride: number;
  private readonly values: Float32Array;
  private before: Float32Array | null = null;

  constructor(
    imageCount: number,
    private readonly components: number,
    most = MOST_OF_PART,
  ) {
    this.stride = Math.max(1, Math.ceil(imageCount / most));
    this.values = new Float32Array(Math.ceil(imageCount / this.stride) * components);
  }

  /** Latents of the images of a batch, q each. */
  take(numbers: Uint32Array, latents: Float32Array): void {
    const { stride, values, components: q } = this;
    numbers.forEach((number, i) => {
      if (number % stride === 0) values.set(latents.subarray(i * q, (i + 1) * q), (number / stride) * q);
    });
  }

  /** A copy as an iteration has left them, each component with the sign that it had the last time. */
  taken(): Float32Array {
    const { before, components: q } = this;
    const values = this.values.slice();
    if (before)
      for (let a = 0; a < q; a++) {
        let agreement = 0;
        for (let at = a; at < values.length; at += q) agreement += values[at] * before[at];
        if (agreement < 0) for (let at = a; at < values.length; at += q) values[at] *= -1;
      }
    this.before = values;
    return values.slice();
  }
}
