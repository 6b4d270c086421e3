// Rotationally averaged power spectra of single images: |F|² over shells of one Fourier pixel, zero frequency left out.
import { throwIfCancelled } from '../base/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import { halfSpectrumLength, transformImage } from './spectrum.ts';

/** Mean power |F|² of each shell of an image. */
export interface RadialPowers {
  /** Images measured; those with pixels that are not finite, or all alike, are left out. */
  count: number;
  /** K: shells 1 … K, in Fourier pixels. */
  shells: number;
  /** count×K mean powers. */
  powers: Float64Array;
  /** K: independent Fourier coefficients of a shell (one of each mirrored pair). */
  coefficients: Float64Array;
}

const CHUNK_PIXELS = 2 ** 20;

/** Spectra of the images `rows`, up to shell `largestShell` or the last whole one. */
export async function radialPowers(
  images: ImageReader,
  rows: number[],
  largestShell: number,
  signal?: AbortSignal,
): Promise<RadialPowers> {
  const { boxPixels } = images;
  const half = boxPixels / 2;
  const shells = Math.min(half - 1, largestShell);
  const shellOf = new Int16Array((half + 1) * boxPixels).fill(-1);
  const coefficients = new Float64Array(shells);
  for (let row = 0; row < boxPixels; row++)
    for (let x = 0; x < half; x++) {
      const y = row < half ? row : row - boxPixels;
      const shell = Math.round(Math.hypot(x, y)) - 1;
      // Of the column x = 0 one half mirrors the other.
      if (shell < 0 || shell >= shells || (x === 0 && y < 0)) continue;
      shellOf[row * (half + 1) + x] = shell;
      coefficients[shell]++;
    }
  const spectrum = new Float64Array(halfSpectrumLength(boxPixels, 2));
  const powers = new Float64Array(rows.length * shells);
  const chunk = Math.max(1, Math.floor(CHUNK_PIXELS / boxPixels ** 2));
  let count = 0;
  for (let first = 0; first < rows.length; first += chunk) {
    throwIfCancelled(signal);
    const part = rows.slice(first, first + chunk);
    const pixels = await images.read(part, signal);
    for (let i = 0; i < part.length; i++) {
      transformImage(pixels, boxPixels, spectrum, i * boxPixels * boxPixels);
      const own = powers.subarray(count * shells, (count + 1) * shells).fill(0);
      shellOf.forEach((shell, at) => {
        if (shell >= 0) own[shell] += spectrum[2 * at] ** 2 + spectrum[2 * at + 1] ** 2;
      });
      own.forEach((sum, shell) => (own[shell] = sum / coefficients[shell]));
      if (own.every((power) => power > 0 && Number.isFinite(power))) count++;
    }
  }
  return { count, shells, powers: powers.slice(0, count * shells), coefficients };
}
