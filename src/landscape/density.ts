// Two-dimensional histogram of a scatter of points: what a landscape shows where points would cover one another.

/** Counts of points on a regular grid. */
export interface DensityGrid {
  columns: number;
  rows: number;
  /** rows×columns counts; row 0 is the lowest y. */
  counts: Uint32Array;
  xMin: number;
  xMax: number;
  yMin: number;
  yMax: number;
  largest: number;
}

/** Counts N points (N×2, x y) in columns×rows cells over their extent. Points that are not finite are left out. */
export function densityOf(points: Float32Array, columns: number, rows: number): DensityGrid {
  let [xMin, xMax, yMin, yMax] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i];
    const y = points[i + 1];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    if (x < xMin) xMin = x;
    if (x > xMax) xMax = x;
    if (y < yMin) yMin = y;
    if (y > yMax) yMax = y;
  }
  if (xMin > xMax) [xMin, xMax, yMin, yMax] = [0, 1, 0, 1];
  const counts = new Uint32Array(columns * rows);
  const perX = xMax > xMin ? columns / (xMax - xMin) : 0;
  const perY = yMax > yMin ? rows / (yMax - yMin) : 0;
  let largest = 0;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i];
    const y = points[i + 1];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const column = Math.min(columns - 1, Math.floor((x - xMin) * perX));
    const row = Math.min(rows - 1, Math.floor((y - yMin) * perY));
    largest = Math.max(largest, ++counts[row * columns + column]);
  }
  return { columns, rows, counts, xMin, xMax, yMin, yMax, largest };
}
