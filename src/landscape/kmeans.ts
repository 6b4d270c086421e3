// k-means of the latents (Lloyd's iterations from a kmeans++ start; Arthur and Vassilvitskii 2007), over flat arrays so
// that 1,000,000 × 8 fits. Labels are ordered so that neighbours in number are neighbours in space (cluster-order.ts).
// A cluster stands for itself by the particle nearest its centre: a decoded map is then one that data support.
import { VitrineError } from '../base/errors.ts';
import { Random } from '../geometry/random.ts';
import { orderOfCentres } from './cluster-order.ts';
import { nearestRows } from './nearest.ts';
import { type LongWork, Yielder } from '../base/long-work.ts';

/** Labels of all rows, and for each cluster the row nearest to its mean. */
export interface Clusters {
  /** N labels, 0 … k−1. */
  labels: Int32Array;
  /** k rows: the particle nearest each centre. */
  centreIndices: Uint32Array;
  /** k×zDim, z of those particles. */
  centres: Float32Array;
  /** Particles a cluster. */
  counts: Uint32Array;
}

const MOST_ITERATIONS = 300;
const ROWS_AT_ONCE = 20_000;

/** Error: 'value-out-of-range' unless 1 ≤ k ≤ N. */
export async function kMeansClusters(
  mu: Float32Array,
  zDim: number,
  k: number,
  seed: number,
  work: LongWork = {},
): Promise<Clusters> {
  const count = zDim > 0 ? Math.floor(mu.length / zDim) : 0;
  if (!Number.isInteger(k) || k < 1 || k > count) {
    throw new VitrineError('value-out-of-range', `${count} particles cannot be put in ${k} clusters.`, {
      expected: `a whole number from 1 to ${count}`,
      advice: 'Choose fewer clusters.',
    });
  }
  const yielder = new Yielder(work);
  const start = await plusPlusStart(mu, zDim, k, new Random(seed), yielder);
  const { labels, means } = await lloyd(mu, zDim, start, yielder);
  return orderedClusters(mu, labels, means);
}

/** Numbered along the order of their k×zDim means; `labels` is changed. */
export function orderedClusters(mu: Float32Array, labels: Int32Array, means: Float32Array): Clusters {
  const zDim = mu.length / labels.length;
  const k = means.length / zDim;
  const order = orderOfCentres(means, zDim);
  const newLabel = new Int32Array(k);
  order.forEach((old, fresh) => (newLabel[old] = fresh));
  const counts = new Uint32Array(k);
  for (let row = 0; row < labels.length; row++) {
    labels[row] = newLabel[labels[row]];
    counts[labels[row]]++;
  }
  const ordered = new Float32Array(k * zDim);
  order.forEach((old, fresh) => ordered.set(means.subarray(old * zDim, (old + 1) * zDim), fresh * zDim));
  const centreIndices = nearestRows(mu, zDim, ordered);
  const centres = new Float32Array(k * zDim);
  centreIndices.forEach((row, c) => centres.set(mu.subarray(row * zDim, (row + 1) * zDim), c * zDim));
  return { labels, centreIndices, centres, counts };
}

/** k rows of mu, each drawn with probability by its squared distance to those drawn before. k×zDim. */
async function plusPlusStart(mu: Float32Array, zDim: number, k: number, random: Random, yielder: Yielder) {
  const count = mu.length / zDim;
  const centres = new Float64Array(k * zDim);
  const distances = new Float64Array(count).fill(Infinity);
  let row = random.below(count);
  for (let c = 0; c < k; c++) {
    for (let d = 0; d < zDim; d++) centres[c * zDim + d] = mu[row * zDim + d];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const distance = squaredDistance(mu, i * zDim, centres, c * zDim, zDim);
      if (distance < distances[i]) distances[i] = distance;
      total += distances[i];
    }
    let left = random.uniform() * total;
    for (row = 0; row < count - 1 && left >= distances[row]; row++) left -= distances[row];
    if (yielder.due()) await yielder.yieldToEvents(0, 'Choosing first centres');
  }
  return centres;
}

/**
 * Lloyd's iterations until no label changes. `start` is k×zDim. A cluster that empties takes the row farthest from its
 * own centre.
 */
export async function lloyd(mu: Float32Array, zDim: number, start: Float64Array, yielder: Yielder = new Yielder()) {
  const count = mu.length / zDim;
  const k = start.length / zDim;
  const means = start.slice();
  const labels = new Int32Array(count).fill(-1);
  const distances = new Float64Array(count);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    let changed = 0;
    for (let first = 0; first < count; first += ROWS_AT_ONCE) {
      const end = Math.min(count, first + ROWS_AT_ONCE);
      for (let row = first; row < end; row++) {
        // The standing centre first: its distance bounds the others, whose sums then break off early.
        let label = Math.max(0, labels[row]);
        let best = squaredDistance(mu, row * zDim, means, label * zDim, zDim);
        for (let c = 0; c < k; c++) {
          let distance = 0;
          for (let d = 0; d < zDim && distance < best; d++) {
            const difference = mu[row * zDim + d] - means[c * zDim + d];
            distance += difference * difference;
          }
          if (distance < best) {
            best = distance;
            label = c;
          }
        }
        distances[row] = best;
        if (label !== labels[row]) changed++;
        labels[row] = label;
      }
      if (yielder.due()) await yielder.yieldToEvents(iteration / MOST_ITERATIONS, `Clustering, pass ${iteration + 1}`);
    }
    if (changed === 0) break;
    moveToMeans(mu, zDim, labels, distances, means);
  }
  return { labels, means: Float32Array.from(means) };
}

function moveToMeans(mu: Float32Array, zDim: number, labels: Int32Array, distances: Float64Array, means: Float64Array) {
  const k = means.length / zDim;
  const counts = new Uint32Array(k);
  means.fill(0);
  for (let row = 0; row < labels.length; row++) {
    counts[labels[row]]++;
    for (let d = 0; d < zDim; d++) means[labels[row] * zDim + d] += mu[row * zDim + d];
  }
  for (let c = 0; c < k; c++) {
    if (counts[c] > 0) {
      for (let d = 0; d < zDim; d++) means[c * zDim + d] /= counts[c];
      continue;
    }
    let farthest = 0;
    for (let row = 1; row < labels.length; row++) if (distances[row] > distances[farthest]) farthest = row;
    distances[farthest] = 0;
    for (let d = 0; d < zDim; d++) means[c * zDim + d] = mu[farthest * zDim + d];
  }
}

function squaredDistance(a: Float32Array, aStart: number, b: Float64Array, bStart: number, zDim: number): number {
  let sum = 0;
  for (let d = 0; d < zDim; d++) {
    const difference = a[aStart + d] - b[bStart + d];
    sum += difference * difference;
  }
  return sum;
}
