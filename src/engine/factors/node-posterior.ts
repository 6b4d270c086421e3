// The E step of a chain at known poses (linear.md, section 5): y = γ c A Σ_b φ_b(s) U_b + n with s one of the chain's nodes, all alike.
// From an image's products with the slices of the maps U_b (factors 0 … B − 1) and with itself (factor B) follow for each node
//   ℓ(γ, s) = γ l − ½γ²ν,  l = Σ_b φ_b ⟨U_b, y⟩,  ν = Σ_ab φ_a φ_b ⟨U_a, U_b⟩;
// a contrast that is not known, γ ~ N(1, σ_γ²), is integrated out around its best value, which is not below 0.
import type { Latents } from '../engine.ts';
import { chainBasis, chainDimension, chainNodes, type ChainShape } from './chain-basis.ts';
import { triangle } from './points.ts';
import type { ContrastPrior } from './posterior.ts';

/** Nodes of a chain, and its functions at each. */
export interface ChainTable {
  shape: ChainShape;
  /** B. */
  terms: number;
  /** K. */
  count: number;
  /** K×dimension. */
  nodes: Float32Array;
  /** K×B. */
  basis: Float64Array;
}

/** The nodes of a shape with its first `terms` functions. */
export function chainTable(shape: ChainShape, terms: number): ChainTable {
  const nodes = chainNodes(shape);
  const width = chainDimension(shape);
  const count = nodes.length / width;
  const basis = new Float64Array(count * terms);
  for (let k = 0; k < count; k++)
    basis.set(chainBasis(shape, terms, nodes.subarray(k * width, (k + 1) * width)), k * terms);
  return { shape, terms, count, nodes, basis };
}

/** Where images lie along a chain. */
export interface NodePosteriors {
  /** B×K: of each image over the nodes, sum 1. */
  weights: Float32Array;
  /** B: log evidence over no particle at all. */
  evidence: Float64Array;
}

/** `products` B × (terms + 1)(terms + 2)/2 as FactorSums gives them. A contrast of deviation 0 is 1. */
export function nodePosteriors(
  products: Float32Array,
  { terms, count, basis }: ChainTable,
  { deviation }: ContrastPrior,
): NodePosteriors {
  const width = triangle(terms, terms) + 1;
  const images = products.length / width;
  const weights = new Float32Array(images * count);
  const evidence = new Float64Array(images);
  for (let i = 0; i < images; i++) {
    const at = (a: number, b: number) => products[i * width + triangle(a, b)];
    const own = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      let [linear, square] = [0, 0];
      for (let a = 0; a < terms; a++) {
        const phi = basis[k * terms + a];
        linear += phi * at(terms, a);
        square += phi * phi * at(a, a);
        for (let b = 0; b < a; b++) square += 2 * phi * basis[k * terms + b] * at(a, b);
      }
      own[k] = deviation > 0 ? overContrasts(linear, square, deviation) : linear - 0.5 * square;
    }
    const most = own.reduce((x, y) => Math.max(x, y));
    let total = 0;
    for (let k = 0; k < count; k++) total += own[k] = Math.exp(own[k] - most);
    for (let k = 0; k < count; k++) weights[i * count + k] = own[k] / total;
    evidence[i] = most + Math.log(total / count);
  }
  return { weights, evidence };
}

/** log ∫ exp(γl − ½γ²ν) N(γ; 1, σ²) dγ. */
function overContrasts(linear: number, square: number, deviation: number): number {
  const prior = 1 / deviation ** 2;
  const precision = square + prior;
  const best = Math.max(0, (linear + prior) / precision);
  return best * (linear + prior) - 0.5 * best * best * precision - 0.5 * prior - 0.5 * Math.log(precision / prior);
}

/** Means and log variances of s from posteriors over nodes (N×K); of a circle around the mean direction. */
export function chainLatents(weights: Float32Array, { shape, count, nodes }: ChainTable): Latents {
  const width = chainDimension(shape);
  const images = weights.length / count;
  const mu = new Float32Array(images * width);
  const logVariance = new Float32Array(images * width);
  for (let i = 0; i < images; i++)
    for (let d = 0; d < width; d++) {
      const own = weights.subarray(i * count, (i + 1) * count);
      const at = (k: number) => nodes[k * width + d];
      const expected = (of: (s: number) => number) => own.reduce((sum, weight, k) => sum + weight * of(at(k)), 0);
      const turn = (s: number) => Math.PI * s;
      const mean =
        shape === 'circle'
          ? Math.atan2(
              expected((s) => Math.sin(turn(s))),
              expected((s) => Math.cos(turn(s))),
            ) / Math.PI
          : expected((s) => s);
      mu[i * width + d] = mean;
      const variance = expected((s) => distanceAlong(shape, s, mean) ** 2);
      logVariance[i * width + d] = Math.log(Math.max(variance, 1e-8));
    }
  return { mu, logVariance };
}

/** |a − b| along one direction of a shape; on a circle the shorter way. */
export function distanceAlong(shape: ChainShape, a: number, b: number): number {
  const away = Math.abs(a - b);
  return shape === 'circle' ? Math.min(away, 2 - away) : away;
}
