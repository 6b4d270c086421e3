// A mask on the voxels of another box is the mask that the other box would have.
import { describe, expect, it } from 'vitest';
import { coarseBox, resampledMask } from './resample.ts';

/** A Gaussian of a tenth of the box, which is all but 0 beyond any band limit here. */
function heap(boxPixels: number): Float32Array {
  return Float32Array.from({ length: boxPixels ** 3 }, (_, i) => {
    const place = [i % boxPixels, Math.floor(i / boxPixels) % boxPixels, Math.floor(i / boxPixels ** 2)];
    const squared = place.reduce((sum, n) => sum + ((n - boxPixels / 2) / (0.1 * boxPixels)) ** 2, 0);
    return Math.exp(-squared / 2);
  });
}

describe('a mask', () => {
  it.each([
    [48, 24],
    [24, 48],
  ])('of box %i at box %i', (from, to) => {
    const found = resampledMask(heap(from), from, 11, to);
    const wanted = heap(to);
    expect(found).toHaveLength(to ** 3);
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - found[i])))).toBeLessThan(0.01);
  });

  it('stays between 0 and 1 where the band limit rings', () => {
    const step = heap(48).map((value) => (value > 0.3 ? 1 : 0));
    const found = resampledMask(step, 48, 11, 24);
    expect([Math.min(...found), Math.max(...found)]).toEqual([0, 1]);
  });
});

it('boxes are halved where maps of half the box are worth the name', () => {
  expect([128, 64, 48, 40, 32].map(coarseBox)).toEqual([64, 32, 24, 40, 32]);
});
