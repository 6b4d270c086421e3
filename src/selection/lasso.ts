// Which points lie inside a lasso or a box. Points are two columns x, y or the rows of an N×stride array; a lasso is a
// closed polygon of vertices x y interleaved, crossing itself or not, filled by the even-odd rule.
// The edges are sorted into horizontal slabs once, so that a point meets only the few edges of its slab and
// 1,000,000 points are asked in tens of milliseconds however many vertices the hand drew.

/** Coordinates of N points: point i is at (x[i·stride + xOffset], y[i·stride + yOffset]). */
export interface PointCloud {
  count: number;
  x: Float32Array;
  y: Float32Array;
  stride: number;
  xOffset: number;
  yOffset: number;
}

/** Two columns of an N×stride array, e.g. UMAP (stride 2) or two latents of N×zDim. */
export function cloudOfColumns(values: Float32Array, stride: number, xColumn: number, yColumn: number): PointCloud {
  return {
    count: Math.floor(values.length / stride),
    x: values,
    y: values,
    stride,
    xOffset: xColumn,
    yOffset: yColumn,
  };
}

/** Points with left ≤ x ≤ right and bottom ≤ y ≤ top, corners in any order; ascending rows. NaN is never inside. */
export function rowsInBox(points: PointCloud, x0: number, y0: number, x1: number, y1: number): Uint32Array {
  const [left, right] = x0 < x1 ? [x0, x1] : [x1, x0];
  const [bottom, top] = y0 < y1 ? [y0, y1] : [y1, y0];
  const rows = new Uint32Array(points.count);
  let n = 0;
  for (let i = 0; i < points.count; i++) {
    const x = points.x[i * points.stride + points.xOffset];
    const y = points.y[i * points.stride + points.yOffset];
    if (x >= left && x <= right && y >= bottom && y <= top) rows[n++] = i;
  }
  return rows.slice(0, n);
}

/** Points inside the polygon; ascending rows. Fewer than three vertices hold nothing. NaN is never inside. */
export function rowsInPolygon(points: PointCloud, polygon: ArrayLike<number>): Uint32Array {
  const vertices = Math.floor(polygon.length / 2);
  const rows = new Uint32Array(vertices < 3 ? 0 : points.count);
  if (vertices < 3) return rows;
  const slabs = sortIntoSlabs(polygon, vertices);
  const { left, right, bottom, top, perUnit, start, edges } = slabs;
  let n = 0;
  for (let i = 0; i < points.count; i++) {
    const x = points.x[i * points.stride + points.xOffset];
    const y = points.y[i * points.stride + points.yOffset];
    if (!(x >= left && x <= right && y >= bottom && y <= top)) continue;
    const slab = Math.min(slabs.count - 1, Math.floor((y - bottom) * perUnit));
    let inside = false;
    for (let e = start[slab]; e < start[slab + 1]; e++) {
      const edge = e * 4;
      // An edge counts where it passes y (half open, so that a shared vertex counts once) to the right of x.
      if (y >= edges[edge] && y < edges[edge + 1] && x < edges[edge + 2] + (y - edges[edge]) * edges[edge + 3]) {
        inside = !inside;
      }
    }
    if (inside) rows[n++] = i;
  }
  return rows.slice(0, n);
}

interface Slabs {
  left: number;
  right: number;
  bottom: number;
  top: number;
  count: number;
  /** Slabs a unit of y. */
  perUnit: number;
  /** Edges of slab s are start[s] … start[s+1]−1. */
  start: Uint32Array;
  /** Four numbers an edge: lower y, upper y, x at lower y, dx/dy. */
  edges: Float64Array;
}

function sortIntoSlabs(polygon: ArrayLike<number>, vertices: number): Slabs {
  let left = Infinity;
  let right = -Infinity;
  let bottom = Infinity;
  let top = -Infinity;
  for (let v = 0; v < vertices; v++) {
    left = Math.min(left, polygon[2 * v]);
    right = Math.max(right, polygon[2 * v]);
    bottom = Math.min(bottom, polygon[2 * v + 1]);
    top = Math.max(top, polygon[2 * v + 1]);
  }
  const count = Math.min(4096, Math.max(16, vertices * 2));
  const perUnit = top > bottom ? count / (top - bottom) : 0;
  const slabOf = (y: number) => Math.min(count - 1, Math.max(0, Math.floor((y - bottom) * perUnit)));
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (let v = 0; v < vertices; v++) {
    const w = (v + 1) % vertices;
    const up = polygon[2 * v + 1] < polygon[2 * w + 1];
    const [low, high] = up ? [v, w] : [w, v];
    const y0 = polygon[2 * low + 1];
    const y1 = polygon[2 * high + 1];
    if (y0 === y1) continue;
    const x0 = polygon[2 * low];
    const slope = (polygon[2 * high] - x0) / (y1 - y0);
    for (let slab = slabOf(y0); slab <= slabOf(y1); slab++) lists[slab].push(y0, y1, x0, slope);
  }
  const start = new Uint32Array(count + 1);
  lists.forEach((list, slab) => (start[slab + 1] = start[slab] + list.length / 4));
  return { left, right, bottom, top, count, perUnit, start, edges: Float64Array.from(lists.flat()) };
}
