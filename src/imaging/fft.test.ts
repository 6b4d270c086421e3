import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { planFourier } from './fft.ts';
import { hartleyImage, hartleyVolume, inverseHartleyImage, inverseHartleyVolume, symmetrise } from './hartley.ts';

/** Largest difference over the largest value. */
function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(found[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}

function naiveFourier(input: Float64Array): Float64Array {
  const n = input.length / 2;
  const out = new Float64Array(2 * n);
  for (let k = 0; k < n; k++)
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((k * j) % n)) / n;
      out[2 * k] += input[2 * j] * Math.cos(angle) - input[2 * j + 1] * Math.sin(angle);
      out[2 * k + 1] += input[2 * j] * Math.sin(angle) + input[2 * j + 1] * Math.cos(angle);
    }
  return out;
}

/** H(k) = Σ x(r) (cos + sin)(2πk·r), both measured from the centre D/2: what the two fftshifts amount to. */
function naiveHartley(values: Float32Array, size: number, dimensions: number): Float64Array {
  const out = new Float64Array(values.length);
  const place = (i: number, axis: number) => (Math.floor(i / size ** axis) % size) - size / 2;
  for (let k = 0; k < out.length; k++)
    for (let r = 0; r < values.length; r++) {
      let dot = 0;
      for (let axis = 0; axis < dimensions; axis++) dot += place(k, axis) * place(r, axis);
      const angle = (2 * Math.PI * dot) / size;
      out[k] += values[r] * (Math.cos(angle) + Math.sin(angle));
    }
  return out;
}

describe('Fourier plans', () => {
  it.each([1, 2, 4, 6, 10, 14, 22, 30, 32, 34, 46, 64, 74, 96, 98, 120, 138])(
    'of size %i are the naive sum',
    (size) => {
      const random = new Random(size);
      const input = Float64Array.from({ length: 2 * size }, () => random.normal());
      const out = new Float64Array(2 * size);
      planFourier(size).transform(input, out);
      expect(relativeError(out, naiveFourier(input))).toBeLessThan(1e-12);
    },
  );

  it('refuse what is not a size', () => expect(() => planFourier(2.5)).toThrow(RangeError));
});

describe('centred Hartley transform', () => {
  it.each([2, 6, 8, 14, 16])('of images of %i² is the naive sum and its own inverse', (size) => {
    const image = new Random(size).fillNormal(new Float32Array(size * size));
    const out = new Float32Array(size * size);
    hartleyImage(image, size, out);
    expect(relativeError(out, naiveHartley(image, size, 2))).toBeLessThan(1e-6);
    inverseHartleyImage(out, size, out);
    expect(relativeError(out, image)).toBeLessThan(1e-6);
  });

  it.each([2, 4, 6, 10])('of volumes of %i³ is the naive sum and its own inverse', (size) => {
    const volume = new Random(size).fillNormal(new Float32Array(size ** 3));
    const out = new Float32Array(size ** 3);
    hartleyVolume(volume, size, out);
    // The half spectrum is kept in float32 between the axes.
    expect(relativeError(out, naiveHartley(volume, size, 3))).toBeLessThan(2e-6);
    inverseHartleyVolume(out, size, out);
    expect(relativeError(out, volume)).toBeLessThan(2e-6);
  });

  it('grows to the symmetrised lattice by its first row, column and corner', () => {
    const out = new Float32Array(9);
    symmetrise(Float32Array.of(1, 2, 3, 4), 2, out);
    expect([...out]).toEqual([1, 2, 1, 3, 4, 3, 1, 2, 1]);
  });
});
