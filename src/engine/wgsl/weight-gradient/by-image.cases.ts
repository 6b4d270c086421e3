// Proofs of a bias by image that comes with the weights' gradient: whole images and parts of one, splits that are short or
// empty, images that the chunk does not touch, adding to either sum, the loss scale.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { adamState, readAdamState } from '../adam/state.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { PLAIN } from './compare.ts';
import type { ImageRows } from './row-splits.ts';
import { groupSumsTwin, weightGradientTwin } from './twin.ts';
import {
  canSumByImage,
  makeWeightGradient,
  subgroupVariants,
  weightGradientScratch,
  type WeightGradientVariant,
} from './weight-gradient.ts';

const register: WeightGradientVariant = { kind: 'register', inputs: 16, outputs: 4, threads: 8, workgroups: 512 };
const tiles: WeightGradientVariant = {
  kind: 'tiles',
  tile: 64,
  each: 8,
  depth: 8,
  half: false,
  workgroups: 512,
};

interface Sizes extends ImageRows {
  rows: number;
  accumulate?: boolean;
  /** Of the sums by image. */
  goesOn?: boolean;
  lossScale?: number;
}

const INPUTS = 32;
const OUTPUTS = 48;
const shape = { ...PLAIN, inputs: INPUTS, outputs: OUTPUTS, bias: true };

/** What the kernel wrote: weights, then the chunk's images. */
async function compare(gpu: Gpu, variant: WeightGradientVariant, sizes: Sizes): Promise<Float32Array> {
  const { rows, firstRow, rowsPerImage, accumulate = false, goesOn = false, lossScale } = sizes;
  const images = Math.floor((firstRow + rows - 1) / rowsPerImage) + 2;
  const left = randomNumbers(1, rows * INPUTS);
  const gradient = randomNumbers(2, rows * OUTPUTS);
  const arena = gpu.arena('case');
  const scale = lossScale ? { scale: adamState(arena, { steps: 0, lossScale }) } : {};
  const buffers = {
    left: arena.upload('left', left),
    gradient: arena.upload('gradient', gradient),
    into: arena.upload('into', new Float32Array(INPUTS * OUTPUTS).fill(accumulate ? 3 : NaN)),
    biasInto: arena.upload('bias', new Float32Array(images * OUTPUTS).fill(goesOn ? 2 : NaN)),
    scratch: arena.floats('scratch', weightGradientScratch(gpu, shape, rows, variant, sizes)),
    ...scale,
  };
  const before = await gpu.readFloats(buffers.biasInto);
  poison(gpu, buffers.scratch);
  const chunk = { rows, accumulate, byImage: { firstRow, rowsPerImage, accumulate: goesOn } };
  gpu.submit(await makeWeightGradient({ gpu, arena }, shape, buffers, chunk, variant));
  const scaled = (sum: number) => sum / (lossScale ?? 1);
  const wanted = weightGradientTwin(left, gradient, rows, INPUTS, OUTPUTS).map(scaled);
  const weights = await gpu.readFloats(buffers.into);
  const added = wanted.map((sum) => sum + (accumulate ? 3 : 0));
  expectClose('weights', weights, added);
  const sums = groupSumsTwin(gradient, OUTPUTS, sizes, images).map((sum) => scaled(sum) + (goesOn ? 2 : 0));
  const [first, end] = [Math.floor(firstRow / rowsPerImage) * OUTPUTS, (images - 1) * OUTPUTS];
  const got = await gpu.readFloats(buffers.biasInto);
  expectClose('sums by image', got.subarray(first, end), sums.subarray(first, end));
  for (let i = 0; i < got.length; i++)
    if ((i < first || i >= end) && !Object.is(got[i], before[i])) throw new Error(`number ${i} was written: ${got[i]}`);
  if (scale.scale && (await readAdamState(gpu, scale.scale)).overflow) throw new Error('flagged without a reason');
  arena.destroy();
  return Float32Array.from([...weights, ...got.subarray(first, end)]);
}

const SIZES: [string, Sizes][] = [
  ['one short image, the second of two', { rows: 37, firstRow: 37, rowsPerImage: 37 }],
  ['whole images of one split each', { rows: 3 * 154, firstRow: 2 * 154, rowsPerImage: 154 }],
  ['whole images of several splits, the last short', { rows: 3 * 701, firstRow: 701, rowsPerImage: 701 }],
  ['the middle of an image', { rows: 384, firstRow: 1100 + 128, rowsPerImage: 1100, goesOn: true }],
  ['the end of an image', { rows: 44, firstRow: 1056, rowsPerImage: 1100, goesOn: true, accumulate: true }],
  ['the end of an image and more, splits without rows', { rows: 20 + 1210, firstRow: 280, rowsPerImage: 300 }],
  [
    'images of a later chunk, divided by the loss scale',
    { rows: 600, firstRow: 600, rowsPerImage: 300, accumulate: true, lossScale: 64 },
  ],
];

const many = { rows: 640, firstRow: 0, rowsPerImage: 10 };

/** Weights and biases against the twin, on adapters with subgroups and without. */
export const byImageCases: KernelCase[] = [
  ...SIZES.map(([name, sizes]): KernelCase => ({
    name,
    async run(gpu) {
      // Compilers of software adapters take long over tiles: not for each way to end.
      for (const variant of sizes.accumulate ? [register] : [register, tiles]) await compare(gpu, variant, sizes);
    },
  })),
  {
    name: 'subgroups: images of several splits, the same bits twice',
    needs: 'subgroups',
    async run(gpu) {
      for (const variant of subgroupVariants(gpu, OUTPUTS)) {
        const [, sizes] = SIZES[5];
        expectClose('again', await compare(gpu, variant, sizes), await compare(gpu, variant, sizes), 0);
      }
    },
  },
  {
    name: 'the same bits twice, and many small images are refused',
    async run(gpu) {
      const [, sizes] = SIZES[2];
      expectClose('again', await compare(gpu, register, sizes), await compare(gpu, register, sizes), 0);
      if (!canSumByImage(gpu, shape, sizes.rows, register, sizes)) throw new Error('a few images were denied');
      if (canSumByImage(gpu, shape, many.rows, register, many)) throw new Error('64 splits of ten rows');
      const refused = await compare(gpu, register, many).then(
        () => null,
        (error: unknown) => error,
      );
      if (!(refused instanceof RangeError)) throw new Error(`refused with ${String(refused)}`);
    },
  },
];
