// What benchmarks time of a map: the transform of values that are there, and the statistics.
import type { Arena } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { makeStatistics } from './statistics.ts';
import { VolumeMaker } from './volume-maker.ts';

export async function volumeBench(gpu: Gpu, arena: Arena, boxPixels: number, half = true): Promise<Command[]> {
  return (await VolumeMaker.make(gpu, arena, { modelPixels: boxPixels, boxPixels, half })).commands(1);
}

export async function statisticsBench(gpu: Gpu, arena: Arena, boxPixels: number): Promise<Command[]> {
  const voxels = arena.floats('voxels', boxPixels ** 3);
  return (await makeStatistics({ gpu, arena }, voxels, boxPixels ** 3)).commands;
}
