// Two columns as the axes of a landscape: where the particles lie, and the way from a place on it to a z and back.
import type { PointCloud } from '../selection/lasso.ts';
import type { Column } from './column.ts';
import type { LatentNumbers } from './run-columns.ts';

/** The columns that the two axes show. */
export interface AxisColumns {
  x: Column;
  y: Column;
}

const clouds = new WeakMap<Float32Array, WeakMap<Float32Array, PointCloud>>();

/** Coordinates of all particles on these axes, one and the same for the same values; null while one is not computed. */
export function cloudOf({ x, y }: AxisColumns): PointCloud | null {
  const [xs, ys] = [x.values(), y.values()];
  if (!xs || !ys) return null;
  const known = clouds.get(xs) ?? new WeakMap<Float32Array, PointCloud>();
  clouds.set(xs, known);
  const cloud = known.get(ys) ?? { count: xs.length, x: xs, y: ys, stride: 1, xOffset: 0, yOffset: 0 };
  known.set(ys, cloud);
  return cloud;
}

/** Row of the particle nearest to a place; distances are measured in the screen's units of each axis. */
export function nearestRow(cloud: PointCloud, x: number, y: number, xUnit = 1, yUnit = 1): number {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < cloud.count; i++) {
    const dx = (cloud.x[i * cloud.stride + cloud.xOffset] - x) / xUnit;
    const dy = (cloud.y[i * cloud.stride + cloud.yOffset] - y) / yUnit;
    const distance = dx * dx + dy * dy;
    if (distance < least) [least, best] = [distance, i];
  }
  return best;
}

export function zOfRow({ mu, zDim }: Pick<LatentNumbers, 'mu' | 'zDim'>, row: number): number[] {
  return [...mu.subarray(row * zDim, (row + 1) * zDim)];
}

/** Whether a place on these axes is a z of its own: where both are linear in z. On a UMAP only the particles are. */
export function placesDecode({ x, y }: AxisColumns): boolean {
  return x.linear !== undefined && y.linear !== undefined;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}

/**
 * z at a place: the particle's of `row`, moved by the shortest way on which both axes show the place. Of two axes with one
 * direction the horizontal one tells; where a place has no z of its own the particle's stays.
 */
export function zAtPlace(
  latents: Pick<LatentNumbers, 'mu' | 'zDim'>,
  axes: AxisColumns,
  row: number,
  place: { x: number; y: number },
): number[] {
  const z = zOfRow(latents, row);
  const [first, second] = [axes.x.linear, axes.y.linear];
  if (!first || !second) return z;
  const [u, v] = [first.direction, second.direction];
  const dx = place.x - first.offset - dot(u, z);
  const dy = place.y - second.offset - dot(v, z);
  // z + a·u + b·v with u·(a·u + b·v) = dx, v·(a·u + b·v) = dy.
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
  const determinant = uu * vv - uv * uv;
  let [a, b] = [uu > 0 ? dx / uu : 0, uu > 0 || vv === 0 ? 0 : dy / vv];
  if (determinant > 1e-9 * uu * vv) {
    a = (dx * vv - dy * uv) / determinant;
    b = (dy * uu - dx * uv) / determinant;
  }
  return z.map((value, d) => value + a * u[d] + b * v[d]);
}

/** Where a z lies on these axes; null where one of them has no formula. */
export function placeOfZ({ x, y }: AxisColumns, z: ArrayLike<number>): { x: number; y: number } | null {
  if (!x.linear || !y.linear) return null;
  return { x: dot(x.linear.direction, z) + x.linear.offset, y: dot(y.linear.direction, z) + y.linear.offset };
}
