// What the chart under the landscape's points draws: the density of all particles, and the colour bar.
import type { PointCloud } from '../../selection/lasso.ts';
import type { ChartData } from '../../ui/chart.tsx';
import type { ThemeColors } from '../../ui/theme-colors.ts';
import type { Ranges } from './plot-frame.ts';
import { scaleColors, scaleLimits, type PointColoring } from './point-colors.ts';

export interface Columns {
  x: Float32Array;
  y: Float32Array;
}

/** Contiguous columns of a cloud, as the chart wants them. */
export function columnsOf(cloud: PointCloud): Columns {
  const [x, y] = [new Float32Array(cloud.count), new Float32Array(cloud.count)];
  for (let i = 0; i < cloud.count; i++) {
    x[i] = cloud.x[i * cloud.stride + cloud.xOffset];
    y[i] = cloud.y[i * cloud.stride + cloud.yOffset];
  }
  return { x, y };
}

/** The colour bar alone: the points themselves are drawn by the layer above the chart. */
export function colorBarTrace(coloring: PointColoring, theme: ThemeColors): ChartData {
  const colors = scaleColors(coloring, theme.theme);
  const [cmin, cmax] = scaleLimits(coloring);
  const marker = {
    ...{ color: [cmin], cmin, cmax, size: 1, opacity: 0, showscale: true },
    colorscale: colors.map((color, i): [number, string] => [i / (colors.length - 1), color]),
    colorbar: {
      ...{ thickness: 8, outlinewidth: 0, x: 1.02, xpad: 0, len: 1, ticks: '' },
      tickfont: { color: theme.textQuiet, size: theme.fontSizePixels },
    },
  };
  return { type: 'scatter', mode: 'markers', hoverinfo: 'skip', x: [null], y: [null], marker } as ChartData;
}

export interface Density {
  /** rows×columns counts, rows upwards. */
  counts: Float32Array[];
  x: Float32Array;
  y: Float32Array;
}

/** Particles a cell of a grid over the ranges. */
export function densityOf(columns: Columns, { x: rx, y: ry }: Ranges, width: number, height: number): Density {
  const counts = Array.from({ length: height }, () => new Float32Array(width));
  const perX = width / (rx[1] - rx[0]);
  const perY = height / (ry[1] - ry[0]);
  for (let row = 0; row < columns.x.length; row++) {
    const column = Math.floor((columns.x[row] - rx[0]) * perX);
    const line = Math.floor((columns.y[row] - ry[0]) * perY);
    if (column >= 0 && column < width && line >= 0 && line < height) counts[line][column] += 1;
  }
  const centres = (range: readonly [number, number], n: number) =>
    Float32Array.from({ length: n }, (_, i) => range[0] + ((i + 0.5) / n) * (range[1] - range[0]));
  return { counts, x: centres(rx, width), y: centres(ry, height) };
}

/** Means over three neighbours along both axes, `passes` times: near to a Gaussian of σ² = 2/3 · passes cells. */
export function smooth(counts: Float32Array[], passes: number): Float32Array[] {
  let grid = counts;
  const average = (get: (i: number) => number, n: number) =>
    Float32Array.from({ length: n }, (_, i) => (get(Math.max(0, i - 1)) + get(i) + get(Math.min(n - 1, i + 1))) / 3);
  for (let pass = 0; pass < passes; pass++) {
    const rows = grid.map((row) => average((i) => row[i], row.length));
    const columns = Array.from({ length: rows[0].length }, (_, c) => average((i) => rows[i][c], rows.length));
    grid = rows.map((_, r) => Float32Array.from(columns, (column) => column[r]));
  }
  return grid;
}

const CELL_PIXELS = 4;

/** Density of all particles as a heat map. */
export function densityTrace(
  columns: Columns,
  ranges: Ranges,
  pixels: { width: number; height: number },
  theme: ThemeColors,
): ChartData {
  const { counts, x, y } = densityOf(
    columns,
    ranges,
    Math.max(8, Math.round(pixels.width / CELL_PIXELS)),
    Math.max(8, Math.round(pixels.height / CELL_PIXELS)),
  );
  // Few particles are smoothed far, many hardly.
  const passes = Math.min(9, Math.max(1, Math.round(600 / Math.sqrt(Math.max(columns.x.length, 1)))));
  const z = smooth(counts, passes).map((row) => row.map((count) => Math.sqrt(count)));
  const colorscale = [[0, theme.surface] as [number, string], ...theme.sequential.slice(1)];
  const heat = { type: 'heatmap', x, y, z, colorscale, showscale: false, hoverinfo: 'skip', zsmooth: 'fast' };
  return heat as ChartData;
}
