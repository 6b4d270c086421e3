// Rotations as row-major 3×3 matrices, RELION's frame (docs/CONVENTIONS.md, "Geometry"): r' = R r takes a point of the
// volume to the image's frame, and the points of a slice lie at p = (x, y, 0)·R. Euler angles ZYZ (rot, tilt, psi), degrees.
import type { Random } from './random.ts';

const DEGREES = 180 / Math.PI;

/** Matrix of RELION's angles into `out[offset … offset+8]`. */
export function matrixFromEuler(
  rotDegrees: number,
  tiltDegrees: number,
  psiDegrees: number,
  out: Float32Array | Float64Array = new Float64Array(9),
  offset = 0,
): Float32Array | Float64Array {
  const [rot, tilt, psi] = [rotDegrees / DEGREES, tiltDegrees / DEGREES, psiDegrees / DEGREES];
  const [ca, sa] = [Math.cos(rot), Math.sin(rot)];
  const [cb, sb] = [Math.cos(tilt), Math.sin(tilt)];
  const [cg, sg] = [Math.cos(psi), Math.sin(psi)];
  out[offset] = cg * cb * ca - sg * sa;
  out[offset + 1] = cg * cb * sa + sg * ca;
  out[offset + 2] = -cg * sb;
  out[offset + 3] = -sg * cb * ca - cg * sa;
  out[offset + 4] = -sg * cb * sa + cg * ca;
  out[offset + 5] = sg * sb;
  out[offset + 6] = sb * ca;
  out[offset + 7] = sb * sa;
  out[offset + 8] = cb;
  return out;
}

/** RELION's (rot, tilt, psi) in degrees, tilt in [0, 180]; at tilt 0 or 180 rot is 0. */
export function eulerFromMatrix(matrix: ArrayLike<number>, offset = 0): [number, number, number] {
  const at = (i: number) => matrix[offset + i];
  // atan2 keeps its digits near the poles, where acos(R₂₂) loses half of them.
  const sinTilt = Math.hypot(at(6), at(7));
  const tilt = Math.atan2(sinTilt, at(8));
  if (sinTilt > 1e-6) {
    return [Math.atan2(at(7), at(6)) * DEGREES, tilt * DEGREES, Math.atan2(at(5), -at(2)) * DEGREES];
  }
  return [0, tilt * DEGREES, Math.atan2(-at(3) * Math.sign(at(8)), at(4)) * DEGREES];
}

/**
 * cryoSPARC's pose, a rotation vector in radians, as a matrix of ours into `out[offset … offset+8]`: the transpose of
 * exp([v]×) (Rodrigues).
 */
export function matrixFromRotationVector(
  x: number,
  y: number,
  z: number,
  out: Float32Array | Float64Array,
  offset = 0,
): void {
  const angle = Math.hypot(x, y, z);
  const s = angle < 1e-8 ? 1 : Math.sin(angle) / angle;
  const c = angle < 1e-8 ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
  const diagonal = 1 - c * angle * angle;
  out[offset] = diagonal + c * x * x;
  out[offset + 1] = c * x * y + s * z;
  out[offset + 2] = c * x * z - s * y;
  out[offset + 3] = c * x * y - s * z;
  out[offset + 4] = diagonal + c * y * y;
  out[offset + 5] = c * y * z + s * x;
  out[offset + 6] = c * x * z + s * y;
  out[offset + 7] = c * y * z - s * x;
  out[offset + 8] = diagonal + c * z * z;
}

/** Matrix of a unit quaternion (w, x, y, z) into `out[offset … offset+8]`. */
export function matrixFromQuaternion(
  { w, x, y, z }: { w: number; x: number; y: number; z: number },
  out: Float32Array | Float64Array,
  offset = 0,
): void {
  out[offset] = 1 - 2 * (y * y + z * z);
  out[offset + 1] = 2 * (x * y - z * w);
  out[offset + 2] = 2 * (x * z + y * w);
  out[offset + 3] = 2 * (x * y + z * w);
  out[offset + 4] = 1 - 2 * (x * x + z * z);
  out[offset + 5] = 2 * (y * z - x * w);
  out[offset + 6] = 2 * (x * z - y * w);
  out[offset + 7] = 2 * (y * z + x * w);
  out[offset + 8] = 1 - 2 * (x * x + y * y);
}

/** N×9, uniform on SO(3): normalised four-dimensional normal deviates as quaternions. */
export function randomRotations(random: Random, count: number): Float32Array {
  const rotations = new Float32Array(count * 9);
  for (let i = 0; i < count; i++) {
    const q = [random.normal(), random.normal(), random.normal(), random.normal()];
    const [w, x, y, z] = q.map((v) => v / Math.hypot(...q));
    matrixFromQuaternion({ w, x, y, z }, rotations, i * 9);
  }
  return rotations;
}

/** Angle in radians of the rotation that takes one to the other, 0 … π. */
export function rotationAngle(a: ArrayLike<number>, b: ArrayLike<number>, offsetA = 0, offsetB = 0): number {
  return 2 * Math.asin(Math.min(1, Math.sqrt(rotationDistanceSquared(a, b, offsetA, offsetB) / 8)));
}

/** Squared Frobenius norm of the difference, 0 … 8: the pose error of the cryoDRGN papers. */
export function rotationDistanceSquared(a: ArrayLike<number>, b: ArrayLike<number>, offsetA = 0, offsetB = 0): number {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (a[offsetA + i] - b[offsetB + i]) ** 2;
  return sum;
}

/** Turns points (n×3) about the line through `origin` along `axis` by `radians` (Rodrigues), right-handed. */
export function rotateAboutAxis(
  points: Float32Array,
  origin: readonly [number, number, number],
  axis: readonly [number, number, number],
  radians: number,
): Float32Array {
  const length = Math.hypot(...axis);
  const [kx, ky, kz] = axis.map((v) => v / length);
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const out = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i] - origin[0], points[i + 1] - origin[1], points[i + 2] - origin[2]];
    const along = (kx * x + ky * y + kz * z) * (1 - cos);
    out[i] = origin[0] + x * cos + (ky * z - kz * y) * sin + kx * along;
    out[i + 1] = origin[1] + y * cos + (kz * x - kx * z) * sin + ky * along;
    out[i + 2] = origin[2] + z * cos + (kx * y - ky * x) * sin + kz * along;
  }
  return out;
}
