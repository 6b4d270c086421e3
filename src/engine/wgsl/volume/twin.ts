// Twins of the map's making and its statistics: imaging's own, float64 sums.
import type { VolumeStatistics } from '../../engine.ts';
import { makeSphere } from '../../../imaging/sphere.ts';
import { volumeFromSphere } from '../../../imaging/volume-from-hartley.ts';

/** The map from the field's values by the CPU's transforms. */
export function volumeTwin(
  modelPixels: number,
  boxPixels: number,
  half: boolean,
  values: Float32Array,
  standardDeviation: number,
): Float32Array {
  return volumeFromSphere(makeSphere(modelPixels, { half, boxPixels }), values, standardDeviation);
}

/** Mean, deviation, extremes and histogram in float64. */
export function statisticsTwin(voxels: Float32Array): VolumeStatistics {
  const finite = voxels.filter((value) => Number.isFinite(value));
  const histogram = new Uint32Array(256);
  if (finite.length === 0) return { mean: 0, standardDeviation: 0, minimum: 0, maximum: 0, histogram };
  const [minimum, maximum] = finite.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const perUnit = maximum > minimum ? 256 / (maximum - minimum) : 0;
  for (const value of finite) histogram[Math.min(255, Math.floor((value - minimum) * perUnit))]++;
  return { mean, standardDeviation: Math.sqrt(squares / finite.length), minimum, maximum, histogram };
}
