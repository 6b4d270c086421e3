// What benchmarks time of a map: the transform of values that are there, and the statistics.
import type { Arena } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { makeStatistics } from './statistics.ts';
import { VolumeMaker } from './volume-maker.ts';

/**
 * Commands for gpu.measure, from a model of the same box to its map, d³; `half` for coefficients on the half space,
 * else Hartley values. Buffers live in `arena`.
 */
export async function volumeBench(gpu: Gpu, arena: Arena, boxPixels: number, half = true): Promise<Command[]> {
  return (await VolumeMaker.make(gpu, arena, { modelPixels: boxPixels, boxPixels, half })).commands(1);
}

/** Commands for gpu.measure: mean, deviation, extremes and histogram of d³ voxels, whatever they hold. Buffers live in `arena`. */
export async function statisticsBench(gpu: Gpu, arena: Arena, boxPixels: number): Promise<Command[]> {
  const voxels = arena.floats('voxels', boxPixels ** 3);
  return (await makeStatistics({ gpu, arena }, voxels, boxPixels ** 3)).commands;
}
