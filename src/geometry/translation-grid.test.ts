import { expect, it } from 'vitest';
import { gridSpacing, isAtBorder, translationGrid } from './translation-grid.ts';

it('holds the centres of its cells, x fast', () => {
  const grid = translationGrid(8, 4);
  expect(Array.from(grid.subarray(0, 8))).toEqual([-6, -6, -2, -6, 2, -6, 6, -6]);
  expect(Array.from(grid.subarray(8, 10))).toEqual([-6, -2]);
  expect(grid.length).toBe(32);
  expect(gridSpacing(8, 4)).toBe(4);
});

it('fills a cell with the grid of 1/T the extent', () => {
  const [extent, perSide] = [6, 3];
  const coarse = translationGrid(extent, perSide);
  const fine = translationGrid(extent / perSide, perSide);
  const all = translationGrid(extent, perSide * perSide);
  const found = new Set<string>();
  for (let i = 0; i < coarse.length; i += 2)
    for (let j = 0; j < fine.length; j += 2)
      found.add(`${(coarse[i] + fine[j]).toFixed(4)} ${(coarse[i + 1] + fine[j + 1]).toFixed(4)}`);
  expect(found.size).toBe(81);
  for (let i = 0; i < all.length; i += 2) expect(found.has(`${all[i].toFixed(4)} ${all[i + 1].toFixed(4)}`)).toBe(true);
});

it('of half the extent fills the cell of the best shift and more', () => {
  for (const perSide of [2, 3, 7]) {
    const finer = translationGrid(5, perSide);
    const reach = Math.max(...finer) + gridSpacing(5, perSide) / 2;
    expect(reach).toBeCloseTo(5, 6);
    expect(reach).toBeGreaterThanOrEqual(gridSpacing(10, perSide) / 2 - 1e-6);
  }
});

it('knows its outermost ring; two shifts a side have no inside', () => {
  const inside = Array.from({ length: 25 }, (_, i) => i).filter((i) => !isAtBorder(i, 5));
  expect(inside).toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18]);
  expect([0, 1, 2, 3].some((i) => isAtBorder(i, 2))).toBe(false);
});

it('may have fewer shifts down than across', () => {
  const grid = translationGrid(6, 3, 2);
  expect(Array.from(grid)).toEqual([-4, -3, 0, -3, 4, -3, -4, 3, 0, 3, 4, 3]);
  expect(Array.from({ length: 12 }, (_, i) => i).filter((i) => !isAtBorder(i, 4, 3))).toEqual([5, 6]);
});
