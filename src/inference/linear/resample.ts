// A map inside a band limit, and a map of a smaller box on the voxels of a larger one of the same field of view.
import { makeHalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap, interpolationWindow, mapOfCube } from '../../engine/factors/half-cube-transform.ts';

/** Of box d, of another box D ≥ d unless said: D³. */
export function bandLimited(
  map: Float32Array,
  boxPixels: number,
  bandPixels: number,
  toPixels = boxPixels,
): Float32Array {
  const cube = cubeOfMap(map, makeHalfCube(boxPixels, bandPixels));
  const grid = makeHalfCube(toPixels, bandPixels);
  const window = interpolationWindow(grid);
  const out = mapOfCube(cube, grid);
  // The transforms divide by the window on both ways; here nothing was interpolated.
  for (let z = 0, at = 0; z < toPixels; z++)
    for (let y = 0; y < toPixels; y++)
      for (let x = 0; x < toPixels; x++, at++) out[at] *= (window[z] * window[y] * window[x]) ** 2;
  return out;
}
