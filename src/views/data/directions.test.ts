import { describe, expect, it } from 'vitest';
import { directionBins, directionGrid } from './directions.ts';

const angles = (...values: number[]) => Float32Array.from(values);

describe('map of viewing directions', () => {
  it('puts the poles into the outer rows and counts every particle once', () => {
    const grid = directionGrid(angles(0, 0, 170), angles(0, 180, 90), 4, 4);
    expect(grid.counts[3][2]).toBe(1);
    expect(grid.counts[0][2]).toBe(1);
    expect(grid.counts[2][3]).toBe(1);
    expect(grid.counts.flat().reduce((a, b) => a + b)).toBe(3);
  });
  it('takes rot modulo 360', () => {
    const a = directionGrid(angles(-170), angles(60), 8, 4);
    const b = directionGrid(angles(190), angles(60), 8, 4);
    expect(a.counts).toEqual(b.counts);
  });
  it('turns a negative tilt to the other side', () => {
    const a = directionGrid(angles(10), angles(-60), 8, 4);
    const b = directionGrid(angles(-170), angles(60), 8, 4);
    expect(a.counts).toEqual(b.counts);
  });
  it('is flat for directions even on the sphere', () => {
    const count = 20_000;
    const rot = new Float32Array(count);
    const tilt = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      rot[i] = ((i * 137.50776) % 360) - 180;
      tilt[i] = (Math.acos(1 - (2 * (i + 0.5)) / count) * 180) / Math.PI;
    }
    expect(directionGrid(rot, tilt, 16, 8).unevenness).toBeLessThan(1.1);
  });
  it('leaves out what is not a number', () => {
    expect(directionGrid(angles(Number.NaN), angles(10), 4, 2).unevenness).toBe(0);
  });
  it('has twice as many columns as rows', () => {
    expect(directionBins(4000)).toEqual({ columns: 20, rows: 10 });
    expect(directionBins(1e7).rows).toBe(24);
  });
});
