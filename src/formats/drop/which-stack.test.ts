// Which stack a table's path means: found where the path tells it, refused where it does not.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { writeMrcStack } from '../mrc-write.ts';
import type { NamedBlob } from '../particles.ts';

/** Image k of the stack is worth first + k everywhere. */
const stack = (path: string, first: number): NamedBlob => ({
  path,
  blob: new Blob([
    writeMrcStack(
      { count: 3, boxPixels: 4, pixelSizeAngstrom: 2 },
      Float32Array.from({ length: 48 }, (_, i) => first + Math.floor(i / 16)),
    ).slice(),
  ]),
});
const table = (path: string, names: string[]): NamedBlob => ({
  path,
  blob: new Blob([['data_', '', 'loop_', '_rlnImageName #1', ...names, ''].join('\n')]),
});
const two = ['2@Extract/job010/m.mrcs', '1@Extract/job020/m.mrcs'];

async function look(files: NamedBlob[]) {
  const { set, files: said } = await understand(files);
  const pixels = set && (await set.images.read(Array.from({ length: set.count }, (_, i) => i)));
  return {
    firstPixels: pixels && Array.from(pixels).filter((_, i) => i % 16 === 0),
    errors: said.flatMap(({ error }) => (error ? [[error.code, error.row, error.expected, error.found]] : [])),
  };
}

describe('stacks that are found', () => {
  it.each<[string, NamedBlob[]]>([
    [
      'from the project’s folder',
      [
        stack('p/Extract/job010/m.mrcs', 10),
        stack('p/Extract/job020/m.mrcs', 20),
        table('p/Refine3D/job030/r.star', two),
      ],
    ],
    ['the jobs’ folders alone', [stack('job020/m.mrcs', 20), stack('job010/m.mrcs', 10), table('r.star', two)]],
    [
      'one of them in the table’s folder',
      [
        stack('Select/job044/Extract/job010/m.mrcs', 10),
        stack('Extract/job020/m.mrcs', 20),
        table('Select/job044/r.star', two),
      ],
    ],
  ])('%s', async (_, files) => {
    expect(await look(files)).toEqual({ firstPixels: [11, 20], errors: [] });
  });

  it('by its base name where there is one of it, in another job’s folder beside the table too', async () => {
    const name = '3@Extract/job010/m.mrcs';
    for (const files of [
      [stack('copied/m.mrcs', 10), table('r.star', [name])],
      [stack('Refine3D/job030/m.mrcs', 10), table('Refine3D/job030/r.star', [name])],
    ])
      expect((await look(files)).firstPixels).toEqual([12]);
  });
});

describe('stacks that are not told', () => {
  it.each<[string, NamedBlob[], unknown[]]>([
    [
      'one file for two',
      [stack('m.mrcs', 5), table('r.star', two)],
      ['ambiguous', 1, 'Extract/job010/m.mrcs, Extract/job020/m.mrcs', 'm.mrcs'],
    ],
    [
      'a stray one for the second',
      [stack('Extract/job010/m.mrcs', 10), stack('m.mrcs', 5), table('r.star', two)],
      ['ambiguous', 2, 'Extract/job010/m.mrcs, Extract/job020/m.mrcs', 'm.mrcs'],
    ],
    [
      'two files for one',
      [stack('a/m.mrcs', 5), stack('b/m.mrcs', 6), table('r.star', ['1@Extract/m.mrcs'])],
      ['ambiguous', 1, 'Extract/m.mrcs', 'a/m.mrcs, b/m.mrcs'],
    ],
    [
      'another job’s',
      [stack('Extract/job050/m.mrcs', 5), table('r.star', ['1@Extract/job010/m.mrcs'])],
      ['ambiguous', 1, 'Extract/job010/m.mrcs', 'Extract/job050/m.mrcs'],
    ],
    [
      'the first one’s is not the second’s',
      [stack('Extract/job010/m.mrcs', 10), table('r.star', two)],
      ['star-image-missing', 2, 'Extract/job020/m.mrcs', 'Extract/job010/m.mrcs'],
    ],
  ])('%s', async (_, files, error) => {
    expect(await look(files)).toEqual({ firstPixels: null, errors: [error] });
  });

  it('of a list of stacks', async () => {
    const list: NamedBlob = { path: 'all.txt', blob: new Blob(['job010/m.mrcs\njob020/m.mrcs\n']) };
    expect((await look([list, stack('m.mrcs', 5)])).errors).toEqual([
      ['ambiguous', 1, 'job010/m.mrcs, job020/m.mrcs', 'm.mrcs'],
    ]);
  });
});
