// Files that a command finds by itself: stacks named from the project's folder, passthrough tables; and what it says.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csBytes, type CsColumn } from '../testing/cs-bytes.ts';
import { posePickle } from '../testing/particle-files.ts';
import { refusalOf } from '../testing/refusal.ts';
import { writeIndexPickle } from '../src/formats/cryodrgn-pickles.ts';
import { AS_THE_TABLE_WRITES } from '../src/formats/drop/stack-finder.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import { openFile, openParticles, understandFiles } from './files.ts';
import type { ParticleOptions } from './particle-options.ts';
import { describeTable } from './describe-table.ts';
import { foldersAbove } from './stack-search.ts';
import { forTerminal } from './words.ts';

const lines: string[] = [];
const quiet = {
  signal: new AbortController().signal,
  progress: () => undefined,
  say: () => undefined,
  warn: (line: string) => void lines.push(line),
  result: () => undefined,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-reach-'));
  lines.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
}
/** Image k is worth first + k. */
function stack(name: string, first = 0, count = 3): void {
  const pixels = Float32Array.from({ length: 16 * count }, (_, i) => first + Math.floor(i / 16));
  write(name, writeMrcStack({ count, boxPixels: 4, pixelSizeAngstrom: 2 }, pixels));
}
const star = (name: string, images: string[]) =>
  write(name, ['data_', '', 'loop_', '_rlnImageName #1', ...images, ''].join('\n'));

async function look(name: string, options: ParticleOptions = {}) {
  const { set, files, warnings } = await understandFiles(path(name), options, quiet, 'none');
  const pixels = set && (await set.images.read(Array.from({ length: set.count }, (_, i) => i)));
  return {
    set,
    images: pixels && Array.from(pixels).filter((_, i) => i % 16 === 0),
    codes: warnings.map(({ code }) => code).filter((code) => code !== 'ctf-missing'),
    error: files.find(({ error }) => error)?.error ?? null,
  };
}

describe('stacks', () => {
  it('are found from the project’s folder, levels above the table’s', async () => {
    stack('p/Extract/job007/Movies/a.mrcs', 10);
    star('p/Select/job012/deeper/particles.star', ['3@Extract/job007/Movies/a.mrcs']);
    expect(await look('p/Select/job012/deeper/particles.star')).toMatchObject({ images: [12], codes: [] });
  });

  it('are looked for in the working folder at last', async () => {
    const before = process.cwd();
    stack('here/Extract/a.mrcs', 20);
    star('elsewhere/particles.star', ['1@Extract/a.mrcs']);
    try {
      process.chdir(path('here'));
      expect(await look('elsewhere/particles.star')).toMatchObject({ images: [20] });
    } finally {
      process.chdir(before);
    }
  });

  it('may be written with Windows’ strokes and a reader', async () => {
    stack('Extract/a.mrc', 30);
    star('particles.star', ['2@Extract\\a.mrc:mrcs']);
    expect(await look('particles.star')).toMatchObject({ images: [31] });
  });

  it('may be packed', async () => {
    stack('Extract/a.mrcs', 30);
    write('Extract/a.mrcs.gz', gzipSync(readFileSync(path('Extract/a.mrcs'))));
    rmSync(path('Extract/a.mrcs'));
    star('particles.star', ['3@Extract/a.mrcs']);
    expect(await look('particles.star')).toMatchObject({ images: [32], error: null });
  });

  it('by the longest ending beneath --datadir', async () => {
    stack('kept/job007/a.mrcs', 40);
    stack('kept/job008/a.mrcs', 50);
    star('t/particles.star', ['1@/gone/Extract/job007/a.mrcs', '1@/gone/Extract/job008/a.mrcs']);
    expect(await look('t/particles.star', { datadir: path('kept') })).toMatchObject({ images: [40, 50] });
  });

  it('say that another of the name lies beside, and that folders are mixed', async () => {
    stack('Extract/job1/a.mrcs', 1);
    stack('t/Extract/job2/a.mrcs', 5);
    stack('t/a.mrcs', 9);
    star('t/particles.star', ['1@Extract/job1/a.mrcs', '1@Extract/job2/a.mrcs']);
    expect(await look('t/particles.star')).toMatchObject({
      images: [1, 5],
      codes: ['stacks-in-several-folders', 'stack-beside-not-used'],
    });
  });

  it('that are not there are asked for with the option, not to be dropped', async () => {
    star('particles.star', ['1@Extract/job007/nowhere.mrcs']);
    const { set, error } = await look('particles.star');
    expect([set, error?.code]).toEqual([null, 'star-image-missing']);
    expect(error?.advice).toContain('--datadir');
  });

  it('the folders above end with the disk', () => {
    expect(foldersAbove('/a/b/c/d.star')).toEqual([]);
    expect(foldersAbove(path('x.star'), 1)).toEqual([dirname(folder)]);
  });
});

describe('passthrough tables', () => {
  const blob: Record<string, CsColumn> = {
    'blob/path': ['J10/extract/s.mrc', 'J10/extract/s.mrc', 'J10/extract/s.mrc'],
    'blob/idx': [2, 0, 1],
  };
  const poses: Record<string, CsColumn> = {
    'alignments3D/pose': [
      [0.1, 0, 0],
      [0.2, 0, 0],
      [0.3, 0, 0],
    ],
    'alignments3D/shift': [
      [0, 0],
      [1, 0],
      [0, 1],
    ],
  };
  const uid: CsColumn = [11n, 22n, 33n];
  const reversed = (columns: Record<string, CsColumn>) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values].reverse()]));

  beforeEach(() => stack('J10/extract/s.mrc'));

  it('of images, found beside by the job, joined by uid', async () => {
    write('J24/cryosparc_P3_J24_004_particles.cs', csBytes({ uid, ...poses }));
    write('J24/P3_J24_passthrough_particles.cs', csBytes(reversed({ uid, ...blob })));
    write('J24/P3_J25_passthrough_particles.cs', csBytes({ uid, ...blob }));
    const { images, codes, set } = await look('J24/cryosparc_P3_J24_004_particles.cs');
    expect([images, codes]).toEqual([[2, 0, 1], ['passthrough-found']]);
    expect(set?.poses?.rotations).toHaveLength(27);
  });

  it('several that would do are not chosen from, but may be named', async () => {
    write('J24_particles.cs', csBytes({ uid, ...blob }));
    write('J24_passthrough_particles_class_0.cs', csBytes({ uid, ...poses }));
    write('J24_passthrough_particles_all_classes.cs', csBytes(reversed({ uid, ...poses })));
    await expect(look('J24_particles.cs')).rejects.toMatchObject({
      code: 'ambiguous',
      detail: { field: '--passthrough' },
    });
    const given = { passthrough: [path('J24_passthrough_particles_class_0.cs')] };
    expect((await look('J24_particles.cs', given)).set?.poses).not.toBeNull();
  });

  it('one that lacks particles, or brings nothing, is none', async () => {
    write('J24_particles.cs', csBytes({ uid, ...blob }));
    write('J24_passthrough_particles.cs', csBytes({ uid: [11n, 22n, 44n], ...poses }));
    write('P1_J24_passthrough_particles.cs', csBytes({ uid, 'location/center_x_frac': [0, 0, 0] }));
    expect(await look('J24_particles.cs')).toMatchObject({ codes: [], error: null, set: { poses: null } });
  });

  it('that is named is joined, whatever its name and images', async () => {
    write('J24_particles.cs', csBytes({ uid, ...blob }));
    write('refined.cs', csBytes(reversed({ uid, ...blob, ...poses })));
    const { set, images } = await look('J24_particles.cs', { passthrough: [path('refined.cs')] });
    expect([images, set?.poses?.translations?.[2]]).toEqual([[2, 0, 1], 0.25]);
  });

  it('is refused for a stack, and as --poses', async () => {
    await expect(openParticles(path('J10/extract/s.mrc'), { passthrough: ['x.cs'] }, quiet)).rejects.toMatchObject({
      code: 'usage',
      detail: { field: '--passthrough' },
    });
    write('J24_particles.cs', csBytes({ uid, ...blob }));
    await expect(openParticles(path('J24_particles.cs'), { poses: 'x.cs' }, quiet)).rejects.toMatchObject({
      detail: { field: '--poses', advice: 'Give it with --passthrough.' },
    });
  });
});

it('a refusal names the option that answers it', async () => {
  stack('s.mrcs');
  write('pose.pkl', posePickle(3));
  write('ind.pkl', writeIndexPickle(Uint32Array.of(2, 0, 1)));
  const refused = await refusalOf(
    openParticles(path('s.mrcs'), { poses: path('pose.pkl'), ind: path('ind.pkl') }, quiet),
  );
  expect(forTerminal(refused.toData()).advice).toBe('Say which with --list-order whole or --list-order filtered.');
  expect(forTerminal({ code: 'ambiguous', advice: AS_THE_TABLE_WRITES }).advice).toContain('--datadir');
});

it('words of the page are not said in a terminal', () => {
  const advice = 'The file changed; drop it again. Drop the stack, or what was dropped before.';
  expect(forTerminal({ code: 'mrc-header', advice }).advice).toBe(
    'The file changed; try it again. Give the stack, or what was opened before.',
  );
});

describe('a table alone', () => {
  it('of RELION tells its groups, columns and stacks', async () => {
    const star = [
      'data_optics',
      'loop_',
      '_rlnOpticsGroup',
      '_rlnImagePixelSize',
      '_rlnImageSize',
      '1 1.5 64',
      '2 1.5 64',
      '',
      'data_particles',
      'loop_',
      '_rlnImageName',
      '_rlnOpticsGroup',
      '_rlnAngleRot',
      '_rlnAngleTilt',
      '_rlnAnglePsi',
      '1@x/a.mrcs 1 1 2 3',
      '1@y/b.mrcs 2 1 2 3',
      '',
    ];
    write('a.star', star.join('\n'));
    expect(await describeTable(openFile(path('a.star')), [])).toMatchObject({
      ...{ particles: 2, boxPixels: 64, pixelSizeAngstrom: 1.5, opticsGroups: 2, hasPoses: true, hasCtf: false },
      stacks: ['x/a.mrcs', 'y/b.mrcs'],
    });
  });

  it('of cryoSPARC without a box tells what it can, with its passthrough', async () => {
    write(
      'a.cs',
      csBytes({
        uid: [1n, 2n],
        'alignments3D/pose': [
          [0, 0, 1],
          [0, 0, 2],
        ],
        'ctf/exp_group_id': [3, 5],
      }),
    );
    write('b.cs', csBytes({ uid: [2n, 1n], 'blob/path': ['s.mrc', 's.mrc'], 'blob/idx': [0, 1] }));
    const [main, other] = [openFile(path('a.cs')), openFile(path('b.cs'))];
    expect(await describeTable(main, [other])).toMatchObject({
      ...{ particles: 2, boxPixels: null, opticsGroups: 2, hasPoses: true, hasCtf: false, stacks: ['s.mrc'] },
    });
  });
});
