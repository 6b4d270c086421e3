// Where a centred Hartley transform's values lie in the half spectrum of a D² image that kept the columns of a box of d pixels.
import { makeLattice } from '../../../imaging/lattice.ts';

const CONJUGATE = 2 ** 31;
const ODD = 2 ** 30;

/** Columns kx = 0 … d/2 that a box of d pixels needs. */
export function columnsOf(boxPixels: number): number {
  return boxPixels / 2 + 1;
}

/**
 * For points of the symmetrised (d+1)² lattice, whose last row and column repeat the first: place in [ky][kx] of the
 * D×(d/2+1) half spectrum, with bit 31 where −k stands there and bit 30 where kx + ky is odd. `raster`: indices into (d+1)².
 */
function spectrumPoints(imagePixels: number, boxPixels: number, raster: ArrayLike<number>): Uint32Array {
  const side = boxPixels + 1;
  const half = boxPixels / 2;
  const columns = columnsOf(boxPixels);
  return Uint32Array.from({ length: raster.length }, (_, p) => {
    const kx = ((raster[p] % side) % boxPixels) - half;
    const ky = (Math.floor(raster[p] / side) % boxPixels) - half;
    const row = (imagePixels + (kx < 0 ? -ky : ky)) % imagePixels;
    const odd = (kx + ky) % 2 !== 0;
    return row * columns + Math.abs(kx) + (kx < 0 ? CONJUGATE : 0) + (odd ? ODD : 0);
  });
}

/** Of the mask's points, raster order. */
export function maskPoints(imagePixels: number, boxPixels: number): Uint32Array {
  return spectrumPoints(imagePixels, boxPixels, makeLattice(boxPixels).index);
}

/** Of the whole symmetrised lattice, raster order. */
export function latticePoints(imagePixels: number, boxPixels: number): Uint32Array {
  const area = (boxPixels + 1) ** 2;
  return spectrumPoints(
    imagePixels,
    boxPixels,
    Uint32Array.from({ length: area }, (_, i) => i),
  );
}
