// How far two sets of coordinates of the same particles say the same, whatever their axes: canonical correlations (Hotelling 1936), the
// singular values of Qᵃᵀ Qᵇ, Q an orthonormal basis of the centred columns of each.
import { Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';

/** min(zA, zB) correlations, descending, 0 … 1. `a` N×zA, `b` N×zB. */
export function canonicalCorrelations(a: Float32Array, zA: number, b: Float32Array, zB: number): number[] {
  const bases = [basis(a, zA), basis(b, zB)];
  const product = bases[0].transpose().mmul(bases[1]);
  const values = new SingularValueDecomposition(product).diagonal;
  return values.slice(0, Math.min(zA, zB)).map((value) => Math.min(1, value));
}

/** Of both the coordinate (N values of unit norm, mean 0) along which they correlate most: the two agree in sign. */
export function firstCanonicalVariates(
  a: Float32Array,
  zA: number,
  b: Float32Array,
  zB: number,
): { correlation: number; a: Float64Array; b: Float64Array } {
  const bases = [basis(a, zA), basis(b, zB)];
  const found = new SingularValueDecomposition(bases[0].transpose().mmul(bases[1]));
  const along = (side: Matrix, weights: Matrix) =>
    Float64Array.from(side.mmul(weights.subMatrix(0, weights.rows - 1, 0, 0)).to1DArray());
  return {
    correlation: Math.min(1, found.diagonal[0]),
    a: along(bases[0], found.leftSingularVectors),
    b: along(bases[1], found.rightSingularVectors),
  };
}

function basis(values: Float32Array, width: number): Matrix {
  const matrix = new Matrix(values.length / width, width);
  for (let i = 0; i < values.length; i++) matrix.set(Math.floor(i / width), i % width, values[i]);
  return new QrDecomposition(matrix.center('column')).orthogonalMatrix;
}
