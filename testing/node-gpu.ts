// A kernel's cases as tests in Node, with the kernels of adapters in software and with those of real ones, whatever adapter is
// there. Where there is none they are skipped, and it is said.
import { afterAll, describe, it } from 'vitest';
import { Gpu, type GpuOptions } from '../src/engine/wgsl/gpu/gpu.ts';
import { openTestAdapter } from './adapter.ts';
import { canRun, type KernelCase } from '../src/engine/proof/kernel-cases.ts';

export async function openTestGpu(options: GpuOptions = {}): Promise<Gpu | null> {
  const adapter = await openTestAdapter();
  return adapter && Gpu.open(adapter, options);
}

export async function describeKernel(name: string, cases: readonly KernelCase[]): Promise<void> {
  await describeCases(`${name}, as in software`, cases, { kernels: 'software' });
  await describeCases(`${name}, as on real adapters`, cases, { kernels: 'hardware' });
}

/** The cases on one device. `check` sees it before. */
export async function describeCases(
  name: string,
  cases: readonly KernelCase[],
  options: GpuOptions,
  check: (gpu: Gpu) => void = () => undefined,
): Promise<void> {
  const gpu = await openTestGpu(options);
  if (gpu) check(gpu);
  describe.skipIf(!gpu)(name, () => {
    afterAll(() => gpu?.close());
    for (const one of cases)
      it.skipIf(!gpu || !canRun(one, gpu))(one.name, async () => {
        if (gpu) await one.run(gpu);
      });
  });
}
