import { expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import type { HartleyImages } from '../../imaging/hartley-images.ts';
import { imagesAt, withRandomPhases } from '../../imaging/image-subset.ts';
import { makeLattice, ringsOfPoints } from '../../imaging/lattice.ts';
import { phasesFinding } from './halves-check.ts';

const place = { fromShell: 4, boxPixels: 32, pixelSizeAngstrom: 4 };
const curve = (beyond: number) => Float64Array.from({ length: 16 }, (_, shell) => (shell < 6 ? 1 : beyond));

it('flags halves that agree beyond the shell in any state, and only those', () => {
  expect(phasesFinding([curve(0.02), curve(0.09)], place).verdict).toBe('good');
  expect(phasesFinding([curve(0.02), curve(0.11)], place).verdict).toBe('wrong');
  expect(phasesFinding([curve(NaN)], place).verdict).toBe('wrong');
});

it('random phases keep amplitudes of all rings and values before the ring; parts of a set are its images', async () => {
  const lattice = makeLattice(16);
  const { points, mirror } = lattice;
  const all = new Random(1).fillNormal(new Float32Array(10 * points));
  const images: HartleyImages = {
    ...{ count: 10, boxPixels: 16, points, shardSize: 4, standardDeviation: 1 },
    readShard: (shard) => {
      const first = 4 * shard;
      const count = Math.min(4, 10 - first);
      return Promise.resolve({ first, count, values: all.slice(first * points, (first + count) * points) });
    },
  };
  const part = await imagesAt(images, Uint32Array.of(0, 3, 5, 6, 9)).readShard(1);
  expect(part.count).toBe(1);
  expect(part.values).toEqual(all.slice(9 * points));
  const { values } = await withRandomPhases(images, 5, 2).readShard(1);
  const rings = ringsOfPoints(lattice);
  let changed = 0;
  for (let i = 0; i < 4; i++)
    for (let p = 0; p < points; p++) {
      const [at, other] = [i * points + p, i * points + mirror[p]];
      const before = (4 + i) * points;
      if (rings[p] < 5) expect(values[at]).toBe(all[before + p]);
      else if (values[at] !== all[before + p]) changed++;
      const power = all[before + p] ** 2 + all[before + mirror[p]] ** 2;
      expect(values[at] ** 2 + values[other] ** 2).toBeCloseTo(power, 4);
    }
  expect(changed).toBeGreaterThan(100);
});
