// Posteriors over a chain's nodes against the sums and integrals as they are written.
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { chainLatents, chainTable, distanceAlong, nodePosteriors } from './node-posterior.ts';

const DEVIATION = 0.3;
const TERMS = 3;
const table = chainTable('line', TERMS);
const width = ((TERMS + 1) * (TERMS + 2)) / 2;

/** Products of slices and an image of some points: real, so that they fit together. */
function productsOf(random: Random, contrast: number): { u: number[][]; products: Float32Array } {
  const points = 8;
  const u = Array.from({ length: TERMS }, () => Array.from({ length: points }, () => random.normal()));
  const y = Array.from({ length: points }, (_, p) => contrast * (u[0][p] + 0.5 * u[1][p]) + 0.3 * random.normal());
  const all = [...u, y];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, p) => sum + 2 * value * b[p], 0);
  return { u: all, products: Float32Array.from(all.flatMap((a, i) => all.slice(0, i + 1).map((b) => dot(a, b)))) };
}

/** log p(y | γ, node) over no particle: Σ 2 (m y − ½ m²) with m = γ Σ φ u. */
function written(u: number[][], k: number, gamma: number): number {
  const y = u[TERMS];
  return y.reduce((sum, value, p) => {
    let m = 0;
    for (let b = 0; b < TERMS; b++) m += gamma * table.basis[k * TERMS + b] * u[b][p];
    return sum + 2 * (m * value - 0.5 * m * m);
  }, 0);
}

const normal = (gamma: number) =>
  Math.exp(-0.5 * ((gamma - 1) / DEVIATION) ** 2) / (DEVIATION * Math.sqrt(2 * Math.PI));

describe('posteriors over nodes', () => {
  const random = new Random(2);
  const images = [1, 1.3, 0.8].map((contrast) => productsOf(random, contrast));
  const products = Float32Array.from(images.flatMap((one) => [...one.products]));

  it.each([0, DEVIATION])('are those of the evidence at each node, contrast known to %s', (deviation) => {
    const { weights, evidence } = nodePosteriors(products, table, { deviation });
    expect(products).toHaveLength(3 * width);
    images.forEach(({ u }, i) => {
      const likelihoods = Array.from({ length: table.count }, (_, k) => {
        if (deviation === 0) return Math.exp(written(u, k, 1));
        let sum = 0;
        for (let gamma = -1; gamma < 4; gamma += 1e-3) sum += 1e-3 * normal(gamma) * Math.exp(written(u, k, gamma));
        return sum;
      });
      const total = likelihoods.reduce((a, b) => a + b, 0);
      expect(evidence[i]).toBeCloseTo(Math.log(total / table.count), 3);
      likelihoods.forEach((value, k) => expect(weights[i * table.count + k]).toBeCloseTo(value / total, 4));
    });
  });

  it('of an image that is the wrong way round say nothing of where it is', () => {
    const against = products.map(
      (value, at) => (at % width >= width - TERMS - 1 && at % width < width - 1 ? -1 : 1) * value,
    );
    const { weights } = nodePosteriors(against, table, { deviation: DEVIATION });
    // Of a contrast of 0 only the room that is left to it tells nodes apart.
    expect(Math.max(...weights)).toBeLessThan(3 / table.count);
  });
});

describe('latents', () => {
  it('of a circle are mean directions, wherever it is cut', () => {
    const circle = chainTable('circle', 5);
    const weights = new Float32Array(circle.count);
    // The nodes −1 and the last before it, 1 − 2/K.
    weights[0] = weights[circle.count - 1] = 0.5;
    const { mu, logVariance } = chainLatents(weights, circle);
    expect(distanceAlong('circle', mu[0], 1 - 1 / circle.count)).toBeLessThan(1e-6);
    expect(logVariance[0]).toBeCloseTo(Math.log(1 / circle.count ** 2), 5);
  });

  it('of a sheet have both of its directions', () => {
    const sheet = chainTable('sheet', 10);
    const weights = new Float32Array(sheet.count);
    weights[5] = 1;
    expect([...chainLatents(weights, sheet).mu]).toEqual([...sheet.nodes.subarray(10, 12)]);
  });
});
