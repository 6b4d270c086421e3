// Small models and batches of awkward sizes for the engine's tests, all numbers from a seed.
import type { EncodingTable, ImageBatch, ModelSpec, ResidualWeights, Weights } from '../engine.ts';
import { decoderChain, encoderChain, featureCount, hasEncoder, latentCount } from '../parameters.ts';
import { makeSliceLayout } from '../slices.ts';

/** Gives the next number of a sequence, uniform in [−1, 1). */
export type Random = () => number;

/** Uniform in [−1, 1), by a linear congruential generator. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}
/** `length` numbers, uniform in [−scale, scale). */
export function randomArray(random: Random, length: number, scale = 1): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, () => random() * scale);
}

/** A model with weights and a batch that it can be trained on. */
export interface ModelCase {
  name: string;
  spec: ModelSpec;
  encoding: EncodingTable;
  weights: Weights;
  batch: ImageBatch;
}

/**
 * What a case is made from. `features` 0 stands for coordinates without an encoding; images have CTF and shifts unless
 * said.
 */
export interface CaseShape {
  name: string;
  spec: Partial<ModelSpec>;
  features: number;
  images: number;
  withCtf?: boolean;
  withShifts?: boolean;
  withOptics?: boolean;
  /** Residuals by ring and contrasts by image (ResidualWeights). */
  withWeights?: boolean;
}

/** Domains, activations, absent parts, odd widths and depths. */
export const caseShapes: readonly CaseShape[] = [
  { name: 'fourier, odd widths', spec: { zDim: 3 }, features: 9, images: 3 },
  { name: 'hartley, leaky', spec: { zDim: 2, domain: 'hartley', activation: 'leaky_relu' }, features: 6, images: 2 },
  { name: 'homogeneous, no CTF', spec: { zDim: 0, decoderDim: 9 }, features: 5, images: 2, withCtf: false },
  { name: 'no encoding, no shifts', spec: { zDim: 1, decoderDim: 13 }, features: 0, images: 1, withShifts: false },
  { name: 'no hidden layers', spec: { decoderLayers: 0, encoderLayers: 0, zDim: 5 }, features: 4, images: 9 },
  {
    name: 'smaller encoder mask',
    spec: { boxPixels: 20, encoderMaskRadius: 6, encoderLayers: 2 },
    features: 8,
    images: 2,
  },
  { name: 'optics of each image', spec: { zDim: 2 }, features: 7, images: 7, withOptics: true },
  {
    name: 'optics of each image, hartley, no encoder',
    spec: { zDim: 0, domain: 'hartley', boxPixels: 12 },
    features: 6,
    images: 3,
    withOptics: true,
  },
  { name: 'weighted residuals', spec: { zDim: 2 }, features: 7, images: 5, withOptics: true, withWeights: true },
  {
    name: 'weighted residuals, no encoder, no CTF, hartley',
    spec: { zDim: 0, domain: 'hartley', boxPixels: 12 },
    features: 6,
    images: 3,
    withCtf: false,
    withWeights: true,
  },
];

/** Latents given with each batch: odd widths, of pairs, many images. */
export const givenShapes: readonly CaseShape[] = [
  { name: 'given latents', spec: { zDim: 3, autodecoder: true }, features: 9, images: 3 },
  { name: 'given latents of pairs', spec: { zDim: 2, autodecoder: true, tilts: 2 }, features: 6, images: 10 },
  {
    name: 'given latents, hartley, leaky, no hidden layers',
    spec: { ...{ zDim: 5, autodecoder: true, domain: 'hartley', activation: 'leaky_relu' }, decoderLayers: 0 },
    features: 4,
    images: 18,
  },
  {
    name: 'given latents of pairs, weighted residuals',
    spec: { zDim: 2, autodecoder: true, tilts: 2, boxPixels: 14 },
    features: 6,
    images: 4,
    withWeights: true,
  },
];

/** Tilt pairs: odd widths, more latents than units, no hidden layers, a smaller mask. */
export const pairShapes: readonly CaseShape[] = [
  { name: 'tilt pairs', spec: { zDim: 3, tilts: 2 }, features: 9, images: 6 },
  {
    name: 'tilt pairs, hartley, leaky, smaller encoder mask',
    spec: {
      ...{ zDim: 2, tilts: 2, domain: 'hartley', activation: 'leaky_relu' },
      ...{ boxPixels: 12, encoderMaskRadius: 4, encoderLayers: 2, encoderDim: 8 },
    },
    features: 6,
    images: 4,
  },
  {
    name: 'tilt pairs, no hidden layers, no CTF',
    spec: { decoderLayers: 0, encoderLayers: 0, encoderDim: 6, zDim: 7, tilts: 2 },
    features: 4,
    images: 22,
    withCtf: false,
  },
  { name: 'two views without z', spec: { zDim: 0, tilts: 2 }, features: 5, images: 3 },
];

/**
 * All numbers from `seed`: the same shape and seed give the same case. Box 8 and two latent dimensions unless the shape
 * says otherwise.
 */
export function makeCase(shape: CaseShape, seed = 1): ModelCase {
  const random = randomFrom(seed);
  const boxPixels = shape.spec.boxPixels ?? 8;
  const spec: ModelSpec = {
    boxPixels,
    zDim: 2,
    domain: 'fourier',
    activation: 'relu',
    decoderLayers: 2,
    decoderDim: 7,
    encoderLayers: 1,
    encoderDim: 5,
    encoderMaskRadius: boxPixels / 2,
    ...shape.spec,
  };
  const waveVectors = randomArray(random, 3 * shape.features, boxPixels);
  // Every second pair shares its wave, as a sine and a cosine do.
  for (let j = 1; j < shape.features; j += 2) waveVectors.copyWithin(3 * j, 3 * j - 3, 3 * j);
  const encoding = { waveVectors, isCosine: Uint8Array.from({ length: shape.features }, (_, j) => j % 2) };
  const { lattice, encoderInputs } = makeSliceLayout(spec);
  const weights: Weights = new Map();
  const chains = [encoderChain(spec, encoderInputs) ?? [], decoderChain(spec, featureCount(encoding))];
  for (const { name, inputs, outputs } of chains.flat()) {
    const scale = 1.5 / Math.sqrt(inputs);
    weights.set(`${name}.weight`, { shape: [outputs, inputs], data: randomArray(random, outputs * inputs, scale) });
    weights.set(`${name}.bias`, { shape: [outputs], data: randomArray(random, outputs, scale) });
  }
  const count = shape.images;
  const made: ModelCase = {
    name: shape.name,
    spec,
    encoding,
    weights,
    batch: {
      count,
      images: randomArray(random, count * lattice.points),
      rotations: Float32Array.from(Array.from({ length: count }, () => rotation(random)).flat()),
      translations: shape.withShifts === false ? null : randomArray(random, count * 2, 0.1),
      ctf:
        shape.withCtf === false
          ? null
          : Float32Array.from(
              Array.from({ length: count }, () => [
                boxPixels,
                3 + random(),
                15000 + 5000 * random(),
                14000 + 5000 * random(),
                90 * random(),
                300,
                2.7,
                0.1,
                10 * random(),
              ]).flat(),
            ),
      noise: hasEncoder(spec) ? randomArray(random, latentCount(spec, count) * spec.zDim) : null,
      ...(spec.autodecoder && { latents: randomArray(random, latentCount(spec, count) * spec.zDim) }),
    },
  };
  if (shape.withOptics) made.batch.optics = opticsRows(random, count);
  if (shape.withWeights) made.batch.residuals = residualRows(random, count, boxPixels);
  return made;
}

/** Scales (two below zero), B factors and magnifications by chance, images of all three kinds in turn; OPTICS_COLUMNS. */
export function opticsRows(random: Random, count: number): Float32Array<ArrayBuffer> {
  const row = (i: number) => [
    ...[(i === 4 || i === 5 ? -1 : 1) * (1 + 0.3 * random()), 60 * (1 + random()), i % 3],
    ...[1 + 0.05 * random(), 0.04 * random(), 0.04 * random(), 1 + 0.05 * random()],
    ...[1, 0, 0],
  ];
  return Float32Array.from(Array.from({ length: count }, (_, i) => row(i)).flat());
}

/** Amplitudes of all rings from nothing to twice as much, contrasts around 1. */
export function residualRows(random: Random, count: number, boxPixels: number): ResidualWeights {
  return {
    amplitudes: Float32Array.from({ length: count * (boxPixels / 2 + 1) }, () => 1 + random()),
    contrast: Float32Array.from({ length: count }, () => 1 + 0.4 * random()),
  };
}

/** Row-major 3×3 from random ZYZ angles. */
function rotation(random: Random): number[] {
  const about = (axis: 'y' | 'z', a: number) =>
    axis === 'z'
      ? [Math.cos(a), Math.sin(a), 0, -Math.sin(a), Math.cos(a), 0, 0, 0, 1]
      : [Math.cos(a), 0, -Math.sin(a), 0, 1, 0, Math.sin(a), 0, Math.cos(a)];
  const times = (a: number[], b: number[]) =>
    a.map((_, i) => [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k] * b[3 * k + (i % 3)], 0));
  return times(times(about('z', Math.PI * random()), about('y', Math.PI * random())), about('z', Math.PI * random()));
}
