import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { fsc, fscArea, resolutionPixels, resolutionShellPixels } from './fsc.ts';
import { applyMask, percentile, softMask, squaredDistance } from './mask.ts';

const SIZE = 8;
const noise = (seed: number) => new Random(seed).fillNormal(new Float32Array(SIZE ** 3));

/** Σ over every point of the full transform, naively. */
function naiveFsc(a: Float32Array, b: Float32Array): number[] {
  const sums = Array.from({ length: SIZE / 2 }, () => [0, 0, 0]);
  const range = Array.from({ length: SIZE }, (_, i) => i - SIZE / 2);
  const at = (map: Float32Array, k: number[]) => {
    let [re, im] = [0, 0];
    map.forEach((v, i) => {
      const r = [i % SIZE, Math.floor(i / SIZE) % SIZE, Math.floor(i / SIZE ** 2)];
      const angle = (-2 * Math.PI * (k[0] * r[0] + k[1] * r[1] + k[2] * r[2])) / SIZE;
      re += v * Math.cos(angle);
      im += v * Math.sin(angle);
    });
    return [re, im];
  };
  for (const z of range)
    for (const y of range)
      for (const x of range) {
        const shell = sums.findIndex((_, i) => i > 0 && Math.hypot(x, y, z) >= i - 1 && Math.hypot(x, y, z) < i);
        if (shell < 0) continue;
        const [p, q] = [at(a, [x, y, z]), at(b, [x, y, z])];
        sums[shell][0] += p[0] * q[0] + p[1] * q[1];
        sums[shell][1] += p[0] ** 2 + p[1] ** 2;
        sums[shell][2] += q[0] ** 2 + q[1] ** 2;
      }
  return sums.map(([cross, aa, bb], i) => (i === 0 ? 1 : cross / Math.sqrt(aa * bb)));
}

describe('Fourier shell correlation', () => {
  it('is the naive sum over shells', () => {
    const a = noise(1);
    const b = a.map((v, i) => v + 0.8 * noise(2)[i]);
    const curve = fsc(a, b, SIZE);
    naiveFsc(a, b).forEach((v, i) => expect(curve.values[i]).toBeCloseTo(v, 5));
    expect([...curve.frequencies]).toEqual([0, 1 / 8, 2 / 8, 3 / 8]);
  });

  it('is 1 for maps that differ by a factor, 0 for an empty one', () => {
    const curve = fsc(
      noise(1),
      noise(1).map((v) => 3 * v),
      SIZE,
    );
    curve.values.forEach((v) => expect(v).toBeCloseTo(1, 6));
    expect(fscArea(curve)).toBeCloseTo(3 / 8, 6);
    expect(resolutionPixels(curve)).toBe(2);
    expect([...fsc(noise(1), new Float32Array(SIZE ** 3), SIZE).values.slice(1)]).toEqual([0, 0, 0]);
    expect(() => fsc(noise(1), new Float32Array(27), SIZE)).toThrow(/not of one size/);
  });

  it('crosses the threshold between shells', () => {
    const curve = { values: Float64Array.of(1, 0.9, 0.3, 0.8), frequencies: Float64Array.of(0, 0.1, 0.2, 0.3) };
    expect(resolutionPixels(curve, 0.6)).toBeCloseTo(1 / 0.15, 9);
    expect(resolutionShellPixels(curve, 0.6)).toBeCloseTo(5, 9);
    expect(fscArea(curve)).toBeCloseTo(0.1 * (0.5 + 0.9 + 0.3 + 0.4), 9);
  });
});

describe('soft mask', () => {
  const size = 24;
  const place = (i: number) => [i % size, Math.floor(i / size) % size, Math.floor(i / size ** 2)];

  it('measures distances as a search over all points does', () => {
    const map = noise(5);
    const found = squaredDistance(map, SIZE, 2);
    const inside = Array.from(map.keys()).filter((i) => map[i] > 2);
    expect(inside.length).toBeGreaterThan(3);
    const at = (i: number) => [i % SIZE, Math.floor(i / SIZE) % SIZE, Math.floor(i / SIZE ** 2)];
    found.forEach((value, i) => {
      const [x, y, z] = at(i);
      const nearest = Math.min(...inside.map((j) => (at(j)[0] - x) ** 2 + (at(j)[1] - y) ** 2 + (at(j)[2] - z) ** 2));
      expect(value).toBe(nearest);
    });
    expect(squaredDistance(map, SIZE, 100).every((v) => v === Infinity)).toBe(true);
  });

  it('is 1 to 25 Å from the particle, falls by a cosine over 15 Å', () => {
    const map = new Float32Array(size ** 3);
    map[(12 * size + 12) * size + 12] = 1;
    map[(12 * size + 12) * size + 13] = 1;
    const mask = softMask(map, size, { pixelSizeAngstrom: 5, threshold: 0.5 });
    mask.forEach((value, i) => {
      const [x, y, z] = place(i);
      const distance = 5 * Math.min(Math.hypot(x - 12, y - 12, z - 12), Math.hypot(x - 13, y - 12, z - 12));
      const expected = distance <= 25 ? 1 : distance >= 40 ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * (distance - 25)) / 15);
      expect(Math.abs(value - expected)).toBeLessThan(1e-6);
    });
    expect(applyMask(map, mask)).toEqual(map);
  });

  it('takes half the 99.99th percentile', () => {
    expect(
      percentile(
        Float32Array.from({ length: 101 }, (_, i) => 100 - i),
        99.5,
      ),
    ).toBeCloseTo(99.5, 6);
    const map = new Float32Array(size ** 3);
    for (let i = 0; i < 10; i++) map[(12 * size + 12) * size + 7 + i] = 1 + 0.01 * i;
    map[0] = 0.5;
    const mask = softMask(map, size, { pixelSizeAngstrom: 1, dilateAngstrom: 0, edgeAngstrom: 0.5 });
    expect(mask.reduce((a, b) => a + b, 0)).toBe(10);
  });
});
