import { expect, it } from 'vitest';
import { understand } from '../formats/assemble.ts';
import { writeMrcStack } from '../formats/mrc-write.ts';
import { atEvenBox, withEvenBox } from './even-particles.ts';

const D = 7;
const stack = (boxPixels: number) => ({
  path: 'a.mrcs',
  blob: new Blob([
    writeMrcStack(
      { count: 2, boxPixels, pixelSizeAngstrom: 3 },
      Float32Array.from({ length: 2 * boxPixels ** 2 }, (_, i) => (i < boxPixels ** 2 ? 1 : 2)),
    ).slice(),
  ]),
});
const columns =
  'ImageName AngleRot AngleTilt AnglePsi OriginX OriginY DefocusU DefocusV DefocusAngle Voltage SphericalAberration AmplitudeContrast DetectorPixelSize Magnification';
const star = {
  path: 'a.star',
  blob: new Blob([
    [
      'data_',
      '',
      'loop_',
      ...columns.split(' ').map((name) => `_rln${name}`),
      '1@a.mrcs 10 20 30 3.5 -1.4 15000 14000 5 300 2.7 0.1 6 20000',
      '2@a.mrcs 10 20 30 0 0 15000 14000 5 300 2.7 0.1 6 20000',
      '',
    ].join('\n'),
  ]),
};

it('an odd box is made even: the field of view, CTF and shifts stay', async () => {
  const { set, warnings } = withEvenBox(await understand([star, stack(D)]));
  if (!set) throw new Error('no set');
  const apix = (3 * D) / (D - 1);
  expect([set.boxPixels, set.count]).toEqual([D - 1, 2]);
  expect(set.pixelSizeAngstrom).toBeCloseTo(apix, 6);
  expect(warnings.map(({ code }) => code)).toEqual(['box-cropped']);
  expect(Array.from(set.ctf?.subarray(9, 13) ?? [])).toEqual([D - 1, Math.fround(apix), 15000, 14000]);
  // 3.5 and −1.4 pixels of 7.
  expect(set.poses?.translations?.[0]).toBeCloseTo(0.5, 6);
  expect(set.poses?.translations?.[1]).toBeCloseTo(-0.2, 6);
  const pixels = await set.images.read([1]);
  expect(pixels).toHaveLength((D - 1) ** 2);
  for (const value of pixels) expect(value).toBeCloseTo(2 * (D / (D - 1)) ** 2, 4);
});

it('an even box is left alone', async () => {
  const { set } = await understand([stack(8)]);
  if (!set) throw new Error('no set');
  expect(atEvenBox(set)).toBe(set);
});
