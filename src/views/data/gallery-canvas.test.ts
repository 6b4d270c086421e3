import { describe, expect, it } from 'vitest';
import { cellAt, GAP, greyOf, gridFor } from './gallery-canvas.ts';

describe('particle gallery', () => {
  it('fills the width with whole cells', () => {
    const { columns, rows, cell } = gridFor(1000, 300, 96);
    expect(columns * (cell + GAP) - GAP).toBeLessThanOrEqual(1000);
    expect((columns + 1) * (cell + GAP)).toBeGreaterThan(1000);
    expect(rows).toBe(3);
  });
  it('finds the cell under a point and none in a gap', () => {
    const grid = { columns: 5, rows: 2, cell: 20 };
    expect(cellAt(grid, 1, 1)).toBe(0);
    expect(cellAt(grid, 25, 30)).toBe(6);
    expect(cellAt(grid, 22, 1)).toBeNull();
    expect(cellAt(grid, 1, 50)).toBeNull();
  });
  it('maps ± contrast to black and white', () => {
    const grey = greyOf(Float32Array.of(9, -3, 0, 3), 1, 3, 3);
    expect([grey[0], grey[4], grey[8]]).toEqual([0, 128, 255]);
    expect(grey[3]).toBe(255);
  });
});
