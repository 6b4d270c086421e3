// Slices of a Fourier cube by trilinear interpolation, on the calling thread: for few slices; many are the scorer's.
import type { FourierCube, SearchPoints } from '../engine/scoring/scorer.ts';

/** `cubeOf` says which cube a slice is taken from. Rotations M×9; M×count×2. Zero beyond the cube. */
export function sliceCubes(
  cubeOf: (slice: number) => FourierCube,
  points: SearchPoints,
  count: number,
  rotations: Float32Array,
): Float32Array {
  const slices = rotations.length / 9;
  const out = new Float32Array(2 * slices * count);
  for (let s = 0; s < slices; s++) {
    const { oversampling, reach, values } = cubeOf(s);
    const side = 2 * reach + 1;
    const row = 2 * side;
    const plane = row * side;
    const [xx, xy, xz, yx, yy, yz] = [0, 1, 2, 3, 4, 5].map((i) => oversampling * rotations[9 * s + i]);
    for (let p = 0; p < count; p++) {
      const kx = points.x[p];
      const ky = points.y[p];
      const x = kx * xx + ky * yx + reach;
      const y = kx * xy + ky * yy + reach;
      const z = kx * xz + ky * yz + reach;
      const ix = Math.floor(x);
      const iy = Math.floor(y);
      const iz = Math.floor(z);
      if (ix < 0 || iy < 0 || iz < 0 || ix + 1 >= side || iy + 1 >= side || iz + 1 >= side) continue;
      const [fx, fy, fz] = [x - ix, y - iy, z - iz];
      const corner = iz * plane + iy * row + 2 * ix;
      let re = 0;
      let im = 0;
      for (let dz = 0; dz < 2; dz++)
        for (let dy = 0; dy < 2; dy++) {
          const at = corner + dz * plane + dy * row;
          const w = (dz ? fz : 1 - fz) * (dy ? fy : 1 - fy);
          re += w * (values[at] * (1 - fx) + values[at + 2] * fx);
          im += w * (values[at + 1] * (1 - fx) + values[at + 3] * fx);
        }
      out[2 * (s * count + p)] = re;
      out[2 * (s * count + p) + 1] = im;
    }
  }
  return out;
}
