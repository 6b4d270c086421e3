// Each kernel alone at the sizes training uses, against the limit that binds it. Rooms give commands and what they work
// on; time is the device's own where it has timestamps.
import { adamBench } from '../../src/engine/wgsl/adam/bench.ts';
import type { Arena } from '../../src/engine/wgsl/gpu/arena.ts';
import type { Command, Dispatch, Gpu } from '../../src/engine/wgsl/gpu/gpu.ts';
import type { Limits } from '../../src/engine/wgsl/limits/measure.ts';
import { outputBench } from '../../src/engine/wgsl/output/bench.ts';
import { poseSearchBench, type PoseSearchCall, type PoseSearchSize } from '../../src/engine/wgsl/pose-search/bench.ts';
import { benchmarkVariants, productBenchmark } from '../../src/engine/wgsl/product/bench.ts';
import { variantName } from '../../src/engine/wgsl/product/product.ts';
import { preprocessBench } from '../../src/engine/wgsl/preprocess/bench.ts';
import { statisticsBench, volumeBench } from '../../src/engine/wgsl/volume/bench.ts';
import { weightGradientBench } from '../../src/engine/wgsl/weight-gradient/bench.ts';
import { weightGradientVariants } from '../../src/engine/wgsl/weight-gradient/weight-gradient.ts';
import { median, percent, scaled, seconds, type Part } from '../report.ts';
import { boundOf } from './limits.ts';

interface Trial {
  kernel: string;
  size: string;
  variants: { name: string; make(arena: Arena): Promise<readonly Command[]> }[];
}

/** Rows of 16 images of D = 128 are 102,944. */
const LARGE = [
  { rows: 102_944, width: 256 },
  { rows: 102_944, width: 1024 },
];
const SMALL = [{ rows: 2048, width: 128 }];

/** A map's transform and statistics, and the preparation of a batch, which have no variants. */
function mapTrials(gpu: Gpu): Trial[] {
  const single = (kernel: string, size: string, make: Trial['variants'][0]['make']): Trial => ({
    kernel,
    size,
    variants: [{ name: '', make }],
  });
  const { software } = gpu.guarded;
  const boxes = software ? [32] : [128, 256];
  const images = software ? 16 : 256;
  return boxes.flatMap((box) => [
    single('map from its values', `${box}³`, (arena) => volumeBench(gpu, arena, box)),
    single('statistics of a map', `${box}³`, (arena) => statisticsBench(gpu, arena, box)),
    single('preprocessing', `${images} images of ${box}²`, (arena) => preprocessBench(gpu, arena, box, images)),
  ]);
}

/** Images of D = 128 against every slice of 7.5° at two band limits, against their own in refinement, and weighted. */
const SEARCHES: [string, PoseSearchCall, PoseSearchSize][] = [
  ['poses, all slices', 'shared', { boxPixels: 128, limit: 48, images: 16, rotations: 4608, translations: 196 }],
  ['poses, all slices', 'shared', { boxPixels: 128, limit: 12, images: 16, rotations: 4608, translations: 196 }],
  ['poses, own slices', 'own', { boxPixels: 128, limit: 48, images: 64, rotations: 64, translations: 49 }],
  ['posterior of poses', 'expectation', { boxPixels: 128, limit: 24, images: 16, rotations: 4608, translations: 49 }],
];
const SMALL_SEARCHES: typeof SEARCHES = [
  ['poses, all slices', 'shared', { boxPixels: 32, limit: 8, images: 8, rotations: 576, translations: 25 }],
  ['poses, own slices', 'own', { boxPixels: 32, limit: 8, images: 64, rotations: 16, translations: 25 }],
  ['posterior of poses', 'expectation', { boxPixels: 32, limit: 8, images: 8, rotations: 576, translations: 9 }],
];

function searchTrials(gpu: Gpu, quick: boolean): Trial[] {
  const all = gpu.software ? SMALL_SEARCHES : SEARCHES;
  return (quick ? all.slice(0, 1) : all).map(([kernel, call, size]) => {
    const { boxPixels, limit, images, rotations, translations } = size;
    return {
      kernel,
      size: `${images} images of ${boxPixels}² to ${limit}, ${rotations} × ${translations}`,
      variants: [{ name: '', make: (arena) => poseSearchBench(gpu, arena, call, size) }],
    };
  });
}

function trials(gpu: Gpu, quick: boolean): Trial[] {
  const sizes = gpu.software ? SMALL : LARGE;
  const scalars = gpu.half ? (['f32', 'f16'] as const) : (['f32'] as const);
  const most = quick || gpu.software ? 3 : Infinity;
  return sizes.flatMap(({ rows, width }) =>
    scalars.flatMap((scalar): Trial[] => {
      const size = { rows, inputs: width, outputs: width, scalar };
      const words = `${rows} × ${width} × ${width}, ${scalar}`;
      const shape = { label: '', prologue: 'rows' as const, inputs: width, outputs: width, scalar, bias: true };
      return [
        {
          kernel: 'product',
          size: words,
          variants: benchmarkVariants(gpu, size)
            .slice(0, most)
            .map((variant) => ({
              name: variantName(variant),
              make: (arena) => productBenchmark(gpu, arena, size, variant),
            })),
        },
        {
          kernel: 'weight gradient',
          size: words,
          variants: weightGradientVariants(gpu, shape, rows)
            .slice(0, most)
            .map((variant) => ({
              name: Object.values(variant).join(' '),
              make: (arena) => weightGradientBench(gpu, arena, size, variant),
            })),
        },
        {
          kernel: 'last layer with loss',
          size: `${rows} × ${width}, ${scalar}`,
          variants: [{ name: '', make: (arena) => outputBench(gpu, arena, { rows, inputs: width, scalar }) }],
        },
        // The weights of three residual layers.
        ...(scalar === 'f32' ? [adamTrial(gpu, 3 * width * width)] : []),
      ];
    }),
  );
}

function adamTrial(gpu: Gpu, floats: number): Trial {
  const variants = [{ name: '', make: (arena: Arena) => adamBench(gpu, arena, { floats }) }];
  return { kernel: 'Adam', size: `${floats} parameters`, variants };
}

function isDispatch(command: Command): command is Dispatch {
  return 'pipeline' in command;
}

/** Seconds of the commands once, the median of rounds of about 20 ms. */
async function timeOf(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<number> {
  const first = await gpu.measure(dispatches);
  const repeats = Math.max(1, Math.min(50, Math.round(0.02 / Math.max(first, 1e-5))));
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push(await gpu.measure(dispatches, repeats));
  return median(times);
}

export async function kernelsPart(gpu: Gpu, limits: Limits, quick: boolean): Promise<Part> {
  const rows: string[][] = [];
  for (const { kernel, size, variants } of [...trials(gpu, quick), ...mapTrials(gpu), ...searchTrials(gpu, quick)])
    for (const [number, { name, make }] of variants.entries()) {
      const arena = gpu.arena('benchmark');
      try {
        const dispatches = (await make(arena)).filter(isDispatch);
        const took = await timeOf(gpu, dispatches);
        const work = { flops: 0, bytes: 0 };
        for (const { flops, bytes } of dispatches) [work.flops, work.bytes] = [work.flops + flops, work.bytes + bytes];
        const { share, by } = boundOf(limits, work, took);
        const rate = `${scaled(work.flops / took)}FLOP/s`;
        rows.push([
          kernel,
          size,
          `${name}${number === 0 ? ' (default)' : ''}`.trim(),
          seconds(took),
          rate,
          percent(share),
          by,
        ]);
      } catch (error) {
        const words = error instanceof Error ? error.message.split('\n')[0] : String(error);
        rows.push([kernel, size, name, '–', words, '–', '–']);
      } finally {
        arena.destroy();
      }
    }
  return {
    title: 'Kernels at sizes of training',
    notes: [
      'Share: what the work needs at least, by the float32 multiply-adds or the copied bytes measured above, over the time it took.',
    ],
    header: ['kernel', 'size', 'variant', 'time', 'rate', 'share of the limit', 'that binds'],
    rows,
  };
}
