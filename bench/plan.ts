// The training step and an iteration of a linear model on paper: their operations, bytes and dispatches as the engine records
// them, and the times below which no processor of a given peak can do it. Nothing is computed and no device is needed.
// Run: npm run bench:plan
import type { Command } from '../src/engine/wgsl/gpu/gpu.ts';
import type { Scalar } from '../src/engine/wgsl/gpu/kernels.ts';
import { Tuned, TUNING_VERSION } from '../src/engine/wgsl/tuning/tuned.ts';
import { factorTables } from './factor-plan.ts';
import { fieldOnGpu } from './field-on-gpu.ts';
import { STEP, syntheticBatch, type Size } from './models.ts';
import { dryRunGpu } from '../testing/dry-run-gpu.ts';
import { totalOf, workOf } from './recorded.ts';
import { figures, markdown } from './report.ts';

interface Chip {
  name: string;
  /** Operations a second in float32, and where float16 with sums in float32 is faster in that. */
  f32: number;
  f16: number;
  /** Bytes a second of its memory. */
  memory: number;
}

/** Makers' figures: peak rates that no kernel reaches. */
const CHIPS: Chip[] = [
  { name: 'M2', f32: 3.6e12, f16: 3.6e12, memory: 100e9 },
  { name: 'Iris Xe', f32: 2.1e12, f16: 4.2e12, memory: 60e9 },
  { name: 'RTX 4060 laptop', f32: 11.6e12, f16: 23.2e12, memory: 256e9 },
  { name: 'H100 SXM', f32: 67e12, f16: 989e12, memory: 3.35e12 },
];

const SIZES: Size[] = [64, 128, 256].flatMap((boxPixels) =>
  [256, 1024].map((width) => ({ boxPixels, width, batch: 8 })),
);
/** Rate at which whole batches are computed at once, as far as memory goes. */
const FAST = 1e13;

async function stepOf(size: Size, scalar: Scalar, rate: number): Promise<Command[]> {
  const { gpu, sent } = dryRunGpu({ flops: rate, bytes: rate / 20 }, {}, false, scalar === 'f16');
  const model = await fieldOnGpu(gpu, ratedAt(gpu, rate), size, 8, scalar);
  sent.length = 0;
  await model.trainStep(syntheticBatch(size), STEP);
  return sent;
}

function ratedAt(gpu: Tuned['gpu'], rate: number): Tuned {
  return new Tuned(gpu, { adapter: 'paper', version: TUNING_VERSION, choices: {}, rate });
}

/** One dispatch after the other, each as long as its operations or its bytes take at least. */
function floorSeconds(commands: readonly Command[], peak: number, memory: number): number {
  return commands.map(workOf).reduce((sum, { flops, bytes }) => sum + Math.max(flops / peak, bytes / memory), 0);
}

const work: string[][] = [];
const floors: string[][] = [];
for (const size of SIZES) {
  const name = `${size.boxPixels}, ${size.width}×3`;
  const [f32, f16] = [await stepOf(size, 'f32', FAST), await stepOf(size, 'f16', FAST)];
  const [whole, half] = [totalOf(f32), totalOf(f16)];
  work.push([
    name,
    figures(whole.flops / 1e9),
    figures(whole.bytes / 1e9),
    figures(half.bytes / 1e9),
    String(whole.dispatches),
    String(half.dispatches),
  ]);
  const cell = (commands: Command[], peak: number, memory: number) => {
    const seconds = floorSeconds(commands, peak, memory);
    return `${figures(1000 * seconds)} (${figures(size.batch / seconds)})`;
  };
  floors.push([
    name,
    ...CHIPS.map((chip) => `${cell(f32, chip.f32, chip.memory)}; ${cell(f16, chip.f16, chip.memory)}`),
  ]);
}
console.log(
  markdown({
    title: 'A training step, batch 8',
    header: ['D, width', 'GFLOP', 'GB, f32', 'GB, f16', 'dispatches, f32', 'f16'],
    rows: work,
  }),
);
console.log();
console.log(
  markdown({
    title: 'Its floor: ms (images/s) in float32; with float16 storage',
    header: ['D, width', ...CHIPS.map(({ name }) => name)],
    rows: floors,
  }),
);

const longest: string[][] = [];
for (const rate of [0.2e12, 2e12])
  for (const { what, mapPixels, ...size } of [
    { what: 'step', boxPixels: 128, width: 1024, batch: 8, mapPixels: null },
    { what: 'map of 256³', boxPixels: 256, width: 1024, batch: 8, mapPixels: 256 },
  ]) {
    const { gpu, sent: commands } = dryRunGpu({ flops: rate, bytes: rate / 20 });
    const { pace } = gpu;
    const model = await fieldOnGpu(gpu, ratedAt(gpu, rate), size);
    commands.length = 0;
    await (mapPixels ? model.volume(new Float32Array(8), mapPixels, 1) : model.trainStep(syntheticBatch(size), STEP));
    const planned = pace.submissionsOf(commands).map((part) => pace.plannedSeconds(part));
    const seconds = commands.map((command) => pace.secondsOf(workOf(command)));
    const slowest = commands[seconds.indexOf(Math.max(...seconds))];
    longest.push([
      `D=${size.boxPixels}, ${size.width}×3, ${what}`,
      figures(rate / 1e12),
      String(commands.length),
      String(planned.length),
      figures(1000 * Math.max(...planned)),
      figures(planned.reduce((sum, each) => sum + each, 0)),
      `${'label' in slowest ? slowest.label : 'a copy'}, ${figures(1000 * Math.max(...seconds))} ms`,
    ]);
  }
console.log();
console.log(
  markdown({
    title: 'The longest submission that is planned',
    notes: ['Memory in proportion: 10 and 100 GB/s.'],
    header: ['program', 'TFLOP/s', 'commands', 'submissions', 'longest, ms', 'in all, s', 'the longest command'],
    rows: longest,
  }),
);
for (const table of await factorTables(CHIPS)) console.log(`\n${markdown(table)}`);
process.exit();
