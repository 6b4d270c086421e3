// The landscape as plotly traces: points coloured by a cluster or a number, the selected ones on top, or a density.
import type { PointCloud } from '../../selection/lasso.ts';
import type { ChartData } from '../../ui/chart.tsx';
import type { ThemeColors } from '../../ui/theme-colors.ts';
import type { Ranges } from './plot-frame.ts';

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

/** Many points are small and faint, few are large: the ink on the screen stays about the same. */
export function pointSize(count: number): number {
  return Math.min(8, Math.max(1.6, 9.4 - 1.45 * Math.log10(Math.max(count, 1))));
}
export function pointOpacity(count: number): number {
  return Math.min(0.9, Math.max(0.22, 1.3 - 0.16 * Math.log10(Math.max(count, 1))));
}

/** A colour for each cluster: the theme's ten, then evenly turned hues. */
export function clusterColors(k: number, categories: readonly string[]): string[] {
  return Array.from({ length: k }, (_, i) =>
    i < categories.length ? categories[i] : `hsl(${Math.round((i * 137.508) % 360)}, 55%, 58%)`,
  );
}

const NUMBERS: Record<'dark' | 'light', string[]> = {
  dark: ['#4058c4', '#3d8fd1', '#3fbfb0', '#8fd272', '#ecd05f', '#f3934f', '#e05f5f'],
  light: ['#31409f', '#2473b8', '#1f9a8d', '#5fa83f', '#c9a316', '#d4702a', '#b93434'],
};
const ANGLES = ['#d0617a', '#c9a13e', '#5aa867', '#3f8fc0', '#8a6bd0', '#d0617a'];

function scaleOf(colors: readonly string[]): [number, string][] {
  return colors.map((color, i) => [i / (colors.length - 1), color]);
}

/** The 1st and 99th percentile of up to 20,000 of the values, so that outliers do not flatten the colours. */
export function colorLimits(values: ArrayLike<number>): [number, number] {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) sample.push(values[i]);
  sample.sort((a, b) => a - b);
  if (sample.length === 0) return [0, 1];
  const at = (share: number) => sample[Math.round(share * (sample.length - 1))];
  const [low, high] = [at(0.01), at(0.99)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

export interface Coloring {
  key: string;
  label: string;
  values: Float32Array | Int32Array | null;
  clusters: number;
}

export function hasColorBar(coloring: Coloring): boolean {
  return coloring.values !== null && coloring.key !== 'cluster';
}

type Marker = Record<string, unknown>;

function coloredMarker(coloring: Coloring, values: ArrayLike<number>, theme: ThemeColors, bar: boolean): Marker {
  if (coloring.key === 'cluster') {
    const colors = clusterColors(coloring.clusters, theme.categories);
    const steps = colors.flatMap<[number, string]>((color, i) => [
      [i / colors.length, color],
      [(i + 1) / colors.length, color],
    ]);
    return { color: values, colorscale: steps, cmin: -0.5, cmax: colors.length - 0.5 };
  }
  const [cmin, cmax] = coloring.key === 'rot' ? [-180, 180] : colorLimits(coloring.values ?? []);
  return {
    ...{ color: values, cmin, cmax },
    colorscale: scaleOf(coloring.key === 'rot' ? ANGLES : NUMBERS[theme.theme]),
    showscale: bar,
    colorbar: {
      ...{ thickness: 8, outlinewidth: 0, x: 1.02, xpad: 0, len: 1, ticks: '' },
      tickfont: { color: theme.textQuiet, size: theme.fontSizePixels },
    },
  };
}

function pick<T extends Float32Array | Int32Array>(values: T, rows: Uint32Array): T {
  const picked = values.slice(0, rows.length) as T;
  rows.forEach((row, i) => (picked[i] = values[row]));
  return picked;
}

export function pointTraces(
  columns: Columns,
  coloring: Coloring,
  selected: Uint32Array,
  theme: ThemeColors,
): ChartData[] {
  const count = columns.x.length;
  const some = selected.length > 0;
  const size = pointSize(count);
  const quiet = { color: theme.textQuiet, size: size * 0.85, opacity: pointOpacity(count) * 0.3 };
  const plain = { color: theme.accent, size, opacity: pointOpacity(count) };
  const base: Marker = some
    ? quiet
    : coloring.values
      ? { ...plain, ...coloredMarker(coloring, coloring.values, theme, true) }
      : plain;
  const common = { type: 'scattergl', mode: 'markers', hoverinfo: 'skip' };
  const traces = [{ ...common, x: columns.x, y: columns.y, marker: base }];
  if (some) {
    const opacity = Math.min(0.95, pointOpacity(selected.length) + 0.15);
    const marker: Marker = {
      ...{ color: theme.accent, size: size * 1.08, opacity },
      ...(coloring.values ? coloredMarker(coloring, pick(coloring.values, selected), theme, true) : {}),
    };
    traces.push({ ...common, x: pick(columns.x, selected), y: pick(columns.y, selected), marker });
  }
  return traces as ChartData[];
}

export interface Density {
  /** rows×columns counts, rows upwards. */
  counts: Float32Array[];
  x: Float32Array;
  y: Float32Array;
}

/** Particles a cell of a grid over the ranges. */
export function densityOf(
  columns: Columns,
  { x: rx, y: ry }: Ranges,
  width: number,
  height: number,
  rows?: Uint32Array,
): Density {
  const counts = Array.from({ length: height }, () => new Float32Array(width));
  const perX = width / (rx[1] - rx[0]);
  const perY = height / (ry[1] - ry[0]);
  const total = rows ? rows.length : columns.x.length;
  for (let i = 0; i < total; i++) {
    const row = rows ? rows[i] : i;
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

/** Density of all particles, with the selected ones as points over it. */
export function densityTraces(
  columns: Columns,
  selected: Uint32Array,
  ranges: Ranges,
  pixels: { width: number; height: number },
  theme: ThemeColors,
): ChartData[] {
  const { counts, x, y } = densityOf(
    columns,
    ranges,
    Math.max(8, Math.round(pixels.width / CELL_PIXELS)),
    Math.max(8, Math.round(pixels.height / CELL_PIXELS)),
  );
  // Few particles are smoothed far, many hardly.
  const passes = Math.min(9, Math.max(1, Math.round(600 / Math.sqrt(Math.max(columns.x.length, 1)))));
  const z = smooth(counts, passes).map((row) => row.map((count) => Math.sqrt(count)));
  const scale = [[0, theme.surface] as [number, string], ...theme.sequential.slice(1)];
  const heat = { type: 'heatmap', x, y, z, colorscale: scale, showscale: false, hoverinfo: 'skip', zsmooth: 'fast' };
  if (selected.length === 0) return [heat] as ChartData[];
  const marker = { color: theme.warn, size: pointSize(columns.x.length) * 0.9, opacity: pointOpacity(selected.length) };
  const points = { x: pick(columns.x, selected), y: pick(columns.y, selected), marker };
  return [heat, { type: 'scattergl', mode: 'markers', hoverinfo: 'skip', ...points }] as ChartData[];
}
