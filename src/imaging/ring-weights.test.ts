import { describe, expect, it } from 'vitest';
import { makeLattice, ringsOfPoints } from './lattice.ts';
import { ringWeights } from './ring-weights.ts';

const BOX = 32;
const RINGS = BOX / 2 + 1;
const ringOf = ringsOfPoints(makeLattice(BOX));
const spectrum = (power: (ring: number) => number) => Float32Array.from({ length: RINGS }, (_, ring) => power(ring));
const weightsOf = (noise: Float32Array, groupOf: Int32Array | null = null) =>
  ringWeights(noise, groupOf, BOX).amplitudes.map((amplitude) => amplitude ** 2);
const meanOverPoints = (values: ArrayLike<number>) =>
  ringOf.reduce((sum, ring) => sum + values[ring], 0) / ringOf.length;

describe('weights of rings', () => {
  it('are 1 of white noise, whatever its power', () => {
    for (const power of [1e-6, 1, 5e4]) weightsOf(spectrum(() => power)).forEach((w) => expect(w).toBeCloseTo(1, 6));
  });

  it('leave the loss of the noise alone as it is without them, and every point with the same part of it', () => {
    const noise = spectrum((ring) => 3 / (1 + ring / 4));
    const weights = weightsOf(noise);
    const mean = meanOverPoints(noise);
    noise.forEach((power, ring) => expect(weights[ring] * power).toBeCloseTo(mean, 5));
  });

  it('of rings that a filter has emptied are ten times those of the median point, not without bound', () => {
    const weights = weightsOf(spectrum((ring) => (ring < 13 ? 1 : ring === 13 ? 0.4 : 0)));
    expect(weights[14] / weights[5]).toBeCloseTo(10, 4);
    expect(weights[16]).toBe(weights[14]);
    expect(weights[13] / weights[5]).toBeCloseTo(2.5, 4);
  });

  it('of rings of very much noise are a hundredth at least', () => {
    const weights = weightsOf(spectrum((ring) => (ring === 1 ? 1e6 : 1)));
    expect(weights[9] / weights[1]).toBeCloseTo(100, 3);
  });

  it('are each group’s own, a noisier group counting less; of a group without noise they are 1', () => {
    const noise = new Float32Array(3 * RINGS);
    noise.set(spectrum(() => 1));
    noise.set(
      spectrum((ring) => (ring < 8 ? 8 : 4)),
      RINGS,
    );
    const groupOf = Int32Array.of(0, 1, 2, 0);
    const weights = weightsOf(noise, groupOf);
    expect(weights[3] / weights[RINGS + 3]).toBeCloseTo(8, 4);
    expect(weights[3] / weights[RINGS + 12]).toBeCloseTo(4, 4);
    expect(new Set(weights.subarray(2 * RINGS))).toEqual(new Set([1]));
    // Over the images whose noise is known the noise alone comes to the same.
    const loss = (weigh: boolean) =>
      [0, 1, 0].reduce((sum, group) => {
        const at = group * RINGS;
        const power = noise.subarray(at, at + RINGS);
        return sum + meanOverPoints(weigh ? power.map((value, ring) => value * weights[at + ring]) : power);
      }, 0);
    expect(loss(true)).toBeCloseTo(loss(false), 4);
  });
});
