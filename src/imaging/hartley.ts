// Centred Hartley transform of real images and volumes, H = Re − Im of fftshift(fft(fftshift(x))), unnormalised
// (docs/CONVENTIONS.md). It is its own inverse up to the number of points. Index i stands for k = i − D/2, i = 0 … D−1.
import { halfSpectrumLength, transformImage, transformVolume } from './spectrum.ts';
import type { Samples } from './spectrum.ts';

const spectra = new Map<number, Float64Array>();

/** Scratch for one image's half spectrum. */
function imageSpectrum(boxPixels: number): Float64Array {
  let spectrum = spectra.get(boxPixels);
  if (!spectrum) {
    spectrum = new Float64Array(halfSpectrumLength(boxPixels, 2));
    spectra.set(boxPixels, spectrum);
  }
  return spectrum;
}

/** Factor of the result (1), and where the image and its transform begin (0). */
export interface TransformPlace {
  scale?: number;
  offset?: number;
  outOffset?: number;
}

/** Hartley transform of the D² image at `image[offset …]` into `out[outOffset …]`, times `scale`; may be in place. */
export function hartleyImage(
  image: Samples,
  boxPixels: number,
  out: Samples,
  { scale = 1, offset = 0, outOffset = 0 }: TransformPlace = {},
): void {
  const spectrum = imageSpectrum(boxPixels);
  transformImage(image, boxPixels, spectrum, offset);
  centreRows(spectrum, boxPixels, 0, 1, { out, outOffset, scale });
}

/** Inverse: the same transform divided by the number of points. */
export function inverseHartleyImage(values: Samples, boxPixels: number, out: Samples): void {
  hartleyImage(values, boxPixels, out, { scale: 1 / (boxPixels * boxPixels) });
}

/** Hartley transform of a D³ volume [z][y][x] into `out`, times `scale`; may be in place. Holds one half spectrum. */
export function hartleyVolume(volume: Samples, boxPixels: number, out: Samples, scale = 1): void {
  const spectrum = new Float32Array(halfSpectrumLength(boxPixels, 3));
  transformVolume(volume, boxPixels, spectrum);
  const half = boxPixels / 2;
  for (let plane = 0; plane < boxPixels; plane++) {
    const kz = (plane + half) % boxPixels;
    // fftshift before a transform is a factor (−1)^k after it.
    const sign = (plane + half) % 2 === 0 ? 1 : -1;
    centreRows(spectrum, boxPixels, kz, sign, { out, outOffset: plane * boxPixels * boxPixels, scale });
  }
}

/** Inverse: the same transform divided by the number of points. */
export function inverseHartleyVolume(values: Samples, boxPixels: number, out: Samples): void {
  hartleyVolume(values, boxPixels, out, 1 / boxPixels ** 3);
}

/** Re − Im of plane `kz` of a half spectrum (0 for an image), centred along y and x. */
function centreRows(
  spectrum: Samples,
  size: number,
  kz: number,
  planeSign: number,
  { out, outOffset, scale }: { out: Samples; outOffset: number; scale: number },
): void {
  const half = size / 2;
  const width = 2 * (half + 1);
  const minusPlane = kz === 0 ? 0 : size - kz;
  for (let row = 0; row < size; row++) {
    const ky = (row + half) % size;
    const direct = (kz * size + ky) * width;
    // F(−k) = F(k)*: columns left of the centre come from the mirrored row, with the sign of Im turned.
    const mirrored = (minusPlane * size + (ky === 0 ? 0 : size - ky)) * width;
    const at = outOffset + row * size;
    // kx = i − D/2; signs alternate with kx + ky + kz.
    let sign = planeSign * ((row + half) % 2 === 0 ? 1 : -1) * (half % 2 === 0 ? 1 : -1) * scale;
    for (let i = 0; i < half; i++, sign = -sign) {
      const j = mirrored + 2 * (half - i);
      out[at + i] = sign * (spectrum[j] + spectrum[j + 1]);
    }
    for (let i = half; i < size; i++, sign = -sign) {
      const j = direct + 2 * (i - half);
      out[at + i] = sign * (spectrum[j] - spectrum[j + 1]);
    }
  }
}

/** Copies the first row, column and corner to the far side: D² (or any leading square) to (D+1)². */
export function symmetrise(values: Samples, boxPixels: number, out: Samples, offset = 0, outOffset = 0): void {
  const side = boxPixels + 1;
  for (let row = 0; row < side; row++) {
    const from = offset + (row % boxPixels) * boxPixels;
    const to = outOffset + row * side;
    for (let i = 0; i < boxPixels; i++) out[to + i] = values[from + i];
    out[to + boxPixels] = values[from];
  }
}
