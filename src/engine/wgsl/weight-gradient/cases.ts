// Proofs of the weight gradients: awkward widths and rows, one split and many, every variant, both prologues, bias, adding
// to chunks before, the loss scale, ranges of a matrix too large for a binding, and more than 65535 workgroups.
import { expectClose, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { adamState, readAdamState } from '../adam/state.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { compare, compareAwkward, compareFeatures, PLAIN } from './compare.ts';
import { weightGradientTwin } from './twin.ts';
import {
  makeWeightGradient,
  subgroupVariants,
  weightGradientScratch,
  weightGradientVariants,
  type WeightGradientVariant,
} from './weight-gradient.ts';

const workgroups = 512;
const register: WeightGradientVariant = { kind: 'register', inputs: 16, outputs: 8, threads: 16, workgroups };
const tiles: WeightGradientVariant = { kind: 'tiles', tile: 64, each: 8, depth: 8, half: false, workgroups };

const variants: [string, WeightGradientVariant][] = [
  ['register 16', register],
  ['register 4', { kind: 'register', inputs: 4, outputs: 8, threads: 8, workgroups }],
  ['tiles 64 by 4', { ...tiles, each: 4, depth: 16 }],
  ['tiles 64 by 8', tiles],
  ['tiles 64 by 8, deep', { ...tiles, depth: 16 }],
  ['tiles 128 by 8', { ...tiles, tile: 128 }],
];

/** Those that the adapter's subgroups can run, at outputs that end within a workgroup's; none where they are wide. */
async function forSubgroups(gpu: Gpu, work: (variant: WeightGradientVariant) => Promise<void>): Promise<void> {
  for (const variant of subgroupVariants(gpu, 128)) await work(variant);
}

const ofVariants: KernelCase[] = [
  ...variants.flatMap(([name, variant]): KernelCase[] => {
    const outputs = variant.kind === 'tiles' ? variant.tile + 16 : 144;
    // Of tiles one shows what few rows do.
    const rows = variant.kind === 'tiles' && variant !== tiles ? [] : [1, 7, 8, 9];
    return [
      {
        name: `${name}: awkward rows, one split in ranges and two`,
        run: (gpu) => compareAwkward(gpu, variant, { outputs, rows }),
      },
      {
        name: `${name}: float16`,
        needs: 'half',
        run: (gpu) => compareAwkward(gpu, variant, { outputs, rows: [], scalar: 'f16' }),
      },
    ];
  }),
  {
    name: 'tiles multiplied in float16',
    needs: 'half',
    async run(gpu) {
      for (const tile of [64, 128] as const) {
        const variant: WeightGradientVariant = { ...tiles, tile, depth: 16, half: true };
        await compareAwkward(gpu, variant, { outputs: tile + 16, rows: [7], scalar: 'f16', tolerance: 4e-3 });
      }
    },
  },
  {
    name: 'subgroups: awkward rows, one split in ranges and two',
    needs: 'subgroups',
    run: (gpu) => forSubgroups(gpu, (variant) => compareAwkward(gpu, variant, { outputs: 80 })),
  },
  {
    name: 'subgroups: features made from points',
    needs: 'subgroups',
    run: (gpu) => forSubgroups(gpu, (variant) => compareFeatures(gpu, variant)),
  },
  {
    name: 'subgroups: float16',
    needs: 'half',
    async run(gpu) {
      await forSubgroups(gpu, (variant) => compareAwkward(gpu, variant, { outputs: 80, rows: [9], scalar: 'f16' }));
    },
  },
];

const special: KernelCase[] = [
  {
    name: 'added to what was there',
    async run(gpu) {
      for (const rows of [17, 261])
        await compare(gpu, { rows, inputs: 80, outputs: 48, variant: register, accumulate: true });
    },
  },
  {
    name: 'widths of one tile',
    async run(gpu) {
      for (const variant of [register, tiles]) await compare(gpu, { rows: 11, inputs: 64, outputs: 64, variant });
    },
  },
  {
    name: 'the variant taken untried, many splits, the same bits twice',
    async run(gpu) {
      const names = new Set(['tiles', 'register']);
      const sizes = { rows: 1000, inputs: 32, outputs: 16 };
      if (weightGradientScratch(gpu, { ...PLAIN, ...sizes }, 1000) === 0) throw new Error('one split only');
      expectClose('again', await compare(gpu, sizes), await compare(gpu, sizes), 0);
      for (const { kind } of weightGradientVariants(gpu, { ...PLAIN, ...sizes }, 1000)) names.delete(kind);
      if (names.size > 0) throw new Error(`not offered: ${[...names].join(', ')}`);
    },
  },
  {
    name: 'as many splits as the variant wants workgroups for',
    async run(gpu) {
      const sizes = { ...PLAIN, inputs: 144, outputs: 64 };
      const floats = 144 * 64 + 64;
      for (const [wanted, splits] of [
        [1, 0],
        [10, 2 * floats],
        [40, 5 * floats],
        [512, 7 * floats],
      ] as const) {
        const variant = { ...register, workgroups: wanted };
        const got = weightGradientScratch(gpu, sizes, 1000, { ...variant, threads: 8 });
        if (got !== splits) throw new Error(`${got / floats} splits for ${wanted} workgroups`);
      }
      await compare(gpu, {
        rows: 1000,
        inputs: 144,
        outputs: 64,
        variant: { ...register, threads: 8, workgroups: 40 },
      });
    },
  },
  {
    name: 'more than 65535 workgroups',
    async run(gpu) {
      const variant = { kind: 'register', inputs: 4, outputs: 4, threads: 8, workgroups } as const;
      await compare(gpu, { rows: 1, inputs: 4 * 65552, outputs: 16, variant });
    },
  },
  {
    name: 'features made from points',
    async run(gpu) {
      for (const variant of [register, tiles]) await compareFeatures(gpu, variant);
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
          const shape = { ...PLAIN, inputs: 16, outputs: 16, bias: true };
          const scale = adamState(arena, { steps: 0, lossScale: 256 });
          const buffers = {
            left: arena.upload('left', left),
            gradient: arena.upload('gradient', gradient),
            into: arena.floats('into', 256),
            biasInto: arena.floats('bias', 16),
            scratch: arena.floats('scratch', weightGradientScratch(gpu, shape, rows)),
            scale,
          };
          gpu.submit(await makeWeightGradient({ gpu, arena }, shape, buffers, { rows, accumulate: false }));
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

/** Those of each variant, then what concerns all of them. */
export const cases: KernelCase[] = [...ofVariants, ...special];
