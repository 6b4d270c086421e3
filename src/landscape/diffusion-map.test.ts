import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { diffusionMap } from './diffusion-map.ts';

describe('diffusion coordinates', () => {
  it('follow an arc, whatever its bend, and leave a distant heap out', async () => {
    const random = new Random(4);
    const along = Float32Array.from({ length: 500 }, () => random.uniform());
    const heap = 20;
    const latents = new Float32Array(2 * (along.length + heap));
    along.forEach((s, i) => {
      latents[2 * i] = Math.cos(4.5 * s) + 0.03 * random.normal();
      latents[2 * i + 1] = Math.sin(4.5 * s) + 0.03 * random.normal();
    });
    for (let i = along.length; i < along.length + heap; i++) {
      latents[2 * i] = 500 + random.normal();
      latents[2 * i + 1] = random.normal();
    }
    const { coordinates, connected, eigenvalues } = await diffusionMap(latents, 2, 1);
    expect(connected).toBe(along.length);
    expect(Number.isNaN(coordinates[along.length])).toBe(true);
    expect(eigenvalues[0]).toBeLessThan(1);
    const order = (values: ArrayLike<number>) => Array.from(along, (_, i) => i).sort((a, b) => values[a] - values[b]);
    const rank = (values: ArrayLike<number>) => {
      const ranks = new Float64Array(along.length);
      order(values).forEach((row, place) => (ranks[row] = place));
      return ranks;
    };
    const [a, b] = [rank(along), rank(coordinates)];
    let difference = 0;
    a.forEach((place, i) => (difference += (place - b[i]) ** 2));
    const n = along.length;
    expect(Math.abs(1 - (6 * difference) / (n * (n * n - 1)))).toBeGreaterThan(0.99);
  });

  it('of a circle are its cosine and sine', async () => {
    const random = new Random(5);
    const turns = Float32Array.from({ length: 400 }, () => random.uniform());
    const latents = new Float32Array(800);
    turns.forEach((t, i) => latents.set([Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t)], 2 * i));
    const { coordinates } = await diffusionMap(latents, 2, 2);
    const radii = turns.map((_, i) => Math.hypot(coordinates[2 * i], coordinates[2 * i + 1]));
    const mean = radii.reduce((x, y) => x + y) / radii.length;
    expect(Math.min(...radii)).toBeGreaterThan(0.6 * mean);
  });
});
