// Which maker of the engine a machine gets: the WGSL kernels where there is a real graphics processor, else the CPU's own.
// TensorFlow.js, on either, is asked for by name. Makers are loaded only when chosen.
import { VitrineError } from '../base/errors.ts';
import type { Engine, EngineKind, EngineRequest } from './engine.ts';
import { browserGpu, findAdapter, isSoftware } from './gpu-adapter.ts';
import type { TfjsResources } from './tfjs/engine.ts';
import type { TuningStore } from './wgsl/tuning/store.ts';

/** What opening an engine needs from outside: where files of wasm lie, how threads are started, where tunings are kept. */
export interface EngineResources extends Pick<TfjsResources, 'tfjsWasmFolder'> {
  /** WebGPU where it is not the browser's (node/dawn.ts); null for none. */
  gpu?: GPU | null;
  /** Where measurements of graphics processors are kept. */
  tuning?: TuningStore;
}

/** Whether WebGPU is there, and on what. */
export async function webgpuHere(gpu: GPU | null = browserGpu()): Promise<'available' | 'software' | 'absent'> {
  const adapter = gpu && (await findAdapter(gpu));
  if (!adapter) return 'absent';
  return isSoftware(adapter.info) ? 'software' : 'available';
}

async function openGpu(
  gpu: GPU,
  adapter: GPUAdapter,
  maker: EngineKind | undefined,
  { tuning }: EngineResources,
): Promise<Engine> {
  if (maker === 'tfjs') {
    const { openTfjsGpuEngine } = await import('./tfjs/engine.ts');
    return openTfjsGpuEngine(gpu, adapter);
  }
  const { openWgslEngine } = await import('./wgsl/engine.ts');
  return openWgslEngine(adapter, tuning && { tuning });
}

async function openCpu(request: EngineRequest, resources: EngineResources): Promise<Engine> {
  const threads = request.threads === undefined ? {} : { threads: request.threads };
  if (request.maker === 'tfjs') {
    const { openTfjsEngine } = await import('./tfjs/engine.ts');
    return openTfjsEngine({ ...resources, ...threads });
  }
  const { openWasmEngine } = await import('./wasm/engine.ts');
  return openWasmEngine(threads);
}

/**
 * 'gpu' takes an adapter in software too, 'auto' only a real one. Errors: 'device-lost' where the device asked for is not
 * there or does not start, 'usage' for the WGSL kernels on the CPU.
 */
export async function openEngine(request: EngineRequest, resources: EngineResources = {}): Promise<Engine> {
  const { device, maker } = request;
  if (device === 'cpu' && maker === 'wgsl')
    throw new VitrineError('usage', 'The WGSL kernels need a graphics processor.', {
      advice: 'Ask for the device gpu, or for wasm.',
    });
  if (device === 'cpu' || (maker === 'wasm' && device === 'auto')) return openCpu(request, resources);
  const gpu = resources.gpu === undefined ? browserGpu() : resources.gpu;
  const adapter = gpu && maker !== 'wasm' ? await findAdapter(gpu) : null;
  if (device === 'gpu' || maker === 'wgsl') {
    if (gpu && adapter) return openGpu(gpu, adapter, maker, resources);
    throw new VitrineError('device-lost', 'No graphics processor can be used here.', {
      expected: 'WebGPU',
      found: maker === 'wasm' ? 'the wasm engine' : 'no adapter',
      advice: 'Choose the CPU, or a browser with WebGPU switched on.',
    });
  }
  if (gpu && adapter && !isSoftware(adapter.info)) {
    try {
      return await openGpu(gpu, adapter, maker, resources);
    } catch (error) {
      // An adapter that is found but cannot start: the CPU can.
      console.warn('WebGPU did not start:', error);
    }
  }
  return openCpu(request, resources);
}
