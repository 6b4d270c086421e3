// The M step of a linear model: at each grid point a symmetric system of as many equations as factors (linear.md, section 2),
//   [Σ_i A_i*(w c²) second_i + diag(1/8τ)] θ = Σ_i A_i*(w c y) first_i,
// τ the prior's variance of a factor's coefficient; on a grid of two steps a Fourier pixel eight points share one coefficient.
// Neglects the coupling of neighbouring points, as gridding does.
import type { GridSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { foldPlane, mapOfCube } from '../../engine/factors/half-cube-transform.ts';
import { triangle } from '../../engine/factors/points.ts';

/** What is added to the diagonal at a grid point of a ring, for each factor. */
export type Damping = (ring: number, factor: number) => number;

/** The prior's: 1/(steps³ τ) of each factor's variance by ring (the last one beyond the band). */
export function priorDamping(grid: HalfCube, variances: readonly Float32Array[]): Damping {
  const share = 1 / grid.oversampling ** 3;
  return (ring, factor) => share / variances[factor][Math.min(ring, variances[factor].length - 1)];
}

/** Maps d³ of the factors, d the grid's box. The sums are spent. */
export function solveGrid(sums: GridSums, grid: HalfCube, factors: number, damping: Damping): Float32Array[] {
  const { values, stride, imaginaryAt, entriesAt } = sums;
  const entries = triangle(factors, 0);
  for (let a = 0; a < factors; a++) foldPlane(values, grid, stride, a, imaginaryAt + a);
  for (let e = 0; e < entries; e++) foldPlane(values, grid, stride, entriesAt + e, null);
  const system = new Float64Array(entries);
  const real = new Float64Array(factors);
  const imaginary = new Float64Array(factors);
  const diagonal = new Map<number, Float64Array>();
  const { reach, side, rowReach, rowStart, oversampling } = grid;
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      for (let x = -rowReach[row]; x <= rowReach[row]; x++) {
        const at = stride * (rowStart[row] + x);
        // Nothing was seen there.
        if (!(values[at + entriesAt] > 0)) {
          values.fill(0, at, at + imaginaryAt + factors);
          continue;
        }
        const ring = Math.round(Math.sqrt(x * x + y * y + z * z) / oversampling);
        let added = diagonal.get(ring);
        if (!added) {
          added = Float64Array.from({ length: factors }, (_, a) => damping(ring, a));
          diagonal.set(ring, added);
        }
        for (let e = 0; e < entries; e++) system[e] = values[at + entriesAt + e];
        for (let a = 0; a < factors; a++) {
          system[triangle(a, a)] += added[a];
          real[a] = values[at + a];
          imaginary[a] = values[at + imaginaryAt + a];
        }
        solveTwo(system, real, imaginary);
        for (let a = 0; a < factors; a++) {
          values[at + a] = real[a];
          values[at + imaginaryAt + a] = imaginary[a];
        }
      }
    }
  return Array.from({ length: factors }, (_, a) => mapOfCube(values.subarray(a), grid, { stride, imaginaryAt }));
}

/** Solves for two right sides in place by Cholesky's decomposition; directions in which the system is singular are left at 0. */
function solveTwo(system: Float64Array, first: Float64Array, second: Float64Array): void {
  const n = first.length;
  for (let a = 0; a < n; a++) {
    const row = triangle(a, 0);
    for (let b = 0; b <= a; b++) {
      const other = triangle(b, 0);
      let sum = system[row + b];
      for (let c = 0; c < b; c++) sum -= system[row + c] * system[other + c];
      if (a !== b) system[row + b] = sum / system[other + b];
      else system[row + a] = sum > 0 ? Math.sqrt(sum) : Infinity;
    }
    for (let c = 0; c < a; c++) {
      first[a] -= system[row + c] * first[c];
      second[a] -= system[row + c] * second[c];
    }
    first[a] /= system[row + a];
    second[a] /= system[row + a];
  }
  for (let a = n - 1; a >= 0; a--) {
    for (let c = a + 1; c < n; c++) {
      first[a] -= system[triangle(c, a)] * first[c];
      second[a] -= system[triangle(c, a)] * second[c];
    }
    first[a] /= system[triangle(a, a)];
    second[a] /= system[triangle(a, a)];
  }
}
