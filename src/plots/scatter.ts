// A landscape as points (PCA, UMAP, any two columns), coloured by kind or by amount, or as a density where points would
// cover one another. Points of one colour are one path of round dots: 12 bytes a point instead of 60.
import type { DensityGrid } from '../landscape/density.ts';
import { frame, paddedRange, round, text } from './frame.ts';
import { colourOfKind, colourOfShare, hexOf, INK } from './palette.ts';
import { pngDataUri } from './png.ts';

export type PointColours =
  { by: 'kind'; of: ArrayLike<number>; names: string[] } | { by: 'amount'; of: ArrayLike<number>; label: string };

export interface ScatterOptions {
  title: string;
  xLabel: string;
  yLabel: string;
  /** N×2, x y. */
  points: Float32Array;
  colours?: PointColours;
  /** Places with a name: on-data centres, points of a trajectory. */
  marks?: { x: number; y: number; text: string }[];
}

const SHADES = 48;
/** Colours are drawn in turns, so that the last one does not cover the others. */
const TURNS = 6;

/** Points that are not finite are left out. Amounts are scaled between their 1st and 99th percentile. */
export function scatterFigure({ title, xLabel, yLabel, points, colours, marks = [] }: ScatterOptions): string {
  const count = points.length / 2;
  const { shadeOf, shades, legend, colourScale } = shadesOf(colours, count);
  const radius = count > 50_000 ? 1 : count > 10_000 ? 1.5 : count > 1000 ? 2.2 : 3.5;
  const x = { label: xLabel, ...paddedRange(points.filter((_, i) => i % 2 === 0)) };
  const y = { label: yLabel, ...paddedRange(points.filter((_, i) => i % 2 === 1)) };
  return frame({ title, x, y, legend, colourScale }, (plane) => {
    const paths = Array.from({ length: TURNS * shades.length }, () => [] as string[]);
    for (let i = 0; i < count; i++) {
      const px = plane.toX(points[2 * i]);
      const py = plane.toY(points[2 * i + 1]);
      const shade = shadeOf(i);
      if (!Number.isFinite(px + py) || shade < 0) continue;
      paths[(i % TURNS) * shades.length + shade].push(`M${px.toFixed(1)} ${py.toFixed(1)}h0`);
    }
    const dots = paths.map((dot, i) =>
      dot.length === 0 ? '' : `<path stroke="${shades[i % shades.length]}" d="${dot.join('')}"/>`,
    );
    const named = marks.map(({ x: mx, y: my, text: name }) => {
      const [px, py] = [round(plane.toX(mx)), round(plane.toY(my))];
      const halo = 'font-weight="600" text-anchor="middle" stroke="#ffffff" stroke-width="3" paint-order="stroke"';
      return `<circle cx="${px}" cy="${py}" r="3.5" fill="#ffffff" stroke="${INK}"/>` + text(px, py - 7, name, halo);
    });
    return (
      `<g fill="none" stroke-linecap="round" stroke-width="${2 * radius}" stroke-opacity="0.7">` +
      `${dots.join('')}</g>${named.join('')}`
    );
  });
}

function shadesOf(colours: PointColours | undefined, count: number) {
  if (!colours) return { shadeOf: () => 0, shades: ['#31688e'], legend: [] };
  const { of } = colours;
  if (colours.by === 'kind') {
    const kinds = colours.names.length;
    const shades = colours.names.map((_, kind) => colourOfKind(kind, kinds));
    const legend = colours.names.map((name, kind) => ({ text: name, colour: shades[kind] }));
    return { shadeOf: (i: number) => (of[i] >= 0 && of[i] < kinds ? of[i] : -1), shades, legend };
  }
  const sorted = Float64Array.from({ length: count }, (_, i) => of[i])
    .filter(Number.isFinite)
    .sort();
  const min = sorted[Math.floor(0.01 * (sorted.length - 1))] ?? 0;
  const max = sorted[Math.ceil(0.99 * (sorted.length - 1))] ?? 1;
  const shades = Array.from({ length: SHADES }, (_, s) => hexOf(colourOfShare(s / (SHADES - 1))));
  const shadeOf = (i: number) => {
    if (!Number.isFinite(of[i])) return -1;
    const share = max > min ? (of[i] - min) / (max - min) : 0.5;
    return Math.round(Math.min(1, Math.max(0, share)) * (SHADES - 1));
  };
  return { shadeOf, shades, legend: [], colourScale: { label: colours.label, min, max } };
}

export interface DensityOptions {
  title: string;
  xLabel: string;
  yLabel: string;
  grid: DensityGrid;
}

/** Counts a cell by colour, on a logarithmic scale; empty cells stay white. */
export function densityFigure({ title, xLabel, yLabel, grid }: DensityOptions): string {
  const { columns, rows, counts, largest } = grid;
  const pixels = new Uint8Array(columns * rows * 4);
  counts.forEach((n, cell) => {
    if (n === 0) return;
    const top = rows - 1 - Math.floor(cell / columns);
    const share = largest > 1 ? Math.log(n) / Math.log(largest) : 1;
    pixels.set([...colourOfShare(share).map(Math.round), 255], (top * columns + (cell % columns)) * 4);
  });
  const x = { label: xLabel, min: grid.xMin, max: grid.xMax };
  const y = { label: yLabel, min: grid.yMin, max: grid.yMax };
  const colourScale = { label: 'log₁₀ particles', min: 0, max: Math.log10(Math.max(1, largest)) };
  return frame({ title, x, y, colourScale }, ({ left, top, width, height }) => {
    const box = `x="${left}" y="${top}" width="${width}" height="${height}"`;
    const picture = pngDataUri(pixels, columns, rows, 4);
    return `<image ${box} preserveAspectRatio="none" style="image-rendering:pixelated" href="${picture}"/>`;
  });
}
