// Halves of a set, and windows of a landscape.
import { describe, expect, it } from 'vitest';
import { evenOdd, halvesOfColumn, randomHalves, requireBothHalves } from './splits.ts';
import { imagesOfWindow } from '../../selection/windows.ts';
import { windowAround } from './windows.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('halves', () => {
  it('are even and odd, or drawn: as many each, the same for a seed, another for another', () => {
    expect([...evenOdd(5).halfOf]).toEqual([0, 1, 0, 1, 0]);
    const [one, again, other] = [randomHalves(101, 4), randomHalves(101, 4), randomHalves(101, 5)];
    expect(sum(one.halfOf)).toBe(50);
    expect(again).toEqual(one);
    expect(other.halfOf).not.toEqual(one.halfOf);
    expect(one.halfOf).not.toEqual(evenOdd(101).halfOf);
  });

  it('are those of a column of two halves, and of no other', () => {
    expect(halvesOfColumn([1, 2, 2, 1])).toEqual({ by: 'subset', halfOf: Uint8Array.of(0, 1, 1, 0) });
    expect(halvesOfColumn([0, 1, 1])?.halfOf).toEqual(Uint8Array.of(0, 1, 1));
    for (const column of [
      [1, 1],
      [0, 2],
      [0, 1, 2],
      [2, 3],
      [1, NaN],
    ])
      expect(halvesOfColumn(column)).toBeNull();
  });

  it('must both have images', () => {
    expect(() => requireBothHalves(evenOdd(4), [0, 2], 'two')).toThrowError(/two halves: two/);
    expect(() => requireBothHalves(evenOdd(4), [], 'none')).toThrowError();
    expect(() => requireBothHalves(evenOdd(4), [0, 3, 4], 'far')).toThrowError(/no image 4/);
    requireBothHalves(evenOdd(4), [0, 3], 'both');
  });
});

describe('windows', () => {
  const line = { mu: Float32Array.from({ length: 11 }, (_, i) => i / 10), zDim: 1 };

  it('weigh the nearest images by their distance, none beyond', () => {
    const { rows, weights } = windowAround([0.5], line, 4);
    expect([...rows]).toEqual([4, 5, 6]);
    expect(weights?.[1]).toBe(1);
    expect(weights?.[0]).toBeCloseTo(0.75, 5);
  });

  it('hold only rows that are wanted, and run around a circle', () => {
    expect([...windowAround([0.5], line, 2, Uint32Array.of(0, 4, 9)).rows]).toEqual([4, 9]);
    const circle = { ...line, period: 1.1 };
    expect([...windowAround([0], circle, 3).rows]).toContain(10);
    expect([...windowAround([0], line, 3).rows]).not.toContain(10);
  });

  it('overlap where nobody says how many images they hold', () => {
    expect(imagesOfWindow(1000, 5)).toBe(400);
    expect(imagesOfWindow(1000, 1)).toBe(1000);
    const centres = [0.1, 0.3, 0.5, 0.7, 0.9];
    const seen = centres.flatMap((z) => [...windowAround([z], line, imagesOfWindow(11, 5)).rows]);
    expect(seen.length).toBeGreaterThan(new Set(seen).size);
  });

  it('of another dimension or without images are refused', () => {
    expect(() => windowAround([0, 0], line, 3)).toThrowError(/not of this run/);
    expect(() => windowAround([0], line, 0)).toThrowError(/at least one/);
  });
});
