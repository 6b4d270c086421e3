// The whole CPU engine against the float64 twin: loss, gradients of every parameter group, Adam, encoding, decoding.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, FieldModel, OptimizerState, Weights } from '../engine.ts';
import { decoderChain, featureCount, imagesPerLatent } from '../parameters.ts';
import { openWasmEngine } from './engine.ts';
import { gradientErrors, gradientOf } from '../proof/gradient.ts';
import {
  caseShapes,
  givenShapes,
  makeCase,
  pairShapes,
  randomArray,
  randomFrom,
  type ModelCase,
} from '../proof/model-cases.ts';
import { featuresTwin, lossTwin, networkTwin } from '../proof/twin.ts';

const beta = 0.7;
const still = { learningRate: 0, weightDecay: 0, beta };

let one: Engine;
let two: Engine;
let own: Engine;
beforeAll(async () => {
  one = await openWasmEngine({ threads: 1 });
  two = await openWasmEngine({ threads: 2 });
  own = await openWasmEngine({ ownThread: true });
});
afterAll(() => {
  for (const engine of [one, two, own]) engine.dispose();
});

function open(engine: Engine, { spec, encoding, weights }: ModelCase, optimizer?: OptimizerState): Promise<FieldModel> {
  return engine.createModel({ kind: 'network', spec, encoding }, optimizer ? { weights, optimizer } : { weights });
}
const valuesOf = (weights: Weights) => [...weights].map(([name, { data }]) => [name, [...data]] as const);

describe.each([...caseShapes, ...pairShapes, ...givenShapes])('$name', (shape) => {
  const sample = makeCase(shape);

  it('has the loss and the latents of the twin', async () => {
    const model = await open(two, sample);
    await model.trainStep(sample.batch, still);
    const losses = await model.takeLosses();
    if (sample.batch.latents) await expect(model.encode(sample.batch)).rejects.toMatchObject({ code: 'usage' });
    const latents = sample.batch.latents ? { mu: [], logVariance: [] } : await model.encode(sample.batch);
    const twin = lossTwin(sample.spec, sample.encoding, sample.weights, sample.batch, beta);
    // float32 sums of some hundred terms.
    expect(losses.reconstruction / twin.reconstruction).toBeCloseTo(1, 5);
    expect(losses.total / twin.total).toBeCloseTo(1, 5);
    expect(losses.kl).toBeCloseTo(twin.kl, 4);
    expect(losses.images).toBe(sample.batch.count);
    twin.mu.flat().forEach((mu, i) => expect(latents.mu[i]).toBeCloseTo(mu, 4));
    twin.logVariance.flat().forEach((v, i) => expect(latents.logVariance[i]).toBeCloseTo(v, 4));
    expect((await model.takeLosses()).images).toBe(0);
    model.dispose();
  });

  it('has the gradient of the twin by central differences, in every parameter group', async () => {
    const model = await open(two, sample);
    const gradient = await gradientOf(model, sample, beta);
    model.dispose();
    expect([...gradient.keys()]).toEqual([...sample.weights.keys(), ...(sample.batch.latents ? ['latents'] : [])]);
    expect(gradientErrors(sample, gradient, beta)).toEqual([]);
  });

  it('gives the same bits on one thread, two threads and the own thread', async () => {
    const results = [];
    for (const engine of [one, two, own]) {
      const model = await open(engine, sample);
      for (let step = 0; step < 3; step++)
        await model.trainStep(sample.batch, { learningRate: 1e-2, weightDecay: 0.1, beta });
      results.push(valuesOf(await model.exportWeights()));
      model.dispose();
    }
    // Own thread and workers may run different variants of SIMD only where machines differ; here they are one.
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('decodes as the twin', async () => {
    const model = await open(two, sample);
    const random = randomFrom(3);
    const coordinates = randomArray(random, 3 * 133, 0.5);
    const z = randomArray(random, sample.spec.zDim);
    const values = await model.evaluate(coordinates, sample.spec.zDim > 0 ? z : null);
    model.dispose();
    const chain = decoderChain(sample.spec, featureCount(sample.encoding));
    const channels = sample.spec.domain === 'fourier' ? 2 : 1;
    expect(values.length).toBe(133 * channels);
    for (let m = 0; m < 133; m++) {
      const p = [...coordinates.subarray(3 * m, 3 * m + 3)];
      const input = [...featuresTwin(sample.encoding, p), ...z];
      const twin = networkTwin(chain, sample.weights, input, sample.spec.activation === 'leaky_relu');
      for (let c = 0; c < channels; c++) expect(values[m * channels + c]).toBeCloseTo(twin[c], 4);
    }
  });
});

describe('training', () => {
  const sample = makeCase(caseShapes[0]);

  it("takes Adam's steps as PyTorch does", async () => {
    const model = await open(two, sample);
    const [rate, decay] = [1e-2, 0.1];
    const name = 'decoder.decoder.main.2.linear.weight';
    let [m, v, value] = [0, 0, sample.weights.get(name)?.data[4] ?? NaN];
    let before = { first: 0, second: 0 };
    for (let step = 1; step <= 4; step++) {
      await model.trainStep(sample.batch, { learningRate: rate, weightDecay: decay, beta });
      const { first } = await model.exportOptimizer();
      // The engine's own gradient, back from its first moment; Adam's recursion from that in float64.
      const g = ((first.get(name)?.data[4] ?? NaN) - 0.9 * before.first) / 0.1;
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      value -= ((rate / (1 - 0.9 ** step)) * m) / (Math.sqrt(v) / Math.sqrt(1 - 0.999 ** step) + 1e-8);
      before = { first: first.get(name)?.data[4] ?? NaN, second: v };
      expect((await model.exportWeights()).get(name)?.data[4]).toBeCloseTo(value, 5);
    }
    expect((await model.exportOptimizer()).steps).toBe(4);
    model.dispose();
  });

  it('weighs residuals by 1 bit for bit as if it did not weigh them', async () => {
    const plain = makeCase(caseShapes[0]);
    const { count } = plain.batch;
    const rings = plain.spec.boxPixels / 2 + 1;
    const ones = { amplitudes: new Float32Array(count * rings).fill(1), contrast: new Float32Array(count).fill(1) };
    const results = [];
    for (const residuals of [null, ones]) {
      const model = await open(two, plain);
      await model.trainStep({ ...plain.batch, residuals }, { learningRate: 1e-2, weightDecay: 0.1, beta });
      results.push(valuesOf(await model.exportWeights()));
      model.dispose();
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('goes on from exported weights and moments bit for bit', async () => {
    const options = { learningRate: 1e-2, weightDecay: 0, beta };
    const model = await open(two, sample);
    await model.trainStep(sample.batch, options);
    const weights = await model.exportWeights();
    const resumed = await open(two, { ...sample, weights }, await model.exportOptimizer());
    for (const m of [model, resumed]) await m.trainStep(sample.batch, options);
    expect(valuesOf(await resumed.exportWeights())).toEqual(valuesOf(await model.exportWeights()));
    for (const m of [model, resumed]) m.dispose();
  });

  it.each([caseShapes[0], pairShapes[0]])(
    'splits a batch larger than a chunk as its parts are: $name',
    async (shape) => {
      const large = makeCase({ ...shape, images: 150 });
      const model = await open(two, large);
      const gradient = await gradientOf(model, large, beta);
      const losses = await model.takeLosses();
      model.dispose();
      expect(losses.images).toBe(150);
      const sums = new Map<string, Float64Array>();
      const points = large.batch.images.length / 150;
      for (let from = 0; from < 150; from += 50) {
        const part = (a: Float32Array | null, width: number) => a && a.slice(from * width, (from + 50) * width);
        const batch = {
          count: 50,
          images: large.batch.images.slice(from * points, (from + 50) * points),
          rotations: large.batch.rotations.slice(from * 9, (from + 50) * 9),
          translations: part(large.batch.translations, 2),
          ctf: part(large.batch.ctf, 9),
          noise: part(large.batch.noise, large.spec.zDim / imagesPerLatent(large.spec)),
        };
        const third = await open(two, large);
        for (const [name, { data }] of await gradientOf(third, { ...large, batch }, beta)) {
          const sum = sums.get(name) ?? new Float64Array(data.length);
          data.forEach((g, i) => (sum[i] += g / 3));
          sums.set(name, sum);
        }
        third.dispose();
      }
      for (const [name, { data }] of gradient)
        data.forEach((g, i) => expect(g, name).toBeCloseTo(sums.get(name)?.[i] ?? NaN, 5));
    },
  );

  it('learns, and holds no more memory after a thousand steps', async () => {
    const model = await open(two, sample);
    const options = { learningRate: 3e-3, weightDecay: 0, beta: 0 };
    await model.trainStep(sample.batch, options);
    const first = await model.takeLosses();
    const bytes = model.memoryBytes();
    for (let step = 0; step < 1000; step++) await model.trainStep(sample.batch, options);
    await model.takeLosses();
    await model.trainStep(sample.batch, options);
    expect((await model.takeLosses()).reconstruction).toBeLessThan(0.9 * first.reconstruction);
    expect(model.memoryBytes()).toBe(bytes);
    model.dispose();
    expect(model.memoryBytes()).toBe(0);
  });

  it('answers questions asked while it trains, in turn', async () => {
    const model = await open(two, sample);
    const coordinates = Float32Array.of(0.1, 0.2, -0.3);
    const z = new Float32Array(3);
    const alone = await model.evaluate(coordinates, z);
    const [answer] = await Promise.all([
      model.evaluate(coordinates, z),
      model.trainStep(sample.batch, { ...still, learningRate: 1e-2 }),
      model.encode(sample.batch),
    ]);
    expect([...answer]).toEqual([...alone]);
    expect([...(await model.evaluate(coordinates, z))]).not.toEqual([...alone]);
    model.dispose();
    await expect(model.evaluate(coordinates, z)).rejects.toMatchObject({ code: 'device-lost' });
  });

  it('refuses half a pair', async () => {
    const pairs = makeCase(pairShapes[0]);
    const model = await open(two, pairs);
    const torn = { ...pairs.batch, count: 5 };
    await expect(model.trainStep(torn, still)).rejects.toMatchObject({ code: 'usage' });
    await expect(model.encode(torn)).rejects.toMatchObject({ code: 'usage' });
    model.dispose();
  });

  it('refuses weights of another shape', async () => {
    const wrong = { ...sample, weights: new Map(sample.weights) };
    wrong.weights.delete('decoder.decoder.main.0.bias');
    await expect(open(two, wrong)).rejects.toMatchObject({ code: 'checkpoint-syntax' });
  });

  it('refuses a model that no 32-bit memory holds', async () => {
    const { spec, encoding, weights } = sample;
    await expect(
      two.createModel(
        { kind: 'network', spec: { ...spec, decoderDim: 16384, decoderLayers: 8 }, encoding },
        { weights },
      ),
    ).rejects.toMatchObject({ code: 'out-of-memory' });
  });
});
