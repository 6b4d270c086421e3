import { describe, expect, it } from 'vitest';
import { cloudOfColumns, rowsInBox, rowsInPolygon } from './lasso.ts';
import { combine, everything, fromRows, intersect, invert, subtract, union } from './sets.ts';

/** Park–Miller, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

describe('set algebra of selections', () => {
  it('agrees with JavaScript sets on random selections', () => {
    const random = seeded(3);
    for (let round = 0; round < 200; round++) {
      const count = 1 + Math.floor(random() * 40);
      const draw = () => everything(count).filter(() => random() < 0.4);
      const [a, b] = [draw(), draw()];
      const [sa, sb] = [new Set(a), new Set(b)];
      const rows = [...Array(count).keys()];
      expect([...union(a, b)]).toEqual(rows.filter((r) => sa.has(r) || sb.has(r)));
      expect([...intersect(a, b)]).toEqual(rows.filter((r) => sa.has(r) && sb.has(r)));
      expect([...subtract(a, b)]).toEqual(rows.filter((r) => sa.has(r) && !sb.has(r)));
      expect([...invert(a, count)]).toEqual(rows.filter((r) => !sa.has(r)));
      expect([...combine(a, b, 'replace')]).toEqual([...b]);
    }
  });

  it('makes a selection of rows in any order', () => {
    expect([...fromRows([7, 2, 7, 0, 2])]).toEqual([0, 2, 7]);
  });
});

describe('lasso and box', () => {
  it('agrees with winding through every edge, for a star that crosses itself', () => {
    const random = seeded(11);
    const star = Array.from({ length: 7 }, (_, i) => {
      const angle = (i * 3 * 2 * Math.PI) / 7;
      return [Math.cos(angle), Math.sin(angle)];
    }).flat();
    const points = Float32Array.from({ length: 2 * 20000 }, () => 2.4 * random() - 1.2);
    const naive: number[] = [];
    for (let p = 0; p < points.length / 2; p++) {
      let inside = false;
      for (let i = 0, j = 6; i < 7; j = i++) {
        const [xi, yi, xj, yj] = [star[2 * i], star[2 * i + 1], star[2 * j], star[2 * j + 1]];
        const [x, y] = [points[2 * p], points[2 * p + 1]];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
      if (inside) naive.push(p);
    }
    expect(naive.length).toBeGreaterThan(3000);
    expect([...rowsInPolygon(cloudOfColumns(points, 2, 0, 1), star)]).toEqual(naive);
  });

  it('counts the area of a circle drawn with a thousand vertices', () => {
    const circle = Array.from({ length: 1000 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 1000;
      return [0.5 + 0.4 * Math.cos(angle), 0.5 + 0.4 * Math.sin(angle)];
    }).flat();
    const side = 400;
    const grid = Float32Array.from({ length: 2 * side * side }, (_, i) =>
      i % 2 === 0 ? ((i / 2) % side) / side : Math.floor(i / 2 / side) / side,
    );
    const share = rowsInPolygon(cloudOfColumns(grid, 2, 0, 1), circle).length / (side * side);
    expect(share).toBeCloseTo(Math.PI * 0.16, 2);
  });

  it('asks any two columns, and leaves out points that are not numbers', () => {
    const z = Float32Array.from([0, 5, 0, 0, NaN, 0, 0, 0.5, 0.25]);
    const cloud = cloudOfColumns(z, 3, 1, 2);
    expect([...rowsInBox(cloud, 6, 1, 0, -1)]).toEqual([0, 2]);
    expect([...rowsInPolygon(cloud, [0, 0, 1, 0, 1, 1, 0, 1])]).toEqual([2]);
    expect(rowsInPolygon(cloud, [0, 0, 1, 1])).toHaveLength(0);
  });
});
