// Maps whose data run along other axes than x, y, z, and where a map lies, which stays through reading and writing.
import { expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { placeAfterCrop, readMrcVolume } from './mrc-volume.ts';
import { writeMrcVolume } from './mrc-write.ts';
import type { Triple } from './mrc-header.ts';

const N = 3;
/** Each voxel tells its place: 100 z + 10 y + x. */
const valueAt = (x: number, y: number, z: number) => 100 * z + 10 * y + x;
const AXES_AT = 64;

/** The file of a map whose columns, rows and sections run along `axes` (1 x, 2 y, 3 z). */
function mapAlong(axes: number[], start: Triple = [0, 0, 0]): Uint8Array {
  const values = new Float32Array(N ** 3);
  for (let section = 0; section < N; section++)
    for (let row = 0; row < N; row++)
      for (let column = 0; column < N; column++) {
        const place = [0, 0, 0];
        [column, row, section].forEach((along, i) => (place[axes[i] - 1] = along));
        values[(section * N + row) * N + column] = valueAt(place[0], place[1], place[2]);
      }
  const bytes = writeMrcVolume({ boxPixels: N, pixelSizeAngstrom: 2, values, start });
  axes.forEach((axis, i) => new DataView(bytes.buffer).setInt32(AXES_AT + 4 * i, axis, true));
  return bytes;
}

const read = (bytes: Uint8Array) => readMrcVolume({ path: 'm.mrc', blob: new Blob([bytes.slice()]) });
const straight = () =>
  Float32Array.from({ length: N ** 3 }, (_, i) => valueAt(i % N, Math.floor(i / N) % N, Math.floor(i / N ** 2)));

test.each([[[1, 2, 3]], [[1, 3, 2]], [[2, 1, 3]], [[2, 3, 1]], [[3, 1, 2]], [[3, 2, 1]]])(
  'columns, rows and sections along %s come out as x, y, z',
  async (axes) => {
    const start: Triple = [10, 20, 30];
    const map = await read(mapAlong(axes, start));
    expect(map.values).toEqual(straight());
    expect(axes.map((axis) => map.start[axis - 1])).toEqual(start);
    const isStraight = axes.every((axis, i) => axis === i + 1);
    expect(map.notices.map(({ code }) => code)).toEqual(isStraight ? [] : ['map-axes-reordered']);
  },
);

test('axes that are not set are x, y, z; axes that are no three are refused', async () => {
  const unset = mapAlong([1, 2, 3]);
  unset.fill(0, AXES_AT, AXES_AT + 12);
  expect((await read(unset)).values).toEqual(straight());
  const twice = mapAlong([1, 2, 3]);
  new DataView(twice.buffer).setInt32(AXES_AT, 3, true);
  const refused = await refusalOf(read(twice));
  expect([refused.code, refused.detail.field, refused.detail.found]).toEqual([
    'mrc-header',
    'mapc, mapr, maps',
    '3, 2, 3',
  ]);
});

test('voxels that are no cubes are refused, rounding of their sides is not', async () => {
  const sized = (z: number) => {
    const bytes = mapAlong([1, 2, 3]);
    new DataView(bytes.buffer).setFloat32(48, z * N, true);
    return read(bytes);
  };
  expect((await sized(2.001)).pixelSizeAngstrom).toBe(2);
  expect((await sized(0)).pixelSizeAngstrom).toBe(2);
  expect((await refusalOf(sized(3))).detail.found).toBe('2 × 2 × 3 Å');
});

test('where a map lies is written again', async () => {
  const place = { originAngstrom: [-20.5, 3, 8] as Triple, start: [-4, 0, 12] as Triple };
  const map = await read(writeMrcVolume({ boxPixels: N, pixelSizeAngstrom: 2, values: straight(), ...place }));
  expect(map).toMatchObject(place);
  expect(placeAfterCrop(map, N, 2)).toEqual(place);
});

interface Place {
  originAngstrom: Triple;
  start: Triple;
}
test.each<[string, { place: Place; to: number; size: number; expected: Place }]>([
  [
    'in Å',
    {
      place: { originAngstrom: [-20, 0, 8], start: [0, 0, 0] },
      ...{ to: 4, size: 4 },
      expected: { originAngstrom: [-20, 0, 8], start: [0, 0, 0] },
    },
  ],
  [
    'in voxels',
    {
      place: { originAngstrom: [0, 0, 0], start: [-8, 4, 0] },
      ...{ to: 4, size: 4 },
      expected: { originAngstrom: [0, 0, 0], start: [-4, 2, 0] },
    },
  ],
  [
    'in voxels that do not come out whole',
    {
      place: { originAngstrom: [0, 0, 0], start: [-7, 4, 0] },
      ...{ to: 4, size: 4 },
      expected: { originAngstrom: [-14, 8, 0], start: [0, 0, 0] },
    },
  ],
  [
    'at a size that is given',
    {
      place: { originAngstrom: [-20, 0, 8], start: [0, 0, 0] },
      ...{ to: 8, size: 3 },
      expected: { originAngstrom: [-30, 0, 12], start: [0, 0, 0] },
    },
  ],
])('the first voxel stays where it was after a crop: %s', (_, { place, to, size, expected }) => {
  const map = { boxPixels: 8, pixelSizeAngstrom: 2, ...place, values: new Float32Array(), notices: [] };
  const { originAngstrom: origin, start: voxels } = placeAfterCrop(map, to, size);
  expect([origin, voxels].map((place) => place.map((value) => value + 0))).toEqual([
    expected.originAngstrom,
    expected.start,
  ]);
});
