import { describe, expect, it } from 'vitest';
import { VitrineError } from '../base/errors.ts';
import { principalComponents } from './pca.ts';
import { Random } from '../geometry/random.ts';

function cloud(count: number): Float32Array {
  const random = new Random(5);
  const widths = [0.1, 3, 1];
  return Float32Array.from({ length: count * 3 }, (_, i) => 7 + widths[i % 3] * random.normal());
}

describe('principal components', () => {
  it('solve the eigenvalue equation of the covariance, written naively', async () => {
    const [count, zDim] = [500, 3];
    const mu = cloud(count);
    const pca = await principalComponents(mu, zDim);
    const mean = [0, 1, 2].map((d) => mu.filter((_, i) => i % 3 === d).reduce((s, v) => s + v, 0) / count);
    const covariance = [0, 1, 2].map((a) =>
      [0, 1, 2].map((b) => {
        let sum = 0;
        for (let row = 0; row < count; row++) sum += (mu[row * 3 + a] - mean[a]) * (mu[row * 3 + b] - mean[b]);
        return sum / count;
      }),
    );
    const total = covariance[0][0] + covariance[1][1] + covariance[2][2];
    for (let c = 0; c < 3; c++) {
      const axis = Array.from(pca.axes.subarray(c * 3, c * 3 + 3));
      const eigenvalue = pca.explainedVariance[c] * total;
      expect(Math.hypot(...axis)).toBeCloseTo(1, 5);
      // float32 axes and shares: six digits.
      covariance.forEach((line, a) =>
        expect(line.reduce((sum, value, b) => sum + value * axis[b], 0)).toBeCloseTo(eigenvalue * axis[a], 4),
      );
      expect(Math.max(...axis)).toBe(Math.max(...axis.map(Math.abs)));
      for (const row of [0, 99]) {
        const dot = axis.reduce((sum, value, d) => sum + value * (mu[row * 3 + d] - mean[d]), 0);
        expect(pca.projections[row * 3 + c]).toBeCloseTo(dot, 4);
      }
    }
    expect(pca.explainedVariance[0]).toBeGreaterThan(pca.explainedVariance[1]);
    expect(pca.explainedVariance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  });

  it('reports progress and can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const big = new Float32Array(3_000_000).fill(1);
    await expect(principalComponents(big, 3, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('refuses latents that are not numbers', async () => {
    await expect(principalComponents(Float32Array.from([1, NaN]), 2)).rejects.toBeInstanceOf(VitrineError);
  });
});
