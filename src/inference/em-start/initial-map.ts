// Real-space parts of the start: a random blob to begin with, a soft sphere, and no density below zero.
import type { Random } from '../../geometry/random.ts';

/** A round blob of a fifth of the box with noise as strong as half of it: D³ [z][y][x]. */
export function randomBlob(boxPixels: number, random: Random): Float32Array {
  const map = new Float32Array(boxPixels ** 3);
  const sigma = (6 / 32) * boxPixels;
  forEachVoxel(boxPixels, (at, radius) => {
    map[at] = Math.exp(-0.5 * (radius / sigma) ** 2) * (1 + 0.5 * random.normal());
  });
  return map;
}

/** 1 inside, 0 outside of 0.45 of the box, over three voxels of a 32³ map. */
export function softSphere(boxPixels: number): Float32Array {
  const mask = new Float32Array(boxPixels ** 3);
  const edge = (3 / 32) * boxPixels;
  forEachVoxel(boxPixels, (at, radius) => {
    mask[at] = Math.min(1, Math.max(0, (0.45 * boxPixels - radius) / edge + 0.5));
  });
  return mask;
}

/** In place: inside the mask, never negative. Solvent is flat and density positive, which noise is not. */
export function confine(map: Float32Array, mask: Float32Array): Float32Array {
  for (let i = 0; i < map.length; i++) map[i] = Math.max(0, map[i] * mask[i]);
  return map;
}

function forEachVoxel(boxPixels: number, visit: (at: number, radius: number) => void): void {
  const half = boxPixels / 2;
  let at = 0;
  for (let z = -half; z < half; z++)
    for (let y = -half; y < half; y++) for (let x = -half; x < half; x++) visit(at++, Math.sqrt(x * x + y * y + z * z));
}
