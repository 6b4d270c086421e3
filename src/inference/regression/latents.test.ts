import { describe, expect, it } from 'vitest';
import { VitrineError } from '../../base/errors.ts';
import { BEYOND, surroundingsOf, WIDTHS } from './bandwidths.ts';
import { affineBasis, BasisMoments, chiSquared, distancesTo, type UncertainLatents } from './latents.ts';

const two: UncertainLatents = {
  dimension: 2,
  mean: Float32Array.of(0, 0, 1, 1),
  covariance: Float32Array.of(4, 0, 1, 2, 1, 2),
};
/** Latents 0, 1, 2, … of unit variance. */
const row = (count: number): UncertainLatents => ({
  dimension: 1,
  mean: Float32Array.from({ length: count }, (_, i) => i),
  covariance: new Float32Array(count).fill(1),
});

const of = (latents: UncertainLatents) => ({ latents, basis: affineBasis(latents.dimension) });

describe('latents with their uncertainty', () => {
  it('are as far away as their own uncertainty makes them', () => {
    const [first, second] = distancesTo([2, 3], two);
    expect(first).toBeCloseTo(4 / 4 + 9, 5);
    // The inverse of ((2, 1), (1, 2)) is ((2, −1), (−1, 2)) / 3; the difference is (1, 2).
    expect(second).toBeCloseTo((2 * 1 - 2 * 2 + 2 * 4) / 3, 5);
    expect(() => distancesTo([1], two)).toThrow(VitrineError);
  });

  it('are near across the end of a circle', () => {
    const circle = { ...row(1), mean: Float32Array.of(0.9), period: 2 };
    expect(distancesTo([-0.9], circle)[0]).toBeCloseTo(0.04, 5);
  });

  it('have the moments of a normal distribution under functions that are linear', () => {
    const moments = new BasisMoments(affineBasis(2, { mean: [1, 0], deviation: [2, 1] }), two);
    moments.take(1);
    // ((z1 − 1)/2, z2): mean (0, 1), covariance ((2, 1), (1, 2)) scaled to ((½, ½), (½, 2)).
    const close = (found: Float64Array, wanted: number[]) => {
      wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    };
    close(moments.first, [1, 0, 1]);
    close(moments.second, [1, 0, 0.5, 1, 0.5, 3]);
  });

  it('have the χ² points of tables', () => {
    expect(Math.abs(chiSquared(4, 1.645) - 9.488)).toBeLessThan(0.05);
    expect(Math.abs(chiSquared(8, 0) - 7.344)).toBeLessThan(0.05);
  });
});

describe('the images around a latent', () => {
  it('fall between widths from the nearest to nearly all', () => {
    const { widths, binOf, images, middle } = surroundingsOf([0], of(row(1000)), null);
    expect(widths.length).toBe(WIDTHS);
    expect([images[0], images[WIDTHS - 1]]).toEqual([150, 969]);
    const steps = Array.from(widths, Math.sqrt);
    expect(steps[1] - steps[0]).toBeCloseTo(steps[11] - steps[10], 6);
    binOf.forEach((bin, i) => {
      if (bin === BEYOND) expect(i * i).toBeGreaterThanOrEqual(widths[WIDTHS - 1]);
      else expect([i * i < widths[bin], bin === 0 || i * i >= widths[bin - 1]]).toEqual([true, true]);
    });
    expect(middle[0]).toBeCloseTo((149 * 299) / 6, 6);
  });

  it('are as many as asked for', () => {
    const { widths, images, near } = surroundingsOf([0], of(row(1000)), 40);
    expect([widths.length, images[0], near.images]).toEqual([1, 40, 40]);
    expect(near.weights[20]).toBeCloseTo(1 - 400 / 1600, 6);
    expect(near.weights.subarray(40).every((weight) => weight === 0)).toBe(true);
    for (const few of [1, 1001]) expect(() => surroundingsOf([0], of(row(1000)), few)).toThrow(VitrineError);
  });

  it('that may have the latent are those whose uncertainty reaches it', () => {
    const wide = { ...row(1000), covariance: new Float32Array(1000).fill(1e6) };
    expect(surroundingsOf([0], of(wide), null).near.images).toBe(1000);
  });
});
