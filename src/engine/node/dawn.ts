// WebGPU in Node: Dawn, the implementation of Chromium, from the npm package `webgpu`. Loaded only when asked for. On Linux it
// needs the Vulkan loader (libvulkan.so.1) and the driver of a graphics processor.
import { readdirSync } from 'node:fs';
import { VitrineError } from '../../base/errors.ts';
import { openEngine } from '../choose.ts';
import type { Engine, EngineRequest } from '../engine.ts';
import { findAdapter } from '../gpu-adapter.ts';
import { tuningFiles } from './tuning-file.ts';

/** What benchmarks ask Dawn for: subgroup matrices, float16 on NVIDIA's Vulkan too, and timestamps of full resolution. */
export const BENCHMARK_OPTIONS = [
  'enable-dawn-features=allow_unsafe_apis,use_vulkan_memory_model,vulkan_enable_f16_on_nvidia',
  'disable-dawn-features=timestamp_quantization',
];

/** Dawn ends with its GPU object, even where devices of it are at work: it is held until the process ends. */
const held: GPU[] = [];

/** Null where Dawn cannot be loaded on this system. `options` are Dawn's own, as `key=value`. */
export async function dawn(options: readonly string[] = []): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    // Names such as GPUBuffer, which tfjs looks for.
    Object.assign(globalThis, globals);
    const gpu = create([...options]);
    held.push(gpu);
    return gpu;
  } catch {
    return null;
  }
}

/** Whether Linux has the device file of a graphics processor: without one Dawn would only say that Vulkan is missing. */
function mayHaveGraphics(): boolean {
  if (process.platform !== 'linux') return true;
  const namesIn = (folder: string): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  // Render nodes of the kernel's drivers, NVIDIA's own, and Windows' under WSL.
  return namesIn('/dev/dri').length > 0 || namesIn('/dev').some((name) => /^nvidia\d|^dxg$/.test(name));
}

/** WebGPU where this machine seems to have a graphics processor, else null. */
export async function gpuInNode(): Promise<GPU | null> {
  return mayHaveGraphics() ? dawn() : null;
}

/** As `openEngine`, with the graphics processor of this machine. Error: 'device-lost' where 'gpu' finds none. */
export async function openEngineInNode(request: EngineRequest): Promise<Engine> {
  const { device, maker } = request;
  if (device === 'cpu' || maker === 'wasm' || (device === 'auto' && !mayHaveGraphics()))
    return openEngine(request, { gpu: null });
  const gpu = await dawn();
  if (device === 'auto' || (gpu && (await findAdapter(gpu))))
    return openEngine(request, { gpu, tuning: tuningFiles() });
  throw new VitrineError('device-lost', 'No graphics processor can be used here.', {
    expected: 'one with a driver for Vulkan, Metal or Direct3D 12',
    found: gpu ? 'none' : 'no WebGPU for this system',
    advice:
      process.platform === 'linux'
        ? 'Install its driver and the Vulkan loader (Debian: libvulkan1), or use --device cpu.'
        : 'Install its driver, or use --device cpu.',
  });
}
