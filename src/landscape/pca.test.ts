import { describe, expect, it } from 'vitest';
import { VitrineError } from '../base/errors.ts';
import { describeWithReference, referenceBytes } from '../../testing/reference.ts';
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

describeWithReference("principal components of cryoDRGN's latents of reference/hinge", () => {
  it('agree with numpy.linalg.eigh of numpy.cov', async () => {
    // The pickle's 4000×8 float32 values begin after its 148 bytes of header (μ is the first of its two pickles).
    const bytes = referenceBytes('hinge/cryodrgn/z.20.pkl');
    const mu = new Float32Array(bytes.slice(148, 148 + 4000 * 8 * 4).buffer);
    const pca = await principalComponents(mu, 8);
    const shares = [0.427921, 0.144486, 0.107946, 0.097123, 0.078169, 0.064374, 0.049356, 0.030624];
    shares.forEach((share, c) => expect(pca.explainedVariance[c]).toBeCloseTo(share, 5));
    const first = [0.541336, 0.134391, -0.252735, 0.263996, 0.329342, 0.272461, -0.534297, -0.295213];
    first.forEach((value, d) => expect(pca.axes[d]).toBeCloseTo(value, 5));
    const last = [-0.140394, 0.650463, 0.529415, -0.179907, 0.000825, 0.308465, -0.296885, 0.247484];
    last.forEach((value, d) => expect(pca.axes[7 * 8 + d]).toBeCloseTo(value, 5));
    const row123 = [2.995187, 1.507149, 0.013464, -1.417629, 0.187771, 0.936608, -0.438742, -0.335181];
    row123.forEach((value, c) => expect(pca.projections[123 * 8 + c]).toBeCloseTo(value, 4));
  });
});
