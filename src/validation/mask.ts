// Soft real-space masks (docs/CONVENTIONS.md): the map above half its 99.99th percentile, dilated by 25 Å, with a cosine
// edge of 15 Å. Distances are exact Euclidean, by lower envelopes of parabolas an axis (Felzenszwalb & Huttenlocher 2012).
import type { Samples } from '../imaging/spectrum.ts';

/** Threshold, dilation and soft edge of a real-space mask. */
export interface MaskOptions {
  pixelSizeAngstrom: number;
  /** Density above which a voxel counts; half the 99.99th percentile by default. */
  threshold?: number;
  dilateAngstrom?: number;
  edgeAngstrom?: number;
}

/** Factors 0 … 1, D³ [z][y][x]. */
export function softMask(map: Samples, boxPixels: number, options: MaskOptions): Float32Array {
  const threshold = options.threshold ?? percentile(map, 99.99) / 2;
  const dilate = (options.dilateAngstrom ?? 25) / options.pixelSizeAngstrom;
  const edge = (options.edgeAngstrom ?? 15) / options.pixelSizeAngstrom;
  const squared = squaredDistance(map, boxPixels, threshold);
  return squared.map((value) => {
    const outside = Math.sqrt(value) - dilate;
    if (outside <= 0) return 1;
    return outside >= edge ? 0 : 0.5 * (1 + Math.cos((Math.PI * outside) / edge));
  });
}

/** The p-th percentile, linear between the two nearest values. */
export function percentile(values: Samples, percent: number): number {
  const sorted = values.slice().sort();
  const place = (percent / 100) * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** Map times mask. */
export function applyMask<T extends Samples>(map: T, mask: Samples): T {
  const out = map.slice() as T;
  for (let i = 0; i < out.length; i++) out[i] *= mask[i];
  return out;
}

/** A mask on the voxels of another box of the same field of view: linear between voxels, means over larger ones. */
export function maskOnBox(mask: Float32Array, boxPixels: number, toPixels: number): Float32Array {
  if (toPixels === boxPixels) return mask;
  const out = new Float32Array(toPixels ** 3);
  // An axis at a time: each new voxel is a weighted mean of the old ones around its place.
  const weights = Array.from({ length: toPixels }, (_, i) => placesOf(i, boxPixels, toPixels));
  const shape = [boxPixels, boxPixels, boxPixels];
  let values = mask;
  for (const axis of [0, 1, 2]) {
    const [inner, outer] = [shape.slice(axis + 1), shape.slice(0, axis)].map((sides) =>
      sides.reduce((a, b) => a * b, 1),
    );
    const next = axis === 2 ? out : new Float32Array(outer * toPixels * inner);
    for (let o = 0; o < outer; o++)
      weights.forEach((places, i) => {
        const to = (o * toPixels + i) * inner;
        for (const { at, weight } of places) {
          const from = (o * boxPixels + at) * inner;
          for (let k = 0; k < inner; k++) next[to + k] += weight * values[from + k];
        }
      });
    shape[axis] = toPixels;
    values = next;
  }
  return out;
}

/** Old voxels that a new one is a mean of; the middle of a box of n voxels is voxel ⌊n/2⌋. Beyond the box stands its last voxel. */
function placesOf(i: number, from: number, to: number): { at: number; weight: number }[] {
  const parts = Math.max(1, Math.ceil(from / to));
  const found = new Map<number, number>();
  for (let part = 0; part < parts; part++) {
    const place = (i - Math.floor(to / 2) + (part + 0.5) / parts - 0.5) * (from / to) + Math.floor(from / 2);
    const low = Math.floor(place);
    for (const [at, share] of [
      [low, 1 - (place - low)],
      [low + 1, place - low],
    ]) {
      const inside = Math.min(from - 1, Math.max(0, at));
      if (share > 0) found.set(inside, (found.get(inside) ?? 0) + share / parts);
    }
  }
  return [...found].map(([at, weight]) => ({ at, weight }));
}

/** Squared distance in voxels of every voxel to the nearest above the threshold; Infinity where there is none. */
export function squaredDistance(map: Samples, boxPixels: number, threshold: number): Float32Array {
  const squared = Float32Array.from(map, (value) => (value > threshold ? 0 : Infinity));
  const line = new Float64Array(boxPixels);
  const vertices = new Int32Array(boxPixels);
  const limits = new Float64Array(boxPixels + 1);
  for (const stride of [1, boxPixels, boxPixels * boxPixels])
    for (let column = 0; column < boxPixels * boxPixels; column++) {
      const inner = column % stride;
      const start = (column - inner) * boxPixels + inner;
      for (let i = 0; i < boxPixels; i++) line[i] = squared[start + i * stride];
      const count = lowerEnvelope(line, vertices, limits);
      if (count === 0) continue;
      for (let i = 0, v = 0; i < boxPixels; i++) {
        while (v + 1 < count && limits[v + 1] < i) v++;
        squared[start + i * stride] = (i - vertices[v]) ** 2 + line[vertices[v]];
      }
    }
  return squared;
}

/** Parabolas (x − v)² + heights[v] that are lowest somewhere: their vertices and where each begins; how many there are. */
function lowerEnvelope(heights: Float64Array, vertices: Int32Array, limits: Float64Array): number {
  let count = 0;
  for (let v = 0; v < heights.length; v++) {
    if (heights[v] === Infinity) continue;
    let begins = -Infinity;
    while (count > 0) {
      const top = vertices[count - 1];
      begins = (heights[v] + v * v - heights[top] - top * top) / (2 * (v - top));
      if (begins > limits[count - 1]) break;
      count--;
      begins = -Infinity;
    }
    vertices[count] = v;
    limits[count] = begins;
    count++;
  }
  return count;
}
