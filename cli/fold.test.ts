// vitrine fold as a person runs it: one structure and many, what follows on the run, and what is refused.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFolder } from '../testing/command.ts';
import { helixPdb } from '../testing/helix.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const RESIDUES = 24;
const small = ['--dec-dim', '16', '--dec-layers', '1'];
const fold = (...more: string[]) => ['fold', 'data/particles.star', '-n', '4', ...small, '--json', ...more];

beforeAll(async () => {
  writeFileSync(path('helix.pdb'), helixPdb(RESIDUES));
  writeFileSync(path('shaken.pdb'), helixPdb(RESIDUES, 0, 1.5));
  writeFileSync(path('long.pdb'), helixPdb(60));
  writeFileSync(path('map-frame.pdb'), helixPdb(RESIDUES, 32));
  const simulate = ['simulate', '--pdb', 'helix.pdb', '-o', 'data', '-N', '400', '-D', '32', '--apix', '2'];
  expect(await vitrine([...simulate, '--res', '6', '--states', '1', '--span', '0', '--snr', '1'])).toMatchObject({
    code: 0,
  });
});

describe('one structure', () => {
  test('comes nearer to the truth than where it began, and is written', async () => {
    const ended = await vitrine(fold('--model', 'shaken.pdb', '--frame', 'box', '--lr', '5e-4', '-o', 'run'));
    expect(ended).toMatchObject({
      code: 0,
      json: { status: 'finished', epochs: 4, residues: RESIDUES, gaussians: 48 },
    });
    expect(Number(ended.json['correlation'])).toBeGreaterThan(0.2);
    const rmsd = async (epoch: string) => {
      const { json } = await vitrine([
        'atoms',
        'run',
        '--epoch',
        epoch,
        '-o',
        'out.pdb',
        '--truth',
        'helix.pdb',
        '--json',
      ]);
      return (json as { deviations: { rmsdAngstrom: number }[] }).deviations[0].rmsdAngstrom;
    };
    const [first, last] = [await rmsd('1'), await rmsd('4')];
    // As it was shaken: 1.5 Å on each axis by sines.
    expect(last).toBeLessThan(1.5 * Math.sqrt(1.5) * 0.85);
    expect(last).toBeLessThan(first);
    expect(
      readFileSync(path('out.pdb'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('ATOM')),
    ).toHaveLength(5 * RESIDUES);
  });

  test('is decoded, described and resumed like any run', async () => {
    expect(await vitrine(['decode', 'run', '-o', 'maps', '--json'])).toMatchObject({
      code: 0,
      json: { boxPixels: 32 },
    });
    const { json } = await vitrine(['info', 'run', '--json']);
    expect(json['says']).toMatch(/atomic model/);
    expect(await vitrine(['resume', 'run', '-n', '5', '--json'])).toMatchObject({ code: 0, json: { epochs: 5 } });
  });

  test('finds the frame of a model that was fitted into a map', async () => {
    const ended = await vitrine(fold('--model', 'map-frame.pdb', '-o', 'mapped', '-n', '1'));
    expect(ended).toMatchObject({ code: 0, json: { frame: 'map' } });
  });
});

test('many structures have latents, and a model each in one file', async () => {
  const ended = await vitrine(fold('--model', 'helix.pdb', '-o', 'many', '--zdim', '1', '-n', '2'));
  expect(ended).toMatchObject({ code: 0, json: { status: 'finished', epochs: 2 } });
  const written = await vitrine(['atoms', 'many', '--index', '3,5,7', '-o', 'three.cif', '--json']);
  expect(written).toMatchObject({ code: 0, json: { structures: 3, atoms: 5 * RESIDUES } });
  expect(readFileSync(path('three.cif'), 'utf8')).toContain('_atom_site.pdbx_PDB_model_num');
  const analysed = await vitrine(['analyze', 'many', '--ksample', '2', '--pc', '1', '--no-umap', '--json']);
  expect(analysed).toMatchObject({ code: 0 });
});

test('says what it cannot fit', async () => {
  writeFileSync(path('away.pdb'), helixPdb(RESIDUES, 300));
  const away = await vitrine(fold('--model', 'away.pdb', '-o', 'away', '--frame', 'box'));
  expect(away).toMatchObject({ code: 2, stderr: expect.stringContaining('does not fit these images') as string });
  const chain = await vitrine(fold('--model', 'helix.pdb', '-o', 'chain', '--chains', 'Q'));
  expect(chain).toMatchObject({ code: 2, stderr: expect.stringContaining('no chain Q') as string });
  const large = await vitrine(fold('--model', 'long.pdb', '-o', 'large'));
  expect(large).toMatchObject({ code: 2, stderr: expect.stringContaining('smaller than the box') as string });
  const sigma = await vitrine(fold('--model', 'helix.pdb', '-o', 'thin', '--sigma', '1'));
  expect(sigma).toMatchObject({ code: 2, stderr: expect.stringContaining('at least 1.40 Å') as string });
  const other = await vitrine(['atoms', 'data', '-o', 'x.pdb']);
  expect(other.code).toBe(1);
  const format = await vitrine(['atoms', 'run', '-o', 'x.xyz']);
  expect(format).toMatchObject({
    code: expect.any(Number) as number,
    stderr: expect.stringContaining('.pdb or .cif') as string,
  });
});
