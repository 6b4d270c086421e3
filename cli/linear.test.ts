// vitrine linear as a person runs it, and the commands on what it leaves.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFolder } from '../testing/command.ts';
import { relativeDifference } from '../testing/relative-difference.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const cpu = ['--device', 'cpu'];

beforeAll(async () => {
  const simulate = ['simulate', '-o', 'data', '-N', '300', '-D', '16', '--apix', '8', '--states', '5'];
  expect(await vitrine(simulate)).toMatchObject({ code: 0 });
});

describe('a linear model', () => {
  test('is fitted, and says its components and whether they reproduce', async () => {
    const ended = await vitrine(['linear', 'data/particles.star', '-o', 'run', '--components', '2', ...cpu, '--json']);
    expect(ended).toMatchObject({
      code: 0,
      json: { status: 'finished', particles: 300, boxPixels: 16, components: 2 },
    });
    const { chain } = ended.json as { chain: { run: string; shape: string; evidence: unknown[] } };
    expect(chain).toMatchObject({ run: `${path('run')}/chain`, shape: 'line' });
    expect(chain.evidence).toHaveLength(3);
    const { variancePercents, correlations, reproducible } = ended.json as Record<string, number[]>;
    expect(variancePercents.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
    expect([variancePercents.length, correlations.length]).toEqual([2, 2]);
    expect(Number(reproducible)).toBeLessThanOrEqual(2);
    const { iterations } = ended.json as Record<string, number>;
    const files = ['config.yaml', 'covariance.npy', 'ctf.pkl', 'linear.json', 'pose.pkl', 'vitrine.json', 'z.pkl'];
    expect(readdirSync(path('run'))).toEqual(
      expect.arrayContaining([...files, `weights.${iterations}.pkl`, `z.${iterations}.pkl`]),
    );
  });

  test('is described, decoded, analysed and selected from', async () => {
    const { json } = await vitrine(['info', 'run', '--json']);
    expect(json).toMatchObject({ kind: 'run', particles: 300, boxPixels: 16, hasPoses: true, warnings: [] });
    expect(json['says']).toMatch(/^a run of 2 latent dimensions \(linear model\); .*(reproduce|One structure)/);
    const decoded = await vitrine(['decode', 'run', '--index', '3,5', '-o', 'maps', ...cpu, '--json']);
    expect(decoded.json['maps']).toEqual(['vol_001.mrc', 'vol_002.mrc']);
    // z.pkl is N×q and nothing else, and is taken for latents.
    const all = await vitrine(['decode', 'run', '--zfile', 'run/z.pkl', '-o', 'all', ...cpu, '--json']);
    expect(all.json['maps']).toHaveLength(300);
    const map = async (name: string) => readMrcVolume({ path: name, blob: new Blob([readFileSync(path(name))]) });
    expect((await map('all/vol_004.mrc')).values).toEqual((await map('maps/vol_001.mrc')).values);
    const analysed = await vitrine(['analyze', 'run', '--ksample', '3', '--pc', '1', '--no-umap', ...cpu, '--json']);
    const { folder } = analysed.json as { folder: string };
    const figures = ['evidence_curve.svg', 'kmeans3/vol_003.mrc', 'pc1/vol_010.mrc'];
    for (const name of ['pca.csv', 'labels.csv', ...figures]) expect(existsSync(`${folder}/${name}`)).toBe(true);
    const fits = readFileSync(`${folder}/fit.csv`, 'utf8').split('\n');
    expect([fits[0], fits.length]).toEqual(['index,contrast,evidence', 302]);
    const selected = await vitrine(['select', 'run', '--labels', '0', '-o', 'some.star', '--json']);
    expect(selected.json).toMatchObject({ of: 300 });
  });

  test('is decoded inside its mask, or one that is given, without negative density', async () => {
    const decode = ['decode', 'run', '--index', '3', ...cpu, '--json'];
    const inside = await vitrine([...decode, '-o', 'inside', '--mask', 'run', '--clip']);
    expect(inside.json).toMatchObject({ mask: 'the mask of the run', clip: true, maps: ['vol_001.mrc'] });
    const bytes = readFileSync(path('inside/vol_001.mrc'));
    expect(bytes.subarray(224, 304).toString('latin1')).toContain('inside the mask of the run, negative density 0');
    const map = async (name: string) => readMrcVolume({ path: name, blob: new Blob([readFileSync(path(name))]) });
    const [plain, mask, done] = await Promise.all(
      ['maps/vol_001.mrc', 'inside/mask.mrc', 'inside/vol_001.mrc'].map(map),
    );
    done.values.forEach((value, i) => expect(value).toBeCloseTo(Math.max(0, plain.values[i] * mask.values[i]), 5));
    // The mask that was written is one that can be given, here and to another fit.
    const again = await vitrine([...decode, '-o', 'again', '--mask', 'inside/mask.mrc', '--clip']);
    expect(again.json).toMatchObject({ mask: 'mask.mrc' });
    expect((await map('again/vol_001.mrc')).values).toEqual(done.values);
    const fit = ['linear', 'data/particles.star', '--iterations', '2', '--components', '1', '--chain', 'none', ...cpu];
    expect(await vitrine([...fit, '-o', 'masked', '--mask', 'inside/mask.mrc', '--mask-dilate', '-8'])).toMatchObject({
      code: 0,
    });
    expect(readFileSync(path('masked/given_mask.mrc'))).toEqual(readFileSync(path('inside/mask.mrc')));
    const wrong = await vitrine([...fit, '-o', 'none', '--mask', 'maps/vol_001.mrc']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('factors from 0 to 1')]);
    expect(existsSync(path('none'))).toBe(false);
  });

  test('gives maps at latents from its images, with halves and a table', async () => {
    const made = await vitrine(['reconstruct', 'run', '--index', '3', '-o', 'made', '--json']);
    expect(made).toMatchObject({ code: 0, json: { maps: [{ file: 'vol_001.mrc' }] } });
    const halves = ['vol_001_half1.mrc', 'vol_001_half2.mrc'];
    expect(readdirSync(path('made')).sort()).toEqual(['halves', 'reconstruct.json', 'vol_001.csv', 'vol_001.mrc']);
    expect(readdirSync(path('made/halves')).sort()).toEqual(halves);
    const { maps } = JSON.parse(readFileSync(path('made/reconstruct.json'), 'utf8')) as {
      maps: { images: number; latent: number[]; resolutionAngstrom: number; shells: { fsc: number }[] }[];
    };
    expect([maps[0].latent.length, maps[0].shells.length, maps[0].shells[0].fsc]).toEqual([2, 8, 1]);
    expect(maps[0].images).toBeLessThanOrEqual(300);
    expect(readFileSync(path('made/vol_001.csv'), 'utf8').split('\n')).toHaveLength(10);
    // The same latent by its values, from fewer images, and from the chain.
    const z = maps[0].latent.join(',');
    const fewer = await vitrine(['reconstruct', 'run', '--z', z, '--images', '60', '-o', 'fewer', '--json']);
    expect(fewer.json).toMatchObject({ maps: [{ images: 60, latent: maps[0].latent }] });
    const chain = await vitrine(['reconstruct', 'run/chain', '--index', '3', '-o', 'made-chain', '--json']);
    expect(chain).toMatchObject({ code: 0, json: { maps: [{ latent: [expect.any(Number)] }] } });
    const wrong = await vitrine(['reconstruct', 'run', '--z', '1', '-o', 'no']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('not a latent of this run')]);
    const both = await vitrine(['reconstruct', 'run', '--z', z, '--index', '3', '-o', 'no']);
    expect(both.code).toBe(2);
  });

  test('encodes its own particles to the latents that it found', async () => {
    const encoded = await vitrine(['encode', 'run', 'data/particles.star', '-o', 'again.pkl', ...cpu, '--json']);
    expect(encoded.json).toMatchObject({ particles: 300, zDim: 2 });
    const { iterations } = JSON.parse(readFileSync(path('run/linear.json'), 'utf8')) as { iterations: number };
    const [again, kept] = ['again.pkl', `run/z.${iterations}.pkl`].map((name) =>
      readCryodrgnPickle(readFileSync(path(name)), name),
    );
    if (again.kind !== 'latents' || kept.kind !== 'latents') throw new Error('no latents');
    expect(relativeDifference(again.mu, kept.mu)).toBeLessThan(1e-3);
    expect(relativeDifference(again.logVariance!, kept.logVariance!)).toBeLessThan(1e-3);
  });

  test('is followed by a chain, which is a run like others', async () => {
    const chain = path('run/chain');
    const state = readCryodrgnPickle(readFileSync(path('run/state.pkl')), 'state.pkl');
    expect(state).toMatchObject({ kind: 'latents', count: 300, zDim: 1 });
    const { json } = await vitrine(['info', 'run/chain', '--json']);
    expect(json).toMatchObject({
      kind: 'run',
      particles: 300,
      boxPixels: 16,
      hasPoses: true,
      warnings: [],
      epochs: [1],
    });
    expect(json['says']).toMatch(
      /^a run of 1 latent dimension \(chain of structures\); The particles lie along a line \(held-out evidence an image: /,
    );
    const decoded = await vitrine(['decode', 'run/chain', '--index', '3', '-o', 'chain-maps', ...cpu, '--json']);
    expect(decoded.json['maps']).toEqual(['vol_001.mrc']);
    const along = ['decode', 'run/chain', '--zfile', 'run/state.pkl', '-o', 'along', ...cpu, '--json'];
    expect((await vitrine(along)).json['maps']).toHaveLength(300);
    expect(readFileSync(path('along/vol_004.mrc'))).toEqual(readFileSync(path('chain-maps/vol_001.mrc')));
    const analysed = await vitrine(['analyze', 'run/chain', '--ksample', '3', '--no-umap', ...cpu, '--json']);
    expect(analysed.json['folder']).toBe(`${chain}/analyze.1`);
    // The list comes from the table that is kept with the linear model's run.
    const selected = await vitrine(['select', 'run/chain', '--labels', '0,1,2', '-o', 'every.star', '--json']);
    expect(selected.json).toMatchObject({ particles: 300, of: 300 });
    expect(readFileSync(path('every.star'), 'utf8')).toContain('_rlnAngleRot');
    const encoded = await vitrine(['encode', 'run/chain', 'data/particles.star', '-o', 's.pkl', ...cpu, '--json']);
    expect(encoded.json).toMatchObject({ particles: 300, zDim: 1 });
    const again = readCryodrgnPickle(readFileSync(path('s.pkl')), 's.pkl');
    if (again.kind !== 'latents' || state.kind !== 'latents') throw new Error('no latents');
    expect(relativeDifference(again.mu, state.mu)).toBeLessThan(1e-3);
    const resumed = await vitrine(['resume', 'run/chain', '-n', '50']);
    expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining('chain of structures has been fitted')]);
  });

  test('is not gone on with, and poses are not searched for against it', async () => {
    const resumed = await vitrine(['resume', 'run', '-n', '50']);
    expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining('vitrine linear')]);
    const searched = await vitrine(['search', 'run', 'data/particles.star', '-o', 'poses.pkl', ...cpu]);
    expect(searched.code).toBe(2);
    const encoded = await vitrine([
      'encode',
      'run',
      'data/particles.mrcs',
      '--ctf',
      'data/ctf.pkl',
      '-o',
      'z.csv',
      ...cpu,
    ]);
    expect([encoded.code, encoded.stderr]).toEqual([1, expect.stringContaining('--poses')]);
  });

  test('that was interrupted begins anew', async () => {
    const args = ['linear', 'data/particles.star', '-o', 'stopped', ...cpu];
    const stopped = await vitrine([...args, '--iterations', '200'], /iteration +1 /);
    expect(stopped.code).toBe(130);
    expect(readdirSync(path('stopped')).filter((name) => /^(weights|z)\b/.test(name))).toEqual([]);
    const again = await vitrine(['resume', 'stopped', '-n', '2', ...cpu, '--json']);
    expect(again).toMatchObject({ code: 0, json: { status: 'finished', components: 4 } });
    expect(again.stderr).toContain('begins anew');
  });

  test('with poses of a file is as with those of the table, and says in words what its halves say', async () => {
    const args = ['linear', 'data/particles.mrcs', '--poses', 'data/poses.pkl', '--ctf', 'data/ctf.pkl', '--apix', '8'];
    const { code, stdout } = await vitrine([...args, '-o', 'posed', '--components', '2', '--chain', 'circle', ...cpu]);
    expect(code).toBe(0);
    expect(stdout).toContain('The particles were placed along a circle, as was asked for.');
    expect(stdout).toMatch(/^Variance along the components: \d[\d.]* %, \d[\d.]* %$/m);
    expect(stdout).toMatch(/\d of 2 components reproduce|One structure explains these images\./);
    const [posed, table] = ['posed', 'run'].map((run) =>
      readCryodrgnPickle(readFileSync(path(`${run}/z.pkl`)), 'z.pkl'),
    );
    if (posed.kind !== 'latents' || table.kind !== 'latents') throw new Error('no latents');
    expect(Math.max(...posed.mu.map((z, i) => Math.abs(z - table.mu[i])))).toBeLessThan(0.05);
  });

  test('of one structure has no chain, and says so', async () => {
    const simulate = ['simulate', '-o', 'one', '-N', '300', '-D', '16', '--apix', '8', '--states', '1', '--seed', '2'];
    expect(await vitrine(simulate)).toMatchObject({ code: 0 });
    const args = ['linear', 'one/particles.star', '-o', 'rigid', '--components', '2', ...cpu];
    const { code, stdout } = await vitrine([...args, '--chain', 'line']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('One structure explains these images.\nNo chain is fitted'),
    ]);
    expect([existsSync(path('rigid/chain')), existsSync(path('rigid/state.pkl'))]).toEqual([false, false]);
  });

  test('without a chain, where none is asked for', async () => {
    const args = ['linear', 'data/particles.star', '-o', 'alone', '--components', '2', '--chain', 'none', ...cpu];
    const { code, stdout } = await vitrine(args);
    expect([code, stdout]).toEqual([0, expect.not.stringMatching(/chain|The particles/)]);
    expect(existsSync(path('alone/chain'))).toBe(false);
  });

  test('is refused without poses', async () => {
    const ended = await vitrine(['linear', 'data/particles.mrcs', '--apix', '8', '-o', 'refused']);
    expect([ended.code, existsSync(path('refused/vitrine.json'))]).toEqual([1, false]);
  });
});
