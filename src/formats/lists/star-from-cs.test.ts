// cryoSPARC's particles written as STAR: what RELION needs beside images, poses and CTF is kept, from the table and from its
// passthrough files, and reads back.
import { expect, test } from 'vitest';
import { starCell } from '../star/star-cell.ts';
import { csFields, csOf } from '../../../testing/cs-bytes.ts';

import { composeStar, type StarRows } from '../star/star-compose.ts';
import { understand } from '../assemble.ts';
import { writeMrcStack } from '../mrc-write.ts';
import { writeSelection } from './selection-files.ts';
import { keptOfCs } from './star-from-cs.ts';
import { parseCs, type CsTable } from '../cs/cs.ts';
import { ORDINARY_OPTICS } from '../particles.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { starCtf } from '../star/star-ctf.ts';
import { parseStar, starNumbers, starTexts } from '../star/star.ts';

const { uid, integer, number, integers, text } = csFields;

const main = parseCs(
  csOf(4, [uid((row) => row), integer('ctf/exp_group_id', (row) => [3, 8, 3, 8][row])]),
  'particles.cs',
);
// More particles, in another order.
const passthrough = parseCs(
  csOf(6, [
    uid((row) => 5 - row),
    text('location/micrograph_path', (row) => `>J1/motion corrected/m${5 - row}.mrc`),
    integers('location/micrograph_shape', 2, () => [3000, 4000]),
    number('location/center_x_frac', () => 0.25),
    number('location/center_y_frac', () => 0.5),
    integer('alignments3D/split', (row) => row % 2),
  ]),
  'passthrough_particles.cs',
);
const joined: CsTable = { ...main, passthrough: [passthrough] };

const rows = (count: number): StarRows => ({
  count,
  boxPixels: 8,
  pixelSizeAngstrom: 2,
  imageOf: (row) => ({ path: 'a folder/s.mrc', index: row }),
  rotations: null,
  translations: null,
  ctf: Float32Array.from({ length: 9 * count }, (_, i) => [8, 2, 9000, 8000, 10, 300, 2.7, 0.1, 0][i % 9]),
  optics: null,
});

test('micrographs, coordinates, half-sets and exposure groups come from the table and its passthrough', () => {
  const picked = [3, 0, 1];
  const kept = keptOfCs(joined, picked);
  const bytes = composeStar({ ...rows(3), groupOf: kept.exposureGroupOf, extra: kept.columns });
  const file = parseStar(bytes, 'made.star');
  const particles = file.blocks[1];
  expect(starTexts(file, particles, '_rlnMicrographName')).toEqual(
    [3, 0, 1].map((k) => `J1/motion corrected/m${k}.mrc`),
  );
  expect(starNumbers(file, particles, '_rlnCoordinateX')).toEqual(Float64Array.of(1000, 1000, 1000));
  expect(starNumbers(file, particles, '_rlnCoordinateY')).toEqual(Float64Array.of(1500, 1500, 1500));
  // Passthrough rows 2, 5, 4.
  expect(starNumbers(file, particles, '_rlnRandomSubset')).toEqual(Float64Array.of(1, 2, 1));
  expect(starNumbers(file, particles, '_rlnOpticsGroup')).toEqual(Float64Array.of(1, 2, 1));
  expect(file.blocks[0].rows).toBe(2);
  const table = parseStarParticles(bytes, 'made.star');
  expect(table.images.paths).toEqual(['a folder/s.mrc']);
  expect(starCtf(table, { boxPixels: 8, pixelSizeAngstrom: 2 }).ctf).toEqual(rows(3).ctf);
});

test('scale, B factor, magnification, beam tilt and what was done to the images are written where they are not ordinary', () => {
  const optics = new Float32Array(20);
  optics.set(ORDINARY_OPTICS);
  optics.set([0.75, 50, 2, 1.02, 0.01, 0, 0.98, 1, 0.5, -0.25], 10);
  const file = parseStar(composeStar({ ...rows(2), optics }), 'made.star');
  const [groups, particles] = file.blocks;
  const of = (block: typeof groups, label: string) => Array.from(starNumbers(file, block, `_rln${label}`) ?? []);
  expect(of(particles, 'CtfScalefactor')).toEqual([1, 0.75]);
  expect(of(particles, 'CtfBfactor')).toEqual([0, 50]);
  expect(of(particles, 'OpticsGroup')).toEqual([1, 2]);
  expect(of(groups, 'CtfDataAreCtfPremultiplied')).toEqual([0, 1]);
  expect(of(groups, 'CtfDataArePhaseFlipped')).toEqual([0, 0]);
  expect(of(groups, 'MagMat00')).toEqual([1, 1.02]);
  expect(of(groups, 'BeamTiltY')).toEqual([0, -0.25]);
  const plain = parseStar(composeStar(rows(2)), 'made.star');
  expect(plain.blocks.flatMap(({ columns }) => columns).filter((label) => /Mag|Tilt|factor|Data/.test(label))).toEqual(
    [],
  );
});

test('contrast scale and B factor of each image come from the table into the STAR', async () => {
  const table = csOf(3, [
    uid((row) => row),
    text('blob/path', () => '>s.mrc'),
    integer('blob/idx', (row) => row),
    ...[number('ctf/df1_A', () => 9000), number('ctf/df2_A', () => 8000), number('ctf/df_angle_rad', () => 0)],
    ...[number('ctf/accel_kv', () => 300), number('ctf/cs_mm', () => 2.7), number('ctf/amp_contrast', () => 0.1)],
    number('ctf/scale', (row) => [1, 0.75, 0.5][row]),
    number('ctf/bfactor', (row) => [0, 40, 80][row]),
  ]);
  const stack = writeMrcStack({ count: 3, boxPixels: 8, pixelSizeAngstrom: 2 }, new Float32Array(192));
  const { set } = await understand(
    [
      { path: 'a.cs', blob: new Blob([table.slice()]) },
      { path: 's.mrc', blob: new Blob([stack.slice()]) },
    ],
    { scanPixels: 'none' },
  );
  if (!set) throw new Error('no set');
  const file = parseStar(writeSelection(set, [2, 0, 1], 'star'), 'made.star');
  const of = (label: string) => Array.from(starNumbers(file, file.blocks[1], `_rln${label}`) ?? []);
  expect([of('CtfScalefactor'), of('CtfBfactor')]).toEqual([
    [0.5, 1, 0.75],
    [80, 0, 40],
  ]);
});

test('numbers that are not finite are refused with their row', () => {
  const ctf = Float32Array.from(rows(3).ctf ?? []);
  ctf[9 + 2] = NaN;
  const refused = expect.objectContaining({
    code: 'value-out-of-range',
    detail: expect.objectContaining({ row: 2 }) as object,
  });
  expect(() => composeStar({ ...rows(3), ctf })).toThrowError(refused as Error);
});

test('cells that a reader would split or take for something else are quoted', () => {
  expect(['a.mrc', 'two words', '', '#3', '_rlnA', 'data_1', "it's here"].map(starCell)).toEqual([
    'a.mrc',
    '"two words"',
    '""',
    '"#3"',
    '"_rlnA"',
    '"data_1"',
    '"it\'s here"',
  ]);
});
