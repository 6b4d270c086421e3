// Proofs of the transforms along lines: every kind of factor, rows and columns, both directions, more lines than fit a grid's row.
import { expectClose, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { makeStridedFourier, type StridedShape } from './strided.ts';
import { stridedTwin } from './twin.ts';

async function prove(gpu: Gpu, shape: StridedShape, lines: number, numbers: number): Promise<void> {
  const { arena } = await gpu.allocate('fourier case', async (made) => {
    const input = randomNumbers(shape.size, 2 * numbers);
    const values = made.upload('values', input);
    gpu.submit(await makeStridedFourier({ gpu, arena: made }, shape, values, lines));
    const found = (await gpu.readFloats(values)).subarray(0, 2 * numbers);
    expectClose(`lines of ${shape.size}`, found, stridedTwin(input, shape, lines));
  });
  arena.destroy();
}

/** Rows one after another. */
function rows(size: number, lines: number, more: Partial<StridedShape> = {}): KernelCase {
  const shape: StridedShape = { size, direction: 'forward', stride: 1, across: 1, aside: 0, slab: size, ...more };
  return {
    name: [`${lines} rows of ${size}`, shape.direction, shape.variant].filter(Boolean).join(', '),
    run: (gpu) => prove(gpu, shape, lines, lines * size),
  };
}

/** Columns of `slabs` matrices of size × across. */
function columns(size: number, across: number, slabs: number, direction: 'forward' | 'inverse'): KernelCase {
  const slab = size * across;
  return {
    name: `columns of ${slabs} matrices of ${size} × ${across}, ${direction}`,
    run: (gpu) => prove(gpu, { size, direction, stride: across, across, aside: 1, slab }, slabs * across, slabs * slab),
  };
}

const SIZES = [2, 4, 6, 8, 10, 12, 14, 16, 18, 22, 30, 32, 34, 46, 50, 62, 64, 70, 98, 128, 210, 256, 502, 512, 1024];

/** Lines of 2 to 1024 numbers against stridedTwin. */
export const fourierCases: KernelCase[] = [
  ...SIZES.map((size) => rows(size, 5)),
  ...[6, 14, 40, 62].map((size) => rows(size, 3, { direction: 'inverse' })),
  // Every butterfly, first, last and between; a prime without one between and last.
  ...[2, 8, 48, 70].map((size) => rows(size, 3, { variant: 'butterflies' })),
  rows(132, 3, { variant: 'butterflies', direction: 'inverse' }),
  columns(2, 2, 3, 'forward'),
  columns(34, 18, 2, 'forward'),
  columns(62, 32, 2, 'inverse'),
  columns(64, 33, 2, 'inverse'),
  columns(512, 5, 1, 'forward'),
  rows(2, 64 * 65536 + 3, { variant: 'butterflies' }),
];
