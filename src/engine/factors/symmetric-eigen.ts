// Eigenvalues of small symmetric matrices, one for every image, by Jacobi's rotations (Golub & Van Loan, section 8.5).

const MOST_SWEEPS = 30;

/**
 * Eigenvalues and eigenvectors of one small symmetric matrix after the other by Jacobi's rotations, in arrays that are used again:
 * made for every image, where a library's objects would cost more than the computation.
 */
export class SymmetricEigen {
  readonly values: Float64Array;
  /** q×q, an eigenvector a column. */
  readonly vectors: Float64Array;
  private readonly matrix: Float64Array;

  constructor(private readonly q: number) {
    this.values = new Float64Array(q);
    this.vectors = new Float64Array(q * q);
    this.matrix = new Float64Array(q * q);
  }

  set(a: number, b: number, value: number): void {
    this.matrix[a * this.q + b] = value;
    this.matrix[b * this.q + a] = value;
  }

  solve(): void {
    const { q, matrix, vectors, values } = this;
    vectors.fill(0);
    for (let a = 0; a < q; a++) vectors[a * q + a] = 1;
    for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      let [off, size] = [0, 0];
      for (let a = 0; a < q; a++) {
        size += matrix[a * q + a] ** 2;
        for (let b = 0; b < a; b++) off += matrix[a * q + b] ** 2;
      }
      if (off <= 1e-20 * size) break;
      for (let a = 1; a < q; a++) for (let b = 0; b < a; b++) this.rotate(a, b);
    }
    for (let a = 0; a < q; a++) values[a] = Math.max(0, matrix[a * q + a]);
  }

  /** The rotation that makes entry (a, b) zero. */
  private rotate(a: number, b: number): void {
    const { q, matrix, vectors } = this;
    const entry = matrix[a * q + b];
    if (entry === 0) return;
    const theta = (matrix[b * q + b] - matrix[a * q + a]) / (2 * entry);
    const tangent = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    const cosine = 1 / Math.sqrt(tangent * tangent + 1);
    const sine = tangent * cosine;
    for (let k = 0; k < q; k++) {
      const [x, y] = [matrix[k * q + a], matrix[k * q + b]];
      matrix[k * q + a] = cosine * x - sine * y;
      matrix[k * q + b] = sine * x + cosine * y;
    }
    for (let k = 0; k < q; k++) {
      const [x, y] = [matrix[a * q + k], matrix[b * q + k]];
      matrix[a * q + k] = cosine * x - sine * y;
      matrix[b * q + k] = sine * x + cosine * y;
    }
    for (let k = 0; k < q; k++) {
      const [x, y] = [vectors[k * q + a], vectors[k * q + b]];
      vectors[k * q + a] = cosine * x - sine * y;
      vectors[k * q + b] = sine * x + cosine * y;
    }
  }
}
