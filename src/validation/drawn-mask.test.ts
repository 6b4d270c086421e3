// Drawn masks against their own formulas, voxel by voxel, and against volumes of bodies.
import { describe, expect, it } from 'vitest';
import { drawnMask, type PartOfMask } from './drawn-mask.ts';
import { mapRegion, type MapOnGrid } from './map-region.ts';

const D = 32;
const APIX = 2.5;
const grid = { boxPixels: D, pixelSizeAngstrom: APIX, edgeAngstrom: 6 };
const hard = { ...grid, edgeAngstrom: 0 };
const sphere = (radiusAngstrom: number, x = 0, y = 0, z = 0) =>
  ({ kind: 'sphere', centreAngstrom: [x, y, z], radiusAngstrom }) as const;
const voxelAt = (x: number, y: number, z: number) =>
  ((z / APIX + D / 2) * D + (y / APIX + D / 2)) * D + x / APIX + D / 2;
const inside = (mask: Float32Array) => mask.reduce((count, factor) => count + (factor > 0.5 ? 1 : 0), 0);

describe('a drawn mask', () => {
  it('has the volume of its bodies, where they were put', () => {
    const ball = drawnMask([{ how: 'add', ...sphere(25, 5, -10, 0) }], hard);
    expect((inside(ball) * APIX ** 3) / ((4 / 3) * Math.PI * 25 ** 3)).toBeCloseTo(1, 1);
    expect([voxelAt(5, -10, 0), voxelAt(5, 15, 0), voxelAt(5, 17.5, 0)].map((i) => ball[i])).toEqual([1, 1, 0]);
    // Faces at ±10 of x, ±15 of y, ±5 of z around (0, 0, 20), which lie on voxels.
    const box = { kind: 'box', centreAngstrom: [0, 0, 20], sidesAngstrom: [20, 30, 10] } as const;
    const brick = drawnMask([{ how: 'add', ...box }], hard);
    expect(inside(brick)).toBe(9 * 13 * 5);
    expect(
      [voxelAt(10, 15, 25), voxelAt(12.5, 0, 20), voxelAt(0, 17.5, 20), voxelAt(0, 0, 27.5)].map((i) => brick[i]),
    ).toEqual([...[1, 0, 0, 0]]);
  });

  it('falls off by a cosine outside of a shape, as far from an edge as from a face', () => {
    const mask = drawnMask([{ how: 'add', ...sphere(20) }], grid);
    for (const x of [17.5, 20, 22.5, 25, 27.5]) {
      const outside = x - 20;
      const expected = outside <= 0 ? 1 : outside >= 6 ? 0 : 0.5 * (1 + Math.cos((Math.PI * outside) / 6));
      expect(mask[voxelAt(x, 0, 0)]).toBeCloseTo(expected, 6);
    }
    const box = { kind: 'box', centreAngstrom: [0, 0, 0], sidesAngstrom: [20, 20, 20] } as const;
    const brick = drawnMask([{ how: 'add', ...box }], grid);
    expect(brick[voxelAt(12.5, 0, 0)]).toBeCloseTo(0.5 * (1 + Math.cos((Math.PI * 2.5) / 6)), 6);
    expect(brick[voxelAt(12.5, 12.5, 0)]).toBeCloseTo(0.5 * (1 + Math.cos((Math.PI * Math.hypot(2.5, 2.5)) / 6)), 6);
  });

  it('joins and cuts in the order in which it was drawn', () => {
    const parts: PartOfMask[] = [
      { how: 'add', ...sphere(20, -15) },
      { how: 'add', ...sphere(20, 15) },
      { how: 'subtract', ...sphere(10, -15) },
    ];
    const mask = drawnMask(parts, hard);
    expect([-30, -15, 0, 15, 30].map((x) => mask[voxelAt(x, 0, 0)])).toEqual([1, 0, 1, 1, 1]);
    const [a, b, c] = parts.map((part) => drawnMask([{ ...part, how: 'add' }], grid));
    const soft = drawnMask(parts, grid);
    const furthest = soft.reduce(
      (most, factor, i) => Math.max(most, Math.abs(factor - Math.min(Math.max(a[i], b[i]), 1 - c[i]))),
      0,
    );
    expect(furthest).toBeLessThan(1e-6);
    // Drawn again after the cut, the body is whole.
    expect(drawnMask([...parts, parts[0]], hard)[voxelAt(-15, 0, 0)]).toBe(1);
  });

  it('is the whole box without what is cut away first, and what a file gave as it is', () => {
    const rest = drawnMask([{ how: 'subtract', ...sphere(20) }], grid);
    expect([rest[0], rest[voxelAt(0, 0, 0)]]).toEqual([1, 0]);
    const given = new Float32Array(D ** 3).fill(0.75);
    const mask = drawnMask(
      [
        { how: 'add', kind: 'given', values: given },
        { how: 'subtract', ...sphere(10) },
      ],
      grid,
    );
    expect([mask[0], mask[voxelAt(0, 0, 0)]]).toEqual([0.75, 0]);
  });

  it('is refused without shapes, without a size, or with nothing inside', () => {
    const code = 'value-out-of-range';
    expect(() => drawnMask([], grid)).toThrow(expect.objectContaining({ code }));
    expect(() => drawnMask([{ how: 'add', ...sphere(0) }], grid)).toThrow(expect.objectContaining({ code }));
    expect(() => drawnMask([{ how: 'add', ...sphere(Number.NaN) }], grid)).toThrow(expect.objectContaining({ code }));
    const gone: PartOfMask[] = [
      { how: 'add', ...sphere(10) },
      { how: 'subtract', ...sphere(30) },
    ];
    expect(() => drawnMask(gone, grid)).toThrow(/Nothing is left/);
  });
});

describe('a region', () => {
  /** Two balls of radius 10 Å at ±15 along x, joined by a thin bridge of half their density; a third apart at y = 25. */
  const map: MapOnGrid = { values: new Float32Array(D ** 3), boxPixels: D, pixelSizeAngstrom: APIX };
  for (let z = 0; z < D; z++)
    for (let y = 0; y < D; y++)
      for (let x = 0; x < D; x++) {
        const [px, py, pz] = [x, y, z].map((i) => (i - D / 2) * APIX);
        const ball = (cx: number, cy: number) => Math.hypot(px - cx, py - cy, pz) <= 10;
        const bridge = Math.abs(px) < 15 && py === 0 && pz === 0;
        map.values[(z * D + y) * D + x] = ball(-15, 0) || ball(15, 0) || ball(0, 25) ? 1 : bridge ? 0.5 : 0;
      }
  const at = (region: Float32Array) => [-15, 0, 15].map((x) => region[voxelAt(x, 0, 0)]);

  it('is what hangs together above the level', () => {
    const growth = { seedAngstrom: [-26, 0, 0], level: 0.3, reachAngstrom: 200 } as const;
    const both = mapRegion(map, growth);
    expect(at(both)).toEqual([1, 1, 1]);
    expect(both[voxelAt(0, 25, 0)]).toBe(0);
    const one = mapRegion(map, { ...growth, level: 0.7 });
    expect(at(one)).toEqual([1, 0, 0]);
    let above = 0;
    for (const value of map.values) if (value > 0.7) above++;
    expect(inside(one)).toBe(above / 3);
  });

  it('ends at its reach', () => {
    const growth = { seedAngstrom: [-25, 0, 0], level: 0.3, reachAngstrom: 27 } as const;
    const region = mapRegion(map, growth);
    expect(at(region)).toEqual([1, 1, 0]);
    expect(region[voxelAt(2.5, 0, 0)]).toBe(0);
  });

  it('is refused where no surface is', () => {
    const nowhere = { seedAngstrom: [0, -30, 0], level: 0.3, reachAngstrom: 50 } as const;
    expect(() => mapRegion(map, nowhere)).toThrow(expect.objectContaining({ code: 'value-out-of-range' }));
    expect(() => mapRegion(map, { ...nowhere, seedAngstrom: [900, 0, 0] })).toThrow(/above the contour/);
  });

  it('becomes a mask that is wider than its contour, on voxels of another box too', () => {
    const part = { how: 'add', kind: 'region', seedAngstrom: [-26, 0, 0], level: 0.7, reachAngstrom: 99 } as const;
    const mask = drawnMask([{ ...part, widerAngstrom: 5, map }], grid);
    expect([-15, -5, 0, 5].map((x) => mask[voxelAt(x, 0, 0)])).toEqual([1, 1, 1, expect.closeTo(0.067, 3)]);
    const coarse = drawnMask([{ ...part, widerAngstrom: 5, map }], {
      ...grid,
      boxPixels: D / 2,
      pixelSizeAngstrom: 2 * APIX,
    });
    expect(coarse).toHaveLength((D / 2) ** 3);
    expect((8 * inside(coarse)) / inside(mask)).toBeCloseTo(1, 1);
  });
});
