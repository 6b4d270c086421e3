// A kernel's cases as tests in Node. Where there is no adapter they are skipped, and it is said.
import { afterAll, describe, it } from 'vitest';
import { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import { openTestAdapter } from './adapter.ts';
import { canRun, type KernelCase } from './kernel-cases.ts';

export async function openTestGpu(): Promise<Gpu | null> {
  const adapter = await openTestAdapter();
  return adapter && Gpu.open(adapter);
}

export async function describeKernel(name: string, cases: readonly KernelCase[]): Promise<void> {
  const gpu = await openTestGpu();
  describe.skipIf(!gpu)(name, () => {
    afterAll(() => gpu?.close());
    for (const one of cases)
      it.skipIf(!gpu || !canRun(one, gpu))(one.name, async () => {
        if (gpu) await one.run(gpu);
      });
  });
}
