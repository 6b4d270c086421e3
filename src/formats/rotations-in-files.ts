// Rotations as metadata files write them, to and from row-major 3×3 matrices with slice points p = (x, y, 0)·R.
// RELION: Euler angles ZYZ rot, tilt, psi in degrees (Heymann et al. 2005). cryoSPARC: a rotation vector in radians.
const DEGREES = 180 / Math.PI;

/** Writes RELION's matrix of rot, tilt, psi (degrees) at `target[at … at+8]`. */
export function matrixFromEuler(rot: number, tilt: number, psi: number, target: Float32Array, at = 0): void {
  const [ca, sa] = [Math.cos(rot / DEGREES), Math.sin(rot / DEGREES)];
  const [cb, sb] = [Math.cos(tilt / DEGREES), Math.sin(tilt / DEGREES)];
  const [cg, sg] = [Math.cos(psi / DEGREES), Math.sin(psi / DEGREES)];
  target[at] = cg * cb * ca - sg * sa;
  target[at + 1] = cg * cb * sa + sg * ca;
  target[at + 2] = -cg * sb;
  target[at + 3] = -sg * cb * ca - cg * sa;
  target[at + 4] = -sg * cb * sa + cg * ca;
  target[at + 5] = sg * sb;
  target[at + 6] = sb * ca;
  target[at + 7] = sb * sa;
  target[at + 8] = cb;
}

/** rot, tilt, psi in degrees of the matrix at `matrix[at … at+8]`; tilt in [0, 180], psi = 0 at the poles. */
export function eulerFromMatrix(matrix: ArrayLike<number>, at = 0): [number, number, number] {
  const sinTilt = Math.hypot(matrix[at + 6], matrix[at + 7]);
  const tilt = Math.atan2(sinTilt, matrix[at + 8]) * DEGREES;
  if (sinTilt < 1e-6) return [Math.atan2(-matrix[at + 3], matrix[at + 4]) * DEGREES, tilt, 0];
  const rot = Math.atan2(matrix[at + 7], matrix[at + 6]) * DEGREES;
  const psi = Math.atan2(matrix[at + 5], -matrix[at + 2]) * DEGREES;
  return [rot, tilt, psi];
}

/** Writes the transpose of exp([v]×), cryoSPARC's pose as a matrix of ours, at `target[at … at+8]` (Rodrigues). */
export function matrixFromRotationVector(x: number, y: number, z: number, target: Float32Array, at = 0): void {
  const angle = Math.hypot(x, y, z);
  const s = angle < 1e-8 ? 1 : Math.sin(angle) / angle;
  const c = angle < 1e-8 ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
  const diagonal = 1 - c * angle * angle;
  target[at] = diagonal + c * x * x;
  target[at + 1] = c * x * y + s * z;
  target[at + 2] = c * x * z - s * y;
  target[at + 3] = c * x * y - s * z;
  target[at + 4] = diagonal + c * y * y;
  target[at + 5] = c * y * z + s * x;
  target[at + 6] = c * x * z + s * y;
  target[at + 7] = c * y * z - s * x;
  target[at + 8] = diagonal + c * z * z;
}
