// The symmetrised lattice of an image's transform and its mask (docs/CONVENTIONS.md, "Images and transforms").
// A D×D transform (D even) grows to (D+1)², so that k and −k are both on the grid and zero sits in the middle.
// Axes: raster order, y slow, x fast; coordinates are k/D in cycles per pixel, linspace(−½, ½, D+1).
import { VitrineError } from '../base/errors.ts';

/** The symmetrised lattice's points inside the loss mask, in raster order, cycles per pixel. */
export interface Lattice {
  /** Image side D, pixels, even. */
  boxPixels: number;
  /** D + 1. */
  side: number;
  /** Mask radius in Fourier pixels. */
  radiusPixels: number;
  /** P: lattice points with |k| ≤ radius, zero frequency excluded, raster order. */
  points: number;
  /** Raster index in side² of each point. */
  index: Uint32Array;
  /** Raster column and row of each point, 0 … D. */
  column: Uint16Array;
  row: Uint16Array;
  /** Coordinates in [−½, ½], cycles per pixel. */
  x: Float32Array;
  y: Float32Array;
  /** Point number of −k. In raster order it is P − 1 − p: the second half of the points mirrors the first. */
  mirror: Uint32Array;
}

/** Ring of each point: |k| in Fourier pixels, rounded, 1 … D/2. */
export function ringsOfPoints({ boxPixels, column, row }: Lattice): Uint16Array {
  const half = boxPixels / 2;
  return Uint16Array.from(column, (x, p) => Math.round(Math.hypot(x - half, row[p] - half)));
}

/** `linspace(−½, ½, D+1)` in float32. */
export function latticeAxis(boxPixels: number): Float32Array {
  return Float32Array.from({ length: boxPixels + 1 }, (_, i) => i / boxPixels - 0.5);
}

/** Errors: 'box-odd' where D is odd or not a positive whole number. */
export function makeLattice(boxPixels: number, radiusPixels: number = boxPixels / 2): Lattice {
  if (!Number.isInteger(boxPixels) || boxPixels < 2 || boxPixels % 2 !== 0)
    throw new VitrineError('box-odd', 'The lattice needs an even box.', {
      expected: 'an even number of pixels',
      found: String(boxPixels),
    });
  const side = boxPixels + 1;
  const half = boxPixels / 2;
  const axis = latticeAxis(boxPixels);
  const inside: number[] = [];
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const squared = (column - half) ** 2 + (row - half) ** 2;
      if (squared > 0 && squared <= radiusPixels * radiusPixels) inside.push(row * side + column);
    }
  const points = inside.length;
  const index = Uint32Array.from(inside);
  const column = Uint16Array.from(index, (i) => i % side);
  const row = Uint16Array.from(index, (i) => Math.floor(i / side));
  return {
    boxPixels,
    side,
    radiusPixels,
    points,
    index,
    column,
    row,
    x: Float32Array.from(column, (i) => axis[i]),
    y: Float32Array.from(row, (i) => axis[i]),
    mirror: Uint32Array.from(index, (_, p) => points - 1 - p),
  };
}
