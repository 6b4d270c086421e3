// Principal components of the latents: eigenvectors of the covariance, accumulated over N rows in float64, so that
// 1,000,000 × 8 costs one pass for the mean and one for the covariance. Axes: rows of N×zDim.
// Sign convention, so that a run looks the same every time: an axis's largest loading (by size) is positive.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { VitrineError } from '../base/errors.ts';
import { type LongWork, Yielder } from '../base/long-work.ts';

/** Axes, projections and share of the variance of each component, largest first. */
export interface PrincipalComponents {
  /** N×components, projections of the centred latents. */
  projections: Float32Array;
  components: number;
  /** components×zDim, unit rows. */
  axes: Float32Array;
  mean: Float32Array;
  /** Share of the variance, one a component, descending. */
  explainedVariance: Float32Array;
}

const ROWS_AT_ONCE = 50_000;

/** All zDim components. Error: 'value-out-of-range' where there are no rows or a value is not finite. */
export async function principalComponents(
  mu: Float32Array,
  zDim: number,
  work: LongWork = {},
): Promise<PrincipalComponents> {
  const count = zDim > 0 ? Math.floor(mu.length / zDim) : 0;
  if (count === 0) throw new VitrineError('value-out-of-range', 'There are no latents to take components of.');
  const yielder = new Yielder(work);
  const inChunks = async (from: number, each: (row: number) => void) => {
    for (let start = 0; start < count; start += ROWS_AT_ONCE) {
      const end = Math.min(count, start + ROWS_AT_ONCE);
      for (let row = start; row < end; row++) each(row);
      if (yielder.due()) await yielder.yieldToEvents(from + end / count / 3, 'Principal components');
    }
  };

  const mean = new Float64Array(zDim);
  await inChunks(0, (row) => {
    for (let d = 0; d < zDim; d++) mean[d] += mu[row * zDim + d];
  });
  for (let d = 0; d < zDim; d++) mean[d] /= count;
  if (!mean.every(Number.isFinite)) {
    throw new VitrineError('value-out-of-range', 'The latents hold values that are not finite numbers.', {
      advice: 'Take an earlier epoch, or train again with a smaller learning rate.',
    });
  }

  const covariance = new Float64Array(zDim * zDim);
  const centred = new Float64Array(zDim);
  await inChunks(1 / 3, (row) => {
    for (let d = 0; d < zDim; d++) centred[d] = mu[row * zDim + d] - mean[d];
    for (let a = 0; a < zDim; a++) for (let b = 0; b <= a; b++) covariance[a * zDim + b] += centred[a] * centred[b];
  });
  const { axes, shares } = decompose(covariance, zDim);

  const projections = new Float32Array(count * zDim);
  await inChunks(2 / 3, (row) => {
    for (let d = 0; d < zDim; d++) centred[d] = mu[row * zDim + d] - mean[d];
    for (let c = 0; c < zDim; c++) {
      let sum = 0;
      for (let d = 0; d < zDim; d++) sum += axes[c * zDim + d] * centred[d];
      projections[row * zDim + c] = sum;
    }
  });
  return {
    projections,
    components: zDim,
    axes: Float32Array.from(axes),
    mean: Float32Array.from(mean),
    explainedVariance: shares,
  };
}

/** Eigenvectors of a symmetric matrix given by its lower triangle, by descending eigenvalue, sign as said above. */
function decompose(lower: Float64Array, size: number): { axes: Float64Array; shares: Float32Array } {
  const matrix = new Matrix(size, size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      matrix.set(a, b, lower[a * size + b]);
      matrix.set(b, a, lower[a * size + b]);
    }
  }
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const axes = new Float64Array(size * size);
  order.forEach((column, component) => {
    const axis = Array.from({ length: size }, (_, d) => vectors.get(d, column));
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    axes.set(largest < 0 ? axis.map((value) => -value) : axis, component * size);
  });
  const shares = order.map((column) => (total > 0 ? Math.max(0, values[column]) / total : 0));
  return { axes, shares: Float32Array.from(shares) };
}
