// A Gpu for tests in Node: a real adapter where a driver is named, else chromium's SwiftShader. Null where there is none;
// tests then skip and say so.
import { dawn } from '../src/engine/node/dawn.ts';
import { findAdapter } from '../src/engine/gpu-adapter.ts';
import { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import { offerSoftwareVulkan } from './software-vulkan.ts';
import { canRun, type KernelCase } from './kernel-cases.ts';
import { afterAll, describe, it } from 'vitest';

export async function openTestGpu(): Promise<Gpu | null> {
  offerSoftwareVulkan();
  const gpu = await dawn();
  const adapter = gpu && (await findAdapter(gpu));
  if (adapter) return Gpu.open(adapter);
  console.warn('SKIPPED kernels: no WebGPU adapter in this Node, not even one in software');
  return null;
}

/** A kernel's cases as tests of this file. */
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
