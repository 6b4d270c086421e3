// Algebra of a linear model's components: their order, their calibration, and how two sets of them agree. Maps d³ each.
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition, solve } from 'ml-matrix';
import { triangle } from '../../engine/factors/points.ts';

/** Sum of products of two maps. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Maps Σ_b turn[b][a] · maps[b] for each column a. */
export function combine(maps: readonly Float32Array[], turn: Matrix): Float32Array[] {
  return Array.from({ length: turn.columns }, (_, a) => {
    const out = new Float32Array(maps[0]?.length ?? 0);
    maps.forEach((map, b) => {
      const share = turn.get(b, a);
      for (let i = 0; i < out.length; i++) out[i] += share * map[i];
    });
    return out;
  });
}

/**
 * The rotation that makes components orthogonal and puts the largest first (that of their singular value decomposition), and the
 * norms that they have then.
 */
export function ordering(components: readonly Float32Array[]): { turn: Matrix; norms: Float32Array } {
  const gram = gramOf(components, components);
  const { vectors, values } = sortedEigen(gram);
  return { turn: vectors, norms: Float32Array.from(values, (value) => Math.sqrt(Math.max(0, value))) };
}

function gramOf(a: readonly Float32Array[], b: readonly Float32Array[]): Matrix {
  return new Matrix(a.map((one) => b.map((other) => dot(one, other))));
}

/** Eigenvectors as columns, the largest eigenvalue first; each with its largest entry positive. */
function sortedEigen(symmetric: Matrix): { vectors: Matrix; values: number[] } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
  const vectors = eigenvectorMatrix.subMatrixColumn(order);
  for (let a = 0; a < vectors.columns; a++) {
    const column = vectors.getColumn(a);
    const largest = column.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    if (largest < 0) vectors.mulColumn(a, -1);
  }
  return { vectors, values: order.map((i) => realEigenvalues[i]) };
}

/**
 * The variance of z that images have, where components were fitted with a prior of 1: the symmetric S with
 * Σ_i H_i S H_i = Σ_i (b_i b_iᵀ − H_i), eigenvalues below zero set to it; as the matrix T with S = T Tᵀ by which components are to be
 * combined. EM finds the subspace, but shrinks the variances where the signal is low (linear.md, "Spectrum calibration").
 * `products` as FactorSums gives them for mean and q components, `contrast` one number an image.
 */
export function calibration(products: Float32Array, q: number, contrast: Float32Array): Matrix {
  const pairs = (q * (q + 1)) / 2;
  const width = triangle(q + 1, q + 1) + 1;
  const left = Matrix.zeros(pairs, pairs);
  const right = Matrix.zeros(pairs, 1);
  const h = Matrix.zeros(q, q);
  const b = new Float64Array(q);
  for (let i = 0; i < contrast.length; i++) {
    const at = i * width;
    const gamma = contrast[i];
    for (let a = 0; a < q; a++) {
      b[a] = gamma * products[at + triangle(q + 1, a + 1)] - gamma * gamma * products[at + triangle(a + 1, 0)];
      for (let c = 0; c <= a; c++) {
        const value = gamma * gamma * products[at + triangle(a + 1, c + 1)];
        h.set(a, c, value);
        h.set(c, a, value);
      }
    }
    for (let a = 0; a < q; a++)
      for (let c = 0; c <= a; c++) {
        const row = triangle(a, c);
        right.set(row, 0, right.get(row, 0) + b[a] * b[c] - h.get(a, c));
        for (let d = 0; d < q; d++)
          for (let e = 0; e <= d; e++) {
            const term = h.get(a, d) * h.get(e, c) + (d === e ? 0 : h.get(a, e) * h.get(d, c));
            left.set(row, triangle(d, e), left.get(row, triangle(d, e)) + term);
          }
      }
  }
  const found = solve(left, right, true).to1DArray();
  const spread = Matrix.zeros(q, q);
  for (let a = 0; a < q; a++)
    for (let c = 0; c <= a; c++) {
      spread.set(a, c, found[triangle(a, c)]);
      spread.set(c, a, found[triangle(a, c)]);
    }
  const { vectors, values } = sortedEigen(spread);
  values.forEach((value, a) => vectors.mulColumn(a, Math.sqrt(Math.max(0, value))));
  return vectors;
}

/** Products of the combined components: rows and columns 1 … q of each image's triangle turned. */
export function turnProducts(products: Float32Array, q: number, turn: Matrix): Float32Array {
  const width = triangle(q + 1, q + 1) + 1;
  const out = new Float32Array(products.length);
  const full = Matrix.eye(q + 2, q + 2);
  for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) full.set(a + 1, b + 1, turn.get(a, b));
  const across = full.transpose();
  const square = Matrix.zeros(q + 2, q + 2);
  for (let at = 0; at < products.length; at += width) {
    for (let a = 0; a <= q + 1; a++)
      for (let b = 0; b <= a; b++) {
        square.set(a, b, products[at + triangle(a, b)]);
        square.set(b, a, products[at + triangle(a, b)]);
      }
    const turned = across.mmul(square).mmul(full);
    for (let a = 0; a <= q + 1; a++) for (let b = 0; b <= a; b++) out[at + triangle(a, b)] = turned.get(a, b);
  }
  return out;
}

/** Canonical correlations of the spaces that two sets of components span, descending, 0 … 1. */
export function subspaceCorrelations(a: readonly Float32Array[], b: readonly Float32Array[]): Float32Array {
  const whiten = (gram: Matrix): Matrix => {
    const { vectors, values } = sortedEigen(gram);
    const floor = 1e-10 * Math.max(values[0], Number.MIN_VALUE);
    values.forEach((value, i) => vectors.mulColumn(i, value > floor ? 1 / Math.sqrt(value) : 0));
    return vectors;
  };
  const first = whiten(gramOf(a, a));
  const second = whiten(gramOf(b, b));
  const cross = first.transpose().mmul(gramOf(a, b)).mmul(second);
  const { diagonal } = new SingularValueDecomposition(cross);
  return Float32Array.from(diagonal, (value) => Math.min(1, value))
    .sort()
    .reverse();
}

/** W without its part along the mean map: where contrast is estimated both would say the same. */
export function withoutMean(components: readonly Float32Array[], mean: Float32Array): Float32Array[] {
  const norm = dot(mean, mean);
  return components.map((component) => {
    const share = norm > 0 ? dot(component, mean) / norm : 0;
    return component.map((value, i) => value - share * mean[i]);
  });
}
