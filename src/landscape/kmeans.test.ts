import { kmeans as mlKmeans } from 'ml-kmeans';
import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { orderOfCentres } from './cluster-order.ts';
import { kMeansClusters, lloyd } from './kmeans.ts';

const spots = [
  [0, 0],
  [10, 0],
  [20, 0],
  [30, 0],
  [40, 0],
];
function blobs(count: number, width: number): Float32Array {
  const random = new Random(2);
  return Float32Array.from({ length: count * 2 }, (_, i) => spots[(i >> 1) % 5][i % 2] + width * random.normal());
}

describe('k-means', () => {
  it('moves as ml-kmeans does from the same start, on clouds that overlap', async () => {
    const mu = blobs(400, 4);
    const start = [
      [1, 1],
      [2, -1],
      [25, 3],
    ];
    const rows = Array.from({ length: 400 }, (_, row) => [mu[2 * row], mu[2 * row + 1]]);
    const theirs = mlKmeans(rows, 3, { initialization: start, tolerance: 0, maxIterations: 300 });
    const ours = await lloyd(mu, 2, Float64Array.from(start.flat()));
    expect(Array.from(ours.labels)).toEqual(theirs.clusters);
    theirs.centroids.flat().forEach((value, i) => expect(ours.means[i]).toBeCloseTo(value, 3));
  });

  it('finds separate blobs, numbers them along the line, and stands on data', async () => {
    const mu = blobs(500, 0.5);
    const { labels, counts, centres, centreIndices } = await kMeansClusters(mu, 2, 5, 7);
    expect([...counts]).toEqual([100, 100, 100, 100, 100]);
    const along = [0, 1, 2, 3, 4].map((c) => Math.round(centres[2 * c] / 10));
    expect([along, along.toReversed()]).toContainEqual([0, 1, 2, 3, 4]);
    centreIndices.forEach((row, c) => {
      expect(labels[row]).toBe(c);
      expect(mu[2 * row]).toBe(centres[2 * c]);
    });
  });

  it('gives the same clusters for the same seed, and as many as asked for even among equal rows', async () => {
    const mu = blobs(300, 5);
    expect(await kMeansClusters(mu, 2, 4, 3)).toEqual(await kMeansClusters(mu, 2, 4, 3));
    const { labels } = await kMeansClusters(new Float32Array(20).fill(1), 2, 3, 0);
    expect(labels).toHaveLength(10);
  });

  it('refuses more clusters than particles, and can be cancelled', async () => {
    await expect(kMeansClusters(new Float32Array(4), 2, 3, 0)).rejects.toMatchObject({ code: 'value-out-of-range' });
    const random = new Random(1);
    const big = Float32Array.from({ length: 400_000 }, () => random.uniform());
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await expect(kMeansClusters(big, 4, 30, 0, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('order of cluster centres', () => {
  it('walks a shuffled line from one end to the other', () => {
    const shuffled = [3, 0, 7, 5, 1, 6, 2, 4];
    const order = orderOfCentres(Float32Array.from(shuffled.flatMap((v) => [v * v, v])), 2);
    const walked = order.map((c) => shuffled[c]);
    expect([walked, walked.toReversed()]).toContainEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
