// Twin of the preprocessing: imaging's own, in float64 sums.
import { makeLattice } from '../../../imaging/lattice.ts';
import { preprocessImages } from '../../../imaging/preprocess.ts';
import type { Moments, PreprocessOptions } from '../../../imaging/preprocessor.ts';

/** n×P values at the mask's points, times `scale`. */
export function valuesTwin(
  images: Float32Array,
  count: number,
  imagePixels: number,
  options: PreprocessOptions,
  scale: number,
): Float32Array {
  const { values } = preprocessImages(images, count, imagePixels, { ...options, standardDeviation: 1 / scale });
  const { index, points, side } = makeLattice(options.boxPixels ?? imagePixels);
  const area = side * side;
  return Float32Array.from(
    { length: count * points },
    (_, i) => values[Math.floor(i / points) * area + index[i % points]],
  );
}

/** Sum and sum of squares of each image's Hartley values, float64. */
export function momentsTwin(
  images: Float32Array,
  count: number,
  imagePixels: number,
  options: PreprocessOptions,
): Moments {
  const whole = { ...options, window: false, standardDeviation: 1 };
  const { values } = preprocessImages(images, count, imagePixels, whole);
  const moments = { count: values.length, sum: 0, squares: 0 };
  for (const value of values) {
    moments.sum += value;
    moments.squares += value * value;
  }
  return moments;
}
