import { describe, expect, it } from 'vitest';
import type { Column, Linear } from './column.ts';
import { ellipseCorners, planeCovariance } from './confidence.ts';
import { THERE } from './column.ts';

const column = (linear?: Linear): Column => ({
  ...{ key: 'k', name: 'k', unit: null, kind: 'number', source: 'latents', availability: THERE },
  ...(linear && { linear }),
  values: () => null,
});
const axis = (...direction: number[]) => column({ direction, offset: 7 });
/** Of 3×3, lower triangle: (2 0.5 −1; 0.5 1 0.25; −1 0.25 3). */
const triangle = Float32Array.of(2, 0.5, 1, -1, 0.25, 3);

describe('the confidence of a place', () => {
  it('is the covariance as the axes see it, whatever their offsets', () => {
    expect(planeCovariance({ x: axis(1, 0, 0), y: axis(0, 0, 1) }, triangle)).toEqual({ xx: 2, xy: -1, yy: 3 });
    const turned = planeCovariance({ x: axis(1, 1, 0), y: axis(0, 1, -2) }, triangle)!;
    // (1 1 0) C (0 1 −2)ᵀ with C written out: rows 2 0.5 −1, 0.5 1 0.25.
    expect(turned).toEqual({ xx: 4, xy: 0.5 + 2 + 1 - 0.5, yy: 1 - 1 + 12 });
  });

  it('is none on axes that are not linear in z, or of other latents', () => {
    expect(planeCovariance({ x: column(), y: axis(1, 0, 0) }, triangle)).toBeNull();
    expect(planeCovariance({ x: axis(1, 0), y: axis(0, 1) }, triangle)).toBeNull();
  });

  it('is drawn where every place is as far as asked by the covariance itself', () => {
    const plane = { xx: 2, xy: -0.8, yy: 1.5 };
    const determinant = plane.xx * plane.yy - plane.xy ** 2;
    const corners = ellipseCorners(plane, 2);
    for (const [x, y] of corners) {
      const squared = (plane.yy * x * x - 2 * plane.xy * x * y + plane.xx * y * y) / determinant;
      expect(Math.sqrt(squared)).toBeCloseTo(2, 10);
    }
    expect(Math.max(...corners.map(([x]) => x))).toBeCloseTo(2 * Math.SQRT2, 10);
  });

  it('is a line where one direction is certain', () => {
    for (const [, y] of ellipseCorners({ xx: 1, xy: 0, yy: 0 }, 1)) expect(y).toBeCloseTo(0, 12);
    for (const [x] of ellipseCorners({ xx: 0, xy: 0, yy: 1 }, 1)) expect(x).toBeCloseTo(0, 12);
  });
});
