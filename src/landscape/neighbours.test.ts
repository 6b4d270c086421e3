import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { nearestRows } from './nearest.ts';
import { NeighbourTree } from './neighbours.ts';

function naive(values: Float32Array, queries: Float32Array, width: number, k: number, sameSet: boolean) {
  const at = (array: Float32Array, row: number) => Array.from(array.subarray(row * width, (row + 1) * width));
  return Array.from({ length: queries.length / width }, (_, q) =>
    Array.from({ length: values.length / width }, (_, row) => row)
      .filter((row) => !sameSet || row !== q)
      .map((row) => Math.hypot(...at(values, row).map((value, d) => value - at(queries, q)[d])))
      .sort((a, b) => a - b)
      .slice(0, k),
  );
}

describe('nearest neighbours', () => {
  it.each([1, 2, 8])('are those of all pairs, in %i dimensions, with equal rows among them', async (width) => {
    const random = new Random(width);
    const values = Float32Array.from({ length: 600 * width }, () => random.normal());
    values.copyWithin(50 * width, 0, 40 * width);
    const own = await new NeighbourTree(values, width).nearest(values, 14, true);
    naive(values, values, width, 14, true).forEach((distances, row) => {
      distances.forEach((distance, j) => expect(own.distances[row * 14 + j]).toBeCloseTo(distance, 5));
      expect(own.rows.subarray(row * 14, row * 14 + 14)).not.toContain(row);
    });
    const queries = Float32Array.from({ length: 30 * width }, () => random.normal());
    const found = await new NeighbourTree(values, width).nearest(queries, 5, false);
    naive(values, queries, width, 5, false)
      .flat()
      .forEach((distance, i) => expect(found.distances[i]).toBeCloseTo(distance, 5));
    const single = nearestRows(values, width, queries);
    single.forEach((row, q) => {
      const d = Math.hypot(
        ...Array.from({ length: width }, (_, c) => values[row * width + c] - queries[q * width + c]),
      );
      expect(d).toBeCloseTo(found.distances[q * 5], 5);
    });
  });

  it('are fewer where there are fewer rows', async () => {
    const found = await new NeighbourTree(Float32Array.from([0, 1, 3]), 1).nearest(Float32Array.of(0, 1, 3), 14, true);
    expect(found.k).toBe(2);
    expect([...found.rows]).toEqual([1, 2, 0, 2, 1, 0]);
  });
});
