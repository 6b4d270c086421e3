// Lists of a run's particles, of this program's and of cryoDRGN's, filtered and with images left out: cut, and read again.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCryodrgnPickle, writeIndexPickle } from '../src/formats/cryodrgn-pickles.ts';
import { commandFolder } from '../testing/command.ts';
import {
  BOX,
  csParticles,
  csPassthrough,
  meanOfImage,
  rotationOfRow,
  stackOf,
  starOf,
} from '../testing/particle-files.ts';
import type { Console } from './console.ts';
import { openParticles } from './files.ts';
import type { ParticleOptions } from './particle-options.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const quiet: Console = {
  signal: new AbortController().signal,
  ...{ progress: () => {}, say: () => {}, warn: () => {}, result: () => {} },
};

const IMAGES = [4, 0, 7, 2, 5, 1, 6, 3];
const BAD = 2;
const LIST = [6, 3, 1, 7, 2, 0];
/** Row 3 shows the bad image. */
const ROWS = LIST.filter((row) => IMAGES[row] !== BAD);
const PICKS = [1, 2, 4];
const WANTED = PICKS.map((pick) => ROWS[pick]);

beforeAll(async () => {
  writeFileSync(path('a.star'), starOf('3.1', IMAGES));
  writeFileSync(path('a.cs'), csParticles(IMAGES));
  writeFileSync(path('passthrough_particles.cs'), csPassthrough(IMAGES.length));
  writeFileSync(path('stack.mrcs'), stackOf([0, 1, 2, 3, 4, 5, 6, 7], [BAD]));
  writeFileSync(path('ind.pkl'), writeIndexPickle(Uint32Array.from(LIST)));
  writeFileSync(path('labels.csv'), `label\n${ROWS.map((_, i) => Number(PICKS.includes(i))).join('\n')}\n`);
  const tiny = ['-n', '1', '--zdim', '1', '-b', '4', '--enc-dim', '8', '--dec-dim', '8', '--device', 'cpu'];
  const given = ['--ind', 'ind.pkl', '--leave-out-bad'];
  for (const table of ['star', 'cs'])
    expect(await vitrine(['train', `a.${table}`, '-o', table, ...given, ...tiny])).toMatchObject({ code: 0 });
  // What cryoDRGN would leave: config, weights, latents and lists.
  cpSync(path('star'), path('cryodrgn'), { recursive: true });
  for (const name of ['vitrine.json', 'datasets']) rmSync(path(`cryodrgn/${name}`), { recursive: true });
}, 60_000);

const select = (run: string, out: string, ...more: string[]) =>
  vitrine(['select', run, '--labels', '1', '--labels-file', 'labels.csv', '-o', out, ...more]);

async function expectWanted(file: string, options: ParticleOptions = {}): Promise<void> {
  const set = await openParticles(path(file), options, quiet);
  const pixels = await set.images.read(WANTED.map((_, i) => i));
  expect(WANTED.map((_, i) => pixels[i * BOX * BOX])).toEqual(WANTED.map((row) => meanOfImage(IMAGES[row])));
  WANTED.forEach((row, i) =>
    rotationOfRow(row).forEach((value, k) => expect(set.poses?.rotations[9 * i + k]).toBeCloseTo(value, 4)),
  );
  expect(set.count).toBe(WANTED.length);
}

describe.each([
  ['of STAR', 'star', []],
  ['of .cs with passthrough', 'cs', []],
  ['of cryoDRGN, the table named', 'cryodrgn', ['--particles']],
] as const)('a run %s', (_, run, named) => {
  const from = (table: string) => (named.length > 0 ? [...named, table] : []);

  test('index lists count in the original', async () => {
    expect(await select(run, 'out.pkl')).toMatchObject({ code: 0 });
    expect(await select(run, 'out.csv')).toMatchObject({ code: 0 });
    const read = readCryodrgnPickle(readFileSync(path('out.pkl')), 'out.pkl');
    expect(read.kind === 'index' && [...read.indices]).toEqual(WANTED);
    expect(readFileSync(path('out.csv'), 'utf8').trim().split('\n').slice(1).map(Number)).toEqual(WANTED);
    await expectWanted('a.star', { ind: path('out.pkl') });
  });

  test('a STAR file', async () => {
    expect(await select(run, 'out.star', ...from('a.star'))).toMatchObject({ code: 0 });
    await expectWanted('out.star');
  });

  test('a .cs file, where there is one to cut from', async () => {
    const ended = await select(run, 'out.cs', ...from('a.cs'));
    if (run === 'star') {
      expect(ended.code).not.toBe(0);
      expect(ended.stderr).toContain('.cs');
      // By name instead.
      expect(await select(run, 'out.cs', '--particles', 'a.cs')).toMatchObject({ code: 0 });
    } else expect(ended).toMatchObject({ code: 0 });
    await expectWanted('out.cs', { passthrough: [path('passthrough_particles.cs')] });
  });
});
