// Maps that a model adds up: their distances, components and the components of every particle are those of the maps themselves.
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { componentsOfGram } from '../../landscape/volumes/gram-components.ts';
import { linearScores } from './particles.ts';
import { expanded } from './map-set.ts';
import { mapCoordinates, summedMaps, type BaseMaps } from './summed-maps.ts';
import { maskedGram, scoresOfMap, volumeAxes } from './volume-space.ts';

const BOX = 8;
const random = new Random(2);
const maps = Array.from({ length: 3 }, () => Float32Array.from({ length: BOX ** 3 }, () => random.normal()));
const base: BaseMaps = {
  ...{ boxPixels: BOX, pixelSizeAngstrom: 1, latentDimension: 2, maps },
  factorsOf: (z) =>
    Float64Array.from({ length: 1.5 * z.length }, (_, at) =>
      at % 3 === 0 ? 1 : z[2 * Math.floor(at / 3) + (at % 3) - 1],
    ),
};
const z = Float32Array.from({ length: 24 }, () => random.normal());
const mask = Float32Array.from({ length: BOX ** 3 }, (_, v) => (v % 3 === 0 ? 0 : v % 3 === 1 ? 0.5 : 1));
const whole = (m: number) => maps[0].map((value, v) => value + z[2 * m] * maps[1][v] + z[2 * m + 1] * maps[2][v]);

describe('maps that are sums', () => {
  it('have the products of the maps in the mask', async () => {
    const gram = await maskedGram(summedMaps(base, z), mask);
    for (const [a, b] of [
      [0, 0],
      [3, 7],
      [11, 2],
    ]) {
      const [x, y] = [whole(a), whole(b)];
      const expected = x.reduce((sum, value, v) => sum + value * y[v] * mask[v] * mask[v], 0);
      expect(gram[a * 12 + b]).toBeCloseTo(expected, 3);
    }
  });

  it('say what is the largest of each, whole and in a choice of them', async () => {
    const set = summedMaps(base, z);
    expect(set.maximum[4]).toBeCloseTo(Math.max(...whole(4)), 4);
    const some = set.only(Uint32Array.of(4, 9));
    expect(some.maximum[0]).toBe(set.maximum[4]);
    const values = expanded(some, await some.read(10, 20));
    whole(9)
      .subarray(10, 20)
      .forEach((value, v) => expect(values[10 + v]).toBeCloseTo(value, 4));
  });

  it('lie in coordinates whose distances are those of the maps', () => {
    const coordinates = mapCoordinates(base, z);
    const [a, b] = [whole(1), whole(5)];
    const expected = Math.sqrt(a.reduce((sum, value, v) => sum + (value - b[v]) ** 2, 0));
    const found = Math.hypot(...[0, 1, 2].map((k) => coordinates[3 + k] - coordinates[15 + k]));
    expect(found).toBeCloseTo(expected, 3);
  });

  it('have components that are linear in their factors', async () => {
    const set = summedMaps(base, z);
    const found = componentsOfGram(await maskedGram(set, mask), 12, 2);
    const axes = await volumeAxes(set, mask, found, 2);
    const { ofBases, ofMean } = linearScores(base, axes);
    for (const m of [0, 6])
      for (const k of [0, 1]) {
        const ofFactors =
          ofBases[3 * k] + z[2 * m] * ofBases[3 * k + 1] + z[2 * m + 1] * ofBases[3 * k + 2] - ofMean[k];
        expect(ofFactors).toBeCloseTo(found.scores[2 * m + k], 3);
        expect(scoresOfMap(axes, whole(m))[k]).toBeCloseTo(found.scores[2 * m + k], 3);
      }
  });
});
