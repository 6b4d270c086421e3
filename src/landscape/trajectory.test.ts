import { describe, expect, it } from 'vitest';
import { densityOf } from './density.ts';
import { principalComponents } from './pca.ts';
import { rowsOfLabels } from './selection.ts';
import { alongComponent, throughPoints } from './trajectory.ts';

describe('trajectories', () => {
  it('run along a component between percentiles, through the mean', async () => {
    const mu = Float32Array.from({ length: 202 }, (_, i) => (i % 2 === 0 ? i / 2 : 5));
    const pca = await principalComponents(mu, 2);
    const path = alongComponent(pca, 0, 5, 95, 4);
    [5, 35, 65, 95].forEach((x, s) => {
      expect(path[2 * s]).toBeCloseTo(x, 4);
      expect(path[2 * s + 1]).toBeCloseTo(5, 4);
    });
    expect(alongComponent(pca, 0, 0, 100, 1)[0]).toBeCloseTo(50, 4);
    expect(() => alongComponent(pca, 2, 5, 95, 4)).toThrowError('There is no component 3.');
  });

  it('pass through points at equal steps of arc length', () => {
    const corner = [
      [0, 0],
      [3, 0],
      [3, 0],
      [3, 9],
    ];
    expect([...throughPoints(corner, 5)]).toEqual([0, 0, 3, 0, 3, 3, 3, 6, 3, 9]);
    expect([...throughPoints([[1, 2]], 2)]).toEqual([1, 2, 1, 2]);
    expect(() => throughPoints([[0], [1, 2]], 3)).toThrowError('differ');
  });
});

describe('density and labels', () => {
  it('counts every finite point once', () => {
    const grid = densityOf(Float32Array.of(0, 0, 1, 1, 0.9, 0.9, NaN, 0, 0.1, 0.9), 2, 2);
    expect([...grid.counts]).toEqual([1, 0, 1, 2]);
    expect(grid.largest).toBe(2);
  });

  it('finds the rows of chosen clusters', () => {
    expect([...rowsOfLabels(Int32Array.of(2, 0, 1, 2), [2, 1])]).toEqual([0, 2, 3]);
  });
});
