// Figures of bars: histograms, and the share of the variance that each principal component explains.
import { frame, round, roundTicks } from './frame.ts';

const FILL = '#31688e';

/** Histogram of finite values in equal bins from the least to the largest. */
export function histogramFigure(title: string, xLabel: string, values: ArrayLike<number>, bins = 60): string {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    min = Math.min(min, values[i]);
    max = Math.max(max, values[i]);
  }
  if (min > max) [min, max] = [0, 1];
  if (min === max) [min, max] = [min - 0.5, max + 0.5];
  const counts = new Uint32Array(bins);
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) counts[Math.min(bins - 1, Math.floor(((values[i] - min) / (max - min)) * bins))]++;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => min + ((max - min) * i) / bins);
  return barsFigure(title, { label: xLabel, min, max }, 'particles', { heights: counts, edges, gap: 0 });
}

/** One bar a component, in per cent. */
export function explainedVarianceFigure(title: string, shares: ArrayLike<number>): string {
  const percent = Array.from(shares, (share) => 100 * share);
  const edges = Array.from({ length: percent.length + 1 }, (_, i) => i + 0.5);
  const x = { label: 'principal component', min: 0.5, max: percent.length + 0.5 };
  const every = Math.ceil(percent.length / 20);
  const ticks = percent.map((_, i) => ({ at: i + 1, text: String(i + 1) })).filter((_, i) => i % every === 0);
  return barsFigure(title, { ...x, ticks }, 'variance explained, %', { heights: percent, edges, gap: 0.1 });
}

interface Bars {
  heights: ArrayLike<number>;
  /** One more than bars, in units of x. */
  edges: number[];
  /** Left free on each side of a bar, as a fraction of its width. */
  gap: number;
}

function barsFigure(
  title: string,
  x: { label: string; min: number; max: number; ticks?: { at: number; text: string }[] },
  yLabel: string,
  { heights, edges, gap }: Bars,
): string {
  const highest = Math.max(...Array.from(heights), 0) * 1.06 || 1;
  const y = { label: yLabel, min: 0, max: highest, ticks: roundTicks(0, highest) };
  return frame({ title, x, y }, ({ toX, toY }) =>
    Array.from(heights, (height, i) => {
      const width = toX(edges[i + 1]) - toX(edges[i]);
      const [left, top] = [round(toX(edges[i]) + width * gap), round(toY(height))];
      const size = `width="${round(width * (1 - 2 * gap))}" height="${round(toY(0) - top)}"`;
      return `<rect x="${left}" y="${top}" ${size} fill="${FILL}" stroke="#ffffff" stroke-width="0.5"/>`;
    }).join(''),
  );
}
