// How well latents tell the true state of a simulated set: |Spearman| of the first principal component with the state, and
// Spearman of the state with its leave-one-out prediction, the mean state of an image's k nearest neighbours in z (exact).
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { throwIfCancelled } from '../base/errors.ts';
import { spearman } from './rank-correlation.ts';

/** How well latents tell the true states. */
export interface LatentScore {
  images: number;
  /** |Spearman| of PC1 with the state. */
  spearmanPc1: number;
  /** Spearman of the k-nearest-neighbour prediction with the state. */
  spearmanNeighbours: number;
}

/** Neighbours asked of each row, and what may cancel the work. */
export interface NeighbourOptions {
  /** 10. */
  neighbours?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** `latents`: N×zDim; `states`: N. */
export async function scoreLatents(
  latents: Float32Array,
  zDim: number,
  states: ArrayLike<number>,
  options: NeighbourOptions = {},
): Promise<LatentScore> {
  const prediction = await predictFromNeighbours(latents, zDim, states, options);
  return {
    images: states.length,
    spearmanPc1: Math.abs(spearman(firstPrincipalComponent(latents, zDim), states)),
    spearmanNeighbours: spearman(prediction, states),
  };
}

/** Rows computed between two looks at the signal. */
const ROWS_A_TURN = 256;

/**
 * Mean value of each row's k nearest other rows (Euclidean). Brute force, N² distances: a second for 10,000 rows of 8.
 * Error: 'cancelled'.
 */
export async function predictFromNeighbours(
  latents: Float32Array,
  zDim: number,
  values: ArrayLike<number>,
  options: NeighbourOptions = {},
): Promise<Float64Array> {
  const prediction = new Float64Array(values.length);
  await eachNeighbourhood(latents, zDim, options, (row, who) => {
    let sum = 0;
    for (const other of who) sum += values[other];
    prediction[row] = sum / who.length;
  });
  return prediction;
}

/** Tells the k nearest other rows of each row, nearest first; what is told holds until the next. Error: 'cancelled'. */
export async function eachNeighbourhood(
  latents: Float32Array,
  zDim: number,
  options: NeighbourOptions,
  visit: (row: number, who: Int32Array) => void,
): Promise<void> {
  const count = latents.length / zDim;
  const wanted = Math.min(options.neighbours ?? 10, count - 1);
  const nearest = new Float64Array(wanted);
  const who = new Int32Array(wanted);
  for (let row = 0; row < count; row++) {
    if (row % ROWS_A_TURN === 0) {
      options.onProgress?.(row, count);
      // Lets the worker hear a cancel.
      await new Promise((resolve) => setTimeout(resolve, 0));
      throwIfCancelled(options.signal);
    }
    nearest.fill(Infinity);
    for (let other = 0; other < count; other++) {
      if (other === row) continue;
      let distance = 0;
      for (let d = 0, a = row * zDim, b = other * zDim; d < zDim; d++, a++, b++) {
        const difference = latents[a] - latents[b];
        distance += difference * difference;
      }
      if (distance >= nearest[wanted - 1]) continue;
      let place = wanted - 1;
      for (; place > 0 && nearest[place - 1] > distance; place--) {
        nearest[place] = nearest[place - 1];
        who[place] = who[place - 1];
      }
      nearest[place] = distance;
      who[place] = other;
    }
    visit(row, who);
  }
  options.onProgress?.(count, count);
}

/** Scores on the first principal component, N values; the sign is arbitrary. */
export function firstPrincipalComponent(latents: Float32Array, zDim: number): Float64Array {
  const count = latents.length / zDim;
  const mean = new Float64Array(zDim);
  latents.forEach((v, i) => (mean[i % zDim] += v / count));
  const covariance = Matrix.zeros(zDim, zDim);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < zDim; i++)
      for (let j = 0; j <= i; j++) {
        const product = (latents[row * zDim + i] - mean[i]) * (latents[row * zDim + j] - mean[j]);
        covariance.set(i, j, covariance.get(i, j) + product);
        if (i !== j) covariance.set(j, i, covariance.get(i, j));
      }
  const eigen = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const largest = eigen.realEigenvalues.indexOf(Math.max(...eigen.realEigenvalues));
  const axis = eigen.eigenvectorMatrix.getColumn(largest);
  return Float64Array.from({ length: count }, (_, row) =>
    axis.reduce((sum, weight, d) => sum + weight * (latents[row * zDim + d] - mean[d]), 0),
  );
}
