// Geometry of the plot and its density, against direct counts; the crossing of a Fourier shell correlation.
import { expect, it } from 'vitest';
import { resolutionAt } from './fsc-resolution.ts';
import { densityOf, smooth } from './landscape-traces.ts';
import { circleAround, frameOf, marginOf, toData, toPixels, unitOf, zoomAt } from './plot-frame.ts';
import { colorLimits } from './point-colors.ts';
import { drawingOrder, orderOfSelected, pointSize } from './point-picture.ts';

const margin = marginOf(11, false);
const frame = frameOf(600, 400, margin, { x: [-2, 6], y: [10, 30] });

it('maps pixels to data and back', () => {
  const [x, y] = toData(frame, 123, 77);
  const [px, py] = toPixels(frame, x, y);
  expect(px).toBeCloseTo(123, 9);
  expect(py).toBeCloseTo(77, 9);
  // The upper left corner of the area is the smallest x and the largest y.
  expect(toData(frame, margin.l, margin.t)).toEqual([-2, 30]);
});

it('zooms about the place under the pointer', () => {
  const ranges = zoomAt(frame.ranges, 1, 22, 2.5);
  const zoomed = { ...frame, ranges };
  const before = toPixels(frame, 1, 22);
  const after = toPixels(zoomed, 1, 22);
  expect(after[0]).toBeCloseTo(before[0], 9);
  expect(after[1]).toBeCloseTo(before[1], 9);
  expect(ranges.x[1] - ranges.x[0]).toBeCloseTo(8 / 2.5, 9);
});

it('counts particles a cell, and smoothing keeps what lies inside', () => {
  const x = new Float32Array([0.1, 0.2, 0.9, 5]);
  const y = new Float32Array([0.1, 0.3, 0.9, 0.5]);
  const { counts } = densityOf({ x, y }, { x: [0, 1], y: [0, 1] }, 2, 2);
  expect(counts.map((row) => [...row])).toEqual([
    [2, 0],
    [0, 1],
  ]);
  const grid = Array.from({ length: 9 }, () => new Float32Array(9));
  grid[4][4] = 81;
  const smoothed = smooth(grid, 2);
  const sum = smoothed.reduce((all, row) => all + row.reduce((a, b) => a + b, 0), 0);
  expect(sum).toBeCloseTo(81, 3);
  expect(smoothed[4][4]).toBeCloseTo(81 / 9, 3);
});

it('draws fewer points larger, and lets outliers not flatten the colours', () => {
  expect(pointSize(100)).toBeGreaterThan(pointSize(1e5));
  expect(pointSize(1e4, 2000 * 900)).toBeGreaterThan(pointSize(1e4, 600 * 400));
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 7 ? 1e6 : i));
  expect(colorLimits(values)[1]).toBeLessThan(1000);
});

it('finds where a correlation first falls below a threshold', () => {
  expect(resolutionAt([1, 0.9, 0.7, 0.3, 0.6], 0.5, 100)).toBeCloseTo(100 / 2.5, 9);
  expect(resolutionAt([1, 0.9, 0.8], 0.5, 100)).toBeNull();
});

it('draws every row once, in no order of groups, the selected ones alike', () => {
  const order = drawingOrder(10_000);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  // The first tenth is a fair sample: about as many from the first half as from the second.
  const low = order.subarray(0, 1000).filter((row) => row < 5000).length;
  expect(low).toBeGreaterThan(430);
  expect(low).toBeLessThan(570);
  const selected = Uint32Array.from({ length: 300 }, (_, i) => i * 7);
  const shown = orderOfSelected(order, selected);
  expect(Uint32Array.from(shown).sort()).toEqual(selected);
  expect([...shown]).not.toEqual([...selected]);
});

it('draws a circle round on the screen whatever the axes are worth', () => {
  const circle = circleAround({ x: 1, y: 22 }, 28, unitOf(frame));
  const [cx, cy] = toPixels(frame, 1, 22);
  for (let i = 0; i < circle.length; i += 2) {
    const [px, py] = toPixels(frame, circle[i], circle[i + 1]);
    expect(Math.hypot(px - cx, py - cy)).toBeCloseTo(28, 6);
  }
});
