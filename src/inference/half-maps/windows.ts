// Images around places of a landscape: weights fall with the distance of their latents, as Epanechnikov (1969) has them, to 0 at the
// nearest image beyond so many. Windows along a path overlap where they hold more images than lie between their middles.
import { VitrineError } from '../../base/errors.ts';
import type { WeightedImages } from './image-places.ts';

/** Latents of N images, a row an image. */
export interface WindowLatents {
  /** N×d. */
  mu: Float32Array;
  zDim: number;
  /** Where latents run in a circle, its length. */
  period?: number | undefined;
}

/**
 * The `images` images nearest to `centre`, w = 1 − (d/h)², h the distance of the next one; those of weight 0 are left out. Of `among`
 * where that is given (ascending). Errors: 'count-mismatch' for a latent of another dimension, 'value-out-of-range'.
 */
export function windowAround(
  centre: ArrayLike<number>,
  { mu, zDim, period }: WindowLatents,
  images: number,
  among?: Uint32Array,
): WeightedImages {
  if (centre.length !== zDim)
    throw new VitrineError('count-mismatch', 'The latent is not of this run.', {
      expected: `${zDim} numbers`,
      found: `${centre.length} numbers`,
      advice: 'Use latents of this run.',
    });
  if (!(images >= 1))
    throw new VitrineError('value-out-of-range', 'A window holds at least one image.', { found: String(images) });
  const rows = among ?? Uint32Array.from({ length: mu.length / zDim }, (_, i) => i);
  const squared = Float64Array.from(rows, (row) => {
    let sum = 0;
    for (let a = 0; a < zDim; a++) {
      let d = mu[row * zDim + a] - centre[a];
      if (period !== undefined) d -= period * Math.round(d / period);
      sum += d * d;
    }
    return sum;
  });
  const sorted = squared.slice().sort();
  const reach = images < sorted.length ? sorted[images] : sorted[sorted.length - 1] * (1 + 1 / sorted.length);
  const inside = rows.filter((_, i) => squared[i] < reach || reach === 0);
  const weights = new Float32Array(inside.length);
  let at = 0;
  for (const distance of squared)
    if (distance < reach) weights[at++] = 1 - distance / reach;
    else if (reach === 0) weights[at++] = 1;
  return { rows: inside, weights };
}
