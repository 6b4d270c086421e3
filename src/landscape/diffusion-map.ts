// Diffusion coordinates of latents (Coifman & Lafon 2006): leading eigenvectors of the symmetric-normalised matrix of a graph of
// nearest neighbours with Gaussian weights, its largest connected part only. Eigenvectors by Lanczos' iteration with full
// reorthogonalisation: the graph is sparse and few are wanted.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { Yielder, type LongWork } from '../base/long-work.ts';
import { Random } from '../geometry/random.ts';
import { NeighbourTree, type Neighbours } from './neighbours.ts';

/** Coordinates of rows of the largest part of the graph. */
export interface DiffusionMap {
  /** N×m, the slowest first; NaN for rows outside of the part. */
  coordinates: Float32Array;
  /** m eigenvalues below 1, descending. */
  eigenvalues: Float32Array;
  /** Rows of the part. */
  connected: number;
}

const NEIGHBOURS = 30;
/** The neighbour whose median distance is the width of the weights. */
const WIDTH_NEIGHBOUR = 15;
const LANCZOS_STEPS = 150;
/** Weights below this connect nothing. */
const NO_WEIGHT = 1e-3;

/** Of `latents` N×zDim, `wanted` coordinates. Error: 'cancelled'. */
export async function diffusionMap(
  latents: Float32Array,
  zDim: number,
  wanted: number,
  work: LongWork = {},
): Promise<DiffusionMap> {
  const count = latents.length / zDim;
  const k = Math.min(NEIGHBOURS, count - 1);
  const neighbours = await new NeighbourTree(latents, zDim).nearest(latents, k, true, work);
  const graph = new NeighbourGraph(neighbours, count);
  const { rows, vectors, eigenvalues } = await slowest(graph, wanted, work);
  const coordinates = new Float32Array(count * wanted).fill(NaN);
  rows.forEach((row, i) => {
    for (let c = 0; c < wanted; c++) coordinates[row * wanted + c] = vectors[c][i] / Math.sqrt(graph.degree[row]);
  });
  return { coordinates, eigenvalues, connected: rows.length };
}

/** Weights exp(−d²/w²) of neighbours, the mean of both directions, and 1 on the diagonal. */
class NeighbourGraph {
  readonly degree: Float64Array;
  private readonly weights: Float64Array;

  constructor(
    private readonly neighbours: Neighbours,
    readonly count: number,
  ) {
    const { k, distances } = neighbours;
    const typical = Float32Array.from(
      { length: count },
      (_, row) => distances[row * k + Math.min(k, WIDTH_NEIGHBOUR) - 1],
    ).sort();
    const width = typical[Math.floor(count / 2)] || 1;
    this.weights = Float64Array.from(distances, (d) => Math.exp(-((d / width) ** 2)));
    this.degree = this.times(new Float64Array(count).fill(1));
  }

  /** The graph's matrix times a vector. */
  times(vector: Float64Array): Float64Array {
    const { k, rows } = this.neighbours;
    const out = vector.slice();
    for (let row = 0, at = 0; row < this.count; row++)
      for (let j = 0; j < k; j++, at++) {
        const half = 0.5 * this.weights[at];
        out[row] += half * vector[rows[at]];
        out[rows[at]] += half * vector[row];
      }
    return out;
  }

  /** Rows of the largest connected part, ascending. */
  largestPart(): Uint32Array {
    const { k, rows } = this.neighbours;
    const parent = Uint32Array.from({ length: this.count }, (_, row) => row);
    const rootOf = (row: number): number => {
      while (parent[row] !== row) row = parent[row] = parent[parent[row]];
      return row;
    };
    for (let at = 0; at < rows.length; at++)
      if (this.weights[at] > NO_WEIGHT) parent[rootOf(Math.floor(at / k))] = rootOf(rows[at]);
    const sizes = new Map<number, number>();
    for (let row = 0; row < this.count; row++) sizes.set(rootOf(row), (sizes.get(rootOf(row)) ?? 0) + 1);
    const [largest] = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a));
    return Uint32Array.from({ length: this.count }, (_, row) => row).filter((row) => rootOf(row) === largest);
  }
}

/** Eigenvectors of the largest part's normalised matrix below its first, on that part's rows. */
async function slowest(graph: NeighbourGraph, wanted: number, work: LongWork) {
  const rows = graph.largestPart();
  const n = rows.length;
  const root = Float64Array.from(rows, (row) => Math.sqrt(graph.degree[row]));
  const times = (vector: Float64Array): Float64Array => {
    const whole = new Float64Array(graph.count);
    rows.forEach((row, i) => (whole[row] = vector[i] / root[i]));
    const out = graph.times(whole);
    return Float64Array.from(rows, (row, i) => out[row] / root[i]);
  };
  const basis: Float64Array[] = [];
  const first = normalised(root);
  const diagonal: number[] = [];
  const beside: number[] = [];
  const random = new Random(1);
  let next = normalised(
    without(
      Float64Array.from({ length: n }, () => random.normal()),
      [first],
    ),
  );
  const steps = Math.min(LANCZOS_STEPS, n - 1);
  const yielder = new Yielder(work);
  for (let step = 0; step < steps; step++) {
    if (yielder.due()) await yielder.yieldToEvents(step / steps, 'Finding diffusion coordinates');
    basis.push(next);
    const product = times(next);
    diagonal.push(inner(product, next));
    const rest = without(without(product, [first, ...basis]), [first, ...basis]);
    const norm = Math.sqrt(inner(rest, rest));
    if (norm < 1e-12) break;
    beside.push(norm);
    next = normalised(rest);
  }
  const size = basis.length;
  const tridiagonal = Matrix.zeros(size, size);
  diagonal.forEach((value, i) => tridiagonal.set(i, i, value));
  for (let i = 0; i + 1 < size; i++) {
    tridiagonal.set(i, i + 1, beside[i]);
    tridiagonal.set(i + 1, i, beside[i]);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(tridiagonal, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const vectors = Array.from({ length: wanted }, (_, c) => {
    const out = new Float64Array(n);
    if (order[c] === undefined) return out;
    basis.forEach((vector, step) => {
      const share = eigenvectorMatrix.get(step, order[c]);
      for (let i = 0; i < n; i++) out[i] += share * vector[i];
    });
    return out;
  });
  return {
    rows,
    vectors,
    eigenvalues: Float32Array.from({ length: wanted }, (_, c) => realEigenvalues[order[c]] ?? 0),
  };
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
function normalised(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(inner(vector, vector)) || 1;
  return vector.map((value) => value / norm);
}
/** Less its parts along vectors of norm 1. */
function without(vector: Float64Array, others: readonly Float64Array[]): Float64Array {
  const out = vector.slice();
  for (const other of others) {
    const share = inner(out, other);
    for (let i = 0; i < out.length; i++) out[i] -= share * other[i];
  }
  return out;
}
