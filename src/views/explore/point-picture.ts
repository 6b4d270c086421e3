// What the layer of points draws, however it draws it; and the order in which: mixed, so that no group covers another
// and any first part of it is a fair sample of all.
import type { Columns } from './landscape-traces.ts';
import type { PlotFrame } from './plot-frame.ts';

export interface PointStyle {
  diameterPixels: number;
  opacity: number;
  /** One colour for all, 0 … 1 a channel; null for each particle's own. */
  plain: readonly [number, number, number] | null;
}

export interface PointPicture {
  columns: Columns;
  /** count×4 bytes. */
  colors: Uint8Array;
  frame: PlotFrame;
  pixelRatio: number;
  /** Drawn in turn: rows in the order they are drawn. */
  layers: { rows: Uint32Array; style: PointStyle }[];
  /** At most so many of a layer's rows. */
  atMost: number;
}

/** Points a layer that are drawn at most: more would cover one another, and hold up what has no graphics card. */
export const DRAWN = 200_000;

/**
 * All rows, each step a golden section of the set further (a Kronecker sequence): any first part of it is spread evenly
 * over the rows, and the order is the same each time.
 */
export function drawingOrder(count: number): Uint32Array {
  let step = Math.max(1, Math.round(count / GOLDEN_RATIO));
  while (commonDivisor(step, count) > 1) step++;
  const order = new Uint32Array(count);
  for (let i = 1; i < count; i++) order[i] = (order[i - 1] + step) % count;
  return order;
}
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The selected rows in the order in which all are drawn. */
export function orderOfSelected(order: Uint32Array, selected: Uint32Array): Uint32Array {
  if (selected.length === 0) return selected;
  const chosen = new Uint8Array(order.length);
  for (const row of selected) chosen[row] = 1;
  const rows = new Uint32Array(selected.length);
  let n = 0;
  for (const row of order) if (chosen[row] === 1) rows[n++] = row;
  return rows.subarray(0, n);
}

/** Many points are small and faint, few are large: the ink on the screen stays about the same on any screen. */
export function pointSize(count: number, areaPixels = REFERENCE_AREA): number {
  const size = Math.min(8, Math.max(1.6, 9.4 - 1.45 * Math.log10(shown(count))));
  return size * Math.min(1.6, Math.max(0.8, Math.sqrt(areaPixels / REFERENCE_AREA)));
}
const REFERENCE_AREA = 700 * 420;

export function pointOpacity(count: number): number {
  return Math.min(0.9, Math.max(0.16, 1.27 - 0.185 * Math.log10(shown(count))));
}

function shown(count: number): number {
  return Math.min(DRAWN, Math.max(count, 1));
}
