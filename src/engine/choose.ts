// Which maker of the engine a machine gets: a graphics processor through WebGPU where there is a real one, else the CPU's
// own kernels, else TensorFlow.js on wasm. Makers are loaded only when chosen.
import { VitrineError } from '../formats/errors.ts';
import type { Engine, EngineRequest } from './engine.ts';
import type { TfjsResources } from './tfjs/engine.ts';

export type EngineResources = Pick<TfjsResources, 'tfjsWasmFolder'>;

/** Whether WebGPU is there, and on what. */
export async function webgpuHere(): Promise<'available' | 'software' | 'absent'> {
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (!gpu) return 'absent';
  try {
    const adapter = await gpu.requestAdapter();
    if (!adapter) return 'absent';
    const { vendor, architecture, description } = adapter.info;
    const words = `${vendor} ${architecture} ${description}`;
    return adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(words)
      ? 'software'
      : 'available';
  } catch {
    return 'absent';
  }
}

async function openTfjs(backend: 'wasm' | 'webgpu', request: EngineRequest, resources: EngineResources) {
  const { openTfjsEngine } = await import('./tfjs/engine.ts');
  return openTfjsEngine(backend, {
    ...resources,
    ...(request.threads !== undefined && { threads: request.threads }),
  });
}

async function openWasm(request: EngineRequest): Promise<Engine> {
  const { openWasmEngine } = await import('./wasm/engine.ts');
  return openWasmEngine(request.threads === undefined ? {} : { threads: request.threads });
}

/** Errors: 'device-lost' where the device asked for is not there, 'usage' for a maker that is not there. */
export async function openEngine(request: EngineRequest, resources: EngineResources = {}): Promise<Engine> {
  const { device, maker } = request;
  if (maker === 'wgsl')
    throw new VitrineError('usage', 'This build has no WGSL engine.', { advice: 'Ask for tfjs or wasm.' });
  const webgpu = device === 'cpu' || maker === 'wasm' ? 'absent' : await webgpuHere();
  if (device === 'gpu') {
    if (webgpu === 'absent' || maker === 'wasm')
      throw new VitrineError('device-lost', 'No graphics processor can be used here.', {
        expected: 'WebGPU',
        found: webgpu === 'absent' ? 'no adapter' : `the ${maker} engine`,
        advice: 'Choose the CPU, or a browser with WebGPU switched on.',
      });
    return openTfjs('webgpu', request, resources);
  }
  if (maker === 'tfjs') return openTfjs(webgpu === 'available' ? 'webgpu' : 'wasm', request, resources);
  if (webgpu === 'available') {
    try {
      return await openTfjs('webgpu', request, resources);
    } catch (error) {
      // An adapter that is found but cannot start: the CPU can.
      if (!(error instanceof VitrineError)) console.warn('WebGPU did not start:', error);
    }
  }
  return openWasm(request);
}
