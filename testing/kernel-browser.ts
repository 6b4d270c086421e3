// Kernels' cases in a browser, in a page or a worker: bundled into one script, which leaves a runner behind on the global
// object. Nothing of it is part of the studio.
import { VitrineError } from '../src/base/errors.ts';
import { browserGpu, findAdapter } from '../src/engine/gpu-adapter.ts';
import { Gpu, type GpuOptions } from '../src/engine/wgsl/gpu/gpu.ts';
import { canRun } from '../src/engine/proof/kernel-cases.ts';
import { listedCases } from './kernel-case-list.ts';

export interface KernelRunner {
  /** Adapter and the number of cases, for whose kernels. Rejects where there is no adapter. */
  open(kernels: GpuOptions['kernels']): Promise<{ adapter: string; cases: number }>;
  /** Runs case `number`: how many milliseconds it took, null where the device lacks what it needs. */
  run(number: number): Promise<number | null>;
  close(): void;
}

let gpu: Gpu | null = null;

const runner: KernelRunner = {
  async open(kernels) {
    const browser = browserGpu();
    const adapter = browser && (await findAdapter(browser));
    if (!adapter) throw new Error('no WebGPU adapter');
    gpu = await Gpu.open(adapter, kernels && { kernels });
    return { adapter: gpu.guarded.description, cases: listedCases.length };
  },
  async run(number) {
    if (!gpu) throw new Error('not opened');
    const { one } = listedCases[number];
    if (!canRun(one, gpu)) return null;
    const start = performance.now();
    await one.run(gpu).catch((error: unknown) => {
      // Only the message of an error reaches the test.
      throw error instanceof VitrineError ? new Error(`${error.message} ${error.detail.found ?? ''}`) : error;
    });
    return performance.now() - start;
  },
  close() {
    gpu?.close();
    gpu = null;
  },
};

(globalThis as { kernelRunner?: KernelRunner }).kernelRunner = runner;
