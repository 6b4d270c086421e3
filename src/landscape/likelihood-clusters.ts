// k-means of latents that each particle is more or less sure of: a particle goes to the cluster whose centre its image makes likeliest,
// and a centre is where all of its cluster's images together are likeliest. With a posterior N(μ_i, S_i) under the prior N(0, I), the
// likelihood of a latent c is, but for a constant, exp(−½ cᵀΛ_i c + b_iᵀc), Λ_i = S_i⁻¹ − I, b_i = S_i⁻¹ μ_i. Plain k-means measures all
// particles alike: directions that an image says nothing about, being seen along them, count there as much as those that it shows.
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { VitrineError } from '../base/errors.ts';
import { Yielder, type LongWork } from '../base/long-work.ts';
import { kMeansClusters, orderedClusters, type Clusters } from './kmeans.ts';

const MOST_ITERATIONS = 100;
const ROWS_AT_ONCE = 20_000;
/** Added to the sum of a cluster's precisions, of its trace, so that it can be solved where no image says anything. */
const RIDGE = 1e-9;
/** Of a covariance's trace, where rounding has left it no inverse. */
const COVARIANCE_RIDGE = 1e-6;

/**
 * k clusters of N latents, from those of k-means. `covariance` holds N × zDim(zDim+1)/2 lower triangles, row by row, under the prior
 * N(0, I). Errors: those of `kMeansClusters`, 'count-mismatch' for covariances of
 * other latents, 'value-out-of-range' for such as are not finite.
 */
export async function likelihoodClusters(
  { mu, covariance, zDim }: { mu: Float32Array; covariance: Float32Array; zDim: number },
  k: number,
  seed: number,
  { onProgress, ...work }: LongWork = {},
): Promise<Clusters> {
  const pairs = (zDim * (zDim + 1)) / 2;
  const count = mu.length / zDim;
  if (covariance.length !== count * pairs)
    throw new VitrineError('count-mismatch', 'The covariances are of other latents.', {
      expected: `${count} × ${pairs}`,
      found: String(covariance.length),
    });
  const part = (from: number, to: number): LongWork => ({
    ...work,
    onProgress: (fraction, message) => onProgress?.(from + (to - from) * fraction, message),
  });
  const { labels } = await kMeansClusters(mu, zDim, k, seed, part(0, 0.5));
  const yielder = new Yielder(part(0.5, 1));
  const likelihoods = await likelihoodsOf(mu, covariance, zDim, yielder);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const moved = await reassigned(likelihoods, labels, k, (fraction) =>
      yielder.due()
        ? yielder.yieldToEvents(
            (iteration + fraction) / MOST_ITERATIONS,
            `Clustering by likelihood, pass ${iteration + 1}`,
          )
        : undefined,
    );
    if (!moved) break;
  }
  return orderedClusters(mu, labels, plainMeans(mu, labels, k));
}

/** What each image says of its latent: Λ (lower triangles) and b. */
interface Likelihoods {
  zDim: number;
  precision: Float32Array;
  linear: Float32Array;
}

async function likelihoodsOf(
  mu: Float32Array,
  covariance: Float32Array,
  zDim: number,
  yielder: Yielder,
): Promise<Likelihoods> {
  const pairs = (zDim * (zDim + 1)) / 2;
  const count = mu.length / zDim;
  const precision = new Float32Array(covariance.length);
  const linear = new Float32Array(mu.length);
  const own = new Matrix(zDim, zDim);
  for (let row = 0; row < count; row++) {
    symmetric(covariance, row * pairs, own);
    const inverse = solved(own, Matrix.eye(zDim), COVARIANCE_RIDGE);
    for (let a = 0; a < zDim; a++) {
      for (let b = 0; b < zDim; b++) linear[row * zDim + a] += inverse.get(a, b) * mu[row * zDim + b];
      for (let b = 0; b <= a; b++) precision[row * pairs + at(a, b)] = inverse.get(a, b) - (a === b ? 1 : 0);
    }
    if (row % 1000 === 0 && yielder.due()) await yielder.yieldToEvents(0, 'Reading what is known of each particle');
  }
  return { zDim, precision, linear };
}

/** Moves particles to their likeliest centre; false where none moves, or where a cluster would lose its last. */
async function reassigned(
  likelihoods: Likelihoods,
  labels: Int32Array,
  k: number,
  onRows: (fraction: number) => Promise<void> | undefined,
): Promise<boolean> {
  const { zDim, precision, linear } = likelihoods;
  const pairs = (zDim * (zDim + 1)) / 2;
  const centres = likeliestCentres(likelihoods, labels, k);
  const next = new Int32Array(labels.length);
  const counts = new Uint32Array(k);
  let moved = 0;
  for (let first = 0; first < labels.length; first += ROWS_AT_ONCE) {
    const end = Math.min(labels.length, first + ROWS_AT_ONCE);
    for (let row = first; row < end; row++) {
      let best = Infinity;
      for (let c = 0; c < k; c++) {
        let cost = 0;
        for (let a = 0; a < zDim; a++) {
          const value = centres[c * zDim + a];
          cost -= 2 * linear[row * zDim + a] * value;
          for (let b = 0; b <= a; b++)
            cost += (a === b ? 1 : 2) * precision[row * pairs + at(a, b)] * value * centres[c * zDim + b];
        }
        // Of equals the standing one, else labels go round.
        if (cost < best || (cost === best && c === labels[row])) {
          best = cost;
          next[row] = c;
        }
      }
      counts[next[row]]++;
      if (next[row] !== labels[row]) moved++;
    }
    await onRows(end / labels.length);
  }
  if (moved === 0 || counts.some((particles) => particles === 0)) return false;
  labels.set(next);
  return true;
}

/** k×zDim: (Σ Λ_i)⁻¹ Σ b_i over each cluster. */
function likeliestCentres({ zDim, precision, linear }: Likelihoods, labels: Int32Array, k: number): Float64Array {
  const pairs = (zDim * (zDim + 1)) / 2;
  const sums = new Float64Array(k * pairs);
  const right = new Float64Array(k * zDim);
  labels.forEach((label, row) => {
    for (let i = 0; i < pairs; i++) sums[label * pairs + i] += precision[row * pairs + i];
    for (let a = 0; a < zDim; a++) right[label * zDim + a] += linear[row * zDim + a];
  });
  const out = new Float64Array(k * zDim);
  const own = new Matrix(zDim, zDim);
  for (let c = 0; c < k; c++) {
    symmetric(sums, c * pairs, own);
    const centre = solved(own, Matrix.columnVector(right.subarray(c * zDim, (c + 1) * zDim)), RIDGE);
    for (let a = 0; a < zDim; a++) out[c * zDim + a] = centre.get(a, 0);
  }
  return out;
}

function plainMeans(mu: Float32Array, labels: Int32Array, k: number): Float32Array {
  const zDim = mu.length / labels.length;
  const sums = new Float64Array(k * zDim);
  const counts = new Uint32Array(k);
  labels.forEach((label, row) => {
    counts[label]++;
    for (let a = 0; a < zDim; a++) sums[label * zDim + a] += mu[row * zDim + a];
  });
  return Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / zDim)]));
}

/** Where entry (a, b), b ≤ a, lies in a lower triangle. */
function at(a: number, b: number): number {
  return (a * (a + 1)) / 2 + b;
}

function symmetric(triangles: ArrayLike<number>, start: number, out: Matrix): void {
  for (let a = 0; a < out.rows; a++)
    for (let b = 0; b <= a; b++) {
      out.set(a, b, triangles[start + at(a, b)]);
      out.set(b, a, triangles[start + at(a, b)]);
    }
}

/** M⁻¹ right of a symmetric M; where it is not positive definite, of the least that is: M with so much of its trace added, and more. */
function solved(matrix: Matrix, right: Matrix, ridge: number): Matrix {
  if (!Number.isFinite(matrix.trace()))
    throw new VitrineError('value-out-of-range', 'What is known of a latent’s uncertainty is not a number.', {
      advice: 'Copy the run’s folder again, or fit the model anew.',
    });
  let added = ridge;
  for (;;) {
    const cholesky = new CholeskyDecomposition(matrix);
    if (cholesky.isPositiveDefinite()) return cholesky.solve(right);
    const step = added * Math.max(matrix.trace(), Number.MIN_VALUE) + Number.EPSILON * added;
    for (let a = 0; a < matrix.rows; a++) matrix.set(a, a, matrix.get(a, a) + step);
    added *= 10;
  }
}
