// A map inside a band limit, and on the voxels of another box of the same field of view.
import { makeHalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap, mapOfCube } from '../../engine/factors/half-cube-transform.ts';
import { interpolationWindow } from '../../imaging/interpolation-window.ts';

/** Boxes below this are worked at as they are. */
const SMALLEST_COARSE = 24;

/** Half the box, where that leaves maps worth the name: what needs no detail is found there. */
export function coarseBox(boxPixels: number): number {
  const half = 2 * Math.round(boxPixels / 4);
  return half >= SMALLEST_COARSE ? half : boxPixels;
}

/** Of a box of `boxPixels`, `toPixels`³; the band limit lies below half of either. */
export function bandLimited(
  map: Float32Array,
  boxPixels: number,
  bandPixels: number,
  toPixels = boxPixels,
): Float32Array {
  const cube = cubeOfMap(map, makeHalfCube(boxPixels, bandPixels));
  const grid = makeHalfCube(toPixels, bandPixels);
  const window = interpolationWindow(grid.boxPixels, grid.oversampling);
  const out = mapOfCube(cube, grid);
  // The transforms divide by the window on both ways; here nothing was interpolated.
  for (let z = 0, at = 0; z < toPixels; z++)
    for (let y = 0; y < toPixels; y++)
      for (let x = 0; x < toPixels; x++, at++) out[at] *= (window[z] * window[y] * window[x]) ** 2;
  return out;
}

/** A mask of 0 to 1 on the voxels of another box. */
export function resampledMask(
  mask: Float32Array,
  boxPixels: number,
  bandPixels: number,
  toPixels: number,
): Float32Array {
  // A coefficient is a sum over voxels, of which there are more or fewer now.
  const scale = (toPixels / boxPixels) ** 3;
  return bandLimited(mask, boxPixels, bandPixels, toPixels).map((value) => Math.min(1, Math.max(0, value * scale)));
}
