// The mapping between pixels of the landscape's plot and data coordinates. The plot's margins and ranges are the
// screen's own, so lasso, markers and paths need nothing of the chart that draws the points.
import type { PointCloud } from '../../selection/lasso.ts';

export type Range = readonly [number, number];
export interface Ranges {
  x: Range;
  y: Range;
}
export interface PlotFrame {
  left: number;
  top: number;
  width: number;
  height: number;
  ranges: Ranges;
}

export interface Margin {
  l: number;
  r: number;
  t: number;
  b: number;
}

/** Room for ticks and names of the axes, and for a colour bar, which grow with the type. */
export function marginOf(fontSizePixels: number, colorBar: boolean): Margin {
  const em = fontSizePixels;
  return { l: 5.6 * em, r: (colorBar ? 6.5 : 1.3) * em, t: 1.1 * em, b: 4.2 * em };
}

export function frameOf(width: number, height: number, margin: Margin, ranges: Ranges): PlotFrame {
  return {
    left: margin.l,
    top: margin.t,
    width: Math.max(1, width - margin.l - margin.r),
    height: Math.max(1, height - margin.t - margin.b),
    ranges,
  };
}

export function toData({ left, top, width, height, ranges }: PlotFrame, px: number, py: number): [number, number] {
  const { x, y } = ranges;
  return [x[0] + ((px - left) / width) * (x[1] - x[0]), y[1] - ((py - top) / height) * (y[1] - y[0])];
}

export function toPixels({ left, top, width, height, ranges }: PlotFrame, x: number, y: number): [number, number] {
  const { x: rx, y: ry } = ranges;
  return [left + ((x - rx[0]) / (rx[1] - rx[0])) * width, top + ((ry[1] - y) / (ry[1] - ry[0])) * height];
}

/** What a pixel is worth on each axis. */
export function unitOf({ width, height, ranges }: PlotFrame): { x: number; y: number } {
  return { x: (ranges.x[1] - ranges.x[0]) / width, y: (ranges.y[1] - ranges.y[0]) / height };
}

/** A circle of so many pixels about a place, as a polygon of data coordinates. */
export function circleAround({ x, y }: { x: number; y: number }, radiusPixels: number, unit: { x: number; y: number }) {
  return Array.from({ length: 32 }, (_, i) => (i / 32) * 2 * Math.PI).flatMap((angle) => [
    x + radiusPixels * unit.x * Math.cos(angle),
    y + radiusPixels * unit.y * Math.sin(angle),
  ]);
}

export function zoomAt({ x, y }: Ranges, atX: number, atY: number, factor: number): Ranges {
  return {
    x: [atX + (x[0] - atX) / factor, atX + (x[1] - atX) / factor],
    y: [atY + (y[0] - atY) / factor, atY + (y[1] - atY) / factor],
  };
}

export function moveBy({ x, y }: Ranges, dx: number, dy: number): Ranges {
  return { x: [x[0] + dx, x[1] + dx], y: [y[0] + dy, y[1] + dy] };
}

/** Ranges that hold all points with a little room around them. */
export function rangesOf(cloud: PointCloud): Ranges {
  const span = (values: Float32Array, offset: number): Range => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < cloud.count; i++) {
      const value = values[i * cloud.stride + offset];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (!(high > low)) return Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
    const room = (high - low) * 0.05;
    return [low - room, high + room];
  };
  return { x: span(cloud.x, cloud.xOffset), y: span(cloud.y, cloud.yOffset) };
}
