// Each encoding against its formula in docs/CONVENTIONS.md, at the first and last frequency and in its column order.
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { axisFrequencies, ENCODING_TYPES, frequenciesOf, makeEncoding, type EncodingType } from './encodings.ts';
import { initialWeights } from './initialise.ts';
import { networkFromParams } from './description.ts';
import { defaultParams } from '../../params/params.ts';

const D = 32;
const choice = (type: EncodingType) => ({ type, frequencies: null, sigma: 0.5 });

describe('encodings', () => {
  it.each([
    ['geom_ft', D * Math.PI, 2 * Math.PI, 16],
    ['geom_full', D * Math.PI, 1, 16],
    ['geom_lowf', D / 2, 1, 16],
    ['geom_nohighf', D / 2, 2 * Math.PI, 16],
    ['linear_lowf', 1, D / 2, 16],
  ] as const)('%s runs from %f to %f', (type, first, last, count) => {
    const frequencies = axisFrequencies(choice(type), D);
    expect(frequencies.length).toBe(count);
    expect(frequencies[0]).toBeCloseTo(first, 10);
    expect(frequencies[count - 1]).toBeCloseTo(last, 10);
    // Constant ratio, or constant difference.
    const step = (i: number) =>
      type === 'linear_lowf' ? frequencies[i + 1] - frequencies[i] : frequencies[i + 1] / frequencies[i];
    expect(step(7)).toBeCloseTo(step(0), 10);
  });

  it('lists, axis by axis, sines then cosines', () => {
    const { waveVectors, isCosine } = makeEncoding({ ...choice('geom_lowf'), frequencies: 4 }, D, new Random(0));
    expect(isCosine.length).toBe(24);
    expect([...isCosine.subarray(0, 8)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    const y = Array.from({ length: 8 }, (_, i) => waveVectors[3 * (8 + i) + 1]);
    expect(y.slice(0, 4)).toEqual(y.slice(4));
    expect(y[0]).toBe(16);
    expect(waveVectors[3 * 8]).toBe(0);
  });

  it('draws gaussian frequencies of the scale asked for, sines before cosines', () => {
    const encoding = makeEncoding(choice('gaussian'), D, new Random(3));
    expect(encoding.isCosine.length).toBe(6 * 16);
    const frequencies = frequenciesOf(encoding, D);
    const deviation = Math.sqrt(frequencies.reduce((sum, f) => sum + f * f, 0) / frequencies.length);
    expect(deviation).toBeGreaterThan(0.4);
    expect(deviation).toBeLessThan(0.6);
    expect(encoding.isCosine[47]).toBe(0);
    expect(encoding.isCosine[48]).toBe(1);
    expect(encoding.waveVectors[3 * 48]).toBe(encoding.waveVectors[0]);
  });

  it('has no waves for none', () => {
    expect(makeEncoding(choice('none'), D, new Random(0)).isCosine.length).toBe(0);
  });
});

describe('initial weights', () => {
  const field = networkFromParams(
    { ...defaultParams(), zDim: 8, encoderDim: 128, decoderDim: 128 },
    { boxPixels: D, tilts: 1 },
  );
  const encoding = makeEncoding(field.encoding, D, new Random(0));

  it('have the names and shapes of cryoDRGN’s state_dict', () => {
    const weights = initialWeights(field.spec, encoding, new Random(0));
    expect(weights.get('encoder.main.0.weight')?.shape).toEqual([128, 796]);
    expect(weights.get('encoder.main.6.linear.bias')?.shape).toEqual([128]);
    expect(weights.get('encoder.main.8.weight')?.shape).toEqual([16, 128]);
    expect(weights.get('decoder.decoder.main.0.weight')?.shape).toEqual([128, 104]);
    expect(weights.get('decoder.decoder.main.8.bias')?.shape).toEqual([2]);
    expect(weights.size).toBe(20);
  });

  it('fill ±1/√inputs evenly and come from the seed', () => {
    const weights = initialWeights(field.spec, encoding, new Random(0));
    const data = weights.get('encoder.main.0.weight')?.data ?? new Float32Array(0);
    const bound = 1 / Math.sqrt(796);
    const square = data.reduce((sum, w) => sum + w * w, 0) / data.length;
    expect(data.every((w) => Math.abs(w) <= bound)).toBe(true);
    expect(Math.sqrt(3 * square) / bound).toBeCloseTo(1, 2);
    const biasOf = (seed: number) =>
      initialWeights(field.spec, encoding, new Random(seed)).get('decoder.decoder.main.0.bias')?.data;
    expect(biasOf(0)).toEqual(weights.get('decoder.decoder.main.0.bias')?.data);
    expect(biasOf(1)).not.toEqual(biasOf(0));
  });
});

it('knows every encoding the parameters offer', () => {
  for (const type of ENCODING_TYPES)
    expect(() => makeEncoding({ ...choice(type), frequencies: 3 }, D, new Random(0))).not.toThrow();
});
