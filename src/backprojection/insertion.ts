// Backprojection of slices into Fourier space (the transpose of trilinear slicing): coefficients and their weights are
// added to the eight neighbours of (x, y, 0)·R. A map is real, so every coefficient stands for its mirror image too; only one
// of the two is added, and both are joined when the sums are read.
import type { FourierCube, SearchPoints } from '../engine/scoring/scorer.ts';
import type { CubeShape } from './fourier-volume.ts';

/** A slice to insert, each part from its offset: rotation 3×3 row-major, values (Re, Im) and weights (c² of the CTF) by point. */
export interface InsertedSlice {
  rotation: ArrayLike<number>;
  rotationAt: number;
  values: Float32Array;
  valuesAt: number;
  weights: Float32Array;
  weightsAt: number;
}

/**
 * Sums of direct Fourier inversion on a cube of (2·reach+1)³ points: Σ w·c·y (complex) and Σ w·c² of inserted slices; their
 * regularised quotient is the map's transform (Scheres 2012, J. Struct. Biol. 180).
 */
export class FourierSums {
  readonly side: number;
  /** Re and Im of Σ weight·CTF·image, and Σ weight·CTF², by step of the cube. */
  readonly numerator: Float32Array;
  readonly denominator: Float32Array;

  constructor(readonly shape: CubeShape) {
    this.side = 2 * shape.reach + 1;
    this.numerator = new Float32Array(2 * this.side ** 3);
    this.denominator = new Float32Array(this.side ** 3);
  }

  /** Forgets all but `share` of what was added: momentum of small batches. */
  fade(share: number): void {
    const { numerator, denominator } = this;
    if (share === 0) {
      numerator.fill(0);
      denominator.fill(0);
      return;
    }
    for (let i = 0; i < numerator.length; i++) numerator[i] *= share;
    for (let i = 0; i < denominator.length; i++) denominator[i] *= share;
  }

  /**
   * Adds one slice: `values` (Re, Im of the first `count` points from `valuesAt`) and `weights` (from `weightsAt`), at the
   * rotation from `rotationAt`.
   */
  add(
    points: SearchPoints,
    count: number,
    { rotation, rotationAt, values, valuesAt, weights, weightsAt }: InsertedSlice,
  ): void {
    const { side, numerator, denominator } = this;
    const { oversampling, reach } = this.shape;
    const [xx, xy, xz, yx, yy, yz] = [0, 1, 2, 3, 4, 5].map((i) => oversampling * rotation[rotationAt + i]);
    const { x: columns, y: rows } = points;
    const plane = side * side;
    for (let p = 0; p < count; p++) {
      const weight = weights[weightsAt + p];
      if (weight === 0) continue;
      const kx = columns[p];
      const ky = rows[p];
      const x = kx * xx + ky * yx + reach;
      const y = kx * xy + ky * yy + reach;
      const z = kx * xz + ky * yz + reach;
      const ix = Math.floor(x);
      const iy = Math.floor(y);
      const iz = Math.floor(z);
      if (ix < 0 || iy < 0 || iz < 0 || ix + 1 >= side || iy + 1 >= side || iz + 1 >= side) continue;
      const re = values[valuesAt + 2 * p];
      const im = values[valuesAt + 2 * p + 1];
      const fx = x - ix;
      const fy = y - iy;
      const fz = z - iz;
      const corner = iz * plane + iy * side + ix;
      for (let dz = 0; dz < 2; dz++) {
        const wz = dz ? fz : 1 - fz;
        for (let dy = 0; dy < 2; dy++) {
          const wy = wz * (dy ? fy : 1 - fy);
          const at = corner + dz * plane + dy * side;
          const w0 = wy * (1 - fx);
          const w1 = wy * fx;
          numerator[2 * at] += w0 * re;
          numerator[2 * at + 1] += w0 * im;
          numerator[2 * at + 2] += w1 * re;
          numerator[2 * at + 3] += w1 * im;
          denominator[at] += w0 * weight;
          denominator[at + 1] += w1 * weight;
        }
      }
    }
  }

  /**
   * Numerator over denominator where there is weight, both with their mirror images. `regularisation` times the mean weight
   * of what was reached is added to each: a Wiener filter with one signal-to-noise ratio.
   */
  quotient(regularisation: number): FourierCube {
    const { numerator, denominator, shape } = this;
    const last = denominator.length - 1;
    let sum = 0;
    let reached = 0;
    for (let i = 0; i <= last; i++) {
      const weight = denominator[i] + denominator[last - i];
      if (weight <= 0) continue;
      sum += weight;
      reached++;
    }
    const added = (regularisation * sum) / Math.max(1, reached);
    const values = new Float32Array(numerator.length);
    for (let i = 0; i <= last; i++) {
      const mirror = last - i;
      const weight = denominator[i] + denominator[mirror] + added;
      if (weight <= 0) continue;
      values[2 * i] = (numerator[2 * i] + numerator[2 * mirror]) / weight;
      values[2 * i + 1] = (numerator[2 * i + 1] - numerator[2 * mirror + 1]) / weight;
    }
    return { ...shape, values };
  }
}
