// Volumes' Fourier cubes, a buffer each: as much of them as slices of the points reach.
import type { FourierCube, SearchPoints } from '../../scoring/scorer.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { BufferPool } from '../gpu/buffer-pool.ts';

/** Fourier cubes on the device, each (2·reach+1)³ complex numbers. */
export interface UploadedCubes {
  oversampling: number;
  reach: number;
  side: number;
  cubes: BufferView[];
}

/** `before`: how many volumes were pool. Error: 'out-of-memory', also for a cube that no binding shows. */
export async function uploadCubes(
  gpu: Gpu,
  pool: BufferPool,
  cubes: readonly FourierCube[],
  { radius }: SearchPoints,
  before: number,
): Promise<UploadedCubes> {
  const name = (number: number): string => `volume ${number}`;
  for (let i = cubes.length; i < before; i++) pool.drop(name(i));
  const [{ oversampling, reach: given } = { oversampling: 1, reach: 0 }] = cubes;
  // The farthest point, a step for the neighbours between which it lies, and one for rounding.
  const reach = Math.min(given, Math.ceil(oversampling * (radius.at(-1) ?? 0)) + 2);
  const views: BufferView[] = [];
  for (const [i, cube] of cubes.entries()) {
    const values = middleOf(cube, reach);
    const view = await pool.take(name(i), values.byteLength);
    gpu.write(view, values);
    views.push(view);
  }
  return { oversampling, reach, side: 2 * reach + 1, cubes: views };
}

/** The cube's values up to `reach` steps from the origin. */
function middleOf(cube: FourierCube, reach: number): Float32Array {
  if (reach === cube.reach) return cube.values;
  const [from, to] = [2 * cube.reach + 1, 2 * reach + 1];
  const first = cube.reach - reach;
  const values = new Float32Array(2 * to ** 3);
  for (let row = 0; row < to * to; row++) {
    const [z, y] = [first + Math.floor(row / to), first + (row % to)];
    const at = 2 * ((z * from + y) * from + first);
    values.set(cube.values.subarray(at, at + 2 * to), 2 * to * row);
  }
  return values;
}
