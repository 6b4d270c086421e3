// A run carries all that made its set: later commands need not be told again, and what is named instead has to fit.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  readCryodrgnPickle,
  writeCtfPickle,
  writeIndexPickle,
  writePosePickle,
} from '../src/formats/cryodrgn-pickles.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { parseStarParticles } from '../src/formats/star/star-particles.ts';
import { starCtf } from '../src/formats/star/star-ctf.ts';
import { starPoses } from '../src/formats/star/star-poses.ts';
import { csParticles, csPassthrough, rotationOfRow } from '../testing/particle-files.ts';
import { commandFolder } from '../testing/command.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const COUNT = 24;
const tiny = ['-n', '1', '--zdim', '1', '-b', '8', '--enc-dim', '8', '--dec-dim', '8', '--enc-layers', '1'];
const train = (particles: string, out: string, ...more: string[]) =>
  vitrine(['train', particles, '-o', out, ...tiny, '--dec-layers', '1', '--device', 'cpu', ...more]);
const text = (name: string) => readFileSync(path(name), 'utf8');
const names = (star: string) =>
  [...text(star).matchAll(/^\s*(\d+)@(\S+)/gm)].map(([, index, stack]) => `${Number(index)}@${stack}`);
const chosen = [1, 3, 6];

beforeAll(async () => {
  const made = ['simulate', '-o', 'data', '-N', String(COUNT), '-D', '16', '--apix', '8', '--states', '2'];
  expect((await vitrine(made)).code).toBe(0);
  const count = 10;
  writeFileSync(
    path('labels.csv'),
    `label\n${Array.from({ length: count }, (_, row) => Number(chosen.includes(row))).join('\n')}\n`,
  );
  writeFileSync(path('ind.pkl'), writeIndexPickle(Uint32Array.from({ length: count }, (_, i) => 2 * i + 1)));
  const lists = ['--poses', 'data/poses.pkl', '--ctf', 'data/ctf.pkl', '--ind', 'ind.pkl'];
  copyFileSync(path(`data/truth/${readdirSync(path('data/truth'))[0]}`), path('map.mrc'));
  expect(await train('data/particles.mrcs', 'stack', ...lists, '--apix', '5')).toMatchObject({ code: 0 });
  expect(await train('data/particles.star', 'table', '--ind', 'ind.pkl')).toMatchObject({ code: 0 });
}, 120_000);

const select = (run: string, out: string, ...more: string[]) =>
  vitrine(['select', run, '--labels', '1', '--labels-file', 'labels.csv', '-o', out, ...more]);

describe('select', () => {
  test('a STAR of a stack has the pixel size, the poses and the place of the stack', async () => {
    expect(await select('stack', 'data/of-stack.star')).toMatchObject({ code: 0 });
    expect(names('data/of-stack.star')).toEqual(chosen.map((row) => `${2 * row + 2}@particles.mrcs`));
    const made = parseStarParticles(readFileSync(path('data/of-stack.star')), 'of-stack.star');
    expect(made.pixelSizeAngstrom).toBe(5);
    expect(await select('stack', 'elsewhere.star')).toMatchObject({ code: 0 });
    expect(names('elsewhere.star')[0]).toBe('4@data/particles.mrcs');
  });

  test('does not need the files any more', async () => {
    renameSync(path('data'), path('moved'));
    const ended = await select('table', 'gone.star');
    renameSync(path('moved'), path('data'));
    expect(ended).toMatchObject({ code: 0 });
    expect(names('gone.star')).toEqual(chosen.map((row) => `${2 * row + 2}@particles.mrcs`));
  });

  test('the particles are those of the training, though the table was sorted anew since', async () => {
    const before = text('data/particles.star');
    const lines = before.split('\n');
    const first = lines.findIndex((line) => line.includes('@'));
    const rows = lines.slice(first, first + COUNT).reverse();
    writeFileSync(path('data/particles.star'), [...lines.slice(0, first), ...rows, ''].join('\n'));
    const ended = await select('table', 'sorted.star');
    writeFileSync(path('data/particles.star'), before);
    expect(ended).toMatchObject({ code: 0 });
    expect(names('sorted.star')).toEqual(chosen.map((row) => `${2 * row + 2}@particles.mrcs`));
  });

  test('a table that is named is read by the names it has, whatever its order', async () => {
    const lines = text('data/particles.star').split('\n');
    const first = lines.findIndex((line) => line.includes('@'));
    const rows = lines.slice(first, first + COUNT);
    const write = (name: string, some: string[]) =>
      writeFileSync(path(name), [...lines.slice(0, first), ...some, ''].join('\n'));
    write('reversed.star', [...rows].reverse());
    expect(await select('table', 'r.star', '--particles', 'reversed.star')).toMatchObject({ code: 0 });
    expect(names('r.star')).toEqual(chosen.map((row) => `${2 * row + 2}@particles.mrcs`));
    write('short.star', rows.slice(0, 12));
    const refused = await select('table', 's.star', '--particles', 'short.star');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('lacks particles');
  });
});

test('a list of a table that was trained with other poses has those poses', async () => {
  const read = readCryodrgnPickle(readFileSync(path('data/poses.pkl')), 'poses.pkl');
  if (read.kind !== 'poses') throw new Error('no poses');
  const rotations = read.poses.rotations.slice().reverse();
  writeFileSync(path('turned.pkl'), writePosePickle({ rotations, translations: read.poses.translations }));
  expect(await train('data/particles.star', 'turned', '--ind', 'ind.pkl', '--poses', 'turned.pkl')).toMatchObject({
    code: 0,
  });
  expect(await select('turned', 'new/folder/turned.star')).toMatchObject({ code: 0 });
  const table = parseStarParticles(readFileSync(path('new/folder/turned.star')), 'turned.star');
  const found = starPoses(table, { boxPixels: 16, pixelSizeAngstrom: 8 })?.rotations;
  chosen.forEach((row, i) => {
    for (let k = 0; k < 9; k++) expect(found?.[9 * i + k]).toBeCloseTo(rotations[9 * (2 * row + 1) + k], 4);
  });
}, 30_000);

test('resume refuses other poses under the old name, and says what differs', async () => {
  const before = readFileSync(path('data/poses.pkl'));
  const read = readCryodrgnPickle(before, 'poses.pkl');
  if (read.kind !== 'poses') throw new Error('no poses');
  const { rotations, translations } = read.poses;
  writeFileSync(
    path('data/poses.pkl'),
    writePosePickle({
      rotations: Float32Array.from(rotations, (value, i) => (i < 9 ? Number(i % 4 === 0) : value)),
      translations,
    }),
  );
  const unchanged = await vitrine(['resume', 'stack', '-n', '2', '--device', 'cpu']);
  // Row 0 is not among the run's.
  expect(unchanged).toMatchObject({ code: 0 });
  writeFileSync(path('data/poses.pkl'), writePosePickle({ rotations: rotations.slice().reverse(), translations }));
  const refused = await vitrine(['resume', 'stack', '-n', '3', '--device', 'cpu']);
  writeFileSync(path('data/poses.pkl'), before);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('other poses');
}, 60_000);

test('encode takes the pixel size that the run was trained with, and refuses another field of view', async () => {
  const lists = ['--poses', 'data/poses.pkl', '--ctf', 'data/ctf.pkl', '--device', 'cpu'];
  const encode = (...more: string[]) =>
    vitrine(['encode', 'stack', 'data/particles.mrcs', ...lists, '-o', 'z.csv', ...more]);
  expect(await encode()).toMatchObject({ code: 0 });
  const own = text('z.csv');
  expect(await encode('--apix', '5')).toMatchObject({ code: 0 });
  expect(text('z.csv')).toBe(own);
  const refused = await encode('--apix', '8');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('field of view');
}, 60_000);

test('options that cannot act on a run are refused', async () => {
  for (const option of [
    ['--ind', 'ind.pkl'],
    ['--apix', '3'],
  ]) {
    const refused = await vitrine(['info', 'table', ...option]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`${option[0]} cannot act here`)]);
  }
  const dropped = await select('table', 'x.pkl', '--particles', 'data/particles.star');
  expect([dropped.code, dropped.stderr]).toEqual([2, expect.stringContaining('--particles cannot act here')]);
});

test('training asks for a pixel size that no file says', async () => {
  const bytes = new Uint8Array(readFileSync(path('data/particles.mrcs')));
  bytes.fill(0, 40, 52);
  writeFileSync(path('bare.mrcs'), bytes);
  const refused = await train('bare.mrcs', 'bare', '--poses', 'data/poses.pkl');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('--apix');
  expect(await vitrine(['convert', 'bare.mrcs', '-o', 'small.mrcs', '-D', '8'])).toMatchObject({ code: 0 });
  expect([...new Uint8Array(readFileSync(path('small.mrcs'))).subarray(40, 52)]).toEqual(new Array(12).fill(0));
});

describe('convert', () => {
  test.each([
    ['-D for a STAR', ['data/particles.star', '-D', '8', '-o', 'x.star'], '-D'],
    ['--apix for a table of its own', ['data/particles.star', '--apix', '3', '-o', 'x.star'], '--apix'],
    ['--poses for a stack', ['data/particles.mrcs', '--poses', 'data/poses.pkl', '-o', 'x.mrcs'], '--poses'],
    ['--ctf for poses', ['data/particles.star', '--ctf', 'data/ctf.pkl', '-o', 'pose.pkl'], '--ctf'],
    ['--ind for a map', ['map.mrc', '--ind', 'ind.pkl', '-o', 'x.mrc'], '--ind'],
    ['--datadir for a .pkl', ['data/poses.pkl', '--datadir', 'data', '-o', 'x.csv'], '--datadir'],
    ['--kind for a STAR', ['data/particles.star', '--kind', 'poses', '-o', 'x.star'], '--kind'],
  ])('refuses %s', async (_, args, field) => {
    const refused = await vitrine(['convert', ...args]);
    expect(refused.stderr).toContain(`${field} cannot act here`);
    expect(refused.code).toBe(2);
  });

  test('a map stays where it lies, and what is done to it is said', async () => {
    const bytes = new Uint8Array(readFileSync(path('map.mrc')));
    const header = new DataView(bytes.buffer);
    [-8, 4, 12].forEach((start, i) => header.setInt32(16 + 4 * i, start, true));
    [2, 1, 3].forEach((axis, i) => header.setInt32(64 + 4 * i, axis, true));
    writeFileSync(path('turned.mrc'), bytes);
    const ended = await vitrine(['convert', 'turned.mrc', '-D', '8', '-o', 'small.mrc']);
    expect(ended.stderr).toContain('run along y, x, z');
    const small = await readMrcVolume({ path: 'small.mrc', blob: new Blob([readFileSync(path('small.mrc'))]) });
    expect(small).toMatchObject({ boxPixels: 8, pixelSizeAngstrom: 16, start: [2, -4, 6], notices: [] });
  });

  test('poses and CTF that are given come into the table, all else stays', async () => {
    const all = readCryodrgnPickle(readFileSync(path('data/poses.pkl')), 'poses.pkl');
    const ctf = readCryodrgnPickle(readFileSync(path('data/ctf.pkl')), 'ctf.pkl');
    if (all.kind !== 'poses' || ctf.kind !== 'ctf') throw new Error('no lists');
    const rotations = all.poses.rotations.slice().reverse();
    writeFileSync(path('new-poses.pkl'), writePosePickle({ rotations, translations: all.poses.translations }));
    const defocus = ctf.ctf.map((value, i) => (i % 9 === 2 ? value + 100 : value));
    writeFileSync(path('new-ctf.pkl'), writeCtfPickle(defocus));
    const given = ['--poses', 'new-poses.pkl', '--ctf', 'new-ctf.pkl'];
    expect(await vitrine(['convert', 'data/particles.star', ...given, '-o', 'data/new.star'])).toMatchObject({
      code: 0,
    });
    const table = parseStarParticles(readFileSync(path('data/new.star')), 'new.star');
    const scale = { boxPixels: 16, pixelSizeAngstrom: 8 };
    starPoses(table, scale)?.rotations.forEach((value, i) => expect(value).toBeCloseTo(rotations[i], 5));
    starCtf(table, scale).ctf?.forEach((value, i) => expect(value).toBeCloseTo(defocus[i], i % 9 < 4 ? 1 : 3));
    const other = defocus.map((value, i) => (i % 9 === 5 ? 200 : value));
    writeFileSync(path('other-ctf.pkl'), writeCtfPickle(other));
    const refused = await vitrine(['convert', 'data/particles.star', '--ctf', 'other-ctf.pkl', '-o', 'x.star']);
    expect(refused.stderr).toContain('another microscope');
  });

  test('poses of a .cs come from the passthrough table beside it', async () => {
    mkdirSync(path('job'));
    writeFileSync(path('job/particles.cs'), csParticles([0, 1, 2]));
    writeFileSync(path('job/passthrough_particles.cs'), csPassthrough(3));
    expect(await vitrine(['convert', 'job/particles.cs', '-o', 'job-pose.pkl'])).toMatchObject({ code: 0 });
    const read = readCryodrgnPickle(readFileSync(path('job-pose.pkl')), 'job-pose.pkl');
    if (read.kind !== 'poses') throw new Error('no poses');
    for (const row of [0, 1, 2])
      rotationOfRow(row).forEach((value, k) => expect(read.poses.rotations[9 * row + k]).toBeCloseTo(value, 5));
  });
});
