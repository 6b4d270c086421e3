// Noise of images by ring, from what lies around the particle (linear.md, section 2): the spectrum of the pixels beyond a radius,
// per pixel, times what the window of prepared images leaves of it.
import { throwIfCancelled } from '../base/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import { halfSpectrumLength, transformImage } from './spectrum.ts';
import { makeWindow } from './window.ts';

/** How images are prepared, as far as their noise is concerned. */
export interface NoiseOptions {
  /** Box for training. */
  boxPixels: number;
  window: boolean;
  windowRadius: number;
}

const MOST_IMAGES = 1000;
const BATCH = 64;
/** Beyond this part of the box the pixels are noise. */
const OUTSIDE = 0.47;

/**
 * Mean |noise|² of a Fourier coefficient by ring 0 … d/2 of the transform of an image as it is prepared, before it is divided by the
 * standard deviation. Of at most 1000 images, evenly strided.
 */
export async function measureNoise(
  reader: ImageReader,
  { boxPixels, window, windowRadius }: NoiseOptions,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const size = reader.boxPixels;
  const half = size / 2;
  const pixels = size * size;
  const outside = new Float32Array(pixels);
  let members = 0;
  for (let at = 0; at < pixels; at++)
    if (Math.hypot((at % size) - half, Math.floor(at / size) - half) > OUTSIDE * size) {
      outside[at] = 1;
      members++;
    }
  const rings = boxPixels / 2 + 1;
  const power = new Float64Array(rings);
  const counts = new Float64Array(rings);
  const spectrum = new Float64Array(halfSpectrumLength(size, 2));
  const used = Math.min(MOST_IMAGES, reader.count);
  const rows = Uint32Array.from({ length: used }, (_, i) => Math.floor((i * reader.count) / used));
  const masked = new Float32Array(pixels);
  for (let from = 0; from < used; from += BATCH) {
    throwIfCancelled(signal);
    const part = rows.slice(from, from + BATCH);
    const values = await reader.read(part, signal);
    for (let i = 0; i < part.length; i++) {
      const image = values.subarray(i * pixels, (i + 1) * pixels);
      let sum = 0;
      for (let at = 0; at < pixels; at++) sum += outside[at] * image[at];
      // The background's own level is none of the noise.
      for (let at = 0; at < pixels; at++) masked[at] = outside[at] * (image[at] - sum / members);
      transformImage(masked, size, spectrum);
      for (let row = 0, at = 0; row < size; row++)
        for (let x = 0; x <= half; x++, at += 2) {
          const ring = Math.round(Math.hypot(x, row < half ? row : row - size));
          if (ring >= rings) continue;
          power[ring] += spectrum[at] ** 2 + spectrum[at + 1] ** 2;
          counts[ring]++;
        }
    }
  }
  const factors = window ? makeWindow(size, windowRadius) : new Float32Array(pixels).fill(1);
  const kept = factors.reduce((sum, factor) => sum + factor * factor, 0);
  const out = Float32Array.from(power, (sum, ring) => (sum / Math.max(1, counts[ring]) / members) * kept);
  out[0] = out[1];
  return out;
}
