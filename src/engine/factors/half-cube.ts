// The half of a map's Fourier coefficients that determines the rest, on a grid finer than the lattice, inside a band limit: rows
// along x of planes z ≥ 0, as long as the sphere is wide there. F(−k) = F(k)*.
import { VitrineError } from '../../base/errors.ts';

/** Places of the coefficients. The coefficient at step (x, y, z), z ≥ 0, is number rowStart[z·side + y + reach] + x. */
export interface HalfCube {
  /** D of the maps, voxels, even. */
  boxPixels: number;
  /** Largest |k| that slices are read at, Fourier pixels. */
  bandPixels: number;
  /** Steps a Fourier pixel; 2: maps are padded to twice their box. */
  oversampling: number;
  /** Steps from the origin to each side. */
  reach: number;
  /** 2·reach + 1. */
  side: number;
  /** (reach + 1)·side numbers of the coefficient at x = 0 of each row. */
  rowStart: Int32Array;
  /** (reach + 1)·side: steps to either side of x = 0 that a row holds; −1 for a row that holds none. */
  rowReach: Int32Array;
  /** V. */
  voxels: number;
}

/** Room for all neighbours of the points inside the band. `stretch`: the most by which a magnification lengthens a frequency. */
export function makeHalfCube(boxPixels: number, bandPixels: number, oversampling = 2, stretch = 1): HalfCube {
  if (bandPixels < 1 || bandPixels > boxPixels / 2)
    throw new VitrineError('value-out-of-range', 'The band limit does not fit the box.', {
      expected: `1 to ${boxPixels / 2} Fourier pixels`,
      found: String(bandPixels),
    });
  const radius = bandPixels * stretch * oversampling;
  const reach = Math.ceil(radius) + 1;
  const side = 2 * reach + 1;
  // Neighbours of a point inside the sphere lie within a step and a diagonal.
  const limit = radius + 1.75;
  const rowStart = new Int32Array((reach + 1) * side);
  const rowReach = new Int32Array((reach + 1) * side).fill(-1);
  let voxels = 0;
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const squared = limit * limit - z * z - y * y;
      if (squared < 0) continue;
      const row = z * side + y + reach;
      rowReach[row] = Math.min(reach, Math.floor(Math.sqrt(squared)));
      rowStart[row] = voxels + rowReach[row];
      voxels += 2 * rowReach[row] + 1;
    }
  return { boxPixels, bandPixels, oversampling, reach, side, rowStart, rowReach, voxels };
}
