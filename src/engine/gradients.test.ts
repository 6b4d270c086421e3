// Gradients, losses and latents of the WGSL engine and of the CPU's kernels against the tfjs twin, every number of them: models
// of awkward sizes, and one large enough for many tiles, slices and chunks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestAdapter } from '../../testing/adapter.ts';
import { expectClose } from './proof/kernel-cases.ts';
import type { Engine } from './engine.ts';
import { fromFirstMoment } from './proof/gradient.ts';
import { caseShapes, givenShapes, makeCase, pairShapes, type CaseShape, type ModelCase } from './proof/model-cases.ts';
import { hasEncoder } from './parameters.ts';
import { openTfjsEngine } from './tfjs/engine.ts';
import { openWasmEngine } from './wasm/engine.ts';
import { openWgslEngine } from './wgsl/engine.ts';

const shapes: CaseShape[] = [
  ...caseShapes,
  ...pairShapes,
  ...givenShapes,
  {
    // 3 × 1050 rows, 2100 points.
    name: 'many tiles',
    spec: { boxPixels: 52, zDim: 5, decoderLayers: 2, decoderDim: 72, encoderLayers: 1, encoderDim: 40 },
    features: 40,
    images: 3,
  },
  {
    name: 'tilt pairs, many tiles',
    spec: { boxPixels: 52, zDim: 5, decoderDim: 40, encoderDim: 37, tilts: 2 },
    features: 24,
    images: 4,
  },
];
const options = { learningRate: 0, weightDecay: 0, beta: 0.7 };
const adapter = await openTestAdapter();

async function stepped(engine: Engine, { spec, encoding, weights, batch }: ModelCase) {
  const model = await engine.createModel({ kind: 'network', spec, encoding }, { weights }, { precision: 'float32' });
  await model.trainStep(batch, options);
  const losses = await model.takeLosses();
  const gradient = fromFirstMoment((await model.exportOptimizer()).first);
  const latents = hasEncoder(spec) ? await model.encode(batch) : null;
  const latentGradients = await model.takeLatentGradients?.();
  model.dispose();
  return { losses, gradient, latents, latentGradients };
}

describe.each([
  ['wasm', () => openWasmEngine({ threads: 1 })],
  ['WGSL', () => (adapter ? openWgslEngine(adapter) : null)],
] as const)('%s against the tfjs twin', (name, open) => {
  let engine: Engine | null = null;
  let twin: Engine;
  beforeAll(async () => {
    engine = await open();
    twin = await openTfjsEngine();
  });
  afterAll(() => {
    engine?.dispose();
    twin.dispose();
  });

  it.skipIf(name === 'WGSL' && !adapter).each(shapes)('$name', async (shape) => {
    if (!engine) throw new Error('no engine');
    const sample = makeCase(shape);
    const [got, wanted] = [await stepped(engine, sample), await stepped(twin, sample)];
    expect(got.losses.total / wanted.losses.total).toBeCloseTo(1, 5);
    for (const [group, { data }] of wanted.gradient)
      expectClose(`${group}`, got.gradient.get(group)?.data ?? [], data, 1e-4);
    expect(got.latentGradients).toHaveLength(sample.batch.latents?.length ?? 0);
    expectClose('latents', got.latentGradients ?? [], wanted.latentGradients ?? [], 1e-4);
    expectClose('mu', got.latents?.mu ?? [], wanted.latents?.mu ?? [], 1e-4);
    expectClose('log variance', got.latents?.logVariance ?? [], wanted.latents?.logVariance ?? [], 1e-4);
  });
});
