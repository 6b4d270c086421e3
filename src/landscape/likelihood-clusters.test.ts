import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { kMeansClusters } from './kmeans.ts';
import { likelihoodClusters } from './likelihood-clusters.ts';

const zDim = 3;
const structures = [
  [0, 0, 0],
  [1.2, 0, 0],
  [0, 1.2, 0],
];

/**
 * Particles of three structures, each seen along a direction of its own, along which its image says nothing: y = z + noise of precision
 * P_i; posterior of z under N(0, I): S = (P + I)⁻¹, μ = S P y.
 */
function seenAlong(count: number) {
  const random = new Random(5);
  const mu = new Float32Array(count * zDim);
  const covariance = new Float32Array(count * 6);
  const costs: number[][] = [];
  for (let i = 0; i < count; i++) {
    const view = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(...view);
    const precision = Matrix.eye(zDim).mul(40);
    for (let a = 0; a < zDim; a++)
      for (let b = 0; b < zDim; b++)
        precision.set(a, b, precision.get(a, b) - (39.6 * view[a] * view[b]) / length ** 2);
    // A draw of the noise, whose deviations along and across the view are known.
    const across = Math.sqrt(1 / 40);
    const along = Math.sqrt(1 / 0.4);
    const draw = [random.normal(), random.normal(), random.normal()];
    const onView = draw.reduce((sum, value, a) => sum + (value * view[a]) / length, 0);
    const y = structures[i % 3].map(
      (value, a) => value + across * draw[a] + ((along - across) * onView * view[a]) / length,
    );
    const posterior = inverse(Matrix.add(precision, Matrix.eye(zDim)));
    const mean = posterior.mmul(precision).mmul(Matrix.columnVector(y));
    for (let a = 0; a < zDim; a++) {
      mu[i * zDim + a] = mean.get(a, 0);
      for (let b = 0; b <= a; b++) covariance[i * 6 + (a * (a + 1)) / 2 + b] = posterior.get(a, b);
    }
    costs.push(
      structures.map((centre) => {
        const gap = Matrix.columnVector(y.map((value, a) => value - centre[a]));
        return gap.transpose().mmul(precision).mmul(gap).get(0, 0);
      }),
    );
  }
  return { mu, covariance, costs };
}

/** Particles whose label, by the best naming of three labels, is not their structure's. */
function wrong(labels: ArrayLike<number>): number {
  const namings = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  return Math.min(...namings.map((names) => Array.from(labels).filter((label, i) => names[label] !== i % 3).length));
}

describe('clusters by likelihood', () => {
  it('tell structures apart as well as their true places would, where plain k-means does not', async () => {
    const { mu, covariance, costs } = seenAlong(1500);
    const best = wrong(costs.map((row) => row.indexOf(Math.min(...row))));
    const plain = wrong((await kMeansClusters(mu, zDim, 3, 0)).labels);
    const found = await likelihoodClusters({ mu, covariance, zDim }, 3, 0);
    expect(plain).toBeGreaterThan(1.5 * best);
    expect(wrong(found.labels)).toBeLessThan(1.15 * best);
    expect(found.counts.reduce((sum, count) => sum + count, 0)).toBe(1500);
    found.centreIndices.forEach((row, c) => expect(found.labels[row]).toBe(c));
    expect(await likelihoodClusters({ mu, covariance, zDim }, 3, 0)).toEqual(found);
  });

  it('are those of k-means where all particles are known alike', async () => {
    const random = new Random(3);
    const mu = Float32Array.from({ length: 400 * 2 }, (_, i) => 4 * ((i >> 1) % 4) * (i % 2) + random.normal());
    const covariance = Float32Array.from({ length: 400 * 3 }, (_, i) => (i % 3 === 1 ? 0 : 0.1));
    const found = await likelihoodClusters({ mu, covariance, zDim: 2 }, 4, 1);
    expect(found).toEqual(await kMeansClusters(mu, 2, 4, 1));
  });

  it('keep what images say nothing of, and refuse covariances of others or such as are no numbers', async () => {
    const mu = Float32Array.from({ length: 40 }, (_, i) => i);
    const unknown = Float32Array.from({ length: 60 }, (_, i) => (i % 3 === 1 ? 0 : 1));
    const { counts } = await likelihoodClusters({ mu, covariance: unknown, zDim: 2 }, 2, 0);
    expect([...counts].every((count) => count > 0)).toBe(true);
    const of = (covariance: Float32Array) => likelihoodClusters({ mu, covariance, zDim: 2 }, 2, 0);
    await expect(of(new Float32Array(3))).rejects.toMatchObject({ code: 'count-mismatch' });
    await expect(of(unknown.map(() => NaN))).rejects.toMatchObject({ code: 'value-out-of-range' });
  });

  it('can be cancelled', async () => {
    const random = new Random(1);
    const rows = 60_000;
    const mu = Float32Array.from({ length: rows * 2 }, (_, i) => 20 * ((i >> 1) % 3) + random.normal());
    const covariance = Float32Array.from({ length: rows * 3 }, (_, i) => (i % 3 === 1 ? 0 : 0.5));
    const controller = new AbortController();
    const onProgress = (_: number, message: string) => {
      if (message.includes('known of each')) controller.abort();
    };
    const stopped = likelihoodClusters({ mu, covariance, zDim: 2 }, 3, 0, { signal: controller.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });
});
