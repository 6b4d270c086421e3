// An engine lives as long as the page, and a map is decoded by a model of its own every few seconds of a run: a model that was
// disposed of must be held by nobody. A fit opens factor sums for each part of it: the same of them.
import { afterAll, expect, it } from 'vitest';
import { collect } from '../../testing/bytes-held.ts';
import { openTestGpu } from '../../testing/node-gpu.ts';
import type { Engine } from './engine.ts';
import { makeHalfCube } from './factors/half-cube.ts';
import { factorAnswers, factorImages, normals } from './proof/factor-cases.ts';
import { makeCase } from './proof/model-cases.ts';
import { openTfjsEngine } from './tfjs/engine.ts';
import { openWasmEngine } from './wasm/engine.ts';
import { WgslEngine } from './wgsl/engine.ts';

const sample = makeCase({ name: 'let go', spec: { zDim: 2 }, features: 8, images: 2 });
const opened: Engine[] = [];
afterAll(() => opened.forEach((engine) => engine.dispose()));

/** In a function of its own, so that no variable here holds the model. */
async function usedAndDisposed(engine: Engine): Promise<WeakRef<object>> {
  const { spec, encoding, weights } = sample;
  const model = await engine.createModel({ kind: 'network', spec, encoding }, { weights });
  await model.evaluate(new Float32Array(3), new Float32Array(2));
  model.dispose();
  return new WeakRef(model);
}

async function summedAndDisposed(engine: Engine): Promise<WeakRef<object>[]> {
  const grid = makeHalfCube(8, 3, 2, 1.12);
  const sums = await engine.createFactorSums?.({ imagePixels: 8, grid, factors: 1, groups: 2 });
  if (!sums) return [];
  await factorAnswers(sums, [factorImages(8, 3)], [normals(2 * grid.voxels)]);
  sums.dispose();
  return [new WeakRef(sums)];
}

it.each<[string, () => Promise<Engine | null>]>([
  ['wasm, two threads', () => openWasmEngine({ threads: 2 })],
  ['wasm, one thread', () => openWasmEngine({ ownThread: true })],
  ['tfjs', () => openTfjsEngine()],
  ['wgsl', () => openTestGpu({ kernels: 'software' }).then((gpu) => gpu && new WgslEngine(gpu))],
])('%s lets go of models that were disposed of', async (_, open) => {
  const engine = await open();
  if (!engine) return;
  opened.push(engine);
  const models = [await usedAndDisposed(engine), await usedAndDisposed(engine), await usedAndDisposed(engine)];
  await collect();
  // What was computed last may still lie on some stack.
  expect(models.filter((model) => model.deref() !== undefined).length).toBeLessThanOrEqual(1);
  const sums: WeakRef<object>[] = [];
  for (let i = 0; i < 3; i++) sums.push(...(await summedAndDisposed(engine)));
  await collect();
  expect(sums.filter((one) => one.deref() !== undefined).length).toBeLessThanOrEqual(1);
});
