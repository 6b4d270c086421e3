// The closed forms against sums over a fine grid of z and γ, for one component; and against a library's inverse for several.
import { inverse, Matrix, determinant } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { triangle } from './points.ts';
import { CONTRAST_DEVIATION, posteriors } from './posterior.ts';

/** Products of random vectors that look like an image's: slices of the mean, q components, and the image. */
function productsOf(random: Random, q: number, points = 40): { products: Float32Array; full: number[][] } {
  const rows = Array.from({ length: q + 1 }, (_, a) =>
    Float64Array.from({ length: points }, () => random.normal() * (a === 0 ? 1 : 0.4)),
  );
  const image = Float64Array.from(
    { length: points },
    (_, p) => rows.reduce((sum, row, a) => sum + row[p] * (a === 0 ? 1.1 : 0.5 * a), 0) + random.normal(),
  );
  rows.push(image);
  const full = rows.map((x) => rows.map((y) => x.reduce((sum, value, p) => sum + value * y[p], 0)));
  const products = new Float32Array(triangle(q + 1, q + 1) + 1);
  full.forEach((row, a) => row.slice(0, a + 1).forEach((value, b) => (products[triangle(a, b)] = value)));
  return { products, full };
}

describe('posteriors', () => {
  it.each([0, CONTRAST_DEVIATION])('are those of sums over z and contrast, of deviation %f', (deviation) => {
    const { products, full } = productsOf(new Random(3), 1);
    const found = posteriors(products, 1, { deviation });
    const contrasts = deviation > 0 ? Array.from({ length: 50 }, (_, i) => (i + 1) / 25) : [1];
    const steps = Array.from({ length: 4001 }, (_, i) => -8 + i / 250);
    const sums = { total: 0, alone: 0, z: 0, zz: 0, gz: 0, ggzz: 0, g: 0 };
    for (const gamma of contrasts) {
      const penalty = deviation > 0 ? (gamma - 1) ** 2 / (2 * deviation ** 2) : 0;
      const log = (z: number) =>
        gamma * (full[2][0] + z * full[2][1]) -
        0.5 * gamma ** 2 * (full[0][0] + 2 * z * full[1][0] + z * z * full[1][1]) -
        penalty;
      sums.alone += Math.exp(log(0) - full[2][2] / 2);
      for (const z of steps) {
        const weight = (Math.exp(log(z) - 0.5 * z * z - full[2][2] / 2) / Math.sqrt(2 * Math.PI)) * (1 / 250);
        sums.total += weight;
        sums.z += weight * z;
        sums.zz += weight * z * z;
        sums.g += weight * gamma;
        sums.gz += weight * gamma * z;
        sums.ggzz += weight * gamma ** 2 * z * z;
      }
    }
    const { total } = sums;
    expect(found.mean[0]).toBeCloseTo(sums.z / total, 3);
    expect(found.covariance[0]).toBeCloseTo(sums.zz / total - (sums.z / total) ** 2, 3);
    expect(found.contrast[0]).toBeCloseTo(sums.g / total, 3);
    expect(found.first[1]).toBeCloseTo(sums.gz / total, 3);
    expect(found.second[2]).toBeCloseTo(sums.ggzz / total, 3);
    expect(found.evidenceGain[0]).toBeCloseTo(Math.log(total / sums.alone), 2);
  });

  it.each([2, 4, 9])('of %i components are those of the inverse', (q) => {
    const { products, full } = productsOf(new Random(q), q);
    const found = posteriors(products, q, { deviation: 0 });
    const h = new Matrix(full).subMatrix(1, q, 1, q);
    const b = Matrix.columnVector(Array.from({ length: q }, (_, a) => full[q + 1][a + 1] - full[a + 1][0]));
    const precision = Matrix.eye(q).add(h);
    const covariance = inverse(precision);
    const mean = covariance.mmul(b);
    for (let a = 0; a < q; a++) {
      expect(found.mean[a]).toBeCloseTo(mean.get(a, 0), 3);
      for (let c = 0; c <= a; c++) {
        expect(found.covariance[triangle(a, c)]).toBeCloseTo(covariance.get(a, c), 4);
        const second = covariance.get(a, c) + mean.get(a, 0) * mean.get(c, 0);
        expect(found.second[triangle(a + 1, c + 1)]).toBeCloseTo(second, 3);
      }
    }
    const gain = 0.5 * b.transpose().mmul(mean).get(0, 0) - 0.5 * Math.log(determinant(precision));
    expect(found.evidenceGain[0]).toBeCloseTo(gain, 3);
  });
});
