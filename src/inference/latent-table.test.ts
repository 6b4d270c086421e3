// A table of latents against a model with a known answer: images y_i = a z_i + noise of one point, whose posterior has a formula.
import { describe, expect, it } from 'vitest';
import type { Latents } from '../engine/engine.ts';
import { LatentTable, newLatentLearning } from './latent-table.ts';

const SLOPE = 2;
const NOISE_VARIANCE = 0.5;
/** Images and their latents, of one dimension. */
const images = [1.5, -0.4, 3];
const start: Latents = { mu: Float32Array.of(0.2, 0.1, -1), logVariance: Float32Array.of(-1, 0, -2) };

/** An epoch of steps of two images, then one, each gradient of the mean of (a z − y)² over its step. */
function epoch(table: LatentTable, noise: number, learningRate: number): void {
  const gradients: number[] = [];
  for (const indices of [Uint32Array.of(2, 0), Uint32Array.of(1)]) {
    const z = table.sampled(indices, new Float32Array(indices.length).fill(noise));
    indices.forEach((row, i) => gradients.push((2 * SLOPE * (SLOPE * z[i] - images[row])) / indices.length));
  }
  table.learn(Float32Array.from(gradients), { learningRate, noiseVariance: NOISE_VARIANCE, points: 1 });
}

function learned(epochs: number, learningRate = 0.02): LatentTable {
  let table = new LatentTable(start, newLatentLearning(start), 1, 1);
  for (let number = 1; number <= epochs; number++) {
    if (number > 1) table = new LatentTable(table.latents, table.learning, 1, number);
    epoch(table, 0, learningRate);
  }
  return table;
}

describe('a table of latents', () => {
  it('comes to where the images and the posterior that it began from meet', () => {
    const { latents, learning } = learned(800);
    images.forEach((y, i) => {
      const precision = Math.exp(-start.logVariance[i]);
      const wanted =
        ((SLOPE * y) / NOISE_VARIANCE + precision * start.mu[i]) / (SLOPE ** 2 / NOISE_VARIANCE + precision);
      expect(latents.mu[i]).toBeCloseTo(wanted, 2);
    });
    expect(latents.logVariance).toEqual(start.logVariance);
    expect(learning.start).toBe(start);
  });

  it('gives latents with the deviation of their posteriors, and leaves what it was made from as it is', () => {
    const table = new LatentTable(start, newLatentLearning(start), 1, 1);
    const z = table.sampled(Uint32Array.of(2, 1), Float32Array.of(1, -2));
    expect(z[0]).toBeCloseTo(-1 + Math.exp(-1), 6);
    expect(z[1]).toBeCloseTo(0.1 - 2, 6);
    table.learn(Float32Array.of(1, 1), { learningRate: 0.1, noiseVariance: 1, points: 1 });
    expect(table.latents.mu[2]).not.toBe(start.mu[2]);
    expect(start.mu[2]).toBe(-1);
  });

  it('leaves the particles of steps that did not count as they were', () => {
    const table = new LatentTable(start, newLatentLearning(start), 1, 1);
    table.sampled(Uint32Array.of(0, 1), new Float32Array(2));
    table.learn(Float32Array.of(NaN, 1), { learningRate: 0.1, noiseVariance: 1, points: 1 });
    expect(table.latents.mu[0]).toBe(start.mu[0]);
    expect(table.latents.mu[1]).not.toBe(start.mu[1]);
    table.sampled(Uint32Array.of(2), new Float32Array(1));
    table.learn(Float32Array.of(1), { learningRate: 0.1, noiseVariance: 0, points: 1 });
    expect(table.latents.mu[2]).toBe(start.mu[2]);
  });

  it('says how far it has moved in units of its deviations', () => {
    expect(new LatentTable(start, newLatentLearning(start), 1, 1).divergence()).toBe(0);
    const { mu } = learned(800).latents;
    const wanted =
      mu.reduce((sum, value, i) => sum + (0.5 * (value - start.mu[i]) ** 2) / Math.exp(start.logVariance[i]), 0) / 3;
    expect(learned(800).divergence()).toBeCloseTo(wanted, 5);
  });
});
