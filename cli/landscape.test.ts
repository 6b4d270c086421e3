// vitrine landscape as a person runs it, on a linear model of a small set.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFolder } from '../testing/command.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { readNpy } from '../src/formats/npy.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);
const cpu = ['--device', 'cpu'];

beforeAll(async () => {
  const simulate = ['simulate', '-o', 'data', '-N', '200', '-D', '16', '--apix', '8', '--states', '3', '--snr', '1'];
  expect(await vitrine(simulate)).toMatchObject({ code: 0 });
  const linear = ['linear', 'data/particles.star', '-o', 'run', '--components', '2', '--chain', 'none', ...cpu];
  expect(await vitrine(linear)).toMatchObject({ code: 0 });
}, 120_000);

describe('vitrine landscape', () => {
  test('says what it costs, makes states, an energy and a path, and leaves states out', async () => {
    const planned = await vitrine(['landscape', 'run', '--sketch', '30', '--plan', ...cpu, '--json']);
    expect(planned).toMatchObject({ code: 0, json: { plan: { maps: 'components', boxPixels: 16 } } });
    const asked = ['--linkage', 'average', '--states', '3', '--free-energy', 'z1,z2', '--path', '0,1', '--frames', '5'];
    const made = await vitrine(['landscape', 'run', '--sketch', '30', ...asked, ...cpu, '--json']);
    expect(made).toMatchObject({ code: 0, json: { maps: 30 } });
    const { folder, states, files } = made.json as { folder: string; states: { particles: number }[]; files: string[] };
    expect(states.reduce((sum, { particles }) => sum + particles, 0)).toBe(200);
    for (const name of [
      'dendrogram.svg',
      'mask.mrc',
      'state_02_mean.mrc',
      'state_02_sd.mrc',
      'volume_pcs.csv',
      'path_z.txt',
    ])
      expect(files).toContain(name);
    expect(readNpy(readFileSync(`${folder}/Z.npy`), 'Z.npy').shape).toEqual([29, 4]);
    expect(readFileSync(`${folder}/path_z.txt`, 'utf8').trim().split('\n')).toHaveLength(5);
    expect((await vitrine(['decode', 'run', '--zfile', `${folder}/path_z.txt`, '-o', 'maps', ...cpu])).code).toBe(0);
    const rest = await vitrine([
      'landscape',
      'run',
      '--sketch',
      '30',
      '--exclude',
      '2',
      '--states',
      '2',
      ...cpu,
      '--json',
    ]);
    const left = (rest.json as { states: { particles: number }[] }).states;
    expect(left.reduce((sum, { particles }) => sum + particles, 0)).toBe(200 - states[2].particles);
    expect(existsSync(`${folder}/state_02_mean.mrc`)).toBe(false);
  });

  test('uses the file of a mask alone, as it is', async () => {
    const values = new Float32Array(16 ** 3).map((_, v) => (v < 16 ** 3 / 2 ? 1 : 0));
    writeFileSync(path('half.mrc'), writeMrcVolume({ boxPixels: 16, pixelSizeAngstrom: 8, values }));
    const made = await vitrine(['landscape', 'run', '--sketch', '30', '--mask', 'half.mrc', ...cpu, '--json']);
    expect(made).toMatchObject({
      ...{ code: 0, json: { mask: { voxels: 16 ** 3 / 2, within: { kind: 'file', name: 'half.mrc' } } } },
    });
  });

  test('says whether the sketch has maps enough without volume components of the particles', async () => {
    const asked = ['--sketch', '30', '--no-particles', '--homogeneity'];
    const made = await vitrine(['landscape', 'run', ...asked, ...cpu, '--json']);
    expect(made).toMatchObject({ code: 0, json: { heldOutR2: null } });
    const { folder } = made.json as { folder: string };
    const rows = readFileSync(`${folder}/homogeneity.csv`, 'utf8').trim().split('\n');
    expect(rows.map((row) => row.split(',')[0])).toEqual(['clusters', '10', '20', '30']);
    expect(Number(rows[3].split(',')[1])).toBeLessThan(Number(rows[1].split(',')[1]));
  });

  test.each([
    ['--mask', 'nothing.mrc'],
    ['--mask', 'drawn'],
    ['--exclude', '9'],
  ])('refuses %s %s', async (...options) => {
    expect((await vitrine(['landscape', 'run', '--sketch', '30', ...options, ...cpu])).code).toBe(1);
  });

  test.each([
    ['--states', 'many'],
    ['--box', '18'],
    ['--free-energy', 'q1'],
    ['--linkage', 'median'],
  ])('does not know %s %s', async (...options) => {
    expect((await vitrine(['landscape', 'run', '--sketch', '30', ...options, ...cpu])).code).toBe(2);
  });
});
