// What benchmarks time of the preprocessing: the kernels of one batch, without upload and read-back.
import type { Arena } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { makeBuffers, makePreprocessing, makeTables } from './program.ts';

/** Window, transform, crop, mask and scale of `images` images of D². */
export async function preprocessBench(
  gpu: Gpu,
  arena: Arena,
  imagePixels: number,
  images: number,
  boxPixels = imagePixels,
): Promise<Command[]> {
  const shape = { imagePixels, boxPixels, most: images, options: {} };
  const tables = makeTables(arena, shape);
  const buffers = makeBuffers(arena, shape, tables.points);
  gpu.write(buffers.batch, Uint32Array.of(images, 0x3f800000, 0, 0));
  gpu.write(buffers.columns, Uint32Array.of(images * (boxPixels / 2 + 1), 0, 0, 0));
  return (await makePreprocessing({ gpu, arena }, shape, tables, buffers)).values;
}
