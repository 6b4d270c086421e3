// What it costs to launch: one program sent off in 1 to 16 submissions, dispatches that do next to nothing, and the slices of a
// weight gradient.
import type { Dispatch, Gpu } from '../../src/engine/wgsl/gpu/gpu.ts';
import { adamBench } from '../../src/engine/wgsl/adam/bench.ts';
import { productBenchmark } from '../../src/engine/wgsl/product/bench.ts';
import { weightGradientBench } from '../../src/engine/wgsl/weight-gradient/bench.ts';
import { weightGradientVariants } from '../../src/engine/wgsl/weight-gradient/variants.ts';
import { median } from '../report.ts';
import type { PartContext, Part, Step } from './part-context.ts';

const DISPATCHES = 64;
const SUBMISSIONS = [1, 2, 4, 8, 16];

function send(gpu: Gpu, dispatches: readonly Dispatch[]): void {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { pipeline, bindings, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(...workgroups);
  }
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
}

export interface Swept {
  /** Submissions, and the seconds of all dispatches by the clock. */
  rows: { submissions: number; seconds: number }[];
  dispatches: number;
  /** Of one dispatch, by the device. */
  gpuSeconds: number;
}

async function swept(
  gpu: Gpu,
  make: (context: ReturnType<Gpu['arena']>) => Promise<readonly Dispatch[]>,
): Promise<Swept> {
  const arena = gpu.arena('launches');
  try {
    const [one] = await make(arena);
    const gpuSeconds = await gpu.measure([one], 4);
    const rows: Swept['rows'] = [];
    for (const submissions of SUBMISSIONS) {
      const times: number[] = [];
      for (let round = 0; round < 5; round++) {
        await gpu.finished();
        const begin = performance.now();
        for (let i = 0; i < submissions; i++) send(gpu, Array<Dispatch>(DISPATCHES / submissions).fill(one));
        await gpu.finished();
        times.push((performance.now() - begin) / 1000);
      }
      rows.push({ submissions, seconds: median(times) });
    }
    return { rows, dispatches: DISPATCHES, gpuSeconds };
  } finally {
    arena.destroy();
  }
}

/** Workgroups that a weight gradient cuts its rows for: more run side by side, more partial sums are written and added. */
const WANTED = [64, 128, 256, 512];

function slicings(context: PartContext): Step[] {
  const sizes = context.small
    ? [{ rows: 300, inputs: 32, outputs: 32 }]
    : [256, 1024].map((width) => ({ rows: 51408, inputs: width, outputs: width }));
  return sizes.map((size) => ({
    name: `slices of a weight gradient, ${size.rows} × ${size.inputs} × ${size.outputs}`,
    patienceSeconds: 10,
    async run() {
      const gpu = await context.gpu();
      const shape = { label: '', prologue: 'rows' as const, ...size, scalar: 'f32' as const, bias: true };
      const [variant] = weightGradientVariants(gpu, shape, size.rows);
      const rows: { workgroups: number; seconds: number }[] = [];
      for (const workgroups of WANTED) {
        const arena = gpu.arena('slices');
        try {
          const cut = Object.assign({}, variant, { workgroups });
          const dispatches = await weightGradientBench(gpu, arena, { ...size, scalar: 'f32' }, cut);
          const times: number[] = [];
          for (let i = 0; i < 5; i++) times.push(await gpu.measure(dispatches, context.small ? 1 : 4));
          rows.push({ workgroups, seconds: median(times) });
        } finally {
          arena.destroy();
        }
      }
      return { variant: JSON.stringify(variant), rows };
    },
  }));
}

export const launches: Part = {
  name: 'launches',
  seconds: 30,
  steps: (context: PartContext) => [
    {
      name: 'a product',
      patienceSeconds: 10,
      async run() {
        const gpu = await context.gpu();
        const [rows, width] = context.small ? [256, 32] : [8192, 256];
        const size = { rows, inputs: width, outputs: width, scalar: 'f32' as const };
        return swept(gpu, (arena) => productBenchmark(gpu, arena, size));
      },
    },
    {
      name: 'next to nothing',
      patienceSeconds: 10,
      async run() {
        const gpu = await context.gpu();
        return swept(gpu, async (arena) =>
          (await adamBench(gpu, arena, { floats: 64 })).flatMap((command) => ('pipeline' in command ? [command] : [])),
        );
      },
    },
    ...slicings(context),
  ],
};
