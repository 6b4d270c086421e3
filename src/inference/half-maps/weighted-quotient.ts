// Maps from sums over a half cube (engine/factors) of one factor: b = Σ A*(w c y), W = Σ A*(w c²), each coefficient b / (W + d), d by
// ring (Wiener's; Scheres 2012). Sums are folded once and not spent: halves and their sum are read from the same ones.
import type { GridSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { foldPlane, mapOfCube } from '../../engine/factors/half-cube-transform.ts';

/** Rings of a grid's coefficients by their squared distance in steps. */
function ringTable({ reach, oversampling }: HalfCube): Uint16Array {
  return Uint16Array.from({ length: 3 * reach * reach + 1 }, (_, squared) =>
    Math.round(Math.sqrt(squared) / oversampling),
  );
}

/** Makes the plane z = 0 Hermitian; once. */
export function folded(sums: GridSums, grid: HalfCube): GridSums {
  foldPlane(sums.values, grid, sums.stride, 0, sums.imaginaryAt);
  foldPlane(sums.values, grid, sums.stride, sums.entriesAt, null);
  return sums;
}

/** Means of W over the coefficients of each ring, those that no image reached included; of several sums together. */
export function meanWeights(all: readonly GridSums[], grid: HalfCube): Float64Array {
  const rings = ringTable(grid);
  const totals = new Float64Array(rings[rings.length - 1] + 1);
  const members = new Float64Array(totals.length);
  const { reach, side, rowReach, rowStart } = grid;
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      const across = z * z + y * y;
      for (let x = -rowReach[row]; x <= rowReach[row]; x++) {
        const ring = rings[across + x * x];
        members[ring]++;
        for (const { values, stride, entriesAt } of all)
          totals[ring] += values[stride * (rowStart[row] + x) + entriesAt];
      }
    }
  return totals.map((total, ring) => total / Math.max(1, members[ring]));
}

/** Values by ring at all distances of a grid's coefficients: linear in between, the last one beyond. */
function bySquaredDistance(table: ArrayLike<number>, { reach, oversampling }: HalfCube): Float64Array {
  return Float64Array.from({ length: 3 * reach * reach + 1 }, (_, squared) => {
    const place = Math.min(Math.sqrt(squared) / oversampling, table.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, table.length - 1);
    return table[low] + (place - low) * (table[high] - table[low]);
  });
}

/** A map D³, D the grid's box, and by ring the mean of W / (W + d): how much of the signal it holds. */
export interface Quotient {
  map: Float32Array;
  gain: Float64Array;
}

/** Of several sums together. `damping`: d by ring, its last entry for all beyond; `divisor`: by ring what a coefficient is divided by besides. */
export function quotientOf(
  all: readonly GridSums[],
  grid: HalfCube,
  damping: ArrayLike<number>,
  divisor?: ArrayLike<number>,
): Quotient {
  const rings = ringTable(grid);
  const last = rings[rings.length - 1];
  const added = bySquaredDistance(damping, grid);
  const per = divisor ? bySquaredDistance(divisor, grid) : null;
  const gains = new Float64Array(last + 1);
  const members = new Float64Array(last + 1);
  const cube = new Float32Array(2 * grid.voxels);
  const { reach, side, rowReach, rowStart, bandPixels, oversampling } = grid;
  const least = oversampling ** 2;
  const most = (bandPixels * oversampling) ** 2;
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      const across = z * z + y * y;
      for (let x = -rowReach[row]; x <= rowReach[row]; x++) {
        // Beyond the band lie neighbours of its outermost points only.
        if (across + x * x > most) continue;
        const v = rowStart[row] + x;
        const ring = rings[across + x * x];
        let [re, im, weight] = [0, 0, 0];
        for (const { values, stride, imaginaryAt, entriesAt } of all) {
          re += values[stride * v];
          im += values[stride * v + imaginaryAt];
          weight += values[stride * v + entriesAt];
        }
        // No image has a point between the origin and one Fourier pixel from it.
        const isSeen = across + x * x >= least;
        if (isSeen) members[ring]++;
        if (!(weight > 0)) continue;
        const whole = weight + added[across + x * x];
        if (isSeen) gains[ring] += weight / whole;
        const scale = per ? 1 / (whole * per[across + x * x]) : 1 / whole;
        cube[2 * v] = re * scale;
        cube[2 * v + 1] = im * scale;
      }
    }
  const gain = gains.map((sum, ring) => (members[ring] > 0 ? sum / members[ring] : 1));
  gain[0] = gain[1];
  return { map: mapOfCube(cube, grid), gain };
}
