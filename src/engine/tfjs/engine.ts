// The Engine on TensorFlow.js: runs anywhere, proves the others. One of these a worker, since tfjs is global.
import * as tf from '@tensorflow/tfjs-core';
import type { DeviceInfo, EncodingTable, Engine, FieldModel, ModelSpec, ModelState } from '../engine.ts';
import { startBackend, wasmThreads, type TfjsBackend, type TfjsResources } from './backend.ts';
import { TfjsModel } from './model.ts';

export type { TfjsBackend, TfjsResources };

class TfjsEngine implements Engine {
  private readonly models = new Set<TfjsModel>();
  constructor(readonly device: DeviceInfo) {}

  async createModel(spec: ModelSpec, encoding: EncodingTable, state: ModelState): Promise<FieldModel> {
    await tf.ready();
    const model = new TfjsModel(spec, encoding, state);
    this.models.add(model);
    return model;
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.models.clear();
  }
}

async function webgpuDescription(): Promise<{ description: string; software: boolean }> {
  const adapter = await navigator.gpu.requestAdapter();
  const info = adapter?.info;
  const description = [info?.vendor, info?.architecture, info?.description].filter(Boolean).join(' ') || 'WebGPU';
  return { description, software: /swiftshader|llvmpipe|lavapipe|software/i.test(description) };
}

/** Error: 'device-lost' where the backend does not start. */
export async function openTfjsEngine(backend: TfjsBackend, resources: TfjsResources = {}): Promise<Engine> {
  await startBackend(backend, resources);
  if (backend === 'webgpu') {
    const { description, software } = await webgpuDescription();
    return new TfjsEngine({ engine: 'tfjs', processor: software ? 'cpu' : 'gpu', description, software, threads: 1 });
  }
  const threads = await wasmThreads();
  return new TfjsEngine({
    engine: 'tfjs',
    processor: 'cpu',
    description: `${threads} thread${threads === 1 ? '' : 's'}, SIMD`,
    software: false,
    threads,
  });
}
