import { expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { evenFrequencies } from './even-frequencies.ts';

const lengths = (k: Float32Array) =>
  Array.from({ length: k.length / 3 }, (_, i) => Math.hypot(...k.slice(3 * i, 3 * i + 3)));
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

it('have the lengths of normal vectors: mean 2σ√(2/π), mean square 3σ², at any offset', () => {
  for (const seed of [0, 1, 2]) {
    const k = lengths(evenFrequencies(3000, 0.5, new Random(seed)));
    expect(mean(k)).toBeCloseTo(Math.sqrt(2 / Math.PI), 3);
    expect(mean(k.map((v) => v * v))).toBeCloseTo(0.75, 2);
  }
});

it('and come nearer to every direction, or to its opposite, than normal vectors do', () => {
  const farthest = (k: Float32Array) => {
    const all = lengths(k);
    const probe = new Random(9);
    let worst = 1;
    for (let n = 0; n < 500; n++) {
      const p = [probe.normal(), probe.normal(), probe.normal()];
      const along = all.map((length, i) =>
        Math.abs((p[0] * k[3 * i] + p[1] * k[3 * i + 1] + p[2] * k[3 * i + 2]) / (length * Math.hypot(...p))),
      );
      worst = Math.min(worst, Math.max(...along));
    }
    return (180 / Math.PI) * Math.acos(worst);
  };
  const even = [0, 1, 2, 3, 4, 5].map((seed) => farthest(evenFrequencies(48, 0.5, new Random(seed))));
  const drawn = [0, 1, 2, 3, 4, 5].map((seed) => {
    const random = new Random(seed);
    return farthest(Float32Array.from({ length: 144 }, () => random.normal()));
  });
  // 48 caps that cover half of the sphere reach 16.6° at the very least.
  expect(Math.max(...even)).toBeLessThan(32);
  expect(mean(even)).toBeLessThan(mean(drawn));
});

it('are another set by another seed', () => {
  expect(evenFrequencies(48, 0.5, new Random(0))).not.toEqual(evenFrequencies(48, 0.5, new Random(1)));
  expect(evenFrequencies(48, 0.5, new Random(1))).toEqual(evenFrequencies(48, 0.5, new Random(1)));
});
