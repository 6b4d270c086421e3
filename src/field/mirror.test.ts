// The mirrored field's slices are the field's at mirrored coordinates, in every domain and kind of encoding.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { Random } from '../geometry/random.ts';
import { defaultParams } from '../params/params.ts';
import { newOptimizer } from '../inference/start.ts';
import { makeEncoding, type EncodingType } from './encodings.ts';
import { fieldCoefficients } from './fourier-cube.ts';
import { initialWeights } from './initialise.ts';
import { mirrorField, type MirroredField } from './mirror.ts';
import { fieldFromParams } from './spec.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
});
afterAll(() => engine.dispose());

const cases: ['fourier' | 'hartley', EncodingType][] = [
  ['fourier', 'gaussian'],
  ['hartley', 'gaussian'],
  ['fourier', 'geom_lowf'],
  ['hartley', 'geom_lowf'],
  ['fourier', 'none'],
  ['hartley', 'none'],
];

describe.each(cases)('a %s field with encoding %s', (domain, encodingType) => {
  const params = { ...defaultParams(), zDim: 2, domain, encodingType, decoderDim: 16, decoderLayers: 1, encoderDim: 8 };
  const { spec, encoding: choice } = fieldFromParams(params, 16);
  const random = new Random(4);
  const encoding = makeEncoding(choice, 16, random);
  const weights = initialWeights(spec, encoding, random);
  const field: MirroredField = { weights, encoding, optimizer: { ...newOptimizer(weights), first: weights } };
  const z = Float32Array.of(0.3, -0.7);
  const valuesOf = async ({ weights: w, encoding: e }: MirroredField, points: Float32Array) => {
    const model = await engine.createModel(spec, e, { weights: w });
    try {
      return await fieldCoefficients(model, z, points);
    } finally {
      model.dispose();
    }
  };

  it('has at k what the other had at its mirror image', async () => {
    const points = Float32Array.from({ length: 60 }, () => random.uniform() - 0.5);
    const mirrored = points.map((k, i) => (i % 3 === 2 ? -k : k));
    const found = await valuesOf(mirrorField(spec, field), points);
    const expected = await valuesOf(field, mirrored);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  });

  it('is what it was after two turns, Adam’s moments too', () => {
    const twice = mirrorField(spec, mirrorField(spec, field));
    expect(twice.encoding).toEqual(field.encoding);
    expect(twice.weights).toEqual(field.weights);
    expect(twice.optimizer).toEqual(field.optimizer);
    expect(mirrorField(spec, field).weights).not.toBe(field.weights);
  });
});
