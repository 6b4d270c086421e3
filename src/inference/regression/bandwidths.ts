// How images are divided by their distance from a latent: widths of the weights, and which images fall between two of them.
import { VitrineError } from '../../base/errors.ts';
import { chiSquared, distancesTo, type LatentBasis, type UncertainLatents } from './latents.ts';

/** How many widths are tried. */
export const WIDTHS = 12;
/** Images that the narrowest weights meet. */
const LEAST_IMAGES = 150;
const WIDEST_SHARE = 0.97;
/** Of images that no width meets. */
export const BEYOND = 255;

/** One latent and the images around it. */
export interface Surroundings {
  /** Ascending squared widths h in units of the distance; images weigh max(0, 1 − d/h) (Epanechnikov). */
  widths: Float64Array;
  /** N: number of the first width that meets an image, or BEYOND. */
  binOf: Uint8Array;
  /** Mean distance of the images of each bin: all of a bin are weighted as if they lay there. */
  middle: Float64Array;
  /** Images that each width meets. */
  images: Uint32Array;
  /** The width that holds images whose latent may be this one, and N weights of it. */
  near: { width: number; weights: Float32Array; images: number };
}

/**
 * Around `z`. Widths are equally spaced in the root of the distance, from the 150th nearest image's to that of all but 3 in 100. Near is
 * what an image's own uncertainty reaches (χ², as far as the basis has it), or as many images as the narrowest has. `fixed`: near and all widths
 * hold so many images. Errors: 'count-mismatch', 'value-out-of-range'.
 */
export function surroundingsOf(
  z: ArrayLike<number>,
  { latents, basis: { reach } }: { latents: UncertainLatents; basis: Pick<LatentBasis, 'reach'> },
  fixed: number | null,
): Surroundings {
  const distances = distancesTo(z, latents);
  const sorted = distances.slice().sort();
  const last = sorted.length - 1;
  if (fixed !== null && !(fixed >= 2 && fixed <= sorted.length))
    throw new VitrineError('value-out-of-range', 'So many images cannot be weighted.', {
      expected: `2 to ${sorted.length}`,
      found: String(fixed),
    });
  const distanceOf = (images: number): number => sorted[Math.min(last, images)];
  const least = distanceOf(fixed ?? LEAST_IMAGES);
  const widest = Math.max(least, sorted[Math.floor(WIDEST_SHARE * last)]);
  const [from, to] = [Math.sqrt(least), Math.sqrt(widest)];
  const widths =
    fixed === null
      ? Float64Array.from({ length: WIDTHS }, (_, k) => (from + ((to - from) * k) / (WIDTHS - 1)) ** 2)
      : Float64Array.of(least);
  const width = fixed === null ? Math.max(least, chiSquared(latents.dimension, reach)) : least;
  const binOf = Uint8Array.from(distances, (d) => {
    const bin = widths.findIndex((h) => d < h);
    return bin < 0 ? BEYOND : bin;
  });
  const middle = new Float64Array(widths.length);
  const members = new Uint32Array(widths.length);
  binOf.forEach((bin, i) => {
    if (bin === BEYOND) return;
    middle[bin] += distances[i];
    members[bin]++;
  });
  middle.forEach((sum, bin) => (middle[bin] = sum / Math.max(1, members[bin])));
  let total = 0;
  const images = members.map((count) => (total += count));
  const weights = Float32Array.from(distances, (d) => Math.max(0, 1 - d / width));
  return {
    widths,
    binOf,
    middle,
    images,
    near: { width, weights, images: distances.reduce((n, d) => n + (d < width ? 1 : 0), 0) },
  };
}
