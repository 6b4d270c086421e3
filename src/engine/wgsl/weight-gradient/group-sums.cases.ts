// Proofs of the sums by image: one image and many, chunks that begin and end within one, one split and several passes.
import { inTwoDimensions } from '../../proof/grid.ts';
import { halfFloats } from '../../proof/half-floats.ts';
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { adamState, readAdamState } from '../adam/state.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { groupSumsScratch, makeGroupSums, type GroupRows } from './group-sums.ts';
import { groupSumsTwin } from './twin.ts';

interface Sizes extends GroupRows {
  outputs: number;
  scalar?: Scalar;
  accumulate?: boolean;
  lossScale?: number;
}

async function compare(gpu: Gpu, sizes: Sizes): Promise<void> {
  const { rows, firstRow, rowsPerImage, outputs, scalar = 'f32', accumulate = false, lossScale } = sizes;
  const images = Math.floor((firstRow + rows - 1) / rowsPerImage) + 2;
  const numbers = randomNumbers(rows, rows * outputs);
  const half = scalar === 'f16' ? halfFloats(numbers) : null;
  const arena = gpu.arena('case');
  const shape = { label: 'sums', outputs, scalar };
  const into = arena.floats('into', images * outputs);
  const scratch = arena.floats('scratch', groupSumsScratch(gpu, shape, sizes));
  // Images that the chunk does not touch keep what they have.
  const before = new Float32Array(images * outputs).fill(accumulate ? 2 : NaN);
  gpu.write(into, before);
  poison(gpu, scratch);
  const scale = lossScale ? { scale: adamState(arena, { steps: 0, lossScale }) } : {};
  const buffers = { gradient: arena.upload('gradient', half?.bits ?? numbers), into, scratch, ...scale };
  gpu.submit(await makeGroupSums({ gpu, arena }, shape, buffers, { rows, firstRow, rowsPerImage, accumulate }));
  const sums = groupSumsTwin(half?.values ?? numbers, outputs, sizes, images);
  const first = Math.floor(firstRow / rowsPerImage) * outputs;
  const end = (images - 1) * outputs;
  const wanted = sums.map((sum) => sum / (lossScale ?? 1) + (accumulate ? 2 : 0));
  const got = await gpu.readFloats(into);
  expectClose('sums', got.subarray(first, end), wanted.subarray(first, end));
  for (let i = 0; i < got.length; i++)
    if ((i < first || i >= end) && !Object.is(got[i], before[i])) throw new Error(`number ${i} was written: ${got[i]}`);
  if (scale.scale && (await readAdamState(gpu, scale.scale)).overflow) throw new Error('flagged without a reason');
  arena.destroy();
}

const homogeneous = 2 ** 31;

/** Sums of a chunk's rows by image; numbers of images that it does not touch stay as they were, to the bit. */
export const groupSumsCases: KernelCase[] = (
  [
    ['one row', { rows: 1, firstRow: 0, rowsPerImage: 1, outputs: 16 }],
    ['all rows one group', { rows: 1300, firstRow: 0, rowsPerImage: homogeneous, outputs: 16 }],
    ['a later part of one group', { rows: 65, firstRow: 0, rowsPerImage: homogeneous, outputs: 48, accumulate: true }],
    ['whole images', { rows: 7 * 33, firstRow: 2 * 33, rowsPerImage: 33, outputs: 48 }],
    ['images of many rows', { rows: 3 * 701, firstRow: 701, rowsPerImage: 701, outputs: 32 }],
    ['the end of an image', { rows: 300, firstRow: 1100, rowsPerImage: 700, outputs: 16, accumulate: true }],
    ['the middle of an image', { rows: 90, firstRow: 5, rowsPerImage: 700, outputs: 16 }],
    ['divided by the loss scale', { rows: 400, firstRow: 0, rowsPerImage: 200, outputs: 16, lossScale: 64 }],
  ] satisfies [string, Sizes][]
).map(([name, sizes]) => ({ name, run: (gpu) => compare(gpu, sizes) }));

groupSumsCases.push({
  name: 'workgroups in two dimensions, as beyond 65535',
  run: (gpu) => compare(inTwoDimensions(gpu), { rows: 400, firstRow: 0, rowsPerImage: 2, outputs: 16 }),
});
groupSumsCases.push({
  name: 'float16',
  needs: 'half',
  run: (gpu) => compare(gpu, { rows: 410, firstRow: 0, rowsPerImage: 205, outputs: 48, scalar: 'f16' }),
});
