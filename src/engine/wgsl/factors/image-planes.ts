// The plane of each image in the half cube's grid: q(k) = oversampling·(kx a + ky b), a and b the first two rows of its rotation with
// the magnification in them. Grid points near a plane look for the image's points in a window around their own place on it.

/** Floats of an image's row: normal and its reach, two rows of the inverse, two of the plane; four of each. */
export const PLANE_FLOATS = 20;

/** Planes of a batch. */
export interface ImagePlanes {
  /**
   * B × 20: n scaled so that |n|₁ = 1, and 0; u, 0; v, 0; oversampling·a, 0; oversampling·b, 0. A grid point ξ has points of the
   * image within a step along each axis only where |n·ξ| < 1; they are near k = (u·ξ, v·ξ).
   */
  rows: Float32Array<ArrayBuffer>;
  /** Points along each axis of the image among which those near a grid point are. */
  window: number;
}

/** Of rotations B×9, row-major. */
export function imagePlanes(rotations: Float32Array, count: number, oversampling: number): ImagePlanes {
  const rows = new Float32Array(PLANE_FLOATS * count);
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    const across = Array.from(rotations.subarray(9 * i, 9 * i + 3), (value) => oversampling * value);
    const down = Array.from(rotations.subarray(9 * i + 3, 9 * i + 6), (value) => oversampling * value);
    const [aa, ab, bb] = [dot(across, across), dot(across, down), dot(down, down)];
    const determinant = aa * bb - ab * ab;
    const normal = [
      across[1] * down[2] - across[2] * down[1],
      across[2] * down[0] - across[0] * down[2],
      across[0] * down[1] - across[1] * down[0],
    ];
    const size = normal.reduce((sum, value) => sum + Math.abs(value), 0);
    const u = across.map((a, axis) => (bb * a - ab * down[axis]) / determinant);
    const v = across.map((a, axis) => (aa * down[axis] - ab * a) / determinant);
    rows.set([...normal.map((value) => value / size), 0, ...u, 0, ...v, 0, ...across, 0, ...down, 0], PLANE_FLOATS * i);
    // The shortest step of the plane, of any direction.
    least = Math.min(least, (aa + bb) / 2 - Math.hypot((aa - bb) / 2, ab));
  }
  // A cell's diagonal is √3 to each side; a hundredth for rounding.
  const toEachSide = Math.ceil(1.01 * Math.sqrt(3 / least));
  return { rows, window: 2 * Math.max(1, Number.isFinite(toEachSide) ? toEachSide : 1) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
