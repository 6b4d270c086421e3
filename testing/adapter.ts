// A WebGPU adapter for tests and benchmarks in Node: that of a driver which is named, else chromium's SwiftShader. Null where
// there is none.
import { dawn } from '../src/engine/node/dawn.ts';
import { findAdapter } from '../src/engine/gpu-adapter.ts';
import { waitPatiently } from './patient-waits.ts';
import { offerSoftwareVulkan } from './software-vulkan.ts';

/**
 * Workgroup memory is zeroed by a loop in the shader, as on Metal and Direct3D, not by the driver: SwiftShader unrolls it number by
 * number, and took three quarters of a test's time to compile that. Chromium's stories have it the other way.
 */
const DAWN_OPTIONS = ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'];

export async function openTestAdapter(): Promise<GPUAdapter | null> {
  offerSoftwareVulkan();
  waitPatiently();
  const gpu = await dawn(DAWN_OPTIONS);
  const adapter = gpu && (await findAdapter(gpu));
  if (!adapter) console.warn('SKIPPED: no WebGPU adapter in this Node, not even one in software');
  return adapter;
}
