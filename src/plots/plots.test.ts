import { unzlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { densityOf } from '../landscape/density.ts';
import { explainedVarianceFigure, histogramFigure } from './bars.ts';
import { curvesFigure, fscFigure } from './curves.ts';
import { paddedRange, roundTicks } from './frame.ts';
import { colourOfKind, colourOfShare } from './palette.ts';
import { encodePng } from './png.ts';
import { densityFigure, scatterFigure } from './scatter.ts';
import { centralSlice, projection, slicesFigure, trajectoryFigure } from './slices.ts';

/** Elements opened and not closed, by a walk over the tags: enough to know a drawing is well formed. */
function unclosed(figure: string): string[] {
  const open: string[] = [];
  for (const [, close, name, self] of figure.matchAll(/<(\/?)([a-zA-Z]+)[^<>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!self) open.push(name);
  }
  return open;
}
function attributes(figure: string, element: string, attribute: string): number[] {
  return [...figure.matchAll(new RegExp(`<${element} [^>]*?\\b${attribute}="([^"]*)"`, 'g'))].map((m) => Number(m[1]));
}

describe('PNG', () => {
  it('holds the pixels it was given, with the check sums of the specification', () => {
    const pixels = Uint8Array.from({ length: 5 * 3 }, (_, i) => 17 * i);
    const png = encodePng(pixels, 5, 3, 1);
    const view = new DataView(png.buffer);
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([view.getUint32(16), view.getUint32(20), png[24], png[25]]).toEqual([5, 3, 8, 0]);
    const length = view.getUint32(33);
    const rows = unzlibSync(png.subarray(41, 41 + length));
    expect(rows).toHaveLength(3 * 6);
    for (let y = 0; y < 3; y++)
      expect([...rows.subarray(y * 6 + 1, y * 6 + 6)]).toEqual([...pixels.subarray(5 * y, 5 * y + 5)]);
    // IEND is the same in every PNG.
    expect([...png.subarray(-12)]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82]);
  });
});

describe('axes and colours', () => {
  it('put ticks at round values within the range', () => {
    expect(roundTicks(-0.3, 1.2).map(({ text }) => text)).toEqual(['0.0', '0.5', '1.0']);
    expect(roundTicks(0, 42).map(({ at }) => at)).toEqual([0, 10, 20, 30, 40]);
    expect(roundTicks(3, 3)).toEqual([{ at: 3, text: '3' }]);
    for (const [min, max] of [
      [1e-7, 3e-7],
      [-5e6, 2e6],
      [0.13, 0.94],
    ]) {
      const ticks = roundTicks(min, max);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every(({ at }) => at >= min - 1e-12 && at <= max * (1 + 1e-12))).toBe(true);
      expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
    }
    expect(paddedRange([NaN, 2, 7])).toEqual({ min: 1.8, max: 7.2 });
    expect(paddedRange([])).toEqual({ min: 0, max: 1 });
  });

  it('grow lighter with the amount, and differ between any two of thirty kinds', () => {
    const light = [0, 0.25, 0.5, 0.75, 1].map((share) => {
      const [r, g, b] = colourOfShare(share);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(light).toEqual(light.toSorted((a, b) => a - b));
    expect(new Set(Array.from({ length: 30 }, (_, kind) => colourOfKind(kind, 30))).size).toBe(30);
  });
});

describe('figures', () => {
  const points = Float32Array.of(0, 0, 1, 1, 2, 4, NaN, 1);

  it('draw every finite point once in the colour of its kind, at its place', () => {
    const figure = scatterFigure({
      title: 'a < b & c',
      xLabel: 'PC 1',
      yLabel: 'PC 2',
      points,
      colours: { by: 'kind', of: [0, 1, 1, 0], names: ['left', 'right'] },
      marks: [{ x: 1, y: 1, text: '0' }],
    });
    expect(unclosed(figure)).toEqual([]);
    expect(figure).toContain('a &lt; b &amp; c');
    const dots = [...figure.matchAll(/<path stroke="(#\w+)" d="([^"]*)"/g)].flatMap(([, colour, path]) =>
      [...path.matchAll(/M([\d.]+) ([\d.]+)h0/g)].map(([, x, y]) => ({ colour, x: Number(x), y: Number(y) })),
    );
    dots.sort((a, b) => a.x - b.x);
    expect(dots.map(({ colour }) => colour)).toEqual([colourOfKind(0, 2), colourOfKind(1, 2), colourOfKind(1, 2)]);
    expect(dots[1].x - dots[0].x).toBeCloseTo(dots[2].x - dots[1].x, 0);
    expect((dots[0].y - dots[1].y) * 3).toBeCloseTo(dots[1].y - dots[2].y, 0);
    // A mark at point 1 stands on it.
    const marks = [...figure.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="3.5"/g)];
    expect(Number(marks[0][1])).toBeCloseTo(dots[1].x, 0);
    expect(Number(marks[0][2])).toBeCloseTo(dots[1].y, 0);
  });

  it('draw bars as high as their share', () => {
    const figure = explainedVarianceFigure('Explained', [0.6, 0.3, 0.1]);
    expect(unclosed(figure)).toEqual([]);
    const heights = attributes(figure, 'rect', 'height').slice(-4, -1);
    expect(heights[0] / heights[1]).toBeCloseTo(2, 1);
    expect(heights[1] / heights[2]).toBeCloseTo(3, 1);
    const histogram = histogramFigure('h', '|z|', [1, 1, 1, 2, NaN], 2);
    const counts = attributes(histogram, 'rect', 'height').slice(-3, -1);
    expect(counts[0] / counts[1]).toBeCloseTo(3, 1);
  });

  it('draw curves, break them at missing values, and name FSC ticks by resolution', () => {
    const figure = curvesFigure({
      title: 'Loss',
      xLabel: 'epoch',
      yLabel: 'loss',
      curves: [
        { name: 'a', x: [1, 2, 3, 4, 5], y: [5, 4, NaN, 2, 1] },
        { name: 'b', x: [1, 2], y: [1, 2] },
      ],
    });
    expect(unclosed(figure)).toEqual([]);
    const path = /d="(M[^"]*)"/.exec(figure)?.[1] ?? '';
    expect(path.replaceAll(/[\d. ]/g, '')).toBe('MLML');
    const fsc = fscFigure('FSC', [{ name: 'maps', values: Array.from({ length: 16 }, (_, i) => 1 - i / 15) }], 32, 4);
    expect(unclosed(fsc)).toEqual([]);
    expect(fsc).toContain('>0.143<');
    expect(fsc).toContain('>32.0<');
  });

  it('draw densities and maps as pictures', () => {
    const grid = densityOf(points, 4, 4);
    const values = Float32Array.from({ length: 64 }, (_, v) => v);
    const maps = Array.from({ length: 7 }, (_, i) => ({ label: `map ${i + 1}`, boxPixels: 4, values }));
    for (const [figure, pictures] of [
      [densityFigure({ title: 'd', xLabel: 'x', yLabel: 'y', grid }), 1],
      [slicesFigure('s', maps), 21],
      [trajectoryFigure('t', maps, 4), 7],
      [slicesFigure('none', []), 0],
    ] as const) {
      expect(unclosed(figure)).toEqual([]);
      expect(figure.split('data:image/png;base64,')).toHaveLength(pictures + 1);
    }
  });

  it('cut maps through the centre and sum them along z', () => {
    // Voxel (x, y, z) of a 4³ map holds 100 z + 10 y + x.
    const values = Float32Array.from({ length: 64 }, (_, v) => (v % 4) + 10 * (Math.floor(v / 4) % 4) + 100 * (v >> 4));
    expect(centralSlice(values, 4, 'z')[1 * 4 + 3]).toBe(213);
    expect(centralSlice(values, 4, 'y')[1 * 4 + 3]).toBe(123);
    expect(centralSlice(values, 4, 'x')[1 * 4 + 3]).toBe(132);
    expect(projection(values, 4)[1 * 4 + 3]).toBe(13 + 113 + 213 + 313);
  });
});
