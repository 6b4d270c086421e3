// Masks of a fit on shapes whose masks are known: where they reach, what a given one becomes at other boxes, and what is refused.
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../testing/refusal.ts';
import { maskOnBox } from '../../validation/mask.ts';
import { firstMask, FOUND_MASK, maskOfMean } from './mask-plan.ts';
import { softSphere, solventMask, widerMask } from './solvent-mask.ts';

const BOX = 32;

/** A ball of 1 in nothing, with an edge of a voxel. */
function ball(boxPixels: number, radius: number): Float32Array {
  const out = new Float32Array(boxPixels ** 3);
  const half = boxPixels / 2;
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++)
        out[at] = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x - half, y - half, z - half)));
  return out;
}

/** Radius of a ball with the same volume as what lies above one half. */
function radiusOf(mask: Float32Array, boxPixels: number): number {
  const inside = mask.reduce((sum, value) => sum + (value > 0.5 ? 1 : 0), 0);
  // In units of the box’s side.
  return Math.cbrt((3 * inside) / (4 * Math.PI)) / boxPixels;
}

describe('the solvent mask', () => {
  it('that is found reaches so much further where it is asked to, and keeps its soft edge', () => {
    const mean = ball(BOX, 6);
    const plain = solventMask(mean, BOX);
    for (const wider of [-4, -2, 2, 4]) {
      const moved = solventMask(mean, BOX, wider);
      // Voxels are whole.
      expect(Math.abs((radiusOf(moved, BOX) - radiusOf(plain, BOX)) * BOX - wider)).toBeLessThan(0.8);
      const line = (mask: Float32Array) => mask.subarray((BOX / 2) * BOX * BOX + (BOX / 2) * BOX).subarray(0, BOX);
      const soft = (mask: Float32Array) => line(mask).filter((value) => value > 0.02 && value < 0.98).length;
      expect(soft(moved)).toBeGreaterThanOrEqual(4);
      expect(Math.abs(soft(moved) - soft(plain))).toBeLessThanOrEqual(2);
    }
    expect(maskOfMean(FOUND_MASK, mean, BOX)).toEqual(plain);
    expect(maskOfMean({ from: 'auto', wider: 2 / BOX }, mean, BOX)).toEqual(solventMask(mean, BOX, 2));
  });

  it('that is a sphere or given does not follow the mean map', () => {
    const mean = ball(BOX, 6);
    const given = { from: 'file', wider: 0, values: ball(BOX, 9), boxPixels: BOX } as const;
    expect([maskOfMean({ from: 'sphere', wider: 0 }, mean, BOX), maskOfMean(given, mean, BOX)]).toEqual([null, null]);
    expect(firstMask({ from: 'sphere', wider: -3 / BOX }, BOX)).toEqual(softSphere(BOX, -3));
    expect(firstMask(given, BOX)).toEqual(given.values);
    const wide = firstMask({ ...given, wider: 2 / BOX }, BOX);
    expect(radiusOf(wide, BOX) * BOX).toBeCloseTo(11, 0);
    expect(wide).toEqual(widerMask(given.values, BOX, 2));
  });

  it.each([16, 24, 48, 64])('of %i voxels is the same ball on other boxes of its field of view', (from) => {
    const given = ball(from, 0.3 * from);
    const moved = maskOnBox(given, from, BOX);
    expect(Math.abs(radiusOf(moved, BOX) - radiusOf(given, from))).toBeLessThan(0.01);
    // The same place: no voxel is far from the ball that it should be.
    const wanted = ball(BOX, 0.3 * BOX);
    const off = moved.reduce((worst, value, i) => Math.max(worst, Math.abs(value - wanted[i])), 0);
    expect(off).toBeLessThan(from < BOX ? 0.75 : 0.5);
    expect(maskOnBox(new Float32Array(from ** 3).fill(1), from, BOX).every((value) => Math.abs(value - 1) < 1e-5)).toBe(
      true,
    );
  });

  it('of which nothing is left is refused', () => {
    expect(refusal(() => firstMask({ from: 'sphere', wider: -0.6 }, BOX))).toMatchObject({
      code: 'value-out-of-range',
      detail: { field: '--mask-dilate' },
    });
    expect(refusal(() => maskOfMean({ from: 'auto', wider: -0.5 }, ball(BOX, 6), BOX))).toMatchObject({
      code: 'value-out-of-range',
    });
  });
});
