// Fourier downsampling: the centre d^n of a centred Hartley transform. The pixel sum is kept, so real-space values grow
// by (D/d)^n (docs/CONVENTIONS.md). Images are row-major D², volumes D³ [z][y][x]; both boxes even, d ≤ D.
import { VitrineError } from '../base/errors.ts';
import { hartleyImage, hartleyVolume, inverseHartleyImage, inverseHartleyVolume } from './hartley.ts';

/** Error: 'value-out-of-range' where the smaller box is odd, not whole or larger than the box. */
export function requireCrop(boxPixels: number, croppedPixels: number): void {
  if (Number.isInteger(croppedPixels) && croppedPixels % 2 === 0 && croppedPixels >= 2 && croppedPixels <= boxPixels)
    return;
  throw new VitrineError('value-out-of-range', `Images of ${boxPixels} pixels cannot be cropped to ${croppedPixels}.`, {
    field: '-D',
    expected: `an even number from 2 to ${boxPixels}`,
    found: String(croppedPixels),
    advice: 'Choose an even box no larger than the images.',
  });
}

/** Centre d² of a D² Hartley transform. */
export function cropHartleyImage(values: Float32Array, boxPixels: number, croppedPixels: number): Float32Array {
  requireCrop(boxPixels, croppedPixels);
  const start = (boxPixels - croppedPixels) / 2;
  const out = new Float32Array(croppedPixels * croppedPixels);
  for (let row = 0; row < croppedPixels; row++) {
    const from = (start + row) * boxPixels + start;
    out.set(values.subarray(from, from + croppedPixels), row * croppedPixels);
  }
  return out;
}

/** Centre d³ of a D³ Hartley transform. */
function cropHartleyVolume(values: Float32Array, boxPixels: number, croppedPixels: number): Float32Array {
  requireCrop(boxPixels, croppedPixels);
  const start = (boxPixels - croppedPixels) / 2;
  const area = boxPixels * boxPixels;
  const out = new Float32Array(croppedPixels ** 3);
  for (let plane = 0; plane < croppedPixels; plane++) {
    const from = (start + plane) * area;
    const cropped = cropHartleyImage(values.subarray(from, from + area), boxPixels, croppedPixels);
    out.set(cropped, plane * croppedPixels * croppedPixels);
  }
  return out;
}

/** A real image at the smaller box. */
export function downsampleImage(image: Float32Array, boxPixels: number, croppedPixels: number): Float32Array {
  requireCrop(boxPixels, croppedPixels);
  const values = new Float32Array(boxPixels * boxPixels);
  hartleyImage(image, boxPixels, values);
  const cropped = cropHartleyImage(values, boxPixels, croppedPixels);
  inverseHartleyImage(cropped, croppedPixels, cropped);
  return cropped;
}

/** A real volume at the smaller box. */
export function downsampleVolume(volume: Float32Array, boxPixels: number, croppedPixels: number): Float32Array {
  requireCrop(boxPixels, croppedPixels);
  const values = new Float32Array(boxPixels ** 3);
  hartleyVolume(volume, boxPixels, values);
  const cropped = cropHartleyVolume(values, boxPixels, croppedPixels);
  inverseHartleyVolume(cropped, croppedPixels, cropped);
  return cropped;
}

/** A CTF row (CTF_COLUMNS) for images cropped from D to d: the box and the pixel size change. */
export function cropCtfRow(row: ArrayLike<number>, boxPixels: number, croppedPixels: number): Float32Array {
  const cropped = Float32Array.from(row);
  cropped[0] = croppedPixels;
  cropped[1] = (row[1] * boxPixels) / croppedPixels;
  return cropped;
}
