// Densities freed of the particles' own uncertainty, and paths over them.
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { deconvolve, kernelsOf } from './deconvolved-density.ts';
import { gridFor, particlesPerCell, PER_CELL, type DensityGrid } from './density-grid.ts';
import { evenPlaces, leastResistance, smoothed } from './least-resistance.ts';

const grid: DensityGrid = { points: [81], from: [-4], to: [4] };

/** Two states at ±1.2 of 70 and 30 %, seen with noise that would join them. */
function mixture(noise: number) {
  const random = new Random(8);
  const places = Float32Array.from(
    { length: 4000 },
    (_, i) => (i % 10 < 7 ? -1.2 : 1.2) + 0.2 * random.normal() + noise * random.normal(),
  );
  return { places, covariances: new Float32Array(4000).fill(noise * noise), axes: 1 };
}

describe('a density freed of uncertainty', () => {
  it('tells two states that noise has joined, in their shares', async () => {
    const { density, iterations } = await deconvolve(kernelsOf(mixture(0.9), grid, 1), 1);
    expect(density.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(iterations).toBeGreaterThan(2);
    const at = (x: number) => density[Math.round((x + 4) * 10)];
    expect(at(0.1)).toBeLessThan(0.5 * at(1.2));
    const left = density.slice(0, 41).reduce((a, b) => a + b);
    expect(left).toBeGreaterThan(0.62);
    expect(left).toBeLessThan(0.78);
  });

  it('is that of the places themselves where they are sure', async () => {
    const { density } = await deconvolve(kernelsOf(mixture(0), grid, 1), 1);
    const peak = density.indexOf(Math.max(...density));
    expect(Math.abs(grid.from[0] + peak / 10 + 1.2)).toBeLessThan(0.21);
    expect(density[40]).toBeLessThan(1e-3);
  });

  it('has kernels that sum to 1, turned as their covariance is', () => {
    const plane: DensityGrid = { points: [61, 61], from: [-3, -3], to: [3, 3] };
    const points = { places: Float32Array.of(0.2, -0.1), covariances: Float32Array.of(0.25, 0.15, 0.2), axes: 2 };
    const { places, values } = kernelsOf(points, plane, 0);
    let [sum, xy, x, y] = [0, 0, 0, 0];
    places.forEach((cell, e) => {
      const [a, b] = [-3 + 0.1 * Math.floor(cell / 61), -3 + 0.1 * (cell % 61)];
      sum += values[e];
      x += values[e] * a;
      y += values[e] * b;
      xy += values[e] * (a - 0.2) * (b + 0.1);
    });
    expect(sum).toBeGreaterThan(0.98);
    expect(sum).toBeLessThan(1.001);
    expect(x / sum).toBeCloseTo(0.2, 2);
    expect(y / sum).toBeCloseTo(-0.1, 2);
    expect(Math.abs(xy / sum - 0.15)).toBeLessThan(0.02);
  });

  it('is refused where no particle lies on the grid', () => {
    const far = { places: Float32Array.of(99), covariances: Float32Array.of(0.1), axes: 1 };
    expect(() => kernelsOf(far, grid, 0)).toThrow(expect.objectContaining({ code: 'value-out-of-range' }));
  });
});

describe('the grid of a density', () => {
  const normal = (count: number, axes: number): Float32Array => {
    const random = new Random(4);
    return Float32Array.from({ length: count * axes }, () => random.normal());
  };

  it('is as fine as leaves enough particles in a cell, by their number', () => {
    const chosen = [300, 1000, 5000, 20_000, 300_000].map((count) => ({ count, ...gridFor(normal(count, 2), 2) }));
    const sides = chosen.map(({ grid: { points } }) => points[0]);
    expect(sides).toEqual(sides.toSorted((a, b) => a - b));
    expect([sides[0], sides[4]]).toEqual([12, 56]);
    expect(chosen[0].perCell).toBeLessThan(PER_CELL);
    for (const { count, perCell, grid: plane } of chosen.slice(2, 4)) {
      expect(plane.points[0]).toBe(plane.points[1]);
      expect(perCell).toBeGreaterThanOrEqual(PER_CELL);
      const finer = { ...plane, points: plane.points.map((n) => n + Math.ceil(n / 15)) };
      expect(particlesPerCell(normal(count, 2), finer)).toBeLessThan(PER_CELL);
    }
    const [coarse, fine] = [gridFor(normal(1000, 3), 3), gridFor(normal(500_000, 3), 3)];
    expect(coarse.grid.points).toEqual([8, 8, 8]);
    expect(fine.grid.points[0]).toBeGreaterThan(16);
  });

  it('reaches from percentile to percentile and a margin', () => {
    const places = Float32Array.from({ length: 1001 }, (_, i) => i / 1000);
    const { grid: line } = gridFor(places, 1);
    expect(line.from[0]).toBeCloseTo(0.005 - 0.08 * 0.99, 3);
    expect(line.to[0]).toBeCloseTo(0.995 + 0.08 * 0.99, 3);
  });

  it('counts the particles of cells that hold any, and none beyond it', () => {
    const plane: DensityGrid = { points: [3, 2], from: [0, 0], to: [2, 1] };
    const places = Float32Array.of(0, 0, 0.2, 0.3, 2, 1, 5, 0, 0, -9);
    expect(particlesPerCell(places, plane)).toBe(3 / 2);
    expect(particlesPerCell(Float32Array.of(9, 9), plane)).toBe(0);
  });
});

describe('a path of least resistance', () => {
  it('goes through three dimensions, where a wall has one hole', () => {
    const cube: DensityGrid = { points: [5, 6, 7], from: [0, 0, 0], to: [4, 5, 6] };
    const cellOf = (x: number, y: number, z: number) => (x * 6 + y) * 7 + z;
    const density = new Float64Array(5 * 6 * 7).fill(1);
    for (let y = 0; y < 6; y++) for (let z = 0; z < 7; z++) density[cellOf(2, y, z)] = 0;
    density[cellOf(2, 4, 1)] = 1;
    const path = leastResistance(cube, density, cellOf(0, 0, 5), cellOf(4, 0, 5));
    expect([path[0], path.at(-1)]).toEqual([cellOf(0, 0, 5), cellOf(4, 0, 5)]);
    expect(path).toContain(cellOf(2, 4, 1));
    for (let i = 1; i < path.length; i++) {
      const [a, b] = [path[i - 1], path[i]].map((c) => [Math.floor(c / 42), Math.floor(c / 7) % 6, c % 7]);
      expect(Math.max(...a.map((value, axis) => Math.abs(value - b[axis])))).toBe(1);
    }
  });

  it('goes round an empty middle', () => {
    const plane: DensityGrid = { points: [11, 11], from: [0, 0], to: [10, 10] };
    // A ring of particles around an empty middle.
    const density = Float64Array.from({ length: 121 }, (_, c) => {
      const radius = Math.hypot(Math.floor(c / 11) - 5, (c % 11) - 5);
      return Math.abs(radius - 4) < 1 ? 1 : 0;
    });
    const path = leastResistance(plane, density, 5 * 11 + 1, 5 * 11 + 9);
    expect([path[0], path[path.length - 1]]).toEqual([56, 64]);
    for (const cell of path) expect(density[cell]).toBe(1);
    const round = smoothed(path.map((cell) => [Math.floor(cell / 11), cell % 11]));
    expect(round[0]).toEqual([5, 1]);
    expect(round[round.length - 1]).toEqual([5, 9]);
  });

  it('is divided evenly by the length that its points have', () => {
    // The second half is three times as long as the first.
    const places = evenPlaces([[0], [1], [4]], 5);
    expect(places).toEqual([0, 1, 1 + 1 / 3, 1 + 2 / 3, 2].map((value) => expect.closeTo(value, 9)));
  });
});
