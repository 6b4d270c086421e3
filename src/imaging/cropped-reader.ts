// Images of a stack at a smaller, even box, cropped in Fourier space as they are read: for stacks of odd box, and for
// stacks that have to share one box.
import type { FileImageReader } from '../formats/mrc.ts';
import { throwIfCancelled } from '../base/errors.ts';
import { downsampleImage, requireCrop } from './crop.ts';
import { inverseHartleyImage } from './hartley.ts';
import { hartleyOfOddImage } from './odd-box.ts';

/** The largest box that images of a stack may have: an odd one loses its outermost frequency. */
export const evenBox = (boxPixels: number): number => boxPixels - (boxPixels % 2);

/**
 * The images of `reader` (D²) at `boxPixels` (d², even, d ≤ D): the centre of their Hartley transform. The field of view is
 * kept: the pixel size grows by D/d, shifts as a fraction of the box stay; the pixel sum is kept, so values grow by (D/d)².
 * `reader` itself where the box is the same. Error: 'value-out-of-range' for a box that is odd or larger.
 */
export function croppedReader(reader: FileImageReader, boxPixels: number): FileImageReader {
  const full = reader.boxPixels;
  if (boxPixels === full) return reader;
  requireCrop(full, boxPixels);
  const [from, to] = [full * full, boxPixels * boxPixels];
  return {
    count: reader.count,
    boxPixels,
    pixelSizeAngstrom: reader.pixelSizeAngstrom === null ? null : (reader.pixelSizeAngstrom * full) / boxPixels,
    canHoldNonFinite: reader.canHoldNonFinite,
    sourceOf: (index) => reader.sourceOf(index),
    async read(indices, signal) {
      const images = await reader.read(indices, signal);
      const cropped = new Float32Array(indices.length * to);
      for (let i = 0; i < indices.length; i++) {
        throwIfCancelled(signal);
        cropped.set(cropImage(images.subarray(i * from, (i + 1) * from), full, boxPixels), i * to);
      }
      return cropped;
    },
  };
}

/** A real image of any box at the smaller even one. */
function cropImage(image: Float32Array, boxPixels: number, croppedPixels: number): Float32Array {
  if (boxPixels % 2 === 0) return downsampleImage(image, boxPixels, croppedPixels);
  const values = new Float32Array(croppedPixels * croppedPixels);
  hartleyOfOddImage(image, boxPixels, croppedPixels, values);
  inverseHartleyImage(values, croppedPixels, values);
  return values;
}
