import { describe, expect, it } from 'vitest';
import { pixelDirection } from './healpix.ts';
import { Random } from './random.ts';
import {
  childrenOf,
  directionOf,
  gridRotation,
  gridRotations,
  gridSize,
  pixelsOf,
  spacingDegrees,
  splitIndex,
  turnGrid,
} from './rotation-grid.ts';
import { matrixFromEuler, randomRotations, rotationAngle } from './rotation.ts';

const DEGREES = 180 / Math.PI;

/** Angle in degrees from each rotation to the nearest of the grid: the greatest trace of AᵀB. */
function nearestDegrees(rotations: Float32Array, grid: Float32Array): Float64Array {
  return Float64Array.from({ length: rotations.length / 9 }, (_, i) => {
    const r = rotations.subarray(9 * i, 9 * i + 9);
    let trace = -1;
    for (let g = 0; g < grid.length; g += 9) {
      const along =
        r[0] * grid[g] +
        r[1] * grid[g + 1] +
        r[2] * grid[g + 2] +
        r[3] * grid[g + 3] +
        r[4] * grid[g + 4] +
        r[5] * grid[g + 5] +
        r[6] * grid[g + 6] +
        r[7] * grid[g + 7] +
        r[8] * grid[g + 8];
      if (along > trace) trace = along;
    }
    return Math.acos(Math.min(1, (trace - 1) / 2)) * DEGREES;
  });
}

describe('the grid of rotations', () => {
  it('has 576, 4608 and 36,864 rotations at 30°, 15° and 7.5°', () => {
    expect([1, 2, 3].map(gridSize)).toEqual([576, 4608, 36_864]);
    expect([1, 2, 3].map(spacingDegrees)).toEqual([30, 15, 7.5]);
    expect([0, 1, 2].map(pixelsOf)).toEqual([12, 48, 192]);
    expect(gridRotations(2).length).toBe(9 * 4608);
    expect(gridSize(15)).toBeLessThan(2 ** 53);
  });

  it("is RELION's matrix of pixel and in-plane angle", () => {
    const grid = gridRotations(1);
    for (let pixel = 0; pixel < 48; pixel++)
      for (let step = 0; step < 12; step++) {
        const index = pixel * 12 + step;
        const [tilt, rot] = pixelDirection(2, pixel);
        const expected = matrixFromEuler(rot * DEGREES, tilt * DEGREES, 15 + 30 * step);
        expect(rotationAngle(grid, expected, 9 * index)).toBeLessThan(1e-6);
        expect(rotationAngle(gridRotation(index, 1), expected)).toBeLessThan(1e-12);
        expect(splitIndex(index, 1)).toEqual({ pixel, psiStep: step });
        expect(directionOf(index, 1)).toEqual([tilt, rot]);
      }
  });

  // 10,000 rotations measured 25.1° and 12.1° at most, 14.2° and 7.0° on average.
  it.each([
    [1, 26, 14.5],
    [2, 13, 7.3],
  ])('leaves no rotation far away at level %i', (level, farthest, average) => {
    const degrees = nearestDegrees(randomRotations(new Random(9), 10_000), gridRotations(level));
    expect(Math.max(...degrees)).toBeLessThan(farthest);
    expect(degrees.reduce((a, b) => a + b, 0) / degrees.length).toBeLessThan(average);
  });

  it('covers as well when turned', () => {
    const random = new Random(4);
    const grid = gridRotations(1);
    const turn = randomRotations(random, 1);
    const turned = turnGrid(grid, turn);
    const rotations = randomRotations(random, 500);
    // A rotation turned with the grid is as far from it as before.
    const before = nearestDegrees(rotations, grid);
    nearestDegrees(turnGrid(rotations, turn), turned).forEach((v, i) =>
      expect(Math.abs(v - before[i])).toBeLessThan(0.1),
    );
    // R·Q, row by column.
    const at = 9 * 77;
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 3; column++) {
        const expected = [0, 1, 2].reduce((sum, k) => sum + grid[at + 3 * row + k] * turn[3 * k + column], 0);
        expect(turned[at + 3 * row + column]).toBeCloseTo(expected, 6);
      }
  });
});

describe('children', () => {
  it('are all of the next level, each once', () => {
    for (const level of [0, 1, 2]) {
      const seen = new Uint8Array(gridSize(level + 1));
      for (let i = 0; i < gridSize(level); i++) for (const child of childrenOf(i, level)) seen[child]++;
      expect(seen.every((times) => times === 1)).toBe(true);
    }
  });

  it('belong to the four pixels of the parent, two in-plane angles each', () => {
    const { pixel } = splitIndex(100, 1);
    const children = childrenOf(100, 1).map((child) => splitIndex(child, 2));
    expect(children.map((child) => child.pixel)).toEqual([0, 0, 1, 1, 2, 2, 3, 3].map((p) => 4 * pixel + p));
    for (let p = 0; p < 8; p += 2) expect((children[p + 1].psiStep - children[p].psiStep + 24) % 24).toBe(1);
  });

  // Measured 18.8°, 10.1° and 5.2°, less than the grid leaves uncovered (0.8 spacings, above). Taken as 2i and 2i + 1 in plane,
  // those beside a pole would lie 24° away or more at every level.
  it('lie in the cell of their parent, at the poles too', () => {
    for (const level of [1, 2, 3]) {
      let farthest = 0;
      const child = new Float64Array(9);
      for (let i = 0; i < gridSize(level); i++) {
        const parent = gridRotation(i, level);
        for (const index of childrenOf(i, level))
          farthest = Math.max(farthest, rotationAngle(parent, gridRotation(index, level + 1, child)));
      }
      expect(farthest * DEGREES).toBeLessThan(0.72 * spacingDegrees(level));
    }
  });

  it('take the in-plane angles nearest to the parent, in steps of one', () => {
    for (const index of [0, 40, 99, 200, 333, 500, 575]) {
      const parent = gridRotation(index, 1);
      const children = childrenOf(index, 1);
      for (let p = 0; p < 4; p++) {
        // The best of all pairs of neighbouring steps of that pixel, by trial.
        const { pixel } = splitIndex(children[2 * p], 2);
        const farther = (step: number) =>
          Math.max(...[step, (step + 1) % 24].map((s) => rotationAngle(parent, gridRotation(pixel * 24 + s, 2))));
        const best = Math.min(...Array.from({ length: 24 }, (_, step) => farther(step)));
        expect(farther(splitIndex(children[2 * p], 2).psiStep)).toBeCloseTo(best, 9);
      }
    }
  });

  it('number exactly at level 9', () => {
    const last = gridSize(9) - 1;
    const children = childrenOf(last, 9);
    expect(Math.max(...children)).toBeLessThan(gridSize(10));
    expect(children.every((child) => Math.floor(splitIndex(child, 10).pixel / 4) === splitIndex(last, 9).pixel)).toBe(
      true,
    );
    const parent = gridRotation(last, 9);
    for (const child of children)
      expect(rotationAngle(parent, gridRotation(child, 10)) * DEGREES).toBeLessThan(0.7 * spacingDegrees(9));
  });
});
