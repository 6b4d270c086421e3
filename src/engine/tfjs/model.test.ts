// Three proofs of the written-out gradients: tfjs's own autodiff of the plain formula (the twin), central differences,
// and the same weights after Adam as a plain loop gives. Small models, wasm backend.
// The whole of tfjs: it brings the gradients of its operations, which the engine does without.
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { ctfAtPoints } from '../../imaging/ctf.ts';
import { shiftHartley } from '../../imaging/shift.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import type { EncodingTable, FieldModel, ImageBatch, ModelSpec, StepOptions, Weights } from '../engine.ts';
import { decoderChain, encoderChain, featureCount, imagesPerLatent, latentCount } from '../parameters.ts';
import { makeSliceLayout, needsFlip } from '../slices.ts';
import { openTfjsEngine } from './engine.ts';
import { TfjsModel } from './model.ts';

const options: StepOptions = { learningRate: 1e-3, weightDecay: 0, beta: 0.7 };

interface Case {
  name: string;
  spec: ModelSpec;
  encoding: EncodingTable;
}

function table(features: number, random: Random): EncodingTable {
  const waveVectors = new Float32Array(6 * features);
  for (let i = 0; i < 3 * features; i++) waveVectors[i] = waveVectors[3 * features + i] = 4 * random.normal();
  return { waveVectors, isCosine: new Uint8Array(2 * features).fill(1, features) };
}

const base: ModelSpec = {
  boxPixels: 8,
  zDim: 3,
  domain: 'fourier',
  activation: 'relu',
  decoderLayers: 2,
  decoderDim: 12,
  encoderLayers: 1,
  encoderDim: 10,
  encoderMaskRadius: 4,
};
const none: EncodingTable = { waveVectors: new Float32Array(0), isCosine: new Uint8Array(0) };
const cases: Case[] = [
  { name: 'fourier VAE', spec: base, encoding: table(5, new Random(1)) },
  {
    name: 'hartley VAE, leaky',
    spec: { ...base, domain: 'hartley', activation: 'leaky_relu' },
    encoding: table(4, new Random(2)),
  },
  { name: 'smaller encoder mask, no encoding', spec: { ...base, encoderMaskRadius: 3 }, encoding: none },
  { name: 'homogeneous', spec: { ...base, zDim: 0 }, encoding: table(5, new Random(3)) },
  { name: 'tilt pairs', spec: { ...base, tilts: 2, encoderDim: 6 }, encoding: table(5, new Random(4)) },
];

function randomWeights(spec: ModelSpec, encoding: EncodingTable, seed: number): Weights {
  const random = new Random(seed);
  const weights: Weights = new Map();
  const chains = [
    encoderChain(spec, makeSliceLayout(spec).encoderInputs) ?? [],
    decoderChain(spec, featureCount(encoding)),
  ];
  for (const { name, inputs, outputs } of chains.flat()) {
    const draw = (n: number) => Float32Array.from({ length: n }, () => (0.8 * random.normal()) / Math.sqrt(inputs));
    weights.set(`${name}.weight`, { shape: [outputs, inputs], data: draw(inputs * outputs) });
    weights.set(`${name}.bias`, { shape: [outputs], data: draw(outputs) });
  }
  return weights;
}

function randomBatch(spec: ModelSpec, count: number, seed: number): ImageBatch {
  const random = new Random(seed);
  const points = makeLattice(spec.boxPixels).points;
  const rotations: number[] = [];
  for (let i = 0; i < count; i++) {
    const [a, b] = [random.uniform() * 6, random.uniform() * 6];
    const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    rotations.push(ca, sa, 0, -sa * cb, ca * cb, sb, sa * sb, -ca * sb, cb);
  }
  return {
    count,
    images: random.fillNormal(new Float32Array(count * points)),
    rotations: Float32Array.from(rotations),
    translations: random.fillNormal(new Float32Array(2 * count)).map((t) => 0.05 * t),
    ctf: Float32Array.from(
      Array.from({ length: count }, (_, i) => [8, 4, 9000 + 4000 * i, 9500, 20, 300, 2.7, 0.1, 0]).flat(),
    ),
    noise: random.fillNormal(new Float32Array(latentCount(spec, count) * spec.zDim)),
  };
}

/** The loss as the conventions write it, on all P points with concatenated inputs, for tfjs to differentiate. */
function plainLoss(spec: ModelSpec, encoding: EncodingTable, batch: ImageBatch, beta: number) {
  const lattice = makeLattice(spec.boxPixels);
  const { points } = lattice;
  const rows: number[][] = [];
  const imaginarySign: number[] = [];
  const targets = new Float32Array(batch.count * points);
  const ctf = new Float32Array(batch.count * points);
  for (let image = 0; image < batch.count; image++) {
    const at = image * points;
    const R = batch.rotations.subarray(9 * image, 9 * image + 9);
    const t = batch.translations ?? new Float32Array(2 * batch.count);
    shiftHartley(
      batch.images.subarray(at, at + points),
      lattice,
      { tx: t[2 * image], ty: t[2 * image + 1] },
      targets.subarray(at, at + points),
    );
    if (batch.ctf) ctfAtPoints(batch.ctf.subarray(9 * image, 9 * image + 9), lattice, ctf.subarray(at, at + points));
    for (let p = 0; p < points; p++) {
      const c = [0, 1, 2].map((a) => lattice.x[p] * R[a] + lattice.y[p] * R[3 + a]);
      const flip = spec.domain === 'fourier' && needsFlip(c[0], c[1], c[2]);
      const q = flip ? c.map((v) => -v) : c;
      imaginarySign.push(flip ? -1 : 1);
      const features = Array.from(encoding.isCosine, (cosine, j) => {
        const phase = [0, 1, 2].reduce((sum, a) => sum + encoding.waveVectors[3 * j + a] * q[a], 0);
        return cosine ? Math.cos(phase) : Math.sin(phase);
      });
      rows.push(features.length === 0 ? q : features);
    }
  }
  const encoder = encoderChain(spec, makeSliceLayout(spec).encoderInputs) ?? [];
  const decoder = decoderChain(spec, rows[0].length);
  const network = (chain: typeof decoder, input: tf.Tensor2D, parameters: Map<string, tf.Tensor>) =>
    chain.reduce<tf.Tensor2D>((h, { name, residual }, i) => {
      const weight = parameters.get(`${name}.weight`) as tf.Tensor2D;
      let next = tf.add(tf.matMul(h, weight, false, true), parameters.get(`${name}.bias`) as tf.Tensor1D);
      if (residual) next = tf.add(next, h);
      if (i === chain.length - 1) return next as tf.Tensor2D;
      return (spec.activation === 'relu' ? tf.relu(next) : tf.leakyRelu(next, 0.01)) as tf.Tensor2D;
    }, input);
  const views = imagesPerLatent(spec);
  const latents = batch.count / views;
  /** Of an encoder of pairs: one network for each image, another for the two outputs of a pair side by side. */
  const encode = (seen: number[][], parameters: Map<string, tf.Tensor>): tf.Tensor2D => {
    if (views === 1) return network(encoder, tf.tensor2d(seen), parameters);
    const of = (prefix: string) => encoder.filter(({ name }) => name.startsWith(prefix));
    const view = (v: number) => tf.tensor2d(seen.filter((_, image) => image % 2 === v));
    const single = [0, 1].map((v) => network(of('encoder.encoder1.'), view(v), parameters));
    return network(of('encoder.encoder2.'), tf.concat2d(single, 1), parameters);
  };
  return (parameters: Map<string, tf.Tensor>): tf.Scalar => {
    let input = tf.tensor2d(rows);
    let kl: tf.Tensor = tf.scalar(0);
    if (spec.zDim > 0) {
      const inside = Array.from({ length: points }, (_, p) => p).filter(
        (p) => Math.hypot(lattice.x[p], lattice.y[p]) * spec.boxPixels <= spec.encoderMaskRadius + 1e-6,
      );
      const seen = Array.from({ length: batch.count }, (_, b) =>
        inside.map((p) => targets[b * points + p] * Math.sign(ctf[b * points + p])),
      );
      const [mu, logVariance] = tf.split(encode(seen, parameters), 2, 1);
      const noise = tf.tensor2d(batch.noise ?? [], [latents, spec.zDim]);
      const z = tf.add(mu, tf.mul(noise, tf.exp(tf.mul(0.5, logVariance))));
      kl = tf.mean(tf.sum(tf.mul(-0.5, tf.sub(tf.sub(tf.add(1, logVariance), tf.square(mu)), tf.exp(logVariance))), 1));
      const each = tf.reshape(tf.tile(tf.expandDims(z, 1), [1, views * points, 1]), [batch.count * points, spec.zDim]);
      input = tf.concat2d([input, each as tf.Tensor2D], 1);
    }
    const out = network(decoder, input, parameters);
    const pair = spec.domain === 'fourier' ? tf.split(out, 2, 1) : null;
    const predicted = pair
      ? tf.sub(pair[0], tf.mul(pair[1], tf.tensor2d(imaginarySign, [imaginarySign.length, 1])))
      : out;
    const residual = tf.sub(tf.mul(tf.reshape(predicted, [-1]), tf.tensor1d(ctf)), tf.tensor1d(targets));
    return tf.add(tf.mean(tf.square(residual)), tf.mul(kl, beta / points)) as tf.Scalar;
  };
}

/** Engine gradients by parameter name, PyTorch's shapes. */
async function engineGradients(model: TfjsModel, spec: ModelSpec, encoding: EncodingTable, batch: ImageBatch) {
  const { gradient, sums } = model.gradients(batch, options.beta);
  const values = (await gradient.data()) as Float32Array;
  tf.dispose([gradient, sums]);
  const gradients = new Map<string, Float32Array>();
  let at = 0;
  const chains = [
    encoderChain(spec, makeSliceLayout(spec).encoderInputs) ?? [],
    decoderChain(spec, featureCount(encoding)),
  ];
  for (const { name, inputs, outputs } of chains.flat()) {
    const matrix = Float32Array.from(
      { length: inputs * outputs },
      (_, i) => values[at + (i % inputs) * outputs + Math.floor(i / inputs)],
    );
    gradients.set(`${name}.weight`, matrix);
    gradients.set(`${name}.bias`, values.slice(at + inputs * outputs, at + (inputs + 1) * outputs));
    at += (inputs + 1) * outputs;
  }
  return gradients;
}

const tensorsOf = (weights: Weights) =>
  new Map([...weights].map(([n, { data, shape }]) => [n, tf.tensor(data, shape)]));
const largest = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

beforeAll(async () => {
  await openTfjsEngine();
});

describe.each(cases)('$name', ({ spec, encoding }) => {
  const weights = randomWeights(spec, encoding, 11);
  const batch = randomBatch(spec, imagesPerLatent(spec) === 2 ? 6 : 3, 12);

  it('has the gradients that autodiff of the plain formula has', async () => {
    // Two images a chunk of decoder rows: one whole chunk and a rest.
    const model = new TfjsModel(spec, encoding, { weights }, { chunkRows: 2 * makeSliceLayout(spec).rowsPerImage });
    const found = await engineGradients(model, spec, encoding, batch);
    const parameters = tensorsOf(weights);
    const names = [...parameters.keys()];
    const loss = plainLoss(spec, encoding, batch, options.beta);
    const expected = tf.grads((...tensors: tf.Tensor[]) => loss(new Map(tensors.map((t, i) => [names[i], t]))))([
      ...parameters.values(),
    ]);
    for (const [i, name] of names.entries()) {
      const twin = (await expected[i].data()) as Float32Array;
      const mine = found.get(name) as Float32Array;
      const scale = largest(twin);
      expect(scale).toBeGreaterThan(0);
      // Sums of some hundred float32 products in another order.
      twin.forEach((value, k) => expect(Math.abs(value - mine[k])).toBeLessThan(2e-5 * scale + 1e-8));
    }
    model.dispose();
  });

  it('computes an image that does not fit into one binding in pieces that do', async () => {
    const bindingBytes = 5500;
    const whole = new TfjsModel(spec, encoding, { weights });
    const parts = new TfjsModel(spec, encoding, { weights }, { bindingBytes });
    const expected = whole.gradients(batch, options.beta);
    let found = expected;
    const profile = await tf.profile(() => {
      found = parts.gradients(batch, options.beta);
      return found.gradient;
    });
    const bytes = profile.kernels.flatMap((kernel) =>
      [...kernel.inputShapes, ...kernel.outputShapes].map((shape) => 4 * tf.util.sizeFromShape(shape ?? [])),
    );
    expect(bytes.length).toBeGreaterThan(50);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(bindingBytes);
    const before = (await expected.gradient.data()) as Float32Array;
    const scale = largest(before);
    // The same sums in another order.
    (await found.gradient.data()).forEach((g, i) => expect(Math.abs(g - before[i])).toBeLessThan(1e-6 * scale));
    tf.dispose([expected.gradient, expected.sums, found.gradient, found.sums]);
    whole.dispose();
    parts.dispose();
  });

  it('has gradients that central differences of its own loss confirm, in every parameter group', async () => {
    const model = new TfjsModel(spec, encoding, { weights });
    const found = await engineGradients(model, spec, encoding, batch);
    model.dispose();
    const lossAt = async (changed: Weights) => {
      const other = new TfjsModel(spec, encoding, { weights: changed });
      await other.trainStep(batch, options);
      const { total } = await other.takeLosses();
      other.dispose();
      return total;
    };
    const random = new Random(5);
    for (const [name, { shape, data }] of weights) {
      const gradient = found.get(name) as Float32Array;
      // Along the gradient itself plus noise: a direction in which the loss changes by far more than it rounds.
      const direction = gradient.map((g) => g + 0.3 * largest(gradient) * random.normal());
      const norm = Math.hypot(...direction);
      const slope = gradient.reduce((sum, g, i) => sum + g * direction[i], 0) / norm;
      const step = 2e-2;
      const moved = (sign: number) =>
        new Map([...weights, [name, { shape, data: data.map((w, i) => w + (sign * step * direction[i]) / norm) }]]);
      const difference = ((await lossAt(moved(1))) - (await lossAt(moved(-1)))) / (2 * step);
      // float32 losses near 1 round by 1e-7, over 4e-2: 3e-6; the kinks of the ReLU take a few percent.
      expect(Math.abs(difference - slope)).toBeLessThan(0.05 * Math.abs(slope) + 1e-5);
    }
  });
});

describe('training steps', () => {
  const { spec, encoding } = cases[0];
  const weights = randomWeights(spec, encoding, 21);

  const run = async (
    steps: number,
    state: { weights: Weights; optimizer?: Awaited<ReturnType<FieldModel['exportOptimizer']>> },
    first = 0,
  ) => {
    const model = new TfjsModel(spec, encoding, state);
    for (let i = first; i < first + steps; i++)
      await model.trainStep(randomBatch(spec, 3, 100 + i), { ...options, weightDecay: 0.01 });
    const result = { weights: await model.exportWeights(), optimizer: await model.exportOptimizer() };
    model.dispose();
    return result;
  };

  it('move as a plain Adam with weight decay moves', async () => {
    const model = new TfjsModel(spec, encoding, { weights });
    const state = [...weights].map(([name, { data }]) => ({
      name,
      w: Float64Array.from(data),
      m: new Float64Array(data.length),
      v: new Float64Array(data.length),
    }));
    for (let step = 1; step <= 3; step++) {
      const batch = randomBatch(spec, 3, step);
      const gradients = await engineGradients(model, spec, encoding, batch);
      for (const { name, w, m, v } of state)
        (gradients.get(name) as Float32Array).forEach((raw, i) => {
          const g = raw + 0.01 * w[i];
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          w[i] -= (1e-3 * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8);
        });
      await model.trainStep(batch, { ...options, weightDecay: 0.01 });
    }
    const found = await model.exportWeights();
    model.dispose();
    for (const { name, w } of state)
      found.get(name)?.data.forEach((value, i) => expect(Math.abs(value - w[i])).toBeLessThan(2e-6));
  });

  it('go on from exported weights and moments bit for bit', async () => {
    const whole = await run(4, { weights });
    const half = await run(2, { weights });
    const resumed = await run(2, half, 2);
    expect(resumed).toEqual(whole);
  });

  it('hold no more tensors after each step, and none when disposed', async () => {
    const before = tf.memory().numTensors;
    const model = new TfjsModel(spec, encoding, { weights });
    const batch = randomBatch(spec, 3, 1);
    await model.trainStep(batch, options);
    const standing = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      await model.trainStep(batch, options);
      await model.takeLosses();
      await model.encode(batch);
      await model.evaluate(new Float32Array(30), new Float32Array(3));
    }
    expect(tf.memory().numTensors).toBe(standing);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are refused where the parameters alone do not fit into one binding', () => {
    const make = () => new TfjsModel(spec, encoding, { weights }, { bindingBytes: 2000 });
    expect(make).toThrow(expect.objectContaining({ code: 'out-of-memory' }));
  });

  it('give the plain formula’s loss', async () => {
    const model = new TfjsModel(spec, encoding, { weights });
    const batch = randomBatch(spec, 3, 7);
    await model.trainStep(batch, options);
    const losses = await model.takeLosses();
    const [expected] = await plainLoss(spec, encoding, batch, options.beta)(tensorsOf(weights)).data();
    expect(losses.images).toBe(3);
    expect(losses.total).toBeCloseTo(expected, 5);
    model.dispose();
  });
});
