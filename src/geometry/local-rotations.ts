// Small rotations about any axis, and their products. Matrices row-major 3×3; rotation vectors in radians, right-handed.

type Matrix = Float32Array | Float64Array;

/** exp([v]×) into `out[offset … offset+8]` (Rodrigues). */
export function rotationFromVector(x: number, y: number, z: number, out: Matrix, offset = 0): void {
  const angle = Math.hypot(x, y, z);
  const s = angle < 1e-8 ? 1 : Math.sin(angle) / angle;
  const c = angle < 1e-8 ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
  const diagonal = 1 - c * angle * angle;
  out[offset] = diagonal + c * x * x;
  out[offset + 1] = c * x * y - s * z;
  out[offset + 2] = c * x * z + s * y;
  out[offset + 3] = c * x * y + s * z;
  out[offset + 4] = diagonal + c * y * y;
  out[offset + 5] = c * y * z - s * x;
  out[offset + 6] = c * x * z - s * y;
  out[offset + 7] = c * y * z + s * x;
  out[offset + 8] = diagonal + c * z * z;
}

/** out = a·b; `out` may not be `a` or `b`. */
export function multiplyRotations(a: Matrix, aAt: number, b: Matrix, bAt: number, out: Matrix, outAt: number): void {
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      out[outAt + 3 * row + column] =
        a[aAt + 3 * row] * b[bAt + column] +
        a[aAt + 3 * row + 1] * b[bAt + 3 + column] +
        a[aAt + 3 * row + 2] * b[bAt + 6 + column];
}
