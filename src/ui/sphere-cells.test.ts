import { describe, expect, it } from 'vitest';
import { cellOf, cellRaster, directionAt, nearestRaster, spreadOf } from './sphere-cells.ts';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

describe('cells of the sphere', () => {
  // Centres as HEALPix gives them, θ and φ in radians.
  it.each([
    [0, 1.4033, 0.7854],
    [37, 0.8411, 4.516],
    [85, 1.5708, 2.1598],
    [100, 1.7382, 3.5343],
    [150, 2.3005, 2.5525],
    [191, 1.7382, 5.4978],
  ])('has cell %i at its centre', (cell, theta, phi) => {
    expect(cellOf(Math.cos(theta), phi, 4)).toBe(cell);
    expect(cellOf(Math.cos(theta), phi - 2 * Math.PI, 4)).toBe(cell);
  });

  it('nests: a cell of twice nside lies in a quarter of its number', () => {
    for (let i = 0; i < 2000; i++) {
      const [z, phi] = [2 * ((i * 0.618034) % 1) - 1, i];
      expect(Math.floor(cellOf(z, phi, 8) / 4)).toBe(cellOf(z, phi, 4));
    }
  });

  it('takes the poles and the seams without leaving the range', () => {
    for (const z of [-1, -2 / 3, 0, 2 / 3, 1])
      for (let degrees = -360; degrees <= 720; degrees += 45) {
        const cell = cellOf(z, radians(degrees), 4);
        expect(cell).toBeGreaterThanOrEqual(0);
        expect(cell).toBeLessThan(192);
      }
    expect([0, 90, 180, 270].map((degrees) => cellOf(1, radians(degrees), 4))).toEqual([15, 31, 47, 63]);
  });

  it('gives every cell the same area of the map', () => {
    const [width, height] = [1600, 800];
    const raster = cellRaster(width, height, 4);
    const areas = new Array<number>(192).fill(0);
    for (const cell of raster) if (cell >= 0) areas[cell] += 1;
    const even = (Math.PI / 4) * ((width * height) / 192);
    // Pixels on the borders of a cell go to one side: some hundred of five thousand.
    for (const area of areas) expect(Math.abs(area / even - 1)).toBeLessThan(0.03);
  });
});

it('has north above, φ = 0 in the middle and growing to the right', () => {
  expect(directionAt(0, 0)).toEqual({ z: 0, phi: 0 });
  expect(directionAt(0, 1)?.z).toBe(1);
  expect(directionAt(0.5, 0)?.phi).toBeCloseTo(Math.PI / 2, 12);
  expect(directionAt(0.9, 0.9)).toBeNull();
});

it('says how far images gather in one direction', () => {
  expect(spreadOf([6, 0, 2, 0])).toEqual({ total: 8, largest: 6, largestShare: 0.75, empty: 2, even: 2 });
  expect(spreadOf([]).largestShare).toBe(0);
});

it('gives each place of the map to the nearest of some directions', () => {
  const axes = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1];
  const [width, height] = [360, 180];
  const raster = nearestRaster(width, height, axes);
  const at = (x: number, y: number) => raster[Math.floor((1 - y) * 90) * width + Math.floor((1 + x) * 180)];
  expect([at(0, 0), at(0.98, 0), at(0.5, 0), at(-0.5, 0), at(0, 0.97), at(0, -0.97)]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(raster[0]).toBe(-1);
  const areas = axes.slice(0, 6).map((_, d) => raster.filter((cell) => cell === d).length);
  for (const area of areas) expect(Math.abs(area / ((Math.PI / 4) * ((width * height) / 6)) - 1)).toBeLessThan(0.03);
});
