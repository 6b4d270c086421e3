// Volume components learned from latents: what a linear fit cannot tell, the perceptron does, and the held-out share says how well.
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { regressionOf } from './regression.ts';
import { sketchOf } from './sketch.ts';

function table(count: number, noise = 0) {
  const random = new Random(5);
  const z = Float32Array.from({ length: 2 * count }, () => random.normal());
  const scores = Float64Array.from({ length: 2 * count }, (_, at) => {
    const [x, y] = [z[2 * Math.floor(at / 2)], z[2 * Math.floor(at / 2) + 1]];
    return (at % 2 === 0 ? 30 * Math.tanh(2 * x) + 5 * y : 8 * x * y) + noise * random.normal();
  });
  return { z, zDim: 2, scores, components: 2 };
}

describe('regression of volume components', () => {
  it('tells held-out maps, curved ones too', async () => {
    const { heldOutR2, predict, learnedFrom } = await regressionOf(table(1200), { seed: 1, hidden: 32 });
    expect(learnedFrom).toBe(900);
    expect(heldOutR2[0]).toBeGreaterThan(0.99);
    expect(heldOutR2[1]).toBeGreaterThan(0.8);
    const [first] = predict(Float32Array.from([0.5, 0]));
    expect(Math.abs(first - 30 * Math.tanh(1))).toBeLessThan(2);
  });

  it('says that it tells nothing where there is nothing to tell', async () => {
    const random = new Random(9);
    const scores = Float64Array.from({ length: 400 }, () => random.normal());
    const { heldOutR2 } = await regressionOf({ ...table(400), scores, components: 1 }, { seed: 1 });
    expect(heldOutR2[0]).toBeLessThan(0.1);
  });

  it('refuses a handful of maps, and stops when it is told to', async () => {
    await expect(regressionOf(table(5), { seed: 0 })).rejects.toMatchObject({ code: 'value-out-of-range' });
    const stopped = AbortSignal.abort();
    await expect(regressionOf(table(3000), { seed: 0, signal: stopped })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a sketch', () => {
  it('holds a rare state, different rows, and every particle’s nearest map', async () => {
    const random = new Random(3);
    const z = Float32Array.from({ length: 3 * 2000 }, () => random.normal());
    for (let row = 0; row < 6; row++) z.set([9, 0.1 * row, 0], 3 * row);
    const { rows, mapOfParticle, particles } = await sketchOf(z, 3, { maps: 40, farthestShare: 0.05, seed: 2 });
    expect(new Set(rows).size).toBe(40);
    expect([...rows].some((row) => row < 6)).toBe(true);
    expect(particles.reduce((a, b) => a + b)).toBe(2000);
    const distance = (a: number, b: number) => Math.hypot(...[0, 1, 2].map((d) => z[3 * a + d] - z[3 * b + d]));
    for (let row = 0; row < 2000; row += 37) {
      const nearest = Math.min(...Array.from(rows, (other) => distance(row, other)));
      expect(distance(row, rows[mapOfParticle[row]])).toBeCloseTo(nearest, 5);
    }
  });

  it('refuses more maps than particles', async () => {
    const request = { maps: 5, farthestShare: 0.05, seed: 0 };
    await expect(sketchOf(new Float32Array(8), 2, request)).rejects.toMatchObject({ code: 'value-out-of-range' });
  });
});
