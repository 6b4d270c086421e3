// The mirrored field's slices are the field's at mirrored coordinates, in every domain and kind of encoding.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../engine/engine.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { Random } from '../../geometry/random.ts';
import { defaultParams } from '../../params/params.ts';
import { newOptimizer } from '../../inference/start.ts';
import { makeEncoding, type EncodingType } from './encodings.ts';
import { fieldCoefficients } from '../fourier-cube.ts';
import { initialWeights } from './initialise.ts';
import type { FieldState } from '../kind.ts';
import { networkFromParams } from './description.ts';
import { mirrorNetwork } from './mirror.ts';

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
  const { spec, encoding: choice } = networkFromParams(params, { boxPixels: 16, tilts: 1 });
  const random = new Random(4);
  const encoding = makeEncoding(choice, 16, random);
  const weights = initialWeights(spec, encoding, random);
  const state: FieldState = {
    field: { kind: 'network', spec, encoding },
    weights,
    optimizer: { ...newOptimizer(weights), first: weights },
  };
  const z = Float32Array.of(0.3, -0.7);
  const valuesOf = async (of: FieldState, points: Float32Array) => {
    const model = await engine.createModel(of.field, { weights: of.weights });
    try {
      return await fieldCoefficients(model, z, points);
    } finally {
      model.dispose();
    }
  };

  it('has at k what the other had at its mirror image', async () => {
    const points = Float32Array.from({ length: 60 }, () => random.uniform() - 0.5);
    const mirrored = points.map((k, i) => (i % 3 === 2 ? -k : k));
    const found = await valuesOf(mirrorNetwork(state), points);
    const expected = await valuesOf(state, mirrored);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  });

  it('is what it was after two turns, Adam’s moments too', () => {
    const twice = mirrorNetwork(mirrorNetwork(state));
    expect(twice.field).toEqual(state.field);
    expect(twice.weights).toEqual(state.weights);
    expect(twice.optimizer).toEqual(state.optimizer);
    expect(mirrorNetwork(state).weights).not.toBe(state.weights);
  });
});
