import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const draw = (random: Random, n: number) => Array.from({ length: n }, () => random.uniform());

describe('Random', () => {
  it('repeats itself from one seed and differs between seeds and streams', () => {
    expect(draw(new Random(7), 5)).toEqual(draw(new Random(7), 5));
    const firsts = [new Random(7), new Random(8), new Random(7, 1), new Random(7 + 2 ** 32)].map((r) => r.uniform());
    expect(new Set(firsts).size).toBe(4);
  });

  it('goes on from its state, also in the middle of a normal pair', () => {
    for (const drawn of [0, 1, 2, 3]) {
      const random = new Random(3);
      for (let i = 0; i < drawn; i++) random.normal();
      const copy = Random.fromState(JSON.parse(JSON.stringify(random.state())) as number[]);
      expect([copy.normal(), copy.normal(), copy.uniform()]).toEqual([
        random.normal(),
        random.normal(),
        random.uniform(),
      ]);
    }
  });

  it('draws uniform and normal numbers with the moments they should have', () => {
    const random = new Random(1);
    const n = 100_000;
    let [mean, square, normalMean, normalSquare, normalFourth] = [0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const u = random.uniform();
      expect(u >= 0 && u < 1).toBe(true);
      const g = random.normal();
      mean += u / n;
      square += (u * u) / n;
      normalMean += g / n;
      normalSquare += (g * g) / n;
      normalFourth += g ** 4 / n;
    }
    // Five standard errors each.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.0046);
    expect(Math.abs(square - 1 / 3)).toBeLessThan(0.0048);
    expect(Math.abs(normalMean)).toBeLessThan(0.016);
    expect(Math.abs(normalSquare - 1)).toBeLessThan(0.023);
    expect(Math.abs(normalFourth - 3)).toBeLessThan(0.16);
  });

  it('permutes evenly', () => {
    const random = new Random(5);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = random.permutation(3).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect([...random.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('does not correlate neighbouring streams', () => {
    let sum = 0;
    const n = 20_000;
    for (let i = 0; i < n; i++) sum += (new Random(1, i).uniform() - 0.5) * (new Random(1, i + 1).uniform() - 0.5);
    expect(Math.abs(sum / n) * 12).toBeLessThan(5 / Math.sqrt(n));
  });
});
