// Whether latents say what they should know nothing of: R² of each latent by ridge regression on what may have leaked into it, over five
// folds, so that chance explains nothing (values below 0 are noise). Of poses: real spherical harmonics of the viewing direction to
// degree 4; of defocus, shift length and the like a value and its square; of groups one column each.
import { Matrix, solve } from 'ml-matrix';

/** What latents may follow: columns of N values each, by name. */
export type NuisanceColumns = Record<string, Float64Array[]>;

/** R² of a latent, of images that the fit had not seen. */
export interface LeakageRow {
  /** From 1. */
  latent: number;
  nuisance: string;
  /** At most 1; below 0 where the fit says less than the mean. */
  r2: number;
}

const FOLDS = 5;
/** Share of a column's own variance that is added to it. */
const RIDGE = 1e-3;
/** R² above this is worth a look. */
export const LEAK_R2 = 0.1;

/** `latents`: N×zDim. Folds are rows i mod 5. */
export function leakage(latents: ArrayLike<number>, zDim: number, nuisances: NuisanceColumns): LeakageRow[] {
  const rows: LeakageRow[] = [];
  const count = latents.length / zDim;
  for (const [nuisance, columns] of Object.entries(nuisances)) {
    const varied = columns.map(standardised).filter((column) => column !== null);
    const design = new Matrix(count, varied.length + 1);
    for (let i = 0; i < count; i++) {
      design.set(i, 0, 1);
      varied.forEach((column, c) => design.set(i, c + 1, column[i]));
    }
    const r2 = heldOutR2(design, latents, zDim);
    r2.forEach((value, d) => rows.push({ latent: d + 1, nuisance, r2: value }));
  }
  return rows;
}

/** Mean 0, variance 1; null for a column of one value. */
function standardised(column: Float64Array): Float64Array | null {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
  return deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? column.map((value) => (value - mean) / deviation) : null;
}

/** 1 − Σ(z − ẑ)²/Σ(z − z̄)², each ẑ by the rows of the other folds, z̄ their mean. */
function heldOutR2(design: Matrix, latents: ArrayLike<number>, zDim: number): number[] {
  const { rows: count, columns: width } = design;
  const errors = new Float64Array(zDim);
  const spreads = new Float64Array(zDim);
  for (let fold = 0; fold < Math.min(FOLDS, count); fold++) {
    const normal = Matrix.zeros(width, width);
    const right = Matrix.zeros(width, zDim);
    let training = 0;
    for (let i = 0; i < count; i++) {
      if (i % FOLDS === fold) continue;
      training++;
      for (let a = 0; a < width; a++) {
        const value = design.get(i, a);
        for (let b = 0; b <= a; b++) normal.set(a, b, normal.get(a, b) + value * design.get(i, b));
        for (let d = 0; d < zDim; d++) right.set(a, d, right.get(a, d) + value * latents[i * zDim + d]);
      }
    }
    for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) normal.set(b, a, normal.get(a, b));
    const means = Array.from({ length: zDim }, (_, d) => right.get(0, d) / training);
    // The mean itself is not held back.
    for (let a = 1; a < width; a++) normal.set(a, a, normal.get(a, a) + RIDGE * training);
    const weights = solve(normal, right);
    for (let i = fold; i < count; i += FOLDS)
      for (let d = 0; d < zDim; d++) {
        let predicted = 0;
        for (let a = 0; a < width; a++) predicted += design.get(i, a) * weights.get(a, d);
        errors[d] += (latents[i * zDim + d] - predicted) ** 2;
        spreads[d] += (latents[i * zDim + d] - means[d]) ** 2;
      }
  }
  return Array.from(errors, (error, d) => (spreads[d] > 0 ? 1 - error / spreads[d] : 0));
}

/** Real spherical harmonics of degrees 1 … 4 of N unit vectors (N×3), 24 columns, each up to a factor. */
export function directionHarmonics(directions: ArrayLike<number>): Float64Array[] {
  const count = directions.length / 3;
  const of = (value: (x: number, y: number, z: number) => number) =>
    Float64Array.from({ length: count }, (_, i) =>
      value(directions[3 * i], directions[3 * i + 1], directions[3 * i + 2]),
    );
  const columns: Float64Array[] = [];
  for (let degree = 1; degree <= 4; degree++)
    for (let order = 0; order <= degree; order++) {
      const zonal = (z: number) => legendreDerivative(degree, order, z);
      // (x + iy)^m times the m-th derivative of the Legendre polynomial.
      columns.push(of((x, y, z) => zonal(z) * power(x, y, order)[0]));
      if (order > 0) columns.push(of((x, y, z) => zonal(z) * power(x, y, order)[1]));
    }
  return columns;
}

function power(x: number, y: number, order: number): [number, number] {
  let [re, im] = [1, 0];
  for (let m = 0; m < order; m++) [re, im] = [re * x - im * y, re * y + im * x];
  return [re, im];
}

/** Coefficients of the Legendre polynomials of degrees 1 … 4, by power. */
const LEGENDRE = [[1], [0, 1], [-0.5, 0, 1.5], [0, -1.5, 0, 2.5], [0.375, 0, -3.75, 0, 4.375]];

function legendreDerivative(degree: number, order: number, z: number): number {
  let coefficients = LEGENDRE[degree];
  for (let m = 0; m < order; m++) coefficients = coefficients.slice(1).map((value, power) => value * (power + 1));
  return coefficients.reduceRight((sum, value) => sum * z + value, 0);
}
