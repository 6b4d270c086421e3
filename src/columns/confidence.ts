// How sure the place of a particle on two axes is: its posterior covariance in z, seen on axes that are linear in z.
import type { AxisColumns } from './place.ts';

const CORNERS = 64;

/** The covariance of two linear axes: variance of x, covariance, variance of y. */
export interface PlaneCovariance {
  xx: number;
  xy: number;
  yy: number;
}

/** From the lower triangle of a covariance in z, row by row; null where an axis is not linear in z, or of another length. */
export function planeCovariance({ x, y }: AxisColumns, triangle: ArrayLike<number>): PlaneCovariance | null {
  if (!x.linear || !y.linear) return null;
  const [u, v] = [x.linear.direction, y.linear.direction];
  const zDim = u.length;
  if (v.length !== zDim || triangle.length !== (zDim * (zDim + 1)) / 2) return null;
  const product = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
    let sum = 0;
    for (let a = 0; a < zDim; a++)
      for (let b = 0; b < zDim; b++) {
        const [row, column] = a >= b ? [a, b] : [b, a];
        sum += left[a] * right[b] * triangle[(row * (row + 1)) / 2 + column];
      }
    return sum;
  };
  return { xx: product(u, u), xy: product(u, v), yy: product(v, v) };
}

/** Corners of the ellipse at so many standard deviations around the origin: x y pairs, counter-clockwise. */
export function ellipseCorners({ xx, xy, yy }: PlaneCovariance, deviations: number): [number, number][] {
  // Cholesky's factor takes the unit circle to the ellipse; rounding may leave the last square below 0.
  const first = Math.sqrt(Math.max(0, xx));
  const slope = first > 0 ? xy / first : 0;
  const second = Math.sqrt(Math.max(0, yy - slope * slope));
  return Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS;
    const [c, s] = [deviations * Math.cos(angle), deviations * Math.sin(angle)];
    return [first * c, slope * c + second * s];
  });
}
