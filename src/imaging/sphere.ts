// The lattice points of a volume inside |k| ≤ ½ at which the field is asked, and where their values go.
// Domain 'fourier' is asked on one half of space: z < 0, and on z = 0 where y < 0, or y = 0 and x ≤ 0; the other half is
// the complex conjugate. Domain 'hartley' is asked everywhere. A preview of d < D pixels asks the centre d³ of the D³
// lattice: the same map, low-passed at d/D of Nyquist.
import { VitrineError } from '../base/errors.ts';

/** Points |k| ≤ D/2 of the lattice in raster order, which a map is decoded at. */
export interface Sphere {
  /** D: the box the coordinates are fractions of. */
  modelPixels: number;
  /** d ≤ D: the box of the map. */
  boxPixels: number;
  /** d + 1. */
  side: number;
  /** M points. */
  points: number;
  /** M×3 (x, y, z), cycles per pixel of the model's box, in [−½, ½]. */
  coordinates: Float32Array;
  /** Index into side³ [z][y][x] of each point, and of −k. */
  index: Uint32Array;
  mirror: Uint32Array;
  /** Whether these are half of space. */
  half: boolean;
}

/** Error: 'value-out-of-range' for a box that is odd or larger than the model's. */
export function makeSphere(modelPixels: number, options: { half: boolean; boxPixels?: number }): Sphere {
  const boxPixels = options.boxPixels ?? modelPixels;
  if (!Number.isInteger(boxPixels) || boxPixels < 2 || boxPixels % 2 !== 0 || boxPixels > modelPixels)
    throw new VitrineError('value-out-of-range', 'The box of a map has to be even and no larger than the model’s.', {
      expected: `an even number up to ${modelPixels}`,
      found: String(boxPixels),
    });
  const side = boxPixels + 1;
  const half = boxPixels / 2;
  const rawPoints = countInside(half);
  const points = options.half ? (rawPoints + 1) / 2 : rawPoints;
  const coordinates = new Float32Array(points * 3);
  const index = new Uint32Array(points);
  const mirror = new Uint32Array(points);
  const last = side ** 3 - 1;
  let p = 0;
  // In raster order (z, y, x) the half of space with the origin is the first half of the ball.
  for (let z = -half; z <= half && p < points; z++)
    for (let y = -half; y <= half && p < points; y++)
      for (let x = -half; x <= half && p < points; x++) {
        if (x * x + y * y + z * z > half * half) continue;
        coordinates[3 * p] = x / modelPixels;
        coordinates[3 * p + 1] = y / modelPixels;
        coordinates[3 * p + 2] = z / modelPixels;
        index[p] = ((z + half) * side + y + half) * side + x + half;
        mirror[p] = last - index[p];
        p++;
      }
  return { modelPixels, boxPixels, side, points, coordinates, index, mirror, half: options.half };
}

/** Whole-number points with |k| ≤ radius. */
function countInside(radius: number): number {
  let count = 0;
  for (let z = -radius; z <= radius; z++)
    for (let y = -radius; y <= radius; y++) {
      const rest = radius * radius - z * z - y * y;
      if (rest >= 0) count += 2 * Math.floor(Math.sqrt(rest)) + 1;
    }
  return count;
}
