// A map's Fourier coefficients anywhere, by trilinear interpolation of a half cube.
import type { HalfCube } from '../factors/half-cube.ts';

/** Re and Im at M lattice coordinates (M×3, cycles a voxel): M×2; 0 beyond the cube. `cube`: 2V as cubeOfMap gives it. */
export function coefficientsAt(cube: Float32Array, grid: HalfCube, coordinates: Float32Array): Float32Array {
  const { reach, side, rowStart, rowReach } = grid;
  const scale = grid.boxPixels * grid.oversampling;
  const count = coordinates.length / 3;
  const values = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    // F(−k) = F(k)*.
    const turn = coordinates[3 * i + 2] < 0 ? -1 : 1;
    const x = turn * scale * coordinates[3 * i];
    const y = turn * scale * coordinates[3 * i + 1];
    const z = turn * scale * coordinates[3 * i + 2];
    const [left, low, near] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    let re = 0;
    let im = 0;
    for (let corner = 0; corner < 8; corner++) {
      const [cx, cy, cz] = [left + (corner & 1), low + ((corner >> 1) & 1), near + (corner >> 2)];
      if (cz > reach || Math.abs(cy) > reach) continue;
      const row = cz * side + cy + reach;
      if (Math.abs(cx) > rowReach[row]) continue;
      const weight = (1 - Math.abs(x - cx)) * (1 - Math.abs(y - cy)) * (1 - Math.abs(z - cz));
      const at = 2 * (rowStart[row] + cx);
      re += weight * cube[at];
      im += weight * cube[at + 1];
    }
    values[2 * i] = re;
    values[2 * i + 1] = turn * im;
  }
  return values;
}
