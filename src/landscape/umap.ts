// UMAP of the latents in two dimensions (McInnes, Healy and Melville 2018): 15 neighbours, minimum distance 0.1, the
// parameters of cryoDRGN's analysis. Neighbours are exact, the start is the plane of the first two principal components
// (Kobak and Linderman 2021: it keeps the global arrangement, and the picture does not turn from run to run).
// Above `fitAtMost` rows the map is fitted on a random sample of that many, and every other particle is placed at the
// mean of its 15 nearest fitted neighbours, weighted as UMAP weighs edges. All particles appear, none is left out.
import { VitrineError } from '../base/errors.ts';
import { Random } from '../geometry/random.ts';
import { fuzzyGraph, membershipStrengths } from './fuzzy-graph.ts';
import { NeighbourTree } from './neighbours.ts';
import type { LongWork } from '../base/long-work.ts';
import { principalComponents } from './pca.ts';
import { epochsFor, layOut } from './umap-layout.ts';

/** Seed and neighbours of UMAP (McInnes, Healy & Melville 2018), and how many rows are fitted before the rest is placed. */
export interface UmapOptions extends LongWork {
  seed: number;
  /** 15, the particle itself included, as umap-learn counts. */
  neighbours?: number;
  fitAtMost?: number;
}

const FIT_AT_MOST = 100_000;
const START_EXTENT = 10;

/** N×2. Error: 'value-out-of-range' where a latent is not finite or there are none. */
export async function umapOf(mu: Float32Array, zDim: number, options: UmapOptions): Promise<Float32Array> {
  const count = zDim > 0 ? Math.floor(mu.length / zDim) : 0;
  if (count === 0) throw new VitrineError('value-out-of-range', 'There are no latents to lay out.');
  const { seed, neighbours = 15, fitAtMost = FIT_AT_MOST, signal } = options;
  const part = (from: number, to: number): LongWork => ({
    signal,
    onProgress: (fraction, message) => options.onProgress?.(from + (to - from) * fraction, message),
  });
  if (count <= fitAtMost) return fit(mu, zDim, neighbours, seed, part);

  const rows = sample(count, fitAtMost, new Random(seed));
  const fitted = new Float32Array(rows.length * zDim);
  rows.forEach((row, i) => fitted.set(mu.subarray(row * zDim, (row + 1) * zDim), i * zDim));
  const map = await fit(fitted, zDim, neighbours, seed, (from, to) => part(from * 0.5, to * 0.5));
  const found = await new NeighbourTree(fitted, zDim).nearest(mu, neighbours, false, part(0.5, 1));
  return placeAmong(map, found.rows, membershipStrengths(found), found.k, rows);
}

async function fit(
  mu: Float32Array,
  zDim: number,
  neighbours: number,
  seed: number,
  part: (from: number, to: number) => LongWork,
): Promise<Float32Array> {
  const count = mu.length / zDim;
  const positions = await startInPlane(mu, zDim, seed, part(0, 0.05));
  if (count < 3) return positions;
  const found = await new NeighbourTree(mu, zDim).nearest(mu, neighbours - 1, true, part(0.05, 0.3));
  const epochs = epochsFor(count);
  await layOut(fuzzyGraph(found, 1 / epochs), positions, epochs, seed, part(0.3, 1));
  return positions;
}

/** The first two principal components, the larger extent ±10, with a breath of noise to part equal rows. */
async function startInPlane(mu: Float32Array, zDim: number, seed: number, work: LongWork): Promise<Float32Array> {
  const { projections, components } = await principalComponents(mu, zDim, work);
  const count = projections.length / components;
  let extent = 0;
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < Math.min(2, components); c++) {
      extent = Math.max(extent, Math.abs(projections[row * components + c]));
    }
  }
  const random = new Random(seed);
  const scale = extent > 0 ? START_EXTENT / extent : 0;
  return Float32Array.from({ length: count * 2 }, (_, i) => {
    const component = i % 2;
    const value = component < components ? projections[(i >> 1) * components + component] : 0;
    return value * scale + 1e-4 * random.normal();
  });
}

/** Means of fitted positions; the fitted rows themselves keep theirs. */
function placeAmong(
  map: Float32Array,
  neighbourRows: Uint32Array,
  weights: Float32Array,
  k: number,
  fittedRows: Uint32Array,
): Float32Array {
  const count = neighbourRows.length / k;
  const positions = new Float32Array(count * 2);
  for (let row = 0; row < count; row++) {
    let [x, y, total] = [0, 0, 0];
    for (let j = row * k; j < (row + 1) * k; j++) {
      x += weights[j] * map[2 * neighbourRows[j]];
      y += weights[j] * map[2 * neighbourRows[j] + 1];
      total += weights[j];
    }
    positions[2 * row] = x / total;
    positions[2 * row + 1] = y / total;
  }
  fittedRows.forEach((row, i) => positions.set(map.subarray(2 * i, 2 * i + 2), 2 * row));
  return positions;
}

/** `take` of 0 … count−1 without repeats, ascending, each set equally likely (Knuth's selection sampling). */
function sample(count: number, take: number, random: Random): Uint32Array {
  const rows = new Uint32Array(take);
  for (let row = 0, n = 0; n < take; row++) {
    if ((count - row) * random.uniform() < take - n) rows[n++] = row;
  }
  return rows;
}
