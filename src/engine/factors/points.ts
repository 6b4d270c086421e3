// Points of an image that factor sums are made over: the half plane inside the band, in the lattice's raster order.
import { makeLattice, type Lattice } from '../../imaging/lattice.ts';

/** n points (y < 0, or y = 0 and x < 0), zero frequency excluded. */
export interface FactorPoints {
  lattice: Lattice;
  count: number;
  /** Point numbers of the lattice, ascending; k lies at `number`, −k at points − 1 − number. */
  number: Uint32Array;
  /** Fourier pixels. */
  x: Float32Array;
  y: Float32Array;
  /** Nearest whole |k|, 1 … band. */
  ring: Uint16Array;
}

/** Of images of D pixels, inside a band limit in Fourier pixels. */
export function factorPoints(imagePixels: number, bandPixels: number): FactorPoints {
  const lattice = makeLattice(imagePixels);
  const half = imagePixels / 2;
  const inside: number[] = [];
  for (let p = 0; p < lattice.points / 2; p++)
    if (Math.hypot(lattice.column[p] - half, lattice.row[p] - half) <= bandPixels) inside.push(p);
  const number = Uint32Array.from(inside);
  const x = Float32Array.from(number, (p) => lattice.column[p] - half);
  const y = Float32Array.from(number, (p) => lattice.row[p] - half);
  const ring = Uint16Array.from(number, (_, i) => Math.round(Math.hypot(x[i], y[i])));
  return { lattice, count: number.length, number, x, y, ring };
}

/** Number of entry (a, b), a ≥ b, of a lower triangle kept row by row. */
export function triangle(a: number, b: number): number {
  return (a * (a + 1)) / 2 + b;
}
