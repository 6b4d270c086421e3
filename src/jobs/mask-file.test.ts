// Masks that are given: which are taken, and what is said of those that are not.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import { maskOnBox } from '../validation/mask.ts';
import { readMask } from './mask-file.ts';

const PLACE = { boxPixels: 16, pixelSizeAngstrom: 4 };

/** A corner of ones in zeros. */
const corner = (boxPixels: number, one = 1) =>
  Float32Array.from({ length: boxPixels ** 3 }, (_, i) => (i % boxPixels < boxPixels / 2 ? one : 0));

function file(boxPixels: number, pixelSizeAngstrom: number, values = corner(boxPixels)) {
  const bytes = writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }) as Uint8Array<ArrayBuffer>;
  return { path: 'mask.mrc', blob: new Blob([bytes]) };
}

describe('a mask’s file', () => {
  it.each([
    ['of the maps’ own box', 16, 4],
    ['of a larger box and smaller voxels', 32, 2],
    ['of a smaller box', 8, 8.01],
    ['of the own box without a pixel size', 16, 0],
    ['of the own box whose pixel size was never set', 16, 1],
  ])('%s is taken', async (_, boxPixels, pixelSizeAngstrom) => {
    const mask = await readMask(file(boxPixels, pixelSizeAngstrom), PLACE);
    expect(mask).toEqual(maskOnBox(corner(boxPixels), boxPixels, 16));
  });

  it('has values from 0 to 1 once those of an interpolation are cut', async () => {
    const mask = await readMask(file(16, 4, corner(16, 1.0005)), PLACE);
    expect(Math.max(...mask)).toBe(1);
  });

  it.each([
    ['another field of view', file(32, 4), { field: 'cella, mx', found: '32 voxels of 4 Å, 128.0 Å a side' }],
    ['a box of its own without a pixel size', file(32, 0), { expected: '16 voxels of 4 Å, 64.0 Å a side' }],
    ['values of a map', file(16, 4, corner(16, 7.5)), { found: '0 to 7.5', file: 'mask.mrc' }],
    ['values below 0', file(16, 4, corner(16, -0.2)), { found: '-0.2 to 0' }],
    ['nothing inside', file(16, 4, corner(16, 0.1)), { found: 'at most 0.1' }],
    ['values of a faint map', file(16, 4, corner(16, 0.58)), { found: 'at most 0.58' }],
  ])('with %s is refused', async (_, given, detail) => {
    expect(await refusalOf(readMask(given, PLACE))).toMatchObject({ code: 'value-out-of-range', detail });
  });

  it('with what is no number is refused', async () => {
    const values = corner(16);
    values[100] = NaN;
    expect(await refusalOf(readMask(file(16, 4, values), PLACE))).toMatchObject({ code: 'pixels-not-finite' });
  });
});
