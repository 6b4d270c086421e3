// Slices of the base grid from the field itself: one plane is evaluated for each viewing direction, finer than the lattice, and
// turned in plane by bilinear interpolation, since (x, y, 0)·Rz(ψ)·R₀ is the plane of R₀ at (x, y) turned by ψ.
import type { FieldModel } from '../../engine/engine.ts';
import { fieldCoefficients, type FirstPoints } from '../../field/fourier-cube.ts';
import { pixelDirection } from '../../geometry/healpix.ts';
import { anglesOf, nsideOf, pixelsOf, spacingDegrees } from '../../geometry/rotation-grid.ts';
import { matrixFromEuler } from '../../geometry/rotation.ts';

const OVERSAMPLING = 2;
const DEGREES = 180 / Math.PI;

/** R×count×2 at the first `count` points, rotations in the grid's order. Error: 'cancelled'. */
export async function baseSlices(
  model: FieldModel,
  z: Float32Array | null,
  level: number,
  { points, count }: FirstPoints,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const pixels = pixelsOf(level);
  const angles = anglesOf(level);
  const reach = Math.ceil(points.radius[count - 1] * OVERSAMPLING) + 1;
  const side = 2 * reach + 1;
  const out = new Float32Array(2 * pixels * angles * count);
  const coordinates = new Float32Array(3 * side * side);
  const scale = 1 / (OVERSAMPLING * points.boxPixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [theta, phi] = pixelDirection(nsideOf(level), pixel);
    const frame = matrixFromEuler(phi * DEGREES, theta * DEGREES, 0);
    for (let at = 0; at < side * side; at++) {
      const x = ((at % side) - reach) * scale;
      const y = (Math.floor(at / side) - reach) * scale;
      for (let axis = 0; axis < 3; axis++) coordinates[3 * at + axis] = x * frame[axis] + y * frame[3 + axis];
    }
    const plane = await fieldCoefficients(model, z, coordinates, signal);
    for (let angle = 0; angle < angles; angle++) {
      const psi = ((angle + 0.5) * spacingDegrees(level)) / DEGREES;
      const [cos, sin] = [Math.cos(psi) * OVERSAMPLING, Math.sin(psi) * OVERSAMPLING];
      let to = 2 * (pixel * angles + angle) * count;
      for (let p = 0; p < count; p++) {
        const x = points.x[p] * cos - points.y[p] * sin + reach;
        const y = points.x[p] * sin + points.y[p] * cos + reach;
        const [ix, iy] = [Math.floor(x), Math.floor(y)];
        const [fx, fy] = [x - ix, y - iy];
        const at = 2 * (iy * side + ix);
        for (let part = 0; part < 2; part++) {
          const near = plane[at + part] * (1 - fx) + plane[at + 2 + part] * fx;
          const far = plane[at + 2 * side + part] * (1 - fx) + plane[at + 2 * side + 2 + part] * fx;
          out[to++] = near * (1 - fy) + far * fy;
        }
      }
    }
  }
  return out;
}
