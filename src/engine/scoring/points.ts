// Points of a search and an image's coefficients at them (scorer.ts).
import { makeLattice, type Lattice } from '../../imaging/lattice.ts';
import type { SearchPoints } from './scorer.ts';

/** The half plane inside `radiusPixels` of a lattice of box D, nearest first; ties in raster order. */
export function searchPoints(boxPixels: number, radiusPixels: number): SearchPoints {
  const numbers = searchOrder(makeLattice(boxPixels), radiusPixels);
  const { column, row } = makeLattice(boxPixels);
  const half = boxPixels / 2;
  const x = Float32Array.from(numbers, (p) => column[p] - half);
  const y = Float32Array.from(numbers, (p) => row[p] - half);
  return { boxPixels, count: numbers.length, x, y, radius: x.map((k, i) => Math.hypot(k, y[i])) };
}

/** Lattice point numbers of the search points. The first half of the lattice in raster order is the half plane. */
export function searchOrder(lattice: Lattice, radiusPixels: number): Uint32Array {
  const half = lattice.boxPixels / 2;
  const squared = (p: number) => (lattice.column[p] - half) ** 2 + (lattice.row[p] - half) ** 2;
  const inside: number[] = [];
  for (let p = 0; p < lattice.points / 2; p++) if (squared(p) <= radiusPixels * radiusPixels) inside.push(p);
  return Uint32Array.from(inside.sort((a, b) => squared(a) - squared(b) || a - b));
}

/** How many of the points lie inside a band limit. */
export function pointsWithin({ radius }: SearchPoints, bandPixels: number): number {
  let count = 0;
  while (count < radius.length && radius[count] <= bandPixels + 1e-6) count++;
  return count;
}

/** Where 2n floats (Re, Im of n points) go: from `outOffset` on. */
export interface TargetValues {
  out: Float32Array;
  outOffset: number;
}

/** Hartley values of one image at all `points` of the lattice's mask, raster order, from `offset` on. */
export interface SourceValues {
  values: Float32Array;
  offset: number;
  points: number;
}

/** Re and Im of one image at the search points from its Hartley values at the lattice's: H(±k) = Re ∓ Im. */
export function coefficientsAt(
  order: Uint32Array,
  { values, offset, points }: SourceValues,
  { out, outOffset }: TargetValues,
): void {
  for (let i = 0; i < order.length; i++) {
    const here = values[offset + order[i]];
    const there = values[offset + points - 1 - order[i]];
    out[outOffset + 2 * i] = 0.5 * (here + there);
    out[outOffset + 2 * i + 1] = 0.5 * (there - here);
  }
}
