// Paths through latent space: along a principal component between two percentiles of its projections (the other
// components at their mean), or through chosen points in straight segments at equal steps of arc length.
import { VitrineError } from '../base/errors.ts';
import type { PrincipalComponents } from './pca.ts';

/** steps×zDim. Percentiles are 0 … 100, of all particles, with linear interpolation between ranks (NumPy's). */
export function alongComponent(
  pca: PrincipalComponents,
  component: number,
  fromPercentile: number,
  toPercentile: number,
  steps: number,
): Float32Array {
  if (!Number.isInteger(component) || component < 0 || component >= pca.components) {
    throw new VitrineError('value-out-of-range', `There is no component ${component + 1}.`, {
      expected: `a component from 1 to ${pca.components}`,
    });
  }
  const zDim = pca.mean.length;
  const count = pca.projections.length / pca.components;
  const column = Float32Array.from({ length: count }, (_, row) => pca.projections[row * pca.components + component]);
  column.sort();
  const from = percentileOfSorted(column, fromPercentile);
  const to = percentileOfSorted(column, toPercentile);
  const path = new Float32Array(steps * zDim);
  for (let s = 0; s < steps; s++) {
    const along = steps > 1 ? from + ((to - from) * s) / (steps - 1) : (from + to) / 2;
    for (let d = 0; d < zDim; d++) path[s * zDim + d] = pca.mean[d] + along * pca.axes[component * zDim + d];
  }
  return path;
}

/** The value below which `percentile` % of the ascending values lie. */
function percentileOfSorted(sorted: Float32Array, percentile: number): number {
  const rank = (Math.min(100, Math.max(0, percentile)) / 100) * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
}

/** steps×zDim from the first point to the last, both included. */
export function throughPoints(points: number[][], steps: number): Float32Array {
  if (points.length === 0) throw new VitrineError('usage', 'A trajectory needs at least one point.');
  const zDim = points[0].length;
  if (points.some((point) => point.length !== zDim)) {
    throw new VitrineError('value-out-of-range', 'The points of a trajectory differ in their number of values.', {
      expected: `${zDim} values each`,
    });
  }
  const lengths = points.slice(1).map((point, i) => Math.hypot(...point.map((value, d) => value - points[i][d])));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const path = new Float32Array(steps * zDim);
  let segment = 0;
  let before = 0;
  for (let s = 0; s < steps; s++) {
    const along = steps > 1 ? (total * s) / (steps - 1) : 0;
    while (segment < lengths.length - 1 && along > before + lengths[segment]) before += lengths[segment++];
    const share = total > 0 && lengths[segment] > 0 ? Math.min(1, (along - before) / lengths[segment]) : 0;
    const [a, b] = [points[segment], points[Math.min(segment + 1, points.length - 1)]];
    for (let d = 0; d < zDim; d++) path[s * zDim + d] = a[d] + (b[d] - a[d]) * share;
  }
  return path;
}
