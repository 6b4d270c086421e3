// How a kind's latents become factors of its maps, V = Σ_f w_f V_f, and how images' products with the slices of those maps become
// latents again: all in which models that are sums of maps differ.
import type { ChainField, Latents, LinearField, Weights } from '../engine.ts';
import { chainBasis, chainDimension } from '../factors/chain-basis.ts';
import { chainLatents, chainTable, nodePosteriors } from '../factors/node-posterior.ts';
import { CONTRAST_DEVIATION, logVariances, posteriors } from '../factors/posterior.ts';
import { parameter } from '../parameters.ts';

/** A kind whose maps are sums of its maps. */
export type MapsField = LinearField | ChainField;

/** What a field makes of its maps. */
export interface MapCombination {
  latentDimension: number;
  /** V_f, D³ each, real space. */
  maps: Float32Array[];
  /** A factor a map; of null at the middle of the latents. */
  factorsAt(z: Float32Array | null): ArrayLike<number>;
  /** Of images by their products with the maps' slices (factor-sums.ts). */
  latentsOf(products: Float32Array): Latents;
}

/** Error 'checkpoint-syntax' where the weights are not of the field. */
export function combinationOf(field: MapsField, weights: Weights): MapCombination {
  return field.kind === 'linear' ? ofComponents(field, weights) : ofChain(field, weights);
}

const deviationOf = ({ contrast }: MapsField) => (contrast ? CONTRAST_DEVIATION : 0);

/** μ + Σ z_a W_a. */
function ofComponents(field: LinearField, weights: Weights): MapCombination {
  const { boxPixels, components } = field;
  const box = [boxPixels, boxPixels, boxPixels];
  const mean = parameter(weights, 'mean', box);
  const prior = { deviation: deviationOf(field) };
  return {
    latentDimension: components,
    maps: [mean, ...split(parameter(weights, 'components', [components, ...box]), components)],
    factorsAt: (z) => [1, ...(z ?? new Float32Array(components))],
    latentsOf(products) {
      const { mean: mu, covariance } = posteriors(products, components, prior);
      return { mu, logVariance: logVariances(covariance, components) };
    },
  };
}

/** Σ φ_b(s) U_b. */
function ofChain(field: ChainField, weights: Weights): MapCombination {
  const { boxPixels, shape, terms } = field;
  const table = chainTable(shape, terms);
  const latentDimension = chainDimension(shape);
  const prior = { deviation: deviationOf(field) };
  return {
    latentDimension,
    maps: split(parameter(weights, 'terms', [terms, boxPixels, boxPixels, boxPixels]), terms),
    factorsAt: (s) => chainBasis(shape, terms, s ?? new Float32Array(latentDimension)),
    latentsOf: (products) => chainLatents(nodePosteriors(products, table, prior).weights, table),
  };
}

function split(all: Float32Array, count: number): Float32Array[] {
  const voxels = all.length / Math.max(1, count);
  return Array.from({ length: count }, (_, a) => all.subarray(a * voxels, (a + 1) * voxels));
}
