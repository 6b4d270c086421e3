// The tfjs engine on WebGPU against the CPU's own kernels, where Node finds an adapter (a real one, or SwiftShader). Float32
// sums of some thousand terms in another order: differences of 1e-4 of the largest value are rounding.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offerSoftwareVulkan } from '../../../testing/software-vulkan.ts';
import type { Engine, Tensor, Weights } from '../engine.ts';
import { openEngineInNode } from '../node/dawn.ts';
import { makeCase, randomArray, randomFrom, type CaseShape, type ModelCase } from '../proof/model-cases.ts';
import { openWasmEngine } from '../wasm/engine.ts';

offerSoftwareVulkan();
const openGpu = () => openEngineInNode({ device: 'gpu', maker: 'tfjs' });
const found = await openGpu().then(
  (engine) => {
    engine.dispose();
    return engine.device;
  },
  (error: unknown) => {
    console.warn(`SKIPPED the tfjs engine on WebGPU: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  },
);

const shapes: CaseShape[] = [
  { name: 'fourier', spec: { zDim: 3 }, features: 8, images: 3 },
  { name: 'hartley, leaky', spec: { zDim: 2, domain: 'hartley', activation: 'leaky_relu' }, features: 6, images: 2 },
  { name: 'homogeneous, no CTF', spec: { zDim: 0, decoderDim: 9 }, features: 4, images: 2, withCtf: false },
  // 2 × 1050 rows, 2100 points: sums of gradients and of the encoder's first layer in parts.
  {
    name: 'larger',
    spec: { boxPixels: 52, zDim: 1, decoderLayers: 1, decoderDim: 12, encoderLayers: 0, encoderDim: 72 },
    features: 4,
    images: 2,
  },
];
const options = { learningRate: 1e-3, weightDecay: 0, beta: 0.7 };

async function stepped(engine: Engine, { spec, encoding, weights, batch }: ModelCase) {
  const model = await engine.createModel({ kind: 'network', spec, encoding }, { weights });
  await model.trainStep(batch, { ...options, learningRate: 0 });
  const losses = await model.takeLosses();
  // A tenth of the gradient: Adam's first moment after one step.
  const gradient = (await model.exportOptimizer()).first;
  const random = randomFrom(5);
  const values = await model.evaluate(randomArray(random, 300, 0.5), spec.zDim ? randomArray(random, spec.zDim) : null);
  const latents = spec.zDim > 0 ? await model.encode(batch) : null;
  model.dispose();
  return { losses, gradient, values, latents };
}
function expectClose(got: Float32Array, wanted: Float32Array, what: string): void {
  expect(got).toHaveLength(wanted.length);
  const size = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const worst = wanted.reduce((most, v, i) => Math.max(most, Math.abs(v - got[i])), 0);
  expect(worst, what).toBeLessThanOrEqual(1e-4 * size + 1e-7);
}
function expectCloseWeights(got: Weights, wanted: Weights): void {
  for (const [name, { data }] of wanted) expectClose((got.get(name) as Tensor).data, data, name);
}

describe.skipIf(!found)('the tfjs engine on WebGPU', () => {
  let gpu: Engine;
  let cpu: Engine;
  const backend = () => tf.backend() as WebGPUBackend;
  beforeAll(async () => {
    gpu = await openGpu();
    cpu = await openWasmEngine({ ownThread: true });
  });
  afterAll(() => {
    gpu.dispose();
    cpu.dispose();
  });

  it('says what computes', () => {
    expect(gpu.device.engine).toBe('tfjs');
    expect(gpu.device.description).toContain('WebGPU');
    expect(gpu.device.processor).toBe(gpu.device.software ? 'cpu' : 'gpu');
  });

  it.each(shapes)('$name: losses, gradients, latents and values of the CPU', async (shape) => {
    const sample = makeCase(shape);
    const [got, wanted] = [await stepped(gpu, sample), await stepped(cpu, sample)];
    expect(got.losses.reconstruction / wanted.losses.reconstruction).toBeCloseTo(1, 4);
    expect(got.losses.total / wanted.losses.total).toBeCloseTo(1, 4);
    expectCloseWeights(got.gradient, wanted.gradient);
    expectClose(got.values, wanted.values, 'values');
    if (wanted.latents) {
      expectClose(got.latents?.mu ?? new Float32Array(), wanted.latents.mu, 'mu');
      expectClose(got.latents?.logVariance ?? new Float32Array(), wanted.latents.logVariance, 'log variance');
    }
  });

  it('gives the same weights twice', async () => {
    const { spec, encoding, weights, batch } = makeCase(shapes[3]);
    const runs = [];
    for (let run = 0; run < 2; run++) {
      const model = await gpu.createModel({ kind: 'network', spec, encoding }, { weights });
      await model.trainStep(batch, options);
      runs.push([...(await model.exportWeights())].map(([name, { data }]) => [name, ...data]));
      model.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
  });

  it('holds no more tensors and no more memory after each step', async () => {
    const { spec, encoding, weights, batch } = makeCase(shapes[0]);
    const before = tf.memory().numTensors;
    const model = await gpu.createModel({ kind: 'network', spec, encoding }, { weights });
    const round = async () => {
      await model.trainStep(batch, options);
      await model.takeLosses();
      await model.encode(batch);
      const memory = backend().memory() as ReturnType<WebGPUBackend['memory']> & { numBytesAllocatedInGPU: number };
      return [tf.memory().numTensors, memory.numBytesAllocatedInGPU];
    };
    // The buffers of the first rounds are kept and used again.
    await round();
    await round();
    const standing = await round();
    expect(await round()).toEqual(standing);
    expect(await round()).toEqual(standing);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rejects what is pending when the device is lost, and can be opened again', async () => {
    const { spec, encoding, weights, batch } = makeCase(shapes[0]);
    const engine = gpu;
    const model = await engine.createModel({ kind: 'network', spec, encoding }, { weights });
    await model.trainStep(batch, options);
    const pending = model.takeLosses();
    backend().device.destroy();
    await expect(pending).rejects.toMatchObject({ code: 'device-lost' });
    await expect(model.trainStep(batch, options)).rejects.toMatchObject({ code: 'device-lost' });
    expect(await engine.lost).toMatchObject({
      code: 'device-lost',
      detail: { advice: expect.stringContaining('Resume') },
    });
    engine.dispose();
    gpu = await openGpu();
    const again = await gpu.createModel({ kind: 'network', spec, encoding }, { weights });
    await again.trainStep(batch, options);
    expect((await again.takeLosses()).images).toBe(batch.count);
    again.dispose();
  });

  it('fails with a typed error where the device refuses something', async () => {
    const { spec, encoding, weights, batch } = makeCase(shapes[0]);
    const model = await gpu.createModel({ kind: 'network', spec, encoding }, { weights });
    const { device } = backend();
    // An error that nobody waits for, as tfjs's own are.
    device.createBuffer({ size: device.limits.maxBufferSize + 4, usage: GPUBufferUsage.STORAGE });
    const outcome = model.trainStep(batch, options).then(() => model.takeLosses());
    await expect(outcome).rejects.toMatchObject({
      code: 'device-lost',
      message: 'The graphics processor refused a computation.',
    });
  });
});
