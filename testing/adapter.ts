// A WebGPU adapter for tests and benchmarks in Node: that of a driver which is named, else chromium's SwiftShader. Null where
// there is none.
import { dawn } from '../src/engine/node/dawn.ts';
import { findAdapter } from '../src/engine/gpu-adapter.ts';
import { offerSoftwareVulkan } from './software-vulkan.ts';

export async function openTestAdapter(): Promise<GPUAdapter | null> {
  offerSoftwareVulkan();
  const gpu = await dawn();
  const adapter = gpu && (await findAdapter(gpu));
  if (!adapter) console.warn('SKIPPED: no WebGPU adapter in this Node, not even one in software');
  return adapter;
}
