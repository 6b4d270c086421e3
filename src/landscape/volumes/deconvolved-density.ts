// The density of particles on a grid of one to three coordinates, freed of what their own uncertainty blurs: Richardson (1972) and Lucy (1974) on
// the mixture in which particle i stands with its own Gaussian k_i, f ← f Σ_i w_i k_i / (k_i · f). Positive, sums to 1, and stopped where
// particles that were held out become less likely.
import { type LongWork, Yielder } from '../../base/long-work.ts';
import { VitrineError } from '../../base/errors.ts';
import { Random } from '../../geometry/random.ts';
import type { DensityGrid } from './density-grid.ts';

/** Places of N particles on d axes, and the covariance of each. */
export interface UncertainPoints {
  /** N×d. */
  places: Float32Array;
  /** N×d(d+1)/2 lower triangles. */
  covariances: Float32Array;
  axes: number;
}

/** Beyond so many standard deviations a particle is nowhere. */
const REACH = 3;
/** Of a cell's width, added to each particle's deviation: a kernel between two cells would be in none. */
const CELL = 0.5;
/** Numbers of all kernels together. */
const MOST_ENTRIES = 12e6;
const MOST_ITERATIONS = 60;
const HELD_OUT = 0.1;
const PATIENCE = 3;

/** Cells in all. */
const cellsOf = ({ points }: DensityGrid): number => points.reduce((a, b) => a * b, 1);

/** Kernels of particles: of i the cells offsets[i] … offsets[i+1]−1. */
export interface Kernels {
  cells: number;
  offsets: Uint32Array;
  places: Uint32Array;
  values: Float32Array;
  /** Particles of these kernels, of those that were given. */
  rows: Uint32Array;
}

/** Of as many particles, drawn at random, as memory is for. Error 'value-out-of-range' where none lies on the grid. */
export function kernelsOf(points: UncertainPoints, grid: DensityGrid, seed: number): Kernels {
  const count = points.places.length / points.axes;
  const order = new Random(seed, 6).permutation(count);
  const offsets = [0];
  const rows: number[] = [];
  const places: number[] = [];
  const values: number[] = [];
  for (const row of order) {
    const before = places.length;
    kernelAt(points, grid, row, (cell, value) => {
      places.push(cell);
      values.push(value);
    });
    if (places.length === before) continue;
    rows.push(row);
    offsets.push(places.length);
    if (places.length > MOST_ENTRIES) break;
  }
  if (rows.length === 0)
    throw new VitrineError('value-out-of-range', 'No particle lies on these axes.', { advice: 'Choose other axes.' });
  return {
    cells: cellsOf(grid),
    ...{ offsets: Uint32Array.from(offsets), places: Uint32Array.from(places) },
    ...{ values: Float32Array.from(values), rows: Uint32Array.from(rows) },
  };
}

function kernelAt(
  { places, covariances, axes }: UncertainPoints,
  { points, from, to }: DensityGrid,
  row: number,
  put: (cell: number, value: number) => void,
): void {
  const pairs = (axes * (axes + 1)) / 2;
  const steps = points.map((n, a) => (to[a] - from[a]) / Math.max(1, n - 1));
  // Cholesky of the covariance with the cell's own width.
  const lower = new Float64Array(axes * axes);
  for (let a = 0; a < axes; a++)
    for (let b = 0; b <= a; b++) {
      let sum = covariances[row * pairs + (a * (a + 1)) / 2 + b] + (a === b ? (CELL * steps[a]) ** 2 : 0);
      for (let k = 0; k < b; k++) sum -= lower[a * axes + k] * lower[b * axes + k];
      lower[a * axes + b] = a === b ? Math.sqrt(Math.max(sum, 1e-30)) : sum / lower[b * axes + b];
    }
  let scale = 1;
  for (let a = 0; a < axes; a++) scale *= steps[a] / (lower[a * axes + a] * Math.sqrt(2 * Math.PI));
  const middle = points.map((_, a) => places[row * axes + a]);
  const whiten = new Float64Array(axes);
  const walk = (a: number, cell: number, squared: number): void => {
    if (a === axes) {
      put(cell, scale * Math.exp(-0.5 * squared));
      return;
    }
    let along = 0;
    for (let k = 0; k < a; k++) along += lower[a * axes + k] * whiten[k];
    const reach = lower[a * axes + a] * Math.sqrt(Math.max(0, REACH * REACH - squared));
    const [low, high] = [middle[a] + along - reach, middle[a] + along + reach];
    const first = Math.max(0, Math.ceil((low - from[a]) / steps[a]));
    const last = Math.min(points[a] - 1, Math.floor((high - from[a]) / steps[a]));
    for (let i = first; i <= last; i++) {
      whiten[a] = (from[a] + i * steps[a] - middle[a] - along) / lower[a * axes + a];
      walk(a + 1, cell * points[a] + i, squared + whiten[a] ** 2);
    }
  };
  walk(0, 0, 0);
}

/** The density that kernels and weights lead to, cells in all, and the iterations that held-out particles chose. */
export async function deconvolve(
  kernels: Kernels,
  seed: number,
  work: LongWork = {},
): Promise<{ density: Float64Array; iterations: number }> {
  const count = kernels.rows.length;
  const random = new Random(seed, 7);
  const learning = Float64Array.from({ length: count }, () => (count > 50 && random.uniform() < HELD_OUT ? 0 : 1));
  const held = learning.map((weight) => 1 - weight);
  const yielder = new Yielder(work);
  let density = new Float64Array(kernels.cells).fill(1 / kernels.cells);
  let [best, iterations, worse] = [-Infinity, 0, 0];
  for (let i = 1; i <= MOST_ITERATIONS && worse < PATIENCE; i++) {
    const next = iterate(kernels, density, learning);
    density = next;
    const likelihood = logLikelihood(kernels, density, count > 50 ? held : learning);
    if (likelihood > best) [best, iterations, worse] = [likelihood, i, 0];
    else worse++;
    await yielder.yieldToEvents(i / MOST_ITERATIONS, 'Density of particles');
  }
  return { density: deconvolved(kernels, new Float64Array(count).fill(1), iterations), iterations };
}

/** After so many iterations from an even density, particles counted by `weights`. */
export function deconvolved(kernels: Kernels, weights: Float64Array, iterations: number): Float64Array {
  let density = new Float64Array(kernels.cells).fill(1 / kernels.cells);
  for (let i = 0; i < iterations; i++) density = iterate(kernels, density, weights);
  return density;
}

function iterate(
  { cells, offsets, places, values }: Kernels,
  density: Float64Array,
  weights: Float64Array,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array(cells);
  let total = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    if (weights[i] === 0) continue;
    let seen = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) seen += values[e] * density[places[e]];
    if (!(seen > 0)) continue;
    const factor = weights[i] / seen;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) next[places[e]] += factor * values[e];
    total += weights[i];
  }
  for (let c = 0; c < cells; c++) next[c] *= density[c] / total;
  return next;
}

function logLikelihood({ offsets, places, values }: Kernels, density: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    if (weights[i] === 0) continue;
    let seen = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) seen += values[e] * density[places[e]];
    sum += weights[i] * Math.log(Math.max(seen, 1e-300));
  }
  return sum;
}
