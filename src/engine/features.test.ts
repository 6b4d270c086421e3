// The factored features against the plain sines, and the slices against the geometry they come from.
import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import type { EncodingTable, ModelSpec } from './engine.ts';
import { FeatureMaker } from './features.ts';
import { coordinatesOfImage, flipsOfImage, makeSliceLayout, needsFlip } from './slices.ts';

const spec: ModelSpec = {
  boxPixels: 16,
  zDim: 2,
  domain: 'fourier',
  activation: 'relu',
  decoderLayers: 1,
  decoderDim: 4,
  encoderLayers: 1,
  encoderDim: 4,
  encoderMaskRadius: 8,
};

/** Waves with sines and cosines in mixed order, one sine twice and one wave without its cosine. */
function mixedTable(): EncodingTable {
  const random = new Random(4);
  const waves = Array.from({ length: 5 }, () => [20 * random.normal(), 20 * random.normal(), 20 * random.normal()]);
  const order: [number, number][] = [
    [0, 1],
    [1, 0],
    [0, 0],
    [2, 0],
    [3, 1],
    [0, 0],
    [3, 0],
    [4, 1],
  ];
  return {
    waveVectors: Float32Array.from(order.flatMap(([wave]) => waves[wave])),
    isCosine: Uint8Array.from(order, ([, cosine]) => cosine),
  };
}

function plainFeature(table: EncodingTable, j: number, c: ArrayLike<number>): number {
  const phase = [0, 1, 2].reduce((sum, axis) => sum + table.waveVectors[3 * j + axis] * c[axis], 0);
  return table.isCosine[j] ? Math.cos(phase) : Math.sin(phase);
}

const tilted = Float32Array.of(0.36, 0.48, -0.8, -0.8, 0.6, 0, 0.48, 0.64, 0.6);
const identity = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

describe('features', () => {
  it.each([
    ['fourier', tilted],
    ['fourier', identity],
    ['hartley', tilted],
  ] as const)('of a slice, domain %s, are the sines at its coordinates', (domain, rotation) => {
    const layout = makeSliceLayout({ ...spec, domain });
    const table = mixedTable();
    const maker = new FeatureMaker(table);
    const rows = layout.rowsPerImage;
    const stride = rows + 7;
    const flips = new Uint8Array(rows);
    flipsOfImage(layout, rotation, 0, flips, 0);
    const coordinates = new Float32Array(3 * rows);
    coordinatesOfImage(layout, { rotations: rotation, at: 0, flips, flipsAt: 0 }, { out: coordinates, outAt: 0 });
    const out = new Float32Array(maker.count * stride);
    maker.ofSlice(layout, { rotations: rotation, at: 0, flips, flipsAt: 0 }, { out, stride, first: 3 });
    for (let row = 0; row < rows; row++) {
      const c = coordinates.subarray(3 * row, 3 * row + 3);
      // The coordinates are rounded to float32; phases reach 20.
      for (let j = 0; j < maker.count; j++)
        expect(Math.abs(out[j * stride + 3 + row] - plainFeature(table, j, c))).toBeLessThan(2e-5);
    }
  });

  it.each([
    ['on a grid', (i: number) => [((i % 9) - 4) / 16, ((i % 7) - 3) / 16, ((i % 5) - 2) / 16]],
    ['anywhere', (i: number) => [Math.sin(i) / 2, Math.cos(3 * i) / 2, Math.sin(5 * i + 1) / 2]],
  ])('of coordinates %s are the sines there', (_, point) => {
    const coordinates = Float32Array.from(Array.from({ length: 110 }, (_, i) => point(i)).flat());
    const table = mixedTable();
    const maker = new FeatureMaker(table);
    const out = new Float32Array(maker.count * 100);
    maker.ofCoordinates(coordinates, 10, 100, out, 100);
    for (let row = 0; row < 100; row++)
      for (let j = 0; j < maker.count; j++)
        expect(out[j * 100 + row]).toBeCloseTo(
          plainFeature(table, j, coordinates.subarray(3 * (row + 10), 3 * (row + 10) + 3)),
          5,
        );
  });

  it('without waves are the coordinates', () => {
    const maker = new FeatureMaker({ waveVectors: new Float32Array(0), isCosine: new Uint8Array(0) });
    const out = new Float32Array(6);
    maker.ofCoordinates(Float32Array.of(1, 2, 3, 4, 5, 6), 0, 2, out, 2);
    expect([...out]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

describe('slices', () => {
  it('ask one half of space, each pair of mirror points once', () => {
    const layout = makeSliceLayout(spec);
    for (const rotation of [tilted, identity]) {
      const flips = new Uint8Array(layout.rowsPerImage);
      const coordinates = new Float32Array(3 * layout.rowsPerImage);
      flipsOfImage(layout, rotation, 0, flips, 0);
      coordinatesOfImage(layout, { rotations: rotation, at: 0, flips, flipsAt: 0 }, { out: coordinates, outAt: 0 });
      for (let row = 0; row < layout.rowsPerImage; row++)
        expect(needsFlip(coordinates[3 * row], coordinates[3 * row + 1], coordinates[3 * row + 2])).toBe(false);
    }
    expect(layout.rowsPerImage * 2).toBe(layout.lattice.points);
  });

  it('refuse an encoder mask beyond the images', () => {
    expect(() => makeSliceLayout({ ...spec, encoderMaskRadius: 9 })).toThrow(/beyond the mask/);
  });
});
