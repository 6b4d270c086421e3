// A linear model's iteration on paper: what a batch of images is computed with, as the engine records it, and the time below which no
// processor of a given peak goes through a hundred thousand of them.
import type { Command } from '../src/engine/wgsl/gpu/gpu.ts';
import { GpuFactorSums } from '../src/engine/wgsl/factors/factor-sums.ts';
import { dryRunGpu } from '../testing/dry-run-gpu.ts';
import { factorBatch, factorCalls, factorRequest } from './factors.ts';
import { totalOf, workOf } from './recorded.ts';
import { figures, type Part } from './report.ts';

/** Peaks: operations and bytes a second. */
export interface Peak {
  name: string;
  f32: number;
  memory: number;
}

const IMAGES = 100_000;
const COMPONENTS = 4;
/** A weak chip's rates, at which submissions are planned longest. */
const SLOW = { flops: 2e11, bytes: 1e10 };

async function callsOf(boxPixels: number) {
  const { gpu, sent } = dryRunGpu(SLOW, { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 });
  const sums = await GpuFactorSums.create(gpu, factorRequest({ boxPixels, components: COMPONENTS }));
  const count = sums.batchImages;
  const calls = factorCalls(sums, factorBatch(boxPixels, count));
  const recorded: { name: string; commands: Command[] }[] = [];
  for (const name of ['images', 'products', 'insert'] as const) {
    // Sums that something lies in already are read and written.
    if (name === 'insert') await calls.insert();
    sent.length = 0;
    await calls[name]();
    recorded.push({ name, commands: [...sent] });
  }
  const longest = Math.max(
    ...recorded.flatMap(({ commands }) => commands.map((one) => gpu.pace.secondsOf(workOf(one)))),
  );
  return { count, recorded, longest, bytes: sums.memoryBytes() };
}

/** Work of an iteration, and its floor: one dispatch after the other, each as long as its operations or its bytes take. */
export async function factorTables(peaks: readonly Peak[]): Promise<Part[]> {
  const work: string[][] = [];
  const floors: string[][] = [];
  for (const boxPixels of [64, 128]) {
    const { count, recorded, longest, bytes } = await callsOf(boxPixels);
    for (const { name, commands } of recorded) {
      const total = totalOf(commands);
      work.push([
        ...[String(boxPixels), name, String(count), String(total.dispatches)],
        ...[figures(total.flops / count / 1e6), figures(total.bytes / count / 1e6)],
        ...[figures((total.flops / count) * (IMAGES / 1e12)), figures((total.bytes / count) * (IMAGES / 1e9))],
      ]);
    }
    const all = recorded.flatMap(({ commands }) => commands).map(workOf);
    floors.push([
      String(boxPixels),
      ...peaks.map(({ f32, memory }) => {
        const seconds = all.reduce((sum, one) => sum + Math.max(one.flops / f32, one.bytes / memory), 0);
        return figures((seconds / count) * IMAGES);
      }),
      `${figures(1000 * longest)} ms`,
      figures(bytes / 1e6),
    ]);
  }
  const each = `${IMAGES} images, ${COMPONENTS} components`;
  return [
    {
      title: 'An iteration of a linear model',
      notes: [`By batch on a device of default limits; of an image, and of ${each}.`],
      header: ['D', 'call', 'images', 'dispatches', 'MFLOP each', 'MB each', 'TFLOP', 'GB'],
      rows: work,
    },
    {
      title: 'Its floor, seconds',
      notes: [`${each}. The longest dispatch at 0.2 TFLOP/s and 10 GB/s; MB on the device.`],
      header: ['D', ...peaks.map(({ name }) => name), 'the longest', 'MB'],
      rows: floors,
    },
  ];
}
