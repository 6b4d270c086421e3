// Principal components of maps by the products of their pairs: eigenvectors of the centred Gram matrix (M×M) stand for those of the voxels'
// covariance. The same components are the classical scaling (Torgerson 1952) of Euclidean distances.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { centredGram } from './gram.ts';

/** Components of M maps, the largest first. */
export interface GramComponents {
  components: number;
  /** M×K: projections of the maps less their mean on unit directions. */
  scores: Float64Array;
  /** K shares of the variance of the maps. */
  explainedVariance: Float64Array;
  /** K×M: factors of the maps (less their mean) that add up to each unit direction. */
  factors: Float64Array;
}

/** Eigenvalues below this part of the largest are rounding. */
const ROUNDING = 1e-12;

/** At most `most` components, as many as there are. Sign: the score that is largest by size is positive. */
export function componentsOfGram(gram: Float64Array, count: number, most: number): GramComponents {
  return componentsOf(centredGram(gram, count), count, most);
}

/** Coordinates of n items in `dimensions` whose distances are nearest to the given, n×dimensions; 0 beyond the rank. */
export function classicalScaling(distances: Float64Array, count: number, dimensions: number): Float64Array {
  const products = centredGram(
    distances.map((distance) => -0.5 * distance * distance),
    count,
  );
  const { components, scores } = componentsOf(products, count, dimensions);
  const out = new Float64Array(count * dimensions);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < components; k++) out[i * dimensions + k] = scores[i * components + k];
  return out;
}

function componentsOf(centred: Float64Array, count: number, most: number): GramComponents {
  const matrix = Matrix.from1DArray(count, count, centred);
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const kept = order.filter((i) => values[i] > ROUNDING * values[order[0]]).slice(0, most);
  const components = kept.length;
  const scores = new Float64Array(count * components);
  const factors = new Float64Array(components * count);
  kept.forEach((column, k) => {
    const vector = Float64Array.from({ length: count }, (_, m) => vectors.get(m, column));
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    const length = Math.sqrt(values[column]) * (largest < 0 ? -1 : 1);
    const mean = vector.reduce((sum, value) => sum + value, 0) / count;
    vector.forEach((value, m) => {
      scores[m * components + k] = value * length;
      factors[k * count + m] = (value - mean) / length;
    });
  });
  const explainedVariance = Float64Array.from(kept, (i) => values[i] / total);
  return { components, scores, explainedVariance, factors };
}
