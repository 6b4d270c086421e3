// Factor sums on WebAssembly against the formula as it stands, whatever the number of threads; that reading and writing are each
// other's transpose; and that half cubes are a map's coefficients.
import { describe, expect, it } from 'vitest';
import { interpolationWindow } from '../../imaging/interpolation-window.ts';
import { openWasmEngine } from '../wasm/engine.ts';
import { factorAnswers, factorImages, normals } from '../proof/factor-cases.ts';
import type { FactorImages, FactorRequest } from './factor-sums.ts';
import { makeHalfCube } from './half-cube.ts';
import { cubeOfMap, foldPlane, mapOfCube } from './half-cube-transform.ts';
import { FactorTwin } from './twin.ts';

const imagesOf = (boxPixels: number, count: number): FactorImages => factorImages(boxPixels, count);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  let scale = 0;
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return most / scale;
}

describe('factor sums', () => {
  it.each([
    { factors: 1, box: 16, band: 7 },
    { factors: 2, box: 12, band: 6 },
    { factors: 5, box: 16, band: 5 },
    { factors: 8, box: 12, band: 4 },
  ])('are those of the formula, $factors factors at box $box', async ({ factors, box, band }) => {
    const request: FactorRequest = { imagePixels: box, grid: makeHalfCube(box, band, 2, 1.05), factors, groups: 2 };
    const images = imagesOf(box, 11);
    const cubes = Array.from({ length: factors }, () => normals(2 * request.grid.voxels));
    const wanted = await factorAnswers(new FactorTwin(request), [images], cubes);
    const bits: Float32Array[] = [];
    for (const threads of [1, 3]) {
      const engine = await openWasmEngine({ threads });
      const sums = await engine.createFactorSums!(request);
      const found = await factorAnswers(sums, [images], cubes);
      expect(largestDifference(found.products, wanted.products)).toBeLessThan(2e-5);
      expect(largestDifference(found.residuals, wanted.residuals)).toBeLessThan(2e-5);
      expect(largestDifference(found.inserted, wanted.inserted)).toBeLessThan(2e-5);
      bits.push(found.products, found.inserted);
      engine.dispose();
    }
    expect(bits[2]).toEqual(bits[0]);
    expect(bits[3]).toEqual(bits[1]);
  });

  it('take every image, however late a thread wakes', async () => {
    const engine = await openWasmEngine({ threads: 4 });
    const grid = makeHalfCube(12, 4);
    const sums = await engine.createFactorSums!({ imagePixels: 12, grid, factors: 1, groups: 2 });
    sums.setFactors([normals(2 * grid.voxels)]);
    sums.setPrecision(new Float32Array(2 * 5).fill(1));
    await sums.setImages(imagesOf(12, 5));
    const wanted = await sums.products();
    for (let i = 0; i < 300; i++) expect(await sums.products()).toEqual(wanted);
    engine.dispose();
  });

  it('write as the transpose of reading: ⟨A x, y⟩ = ⟨x, A* y⟩', async () => {
    const grid = makeHalfCube(16, 7);
    const images = { ...imagesOf(16, 5), optics: null };
    const cube = normals(2 * grid.voxels);
    const engine = await openWasmEngine({ threads: 1 });
    const sums = await engine.createFactorSums!({ imagePixels: 16, grid, factors: 1, groups: 2 });
    sums.setFactors([cube]);
    sums.setPrecision(new Float32Array(2 * 8).fill(1));
    await sums.setImages(images);
    // ⟨c A x, y⟩ over the points, half of what products hold.
    const products = await sums.products();
    let read = 0;
    for (let i = 0; i < images.count; i++) read += 0.5 * products[3 * i + 1];
    sums.clear();
    await sums.insert(new Float32Array(images.count).fill(1), new Float32Array(images.count).fill(1));
    const { values, stride, imaginaryAt } = await sums.sums();
    let written = 0;
    for (let v = 0; v < grid.voxels; v++)
      written += values[v * stride] * cube[2 * v] + values[v * stride + imaginaryAt] * cube[2 * v + 1];
    expect(Math.abs(written - read)).toBeLessThan(1e-5 * Math.abs(read));
    engine.dispose();
  });
});

describe('half cubes', () => {
  it('hold the coefficients of a map, and give it back where the band holds all of it', () => {
    const box = 8;
    const grid = makeHalfCube(box, 4);
    const map = normals(box ** 3);
    const cube = cubeOfMap(map, grid);
    const window = interpolationWindow(grid.boxPixels, grid.oversampling);
    const side = 2 * box;
    for (const [x, y, z] of [
      [0, 0, 0],
      [3, -2, 1],
      [-5, 4, 0],
      [1, 6, 4],
    ]) {
      let [re, im] = [0, 0];
      map.forEach((value, at) => {
        const place = [at % box, Math.floor(at / box) % box, Math.floor(at / (box * box))];
        const share = value / (window[place[0]] * window[place[1]] * window[place[2]]);
        const turn = (-2 * Math.PI * (x * (place[0] - 4) + y * (place[1] - 4) + z * (place[2] - 4))) / side;
        re += share * Math.cos(turn);
        im += share * Math.sin(turn);
      });
      const at = grid.rowStart[z * grid.side + y + grid.reach] + x;
      expect(cube[2 * at]).toBeCloseTo(re, 3);
      expect(cube[2 * at + 1]).toBeCloseTo(im, 3);
    }
  });

  it('give a map whose coefficients lie inside the band back, the window once a way', () => {
    const box = 16;
    const grid = makeHalfCube(box, 8);
    const window = interpolationWindow(grid.boxPixels, grid.oversampling);
    const map = new Float32Array(box ** 3);
    for (let z = 0, at = 0; z < box; z++)
      for (let y = 0; y < box; y++)
        for (let x = 0; x < box; x++, at++)
          map[at] =
            Math.exp(-((x - 9) ** 2 + (y - 7) ** 2 + (z - 6) ** 2) / 8) * (window[x] * window[y] * window[z]) ** 2;
    const back = mapOfCube(cubeOfMap(map, grid), grid);
    back.forEach((value, at) => {
      const [x, y, z] = [at % box, Math.floor(at / box) % box, Math.floor(at / (box * box))];
      back[at] = value * (window[x] * window[y] * window[z]) ** 2;
    });
    expect(largestDifference(back, map)).toBeLessThan(2e-3);
  });

  it('become Hermitian in the plane z = 0', () => {
    const grid = makeHalfCube(8, 3);
    const cube = normals(2 * grid.voxels);
    const before = cube.slice();
    foldPlane(cube, grid, 2, 0, 1);
    const at = (x: number, y: number) => 2 * (grid.rowStart[y + grid.reach] + x);
    for (const [x, y] of [
      [0, 0],
      [2, 0],
      [-3, 4],
    ]) {
      expect(cube[at(x, y)]).toBeCloseTo(before[at(x, y)] + before[at(-x, -y)], 5);
      expect(cube[at(x, y) + 1]).toBeCloseTo(before[at(x, y) + 1] - before[at(-x, -y) + 1], 5);
      expect(cube[at(-x, -y) + 1]).toBeCloseTo(-cube[at(x, y) + 1], 5);
    }
  });
});
