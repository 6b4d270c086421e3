// The command as a person runs it: exit codes, the JSON line, and the main job from simulated files to a list.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFolder } from '../testing/command.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const tiny = ['--enc-dim', '16', '--dec-dim', '16', '--enc-layers', '1', '--dec-layers', '1', '--device', 'cpu'];

describe('usage', () => {
  test.each([
    ['no command that there is', ['frobnicate'], 2],
    ['an argument missing', ['info'], 2],
    ['a number that is none', ['train', 'a.mrcs', '-o', 'r', '--zdim', 'many'], 2],
    ['a value out of range', ['train', 'a.mrcs', '-o', 'r', '--zdim', '1000'], 2],
    ['more dimensions than are fitted', ['train', 'a.mrcs', '-o', 'r', '--latents', 'linear', '--zdim', '20'], 2],
    ['no such file', ['info', 'absent.mrcs', '--json'], 1],
    ['no run folder', ['decode', '.', '-o', 'maps', '--index', '0'], 1],
  ])(
    '%s',
    async (_, args, code) => {
      const ended = await vitrine(args);
      expect(ended.code).toBe(code);
      expect(ended.stderr).toContain('error');
      expect(ended.stdout).toBe('');
    },
    20_000,
  );

  test('bad input names the file and what to do', async () => {
    writeFileSync(path('picture.png'), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10));
    const ended = await vitrine(['info', 'picture.png']);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toContain('picture.png');
    expect(ended.stderr).toContain('PNG');
  });
});

describe('the main job', () => {
  beforeAll(async () => {
    const ended = await vitrine([
      'simulate',
      '-o',
      'data',
      '-N',
      '200',
      '-D',
      '16',
      '--apix',
      '8',
      '--states',
      '5',
      '--json',
    ]);
    expect(ended).toMatchObject({ code: 0, json: { particles: 200, boxPixels: 16, states: 5 } });
  });

  test('simulates files that info understands', async () => {
    expect(readdirSync(path('data/truth'))).toHaveLength(5);
    const { json, code } = await vitrine(['info', 'data/particles.star', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject({
      ...{ kind: 'star', particles: 200, boxPixels: 16, pixelSizeAngstrom: 8, opticsGroups: 1 },
      ...{ hasPoses: true, hasCtf: true },
    });
  }, 20_000);

  test('trains, is interrupted, resumes, decodes, analyses, selects', async () => {
    const args = ['train', 'data/particles.star', '-o', 'run', '--zdim', '2', '-b', '20', ...tiny];
    const interrupted = await vitrine([...args, '-n', '1000'], /epoch +2 /);
    expect(interrupted.code).toBe(130);
    expect(existsSync(path('run/weights.2.pkl'))).toBe(true);
    const again = await vitrine([...args, '-n', '3']);
    expect(again).toMatchObject({ code: 2 });

    const done = Number(
      readdirSync(path('run'))
        .flatMap((name) => /^z\.(\d+)\.pkl$/.exec(name)?.[1] ?? [])
        .sort((a, b) => Number(b) - Number(a))[0],
    );
    const resumed = await vitrine(['resume', 'run', '-n', String(done + 1), '--json']);
    expect(resumed).toMatchObject({ code: 0, json: { status: 'finished', epochs: done + 1, particles: 200 } });

    const decoded = await vitrine(['decode', 'run', '--index', '3,5-6', '-o', 'maps', '--json']);
    expect(decoded.json['maps']).toEqual(['vol_001.mrc', 'vol_002.mrc', 'vol_003.mrc']);
    expect(readFileSync(path('maps/vol_003.mrc'))).toHaveLength(1024 + 4 * 16 ** 3);

    const encoded = await vitrine(['encode', 'run', 'data/particles.star', '-o', 'z.csv', '--json']);
    expect(encoded.json).toMatchObject({ particles: 200, zDim: 2 });
    const kept = readCryodrgnPickle(readFileSync(path(`run/z.${done + 1}.pkl`)), 'z.pkl');
    const [header, first] = readFileSync(path('z.csv'), 'utf8').split('\n');
    expect(header).toBe('z1,z2');
    if (kept.kind === 'latents') expect(Number(first.split(',')[1])).toBeCloseTo(kept.mu[1], 4);

    const analysed = await vitrine(['analyze', 'run', '--ksample', '3', '--pc', '1', '--no-umap', '--json']);
    expect(analysed.code).toBe(0);
    for (const name of ['pca.csv', 'labels.csv', 'centers.csv', 'pca.svg', 'kmeans3/vol_003.mrc', 'pc1/vol_010.mrc'])
      expect(existsSync(path(`run/analyze.${done + 1}/${name}`))).toBe(true);

    const labels = readFileSync(path(`run/analyze.${done + 1}/labels.csv`), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const wanted = labels.map((line) => line.split(',').map(Number)).filter(([, label]) => label !== 1);
    for (const out of ['out.star', 'out.pkl', 'out.csv']) {
      const { json, code } = await vitrine(['select', 'run', '--labels', '0,2', '-o', out, '--json']);
      expect([code, json['particles'], json['of']]).toEqual([0, wanted.length, 200]);
    }
    const list = readCryodrgnPickle(readFileSync(path('out.pkl')), 'out.pkl');
    if (list.kind === 'index') expect([...list.indices]).toEqual(wanted.map(([index]) => index));
    expect(readFileSync(path('out.star'), 'utf8').match(/@particles\.mrcs/g)).toHaveLength(wanted.length);
  });

  test('converts between formats', async () => {
    expect((await vitrine(['convert', 'data/particles.star', '-o', 'pose.pkl'])).code).toBe(0);
    const [ours, theirs] = ['pose.pkl', 'data/poses.pkl'].map((name) =>
      readCryodrgnPickle(readFileSync(path(name)), name),
    );
    if (ours.kind !== 'poses' || theirs.kind !== 'poses') throw new Error('no poses');
    const worst = ours.poses.rotations.reduce(
      (most, r, i) => Math.max(most, Math.abs(r - theirs.poses.rotations[i])),
      0,
    );
    // Angles are written with five decimals.
    expect(worst).toBeLessThan(1e-6);
    expect((await vitrine(['convert', 'data/particles.mrcs', '-o', 'small.mrcs', '-D', '8'])).code).toBe(0);
    expect((await vitrine(['info', 'small.mrcs', '--json'])).json).toMatchObject({
      particles: 200,
      boxPixels: 8,
      pixelSizeAngstrom: 16,
    });
    expect((await vitrine(['convert', 'data/ctf.pkl', '-o', 'ctf.star'])).code).toBe(2);
  });
});
