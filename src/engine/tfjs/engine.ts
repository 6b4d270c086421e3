// The Engine on TensorFlow.js: runs anywhere, proves the others. tfjs holds one global backend a JavaScript thread, so one of
// these a worker: on the wasm backend, or on a graphics processor.
import * as tf from '@tensorflow/tfjs-core';
import { openAtomsModel } from '../atoms/model.ts';
import type { DeviceInfo, Engine, EngineField, FieldModel, ModelState } from '../engine.ts';
import { fieldOfKind } from '../field-of-kind.ts';
import { isOfMaps, openMapsModel } from '../linear/model.ts';
import type { PoseScorer, SearchPoints } from '../scoring/scorer.ts';
import { TwinScorer } from '../scoring/twin.ts';
import { startWasmBackend, wasmThreads, type TfjsResources } from './backend.ts';
import { Graphics } from './graphics.ts';
import { GuardedModel } from './guarded-model.ts';
import { TfjsModel } from './model.ts';

export type { TfjsResources };

class TfjsEngine implements Engine {
  readonly lost?: Promise<Error>;
  private readonly models = new Set<FieldModel>();

  constructor(
    readonly device: DeviceInfo,
    private readonly graphics: Graphics | null,
  ) {
    if (graphics) this.lost = graphics.lost;
  }

  async createModel(field: EngineField, state: ModelState): Promise<FieldModel> {
    if (isOfMaps(field)) return openMapsModel(field, state, { models: this.models });
    if (field.kind === 'atoms') return openAtomsModel(field, state, this.models);
    const { spec, encoding } = fieldOfKind(field, 'network', 'tfjs');
    await tf.ready();
    const { graphics } = this;
    const onDispose = (): void => void this.models.delete(model);
    const model: FieldModel = graphics
      ? await graphics.guard(() => new GuardedModel(graphics, spec, encoding, state, onDispose))
      : new TfjsModel(spec, encoding, state, { onDispose });
    this.models.add(model);
    return model;
  }

  createScorer(points: SearchPoints): Promise<PoseScorer> {
    return Promise.resolve(new TwinScorer(points));
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.models.clear();
    this.graphics?.close();
  }
}

/** On the CPU. Error: 'device-lost' where the backend does not start. */
export async function openTfjsEngine(resources: TfjsResources = {}): Promise<Engine> {
  await startWasmBackend(resources);
  const threads = await wasmThreads();
  const description = `${threads} thread${threads === 1 ? '' : 's'}, SIMD`;
  return new TfjsEngine({ engine: 'tfjs', processor: 'cpu', description, software: false, threads }, null);
}

/** On a graphics processor. Error: 'device-lost' where it does not start. */
export async function openTfjsGpuEngine(gpu: GPU, adapter: GPUAdapter): Promise<Engine> {
  const graphics = await Graphics.start(gpu, adapter);
  const { software } = graphics;
  const description = `WebGPU, ${graphics.description}${software ? ' (software)' : ''}`;
  return new TfjsEngine(
    { engine: 'tfjs', processor: software ? 'cpu' : 'gpu', description, software, threads: 1 },
    graphics,
  );
}
