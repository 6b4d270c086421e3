// From nothing to the first step, as in a studio that was never here: device, shaders, buffers, a step on the default kernels, as
// a training begins; then with all kernels chosen first, as an estimate does; then with those kept. The driver's own cache of shaders is switched off by the environment (NVIDIA's, Mesa's).
import { openWgslEngine } from '../../src/engine/wgsl/engine.ts';
import type { TuningStore } from '../../src/engine/wgsl/tuning/store.ts';
import { createModel, STEP, syntheticBatch } from '../models.ts';
import type { PartContext, Part } from './part-context.ts';

const kept = new Map<string, string>();
const store: TuningStore = {
  load: (key) => Promise.resolve(kept.get(key) ?? null),
  save: (key, text) => {
    kept.set(key, text);
    return Promise.resolve();
  },
  list: () => Promise.resolve([...kept.keys()]),
  remove: (key) => {
    kept.delete(key);
    return Promise.resolve();
  },
};

async function start(context: PartContext, when: 'first' | 'beside'): Promise<Record<string, number>> {
  const size = context.size(256, 8);
  const batch = syntheticBatch(size);
  const begin = performance.now();
  const since = () => (performance.now() - begin) / 1000;
  const engine = await openWgslEngine(await context.adapter(), { tuning: store });
  try {
    const opened = since();
    const model = await createModel(engine, size, undefined, { choosing: { when } });
    const made = since();
    await model.trainStep(batch, STEP);
    await model.takeLosses();
    return { deviceSeconds: opened, modelSeconds: made - opened, stepSeconds: since() - made, allSeconds: since() };
  } finally {
    engine.dispose();
  }
}

export const firstStart: Part = {
  name: 'first start',
  seconds: 15,
  environment: { __GL_SHADER_DISK_CACHE: '0', MESA_SHADER_CACHE_DISABLE: 'true' },
  steps: (context) => [
    { name: 'nothing kept', patienceSeconds: 10, run: () => start(context, 'beside') },
    { name: 'kernels chosen first', patienceSeconds: 30, run: () => start(context, 'first') },
    { name: 'its tuning kept', patienceSeconds: 10, run: () => start(context, 'beside') },
  ],
};
