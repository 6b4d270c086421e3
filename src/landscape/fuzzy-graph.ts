// UMAP's weighted graph of neighbours (McInnes, Healy and Melville 2018, section 3): a neighbour at distance d weighs
// exp(−(d − ρ)/σ), ρ the distance of the nearest one, σ such that a row's weights sum to log₂(neighbours); the two
// directions of an edge join as w = a + b − ab.
import type { Neighbours } from './neighbours.ts';

/** Both directions of every edge, sorted by head. */
export interface FuzzyGraph {
  count: number;
  /** Edges of row i are start[i] … start[i+1]−1. */
  start: Uint32Array;
  tails: Uint32Array;
  /** 0 … 1. */
  weights: Float32Array;
}

const BISECTIONS = 64;
const TOLERANCE = 1e-5;
/** Least σ as a share of the mean distance, so that crowds of equal rows do not divide by zero. */
const LEAST_SIGMA = 1e-3;

/** Weights of each row's neighbours, N×k. */
export function membershipStrengths({ k, distances }: Neighbours): Float32Array {
  const count = k > 0 ? distances.length / k : 0;
  const weights = new Float32Array(count * k);
  let meanOfAll = 0;
  for (const distance of distances) meanOfAll += distance / distances.length;
  // The row itself counts among the neighbours, as in umap-learn.
  const target = Math.log2(k + 1);
  for (let row = 0; row < count; row++) {
    const own = distances.subarray(row * k, (row + 1) * k);
    const rho = own.find((distance) => distance > 0) ?? 0;
    let meanOfRow = 0;
    for (const distance of own) meanOfRow += distance / (k + 1);
    const least = LEAST_SIGMA * (rho > 0 ? meanOfRow : meanOfAll);
    const sigma = Math.max(least, sigmaFor(own, rho, target)) || 1;
    for (let j = 0; j < k; j++) weights[row * k + j] = Math.exp(-Math.max(0, own[j] - rho) / sigma);
  }
  return weights;
}

function sigmaFor(distances: Float32Array, rho: number, target: number): number {
  let low = 0;
  let high = Infinity;
  let sigma = 1;
  for (let i = 0; i < BISECTIONS; i++) {
    let sum = 0;
    for (const distance of distances) sum += Math.exp(-Math.max(0, distance - rho) / sigma);
    if (Math.abs(sum - target) < TOLERANCE) break;
    if (sum > target) high = sigma;
    else low = sigma;
    sigma = high === Infinity ? sigma * 2 : (low + high) / 2;
  }
  return sigma;
}

/** Joins the directions of each edge; edges under `least` of the largest weight are left out. */
export function fuzzyGraph(neighbours: Neighbours, least: number): FuzzyGraph {
  const { k, rows } = neighbours;
  const count = k > 0 ? rows.length / k : 0;
  const forward = membershipStrengths(neighbours);
  // The transpose, by counting: entry e of `into` names a directed edge that ends in the row.
  const into = new Uint32Array(rows.length);
  const intoStart = new Uint32Array(count + 1);
  for (const tail of rows) intoStart[tail + 1]++;
  for (let row = 0; row < count; row++) intoStart[row + 1] += intoStart[row];
  const filled = intoStart.slice();
  rows.forEach((tail, edge) => (into[filled[tail]++] = edge));

  const start = new Uint32Array(count + 1);
  const tails = new Uint32Array(2 * rows.length);
  const weights = new Float32Array(2 * rows.length);
  // Where row i's edge to a tail stands, valid while stamp[tail] is i + 1.
  const stamp = new Uint32Array(count);
  const place = new Uint32Array(count);
  let edges = 0;
  for (let row = 0; row < count; row++) {
    for (let j = row * k; j < (row + 1) * k; j++) {
      stamp[rows[j]] = row + 1;
      place[rows[j]] = edges;
      tails[edges] = rows[j];
      weights[edges++] = forward[j];
    }
    for (let e = intoStart[row]; e < intoStart[row + 1]; e++) {
      const other = Math.floor(into[e] / k);
      const back = forward[into[e]];
      if (stamp[other] === row + 1) weights[place[other]] += back - back * weights[place[other]];
      else {
        tails[edges] = other;
        weights[edges++] = back;
      }
    }
    start[row + 1] = edges;
  }
  return pruned({ count, start, tails: tails.subarray(0, edges), weights: weights.subarray(0, edges) }, least);
}

function pruned(graph: FuzzyGraph, least: number): FuzzyGraph {
  let largest = 0;
  for (const weight of graph.weights) if (weight > largest) largest = weight;
  const start = new Uint32Array(graph.count + 1);
  let edges = 0;
  for (let row = 0; row < graph.count; row++) {
    for (let e = graph.start[row]; e < graph.start[row + 1]; e++) {
      if (graph.weights[e] < least * largest) continue;
      graph.tails[edges] = graph.tails[e];
      graph.weights[edges++] = graph.weights[e];
    }
    start[row + 1] = edges;
  }
  return { count: graph.count, start, tails: graph.tails.slice(0, edges), weights: graph.weights.slice(0, edges) };
}
