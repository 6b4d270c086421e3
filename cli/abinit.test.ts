// Poses from images alone, on files: found, broken off and gone on with, aligned to, refined, written for other programs.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { commandFolder } from '../testing/command.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const COUNT = 60;
const tiny = ['--dec-dim', '16', '--dec-layers', '1', '--device', 'cpu', '--start', 'random'];
const quick = [
  '--base-grid',
  '30',
  '--niter',
  '1',
  '--t-extent',
  '1',
  '--t-ngrid',
  '3',
  '--l-start',
  '4',
  '--l-end',
  '6',
];

beforeAll(async () => {
  const made = await vitrine(['simulate', '-o', 'sim', '-N', String(COUNT), '-D', '16', '--apix', '8', '--snr', '1']);
  expect(made.code).toBe(0);
});

function posesOf(name: string) {
  const read = readCryodrgnPickle(new Uint8Array(readFileSync(path(name))), name);
  if (read.kind !== 'poses') throw new Error(read.kind);
  return read.poses;
}

describe('abinit', () => {
  test('finds poses from a bare stack, and goes on where it was broken off', async () => {
    const images = ['sim/particles.mrcs', '--ctf', 'sim/ctf.pkl', '--zdim', '0'];
    const broken = await vitrine(['abinit', ...images, '-o', 'run', '-n', '400', ...tiny, ...quick], /epoch\s+1 /);
    expect(broken.code).toBe(130);
    expect(broken.stderr).toContain(`${COUNT} images searched in epoch 1`);
    expect(broken.stderr).toContain('few images');
    const record = JSON.parse(readFileSync(path('run/vitrine.json'), 'utf8')) as { epochsDone: number };
    const epochs = record.epochsDone + 1;
    const resumed = await vitrine(['resume', 'run', '-n', String(epochs), '--device', 'cpu', '--json']);
    expect(resumed.json).toMatchObject({ status: 'finished', epochs });
    const { rotations, translations } = posesOf('run/pose.pkl');
    expect(rotations.length).toBe(9 * COUNT);
    // Fractions of the box: at most the largest shift and a step off the grid.
    for (const t of translations ?? []) expect(Math.abs(t)).toBeLessThan(2 / 16);
    expect(existsSync(path(`run/pose.${epochs}.pkl`))).toBe(true);
  }, 120_000);

  test('aligns particles to the run, and refines them into a STAR', async () => {
    const images = ['run', 'sim/particles.mrcs', '--ctf', 'sim/ctf.pkl', '--device', 'cpu', '--json'];
    const search = await vitrine(['search', ...images, '-o', 'found.pkl', ...quick]);
    expect(search.json).toMatchObject({ particles: COUNT });
    const around = ['--poses', 'found.pkl', '--cone', '6', '--halvings', '1', '--l-start', '4', '--l-end', '6'];
    const refined = await vitrine(['refine-poses', ...images, ...around, '-o', 'refined.star']);
    expect(refined.json).toMatchObject({ particles: COUNT });
    expect(readFileSync(path('refined.star'), 'utf8')).toContain('_rlnAngleRot');
    expect(Number(refined.json['error'])).toBeLessThanOrEqual(Number(search.json['error']) * 1.001);
    const missing = await vitrine(['refine-poses', ...images, '-o', 'x.pkl']);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toContain('no poses to refine');
  }, 120_000);

  test.each([
    ['poses to begin with', ['--start', 'given'], 1, 'no poses to begin with'],
    ['a band limit inside the box', ['--l-end', '9'], 2, 'beyond the images'],
  ])(
    'asks for %s',
    async (_what, flags, code, words) => {
      const args = ['abinit', 'sim/particles.mrcs', '--ctf', 'sim/ctf.pkl', '-o', 'bad', '-n', '1', ...tiny, ...flags];
      const ended = await vitrine(args);
      expect(ended.code).toBe(code);
      expect(ended.stderr).toContain(words);
    },
    60_000,
  );
});
