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

/** Noise by ring of a set's images, whole and by their optics groups. */
export interface NoiseSpectra {
  /** R = d/2 + 1 values, as measureNoise has them. */
  whole: Float32Array;
  /** G×R, at least one group. */
  groups: Float32Array;
  /** N: the group of each image; null where there is one. */
  groupOf: Int32Array | null;
}

const MOST_IMAGES = 1000;
/** Images that all groups are measured by together, and one group at least: a smaller one has the noise of the whole set. */
const GROUPED_IMAGES = 2000;
const LEAST_OF_GROUP = 30;
const BATCH = 64;
/** Beyond this part of the box the pixels are noise. */
const OUTSIDE = 0.47;

/**
 * Noise of all images, and of each optics group where `groupOf` (N, from 0) has several. Errors: those of reading, 'cancelled'.
 */
export async function measureNoiseByGroup(
  reader: ImageReader,
  groupOf: Int32Array | null,
  options: NoiseOptions,
  signal?: AbortSignal,
): Promise<NoiseSpectra> {
  const whole = await measureNoise(reader, options, signal);
  if (!groupOf) return { whole, groups: whole, groupOf: null };
  const rowsOf = new Map<number, number[]>();
  groupOf.forEach((group, row) => {
    const rows = rowsOf.get(group);
    if (rows) rows.push(row);
    else rowsOf.set(group, [row]);
  });
  const most = Math.max(LEAST_OF_GROUP, Math.floor(GROUPED_IMAGES / rowsOf.size));
  const groups = new Float32Array(whole.length * (Math.max(...rowsOf.keys()) + 1));
  for (let at = 0; at < groups.length; at += whole.length) groups.set(whole, at);
  for (const [group, rows] of rowsOf)
    if (rows.length >= LEAST_OF_GROUP) {
      const strided = evenlyStrided(rows.length, most).map((i) => rows[i]);
      groups.set(await noiseOf(reader, strided, options, signal), group * whole.length);
    }
  return { whole, groups, groupOf };
}

/** Of the same images in a smaller box, whose rings are the first of theirs. */
export function noiseAtBox({ whole, groups, groupOf }: NoiseSpectra, boxPixels: number): NoiseSpectra {
  const kept = boxPixels / 2 + 1;
  return {
    whole: whole.slice(0, kept),
    groups: groups.filter((_, at) => at % whole.length < kept),
    groupOf,
  };
}

/** Of 0 … count − 1 at most `most`. */
function evenlyStrided(count: number, most: number): Uint32Array {
  const used = Math.min(most, count);
  return Uint32Array.from({ length: used }, (_, i) => Math.floor((i * count) / used));
}

/**
 * Mean |noise|² of a Fourier coefficient by ring 0 … d/2 of the transform of an image as it is prepared, before it is divided by the
 * standard deviation. Of at most 1000 images, evenly strided.
 */
export async function measureNoise(
  reader: ImageReader,
  options: NoiseOptions,
  signal?: AbortSignal,
): Promise<Float32Array> {
  return noiseOf(reader, evenlyStrided(reader.count, MOST_IMAGES), options, signal);
}

/** Of the images `rows`. */
async function noiseOf(
  reader: ImageReader,
  rows: Uint32Array,
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
  const masked = new Float32Array(pixels);
  for (let from = 0; from < rows.length; from += BATCH) {
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
