// Small rotations about any axis, and their products. Matrices row-major 3×3; rotation vectors in radians, right-handed.
import { matrixFromRotationVector } from './rotation.ts';

type Matrix = Float32Array | Float64Array;

/** exp([v]×) into `out[offset … offset+8]`: turns points (columns) by |v| about v. */
export function rotationFromVector(x: number, y: number, z: number, out: Matrix, offset = 0): void {
  // cryoSPARC's matrix is the transpose, which is exp of −v.
  matrixFromRotationVector(-x, -y, -z, out, offset);
}

/** out = a·b; `out` may not be `a` or `b`. */
export function multiplyRotations(
  { a, aAt }: { a: Matrix; aAt: number },
  { b, bAt }: { b: Matrix; bAt: number },
  { out, outAt }: { out: Matrix; outAt: number },
): void {
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      out[outAt + 3 * row + column] =
        a[aAt + 3 * row] * b[bAt + column] +
        a[aAt + 3 * row + 1] * b[bAt + 3 + column] +
        a[aAt + 3 * row + 2] * b[bAt + 6 + column];
}

/**
 * Rotations by at most `coneDegrees`, M×9, the identity first: rotation vectors on a body-centred cubic lattice, whose nearest
 * points are `stepDegrees` apart. None of the cone is further than a step from one of them, and within it 0.65 steps.
 */
export function coneRotations(coneDegrees: number, stepDegrees: number): Float32Array {
  const cone = (Math.min(coneDegrees, 180) * Math.PI) / 180;
  // Whole numbers that are all even or all odd, times half the cube's edge: (±1, ±1, ±1) is a step from the origin.
  const unit = (stepDegrees * Math.PI) / 180 / Math.sqrt(3);
  const reach = Math.floor(cone / unit);
  const vectors: number[][] = [[0, 0, 0]];
  for (let z = -reach; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      if ((y - z) % 2 !== 0) continue;
      for (let x = -reach; x <= reach; x++) {
        if ((x - z) % 2 !== 0 || (x === 0 && y === 0 && z === 0)) continue;
        // A millionth of slack keeps the shell at exactly the cone's edge.
        if (Math.hypot(x, y, z) * unit <= cone * (1 + 1e-6)) vectors.push([x * unit, y * unit, z * unit]);
      }
    }
  const rotations = new Float32Array(9 * vectors.length);
  vectors.forEach(([x, y, z], i) => rotationFromVector(x, y, z, rotations, 9 * i));
  return rotations;
}
