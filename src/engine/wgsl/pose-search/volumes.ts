// Volumes' Fourier cubes, a buffer each.
import type { FourierCube } from '../../scoring/scorer.ts';
import type { View } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Held } from './held.ts';

export interface HeldCubes {
  oversampling: number;
  reach: number;
  side: number;
  cubes: View[];
}

/** Error: 'out-of-memory', also for a cube that no binding shows. */
export async function holdCubes(
  gpu: Gpu,
  held: Held,
  cubes: readonly FourierCube[],
  before: number,
): Promise<HeldCubes> {
  const name = (number: number): string => `volume ${number}`;
  for (let i = cubes.length; i < before; i++) held.drop(name(i));
  const [{ oversampling, reach } = { oversampling: 1, reach: 0 }] = cubes;
  const views: View[] = [];
  for (const [i, { values }] of cubes.entries()) {
    const view = await held.take(name(i), values.byteLength);
    gpu.write(view, values);
    views.push(view);
  }
  return { oversampling, reach, side: 2 * reach + 1, cubes: views };
}
