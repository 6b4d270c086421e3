// The k nearest rows of each row, exactly, by a k-d tree over flat arrays (Friedman, Bentley and Finkel 1977): leaves of
// a few rows, split at the median of the widest axis, asked with the incremental box distance of Arya and Mount (1993).
// Latents have few dimensions (1 … 16), where this beats comparing all pairs by far.
import { type LongWork, Yielder } from '../base/long-work.ts';

/** The k nearest rows of each row and their Euclidean distances, nearest first. */
export interface Neighbours {
  /** Neighbours a row. */
  k: number;
  /** N×k rows, nearest first; the row itself is left out where a row asks about its own set. */
  rows: Uint32Array;
  /** N×k Euclidean distances. */
  distances: Float32Array;
}

const LEAF_ROWS = 12;

/** A k-d tree (Friedman, Bentley & Finkel 1977) over rows of numbers, exact. */
export class NeighbourTree {
  /** Rows in the order of the leaves, and their coordinates in that order: a leaf is one run of memory. */
  private readonly order: Uint32Array;
  private readonly points: Float32Array;
  /** A node: split axis (−1 for a leaf) and value; children of node i are 2i+1 and 2i+2. */
  private readonly axis: Int8Array;
  private readonly split: Float32Array;
  readonly count: number;

  constructor(
    values: Float32Array,
    readonly dimensions: number,
  ) {
    this.count = Math.floor(values.length / dimensions);
    this.order = Uint32Array.from({ length: this.count }, (_, row) => row);
    const nodes = 2 ** (Math.ceil(Math.log2(Math.max(1, this.count / LEAF_ROWS))) + 2);
    this.axis = new Int8Array(nodes).fill(-1);
    this.split = new Float32Array(nodes);
    this.build(values, 0, 0, this.count);
    this.points = new Float32Array(this.count * dimensions);
    this.order.forEach((row, i) => {
      for (let d = 0; d < dimensions; d++) this.points[i * dimensions + d] = values[row * dimensions + d];
    });
  }

  private build(values: Float32Array, node: number, from: number, to: number): void {
    if (to - from <= LEAF_ROWS) return;
    const width = this.dimensions;
    let axis = 0;
    let widest = -1;
    for (let d = 0; d < width; d++) {
      let low = Infinity;
      let high = -Infinity;
      for (let i = from; i < to; i++) {
        const value = values[this.order[i] * width + d];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low > widest) {
        widest = high - low;
        axis = d;
      }
    }
    const middle = (from + to) >> 1;
    selectMedian(this.order, values, width, axis, { from, to: to - 1, middle });
    this.axis[node] = axis;
    this.split[node] = values[this.order[middle] * width + axis];
    this.build(values, 2 * node + 1, from, middle);
    this.build(values, 2 * node + 2, middle, to);
  }

  /**
   * The k nearest of the tree's rows to `queries` (M×dimensions), without row `i` for query i where `sameSet`.
   * Where the tree holds fewer than k, k is that many.
   */
  async nearest(queries: Float32Array, k: number, sameSet: boolean, work: LongWork = {}): Promise<Neighbours> {
    const width = this.dimensions;
    const m = Math.floor(queries.length / width);
    const kept = Math.max(0, Math.min(k, this.count - (sameSet ? 1 : 0)));
    const rows = new Uint32Array(m * kept);
    const distances = new Float32Array(m * kept);
    const yielder = new Yielder(work);
    const search = new Search(this.points, this.order, this.axis, this.split, { width, count: this.count, k: kept });
    // Queries in the order of the leaves find what they need still in the cache.
    for (let i = 0; i < m && kept > 0; i++) {
      const query = sameSet ? this.order[i] : i;
      search.ask(queries, query * width, sameSet ? query : -1);
      for (let j = 0; j < kept; j++) {
        rows[query * kept + j] = search.rows[j];
        distances[query * kept + j] = Math.sqrt(search.squares[j]);
      }
      if ((i & 63) === 0 && yielder.due()) await yielder.yieldToEvents(i / m, 'Finding neighbours');
    }
    return { k: kept, rows, distances };
  }
}

/** One query's state, kept between queries so that none is allocated twice. */
class Search {
  readonly rows: Uint32Array;
  readonly squares: Float64Array;
  private readonly offsets: Float64Array;
  /** Floats of a row, rows of the tree, neighbours of a query. */
  readonly width: number;
  readonly count: number;
  readonly k: number;
  private queries: Float32Array = new Float32Array(0);
  private at = 0;
  private self = -1;

  constructor(
    private readonly points: Float32Array,
    private readonly order: Uint32Array,
    private readonly axis: Int8Array,
    private readonly split: Float32Array,
    { width, count, k }: Pick<Search, 'width' | 'count' | 'k'>,
  ) {
    this.width = width;
    this.count = count;
    this.k = k;
    this.rows = new Uint32Array(k);
    this.squares = new Float64Array(k);
    this.offsets = new Float64Array(width);
  }

  ask(queries: Float32Array, at: number, self: number): void {
    this.queries = queries;
    this.at = at;
    this.self = self;
    this.squares.fill(Infinity);
    this.offsets.fill(0);
    this.visit(0, 0, this.count, 0);
  }

  /** `away` is the squared distance from the query to the node's box. */
  private visit(node: number, from: number, to: number, away: number): void {
    const axis = this.axis[node];
    if (to - from <= LEAF_ROWS) {
      this.scan(from, to);
      return;
    }
    const middle = (from + to) >> 1;
    const offset = this.queries[this.at + axis] - this.split[node];
    const lowFirst = offset < 0;
    if (lowFirst) this.visit(2 * node + 1, from, middle, away);
    else this.visit(2 * node + 2, middle, to, away);
    const before = this.offsets[axis];
    const farther = away - before * before + offset * offset;
    if (farther >= this.squares[this.k - 1]) return;
    this.offsets[axis] = offset;
    if (lowFirst) this.visit(2 * node + 2, middle, to, farther);
    else this.visit(2 * node + 1, from, middle, farther);
    this.offsets[axis] = before;
  }

  private scan(from: number, to: number): void {
    const { points, queries, width, at, squares, rows, k } = this;
    for (let i = from; i < to; i++) {
      let square = 0;
      for (let d = 0; d < width; d++) {
        const difference = points[i * width + d] - queries[at + d];
        square += difference * difference;
      }
      if (square >= squares[k - 1] || this.order[i] === this.self) continue;
      let j = k - 1;
      for (; j > 0 && squares[j - 1] > square; j--) {
        squares[j] = squares[j - 1];
        rows[j] = rows[j - 1];
      }
      squares[j] = square;
      rows[j] = this.order[i];
    }
  }
}

/** Hoare's selection: afterwards `order[middle]` is the median on the axis, smaller ones left of it, others right. */
function selectMedian(
  order: Uint32Array,
  values: Float32Array,
  width: number,
  axis: number,
  { from, to, middle }: { from: number; to: number; middle: number },
): void {
  while (from < to) {
    const pivot = values[order[(from + to) >> 1] * width + axis];
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[order[i] * width + axis] < pivot) i++;
      while (values[order[j] * width + axis] > pivot) j--;
      if (i <= j) {
        const swap = order[i];
        order[i++] = order[j];
        order[j--] = swap;
      }
    }
    if (middle <= j) to = j;
    else if (middle >= i) from = i;
    else return;
  }
}
