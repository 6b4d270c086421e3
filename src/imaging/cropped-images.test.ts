import { expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { croppedImages } from './cropped-images.ts';
import type { HartleyImages } from './hartley-images.ts';
import { makeLattice } from './lattice.ts';
import { preprocessImages } from './preprocess.ts';

const BOX = 16;
const COUNT = 5;
const real = new Random(3).fillNormal(new Float32Array(COUNT * BOX * BOX));

/** Prepared at box d, as a set of one shard. */
function prepared(boxPixels: number): HartleyImages {
  const { values, standardDeviation } = preprocessImages(real, COUNT, BOX, { boxPixels });
  const { index, points, side } = makeLattice(boxPixels);
  const own = new Float32Array(COUNT * points);
  for (let i = 0; i < COUNT; i++) index.forEach((at, p) => (own[i * points + p] = values[i * side * side + at]));
  return {
    ...{ count: COUNT, boxPixels, points, shardSize: 1024, standardDeviation },
    readShard: () => Promise.resolve({ first: 0, count: COUNT, values: own }),
  };
}

it('gives what preparing at the smaller box gives, but for the one standard deviation and the edge', async () => {
  const whole = prepared(BOX);
  const small = prepared(12);
  const cropped = croppedImages(whole, 12);
  const { points, column, row } = makeLattice(12);
  expect(cropped).toMatchObject({ count: COUNT, boxPixels: 12, points, standardDeviation: whole.standardDeviation });
  const [found, wanted] = [await cropped.readShard(0), await small.readShard(0)];
  const scale = small.standardDeviation / whole.standardDeviation;
  let compared = 0;
  for (let i = 0; i < COUNT; i++)
    for (let p = 0; p < points; p++) {
      if (column[p] % 12 === 0 || row[p] % 12 === 0) continue;
      expect(found.values[i * points + p]).toBeCloseTo(wanted.values[i * points + p] * scale, 5);
      compared++;
    }
  expect(compared).toBe(COUNT * (points - 4));
});

it('leaves images alone that are no larger', () => {
  const whole = prepared(BOX);
  expect(croppedImages(whole, BOX)).toBe(whole);
  expect(croppedImages(whole, 32)).toBe(whole);
});
