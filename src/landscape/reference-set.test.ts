// Latents of the reference set, analysed by NumPy and SciPy too (testing/reference-set/make/figures.py).
import { expect, it } from 'vitest';
import { setLatents, setText } from '../../testing/reference-set/set.ts';
import { kMeansClusters } from './kmeans.ts';
import { principalComponents } from './pca.ts';

const expected = JSON.parse(setText('expected.json')) as {
  components: { shares: number[]; axes: number[][]; row123: number[] };
  spread5: number;
};
const { mu, zDim, count } = setLatents();

it('principal components agree with numpy.linalg.eigh of numpy.cov', async () => {
  const pca = await principalComponents(mu, zDim);
  const { shares, axes, row123 } = expected.components;
  shares.forEach((share, c) => expect(pca.explainedVariance[c]).toBeCloseTo(share, 6));
  axes.flat().forEach((value, i) => expect(pca.axes[i]).toBeCloseTo(value, 5));
  row123.forEach((value, c) => expect(pca.projections[123 * zDim + c]).toBeCloseTo(value, 5));
});

it('k-means spreads no more than 2 % over the best of SciPy’s 200 starts', async () => {
  const { labels, counts } = await kMeansClusters(mu, zDim, 5, 0);
  const sums = new Float64Array(5 * zDim);
  for (let row = 0; row < count; row++)
    for (let d = 0; d < zDim; d++) sums[labels[row] * zDim + d] += mu[row * zDim + d] / counts[labels[row]];
  let spread = 0;
  for (let row = 0; row < count; row++)
    for (let d = 0; d < zDim; d++) spread += (mu[row * zDim + d] - sums[labels[row] * zDim + d]) ** 2;
  expect(spread / expected.spread5).toBeGreaterThan(1 - 1e-4);
  expect(spread / expected.spread5).toBeLessThan(1.02);
});
