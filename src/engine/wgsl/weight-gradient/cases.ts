// Proofs of the weight gradients: awkward widths and rows, one slice and many, every variant, both prologues, bias, adding
// to chunks before, the loss scale, ranges of a matrix too large for a binding, and more than 65535 workgroups.
import { halfFloats } from '../../../../testing/half-floats.ts';
import { expectClose, poison, randomNumbers, type KernelCase } from '../../../../testing/kernel-cases.ts';
import { adamState, readAdamState } from '../adam/state.ts';
import { featuresOf, waveTable } from '../encoding/table.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { weightGradientTwin } from './twin.ts';
import {
  makeWeightGradient,
  weightGradientScratch,
  weightGradientVariants,
  type WeightGradientShape,
  type WeightGradientVariant,
} from './weight-gradient.ts';

interface Sizes {
  rows: number;
  inputs: number;
  outputs: number;
  scalar?: Scalar;
  variant?: WeightGradientVariant;
  accumulate?: boolean;
}

async function compare(gpu: Gpu, sizes: Sizes): Promise<Float32Array> {
  const { rows, inputs, outputs, scalar = 'f32', variant, accumulate = false } = sizes;
  const half = scalar === 'f16';
  const stored = (numbers: Float32Array<ArrayBuffer>) =>
    half ? halfFloats(numbers) : { values: numbers, bits: numbers };
  const left = stored(randomNumbers(1, rows * inputs));
  const gradient = stored(randomNumbers(2, rows * outputs));
  const shape: WeightGradientShape = { label: 'gradient', prologue: 'rows', inputs, outputs, scalar, bias: true };
  const arena = gpu.arena('case');
  const floats = weightGradientScratch(gpu, shape, rows, variant);
  const buffers = {
    left: arena.upload('left', left.bits),
    gradient: arena.upload('gradient', gradient.bits),
    into: arena.floats('into', inputs * outputs),
    biasInto: arena.floats('bias', outputs),
    scratch: arena.floats('scratch', floats),
  };
  const before = accumulate ? 3 : 0;
  if (accumulate) {
    gpu.write(buffers.into, new Float32Array(inputs * outputs).fill(before));
    gpu.write(buffers.biasInto, new Float32Array(outputs).fill(before));
  } else {
    poison(gpu, buffers.into);
    poison(gpu, buffers.biasInto);
  }
  poison(gpu, buffers.scratch);
  gpu.submit(await makeWeightGradient(gpu, arena, shape, buffers, { rows, accumulate }, variant));
  const wanted = weightGradientTwin(left.values, gradient.values, rows, inputs, outputs);
  const bias = weightGradientTwin(new Float32Array(rows).fill(1), gradient.values, rows, 1, outputs);
  const added = (sums: Float64Array) => sums.map((sum) => sum + before);
  const got = await gpu.readFloats(buffers.into);
  expectClose('weights', got, added(wanted));
  expectClose('bias', await gpu.readFloats(buffers.biasInto), added(bias));
  arena.destroy();
  return got;
}

const variants: [string, WeightGradientVariant][] = [
  ['register 16', { kind: 'register', inputs: 16, outputs: 8, threads: 16 }],
  ['register 4', { kind: 'register', inputs: 4, outputs: 8, threads: 8 }],
  ['tiles 64 by 4', { kind: 'tiles', tile: 64, each: 4 }],
  ['tiles 64 by 8', { kind: 'tiles', tile: 64, each: 8 }],
  ['tiles 128 by 8', { kind: 'tiles', tile: 128, each: 8 }],
];

/** Software adapters take long to compile: one of each kind where all endings are tried. */
const kinds = [variants[0], variants[3]];
/** One row, and a block of eight and its neighbours; two slices. */
const awkwardRows = [1, 7, 8, 9, 261];
const ofVariants = variants.flatMap(([name, variant]): KernelCase[] => [
  {
    name: `${name}: rows ${awkwardRows.join(', ')}`,
    async run(gpu) {
      const beyond = variant.kind === 'tiles' ? variant.tile + 16 : 144;
      for (const rows of awkwardRows) await compare(gpu, { rows, inputs: 48, outputs: beyond, variant });
    },
  },
  {
    name: `${name}: float16`,
    needs: 'half',
    async run(gpu) {
      await compare(gpu, { rows: 300, inputs: 48, outputs: 80, scalar: 'f16', variant });
    },
  },
]);

const special: KernelCase[] = [
  ...kinds.map(([name, variant]): KernelCase => ({
    name: `${name}: added to what was there`,
    async run(gpu) {
      for (const rows of [17, 261]) await compare(gpu, { rows, inputs: 80, outputs: 48, variant, accumulate: true });
    },
  })),
  {
    name: 'widths of one tile',
    async run(gpu) {
      for (const [, variant] of kinds) await compare(gpu, { rows: 11, inputs: 64, outputs: 64, variant });
    },
  },
  {
    name: 'the variant taken untried, many slices, the same bits twice',
    async run(gpu) {
      const names = new Set(['tiles', 'register']);
      const sizes = { rows: 1000, inputs: 32, outputs: 16 };
      if (weightGradientScratch(gpu, { ...blank, ...sizes }, 1000) === 0) throw new Error('one slice only');
      expectClose('again', await compare(gpu, sizes), await compare(gpu, sizes), 0);
      for (const { kind } of weightGradientVariants(gpu, { ...blank, ...sizes }, 1000)) names.delete(kind);
      if (names.size > 0) throw new Error(`not offered: ${[...names].join(', ')}`);
    },
  },
  {
    name: 'more than 65535 workgroups',
    async run(gpu) {
      const variant = { kind: 'register', inputs: 4, outputs: 4, threads: 8 } as const;
      await compare(gpu, { rows: 1, inputs: 4 * 65552, outputs: 16, variant });
    },
  },
  {
    name: 'features made from points',
    async run(gpu) {
      const waveVectors = randomNumbers(5, 3 * 20, 40);
      waveVectors.copyWithin(15, 0, 15);
      const isCosine = Uint8Array.from({ length: 20 }, (_, j) => (j >= 5 && j < 10 ? 1 : j % 2));
      const table = waveTable({ waveVectors, isCosine });
      const points = randomNumbers(6, 4 * 150, 0.5);
      const gradient = randomNumbers(7, 150 * 32);
      const wanted = weightGradientTwin(featuresOf(table, points), gradient, 150, table.padded, 32);
      for (const [, variant] of kinds) {
        const arena = gpu.arena('case');
        const shape = { ...blank, prologue: 'encoding' as const, inputs: table.padded, outputs: 32 };
        const buffers = {
          left: arena.upload('points', points),
          waves: arena.upload('waves', table.waves),
          gradient: arena.upload('gradient', gradient),
          into: arena.floats('into', table.padded * 32),
          scratch: arena.floats('scratch', weightGradientScratch(gpu, shape, 150, variant)),
        };
        poison(gpu, buffers.into);
        gpu.submit(await makeWeightGradient(gpu, arena, shape, buffers, { rows: 150, accumulate: false }, variant));
        expectClose('weights', await gpu.readFloats(buffers.into), wanted);
        arena.destroy();
      }
    },
  },
  {
    name: 'a matrix too large for one binding is made in ranges',
    async run(gpu) {
      const small = Object.create(gpu, { bindingBytes: { value: 4 * 32 * 128 * 2 } }) as Gpu;
      for (const [, variant] of kinds) await compare(small, { rows: 3, inputs: 656, outputs: 32, variant });
    },
  },
  {
    name: 'the loss scale is divided out, and sums that are not finite are flagged',
    async run(gpu) {
      for (const rows of [20, 600]) {
        for (const bad of [0, Infinity, NaN]) {
          const arena = gpu.arena('case');
          const left = randomNumbers(8, rows * 16);
          const gradient = randomNumbers(9, rows * 16);
          if (bad !== 0) gradient[16 * (rows - 1) + 5] = bad;
          const shape = { ...blank, inputs: 16, outputs: 16, bias: true };
          const scale = adamState(arena, { steps: 0, lossScale: 256 });
          const buffers = {
            left: arena.upload('left', left),
            gradient: arena.upload('gradient', gradient),
            into: arena.floats('into', 256),
            biasInto: arena.floats('bias', 16),
            scratch: arena.floats('scratch', weightGradientScratch(gpu, shape, rows)),
            scale,
          };
          gpu.submit(await makeWeightGradient(gpu, arena, shape, buffers, { rows, accumulate: false }));
          const { overflow } = await readAdamState(gpu, scale);
          if (overflow !== (bad !== 0)) throw new Error(`${rows} rows with ${bad}: overflow ${overflow}`);
          const wanted = weightGradientTwin(left, gradient, rows, 16, 16).map((sum) => sum / 256);
          if (bad === 0) expectClose('weights', await gpu.readFloats(buffers.into), wanted);
          arena.destroy();
        }
      }
    },
  },
];

const blank: WeightGradientShape = {
  label: 'gradient',
  prologue: 'rows',
  inputs: 16,
  outputs: 16,
  scalar: 'f32',
  bias: false,
};

export const cases: KernelCase[] = [...ofVariants, ...special];
