// Files that can be read in two ways: taken in one where only one is possible, asked about where both are.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { writeIndexPickle, writePosePickle } from '../cryodrgn-pickles.ts';
import { rowsByIndex } from './csv-rows.ts';
import { readCsv } from '../csv.ts';
import { VitrineError } from '../../base/errors.ts';
import { rowsByUid } from '../cs/join-by-uid.ts';
import { writeMrcStack } from '../mrc-write.ts';
import type { NamedBlob } from '../particles.ts';
import { refusalOf } from './refusal.ts';
import { weighShifts } from './shift-unit.ts';
import type { Answers } from './understanding.ts';

const named = (path: string, part: Uint8Array | string): NamedBlob => ({
  path,
  blob: new Blob([typeof part === 'string' ? part : part.slice()]),
});
/** Image k is worth k everywhere. */
const stack = (path: string, count: number) =>
  named(
    path,
    writeMrcStack(
      { count, boxPixels: 4, pixelSizeAngstrom: 2 },
      Float32Array.from({ length: 16 * count }, (_, i) => Math.floor(i / 16)),
    ),
  );
/** Pose k turns about z by k degrees. */
const poses = (path: string, count: number, shift: (value: number) => number) => {
  const rotations = new Float32Array(9 * count);
  for (let k = 0; k < count; k++) {
    const [c, s] = [Math.cos((k * Math.PI) / 180), Math.sin((k * Math.PI) / 180)];
    rotations.set([c, s, 0, -s, c, 0, 0, 0, 1], 9 * k);
  }
  return named(
    path,
    writePosePickle({ rotations, translations: Float32Array.from({ length: 2 * count }, (_, i) => shift(i)) }),
  );
};
const codeOf = (part: () => unknown) => {
  try {
    part();
  } catch (error) {
    return error instanceof VitrineError ? error.code : error;
  }
  return null;
};

describe('the unit of shifts', () => {
  // A spread of 40 values between −1 and 1, so that their 95th percentile is 0.95 of the largest.
  const spread = (size: number, outliers: Record<number, number> = {}) =>
    Float32Array.from({ length: 80 }, (_, i) => outliers[i] ?? (size * (Math.floor(i / 2) - 19.5)) / 19.5);
  it.each<[string, Float32Array, string, boolean]>([
    ['none at all', spread(0), 'fractions', true],
    ['a few per cent of the box', spread(0.05), 'fractions', true],
    ['up to a fifth of the box', spread(0.2), 'fractions', true],
    ['up to 0.4: a wide pick, or particles centred to half a pixel', spread(0.4), 'fractions', false],
    ['up to 0.8: most would lie outside of their images', spread(0.8), 'pixels', true],
    ['up to 9', spread(9), 'pixels', true],
    ['a few per cent, one ran away', spread(0.05, { 40: 1.3 }), 'fractions', true],
    ['up to a fifth, one beyond a box', spread(0.2, { 40: 1.3 }), 'fractions', false],
  ])('%s', (_, translations, unit, certain) => {
    expect(weighShifts(translations)).toMatchObject({ unit, certain });
  });

  it('is asked for, refused where nobody can be asked, and taken as answered', async () => {
    const files = [stack('s.mrcs', 3), poses('pose.pkl', 3, (i) => [0.4, -0.3, 0.1, 0.45, 0, 0.2][i])];
    const look = async (answers: Answers) => {
      const { set, questions } = await understand(files, { answers });
      return { first: set?.poses?.translations?.[0], questions };
    };
    const open = await look({});
    expect(open.questions).toMatchObject([{ about: 'shift-unit', file: 'pose.pkl' }]);
    expect(refusalOf(open.questions)).toMatchObject({
      code: 'ambiguous',
      detail: { file: 'pose.pkl', advice: 'Say which with --shifts fractions or --shifts pixels.' },
    });
    expect(await look({ shifts: 'pixels' })).toEqual({ first: Math.fround(Math.fround(0.4) / 4), questions: [] });
    expect(await look({ shifts: 'fractions' })).toEqual({ first: Math.fround(0.4), questions: [] });
    expect(refusalOf([])).toBeNull();
  });
});

describe('lists and files that compete', () => {
  it('an index list that reorders all images: poses in either order', async () => {
    const files = [stack('s.mrcs', 3), poses('pose.pkl', 3, () => 0), named('ind.pkl', writeIndexPickle([2, 0, 1]))];
    const sines = async (listOrder?: 'whole' | 'filtered') => {
      const { set, questions } = await understand(files, { answers: { ...(listOrder && { listOrder }) } });
      const images = await set!.images.read([0, 1, 2]);
      const degrees = [0, 1, 2].map((k) => Math.round((Math.asin(set!.poses!.rotations[9 * k + 1]) * 180) / Math.PI));
      return {
        images: [0, 16, 32].map((i) => images[i]),
        degrees,
        asked: questions.map((q) => 'about' in q && q.about),
      };
    };
    expect(await sines('whole')).toEqual({ images: [2, 0, 1], degrees: [2, 0, 1], asked: [] });
    expect(await sines('filtered')).toEqual({ images: [2, 0, 1], degrees: [0, 1, 2], asked: [] });
    expect((await sines()).asked).toEqual(['list-already-applied']);
  });

  it('two files of poses: asked where they differ, not where they agree', async () => {
    const [first, second] = [poses('run1/pose.pkl', 3, () => 0), poses('run2/pose.pkl', 3, () => 0.01)];
    const about = async (files: NamedBlob[], answers: Answers = {}) => {
      const { questions, set } = await understand([stack('s.mrcs', 3), ...files], { answers });
      return [
        questions.map((q) => (q.kind === 'reading' ? q.readings.map(({ answer }) => answer) : q.kind)),
        set?.poses?.translations?.[0],
      ];
    };
    expect(await about([first, second])).toEqual([
      [[{ posesFile: 'run1/pose.pkl' }, { posesFile: 'run2/pose.pkl' }]],
      0,
    ]);
    expect(await about([first, second], { posesFile: 'run2/pose.pkl' })).toEqual([[], Math.fround(0.01)]);
    expect((await about([first, poses('run1/pose.9.pkl', 3, () => 0)]))[0]).toEqual([]);
    // Poses of another number of particles do not compete.
    expect((await about([first, poses('other.pkl', 4, () => 0)]))[0]).toEqual([]);
  });

  it('a stack cut down to its table: by the names it is another stack', async () => {
    const table = named('t.star', ['data_', 'loop_', '_rlnImageName #1', '7@s.mrcs', '9@s.mrcs', ''].join('\n'));
    const look = async (answers: Answers) => {
      const { set, questions, files } = await understand([table, stack('s.mrcs', 2)], { answers });
      return [
        questions.length,
        set && Array.from((await set.images.read([0, 1])).filter((_, i) => i % 16 === 0)),
        files[0].error?.code,
      ];
    };
    expect(await look({})).toEqual([1, [0, 1], undefined]);
    expect(await look({ imageOrder: 'rows' })).toEqual([0, [0, 1], undefined]);
    expect(await look({ imageOrder: 'names' })).toEqual([0, null, 'index-out-of-range']);
  });
});

describe('rows of a table of values', () => {
  const rows = (text: string, original: number[]) => {
    const joined = rowsByIndex(readCsv(new TextEncoder().encode(text), 'v.csv'), Uint32Array.from(original), 'v.csv');
    return joined && [Array.from(joined.rows), joined.columns.map(({ name }) => name)];
  };
  it.each<[string, string, number[], unknown]>([
    ['without an index', 'label\n5\n6\n', [0, 1], null],
    ['sorted by the label', 'index,label\n1,0\n0,9\n', [0, 1], [[1, 0], ['label']]],
    ['counted in the original stack', 'label,Index\n0,40\n9,20\n3,30\n', [20, 40], [[1, 0], ['label']]],
    ['counted in the set', 'index,label\n1,0\n0,9\n', [20, 40], [[1, 0], ['label']]],
    ['an index of pandas, shuffled', ',label\n2,0\n0,9\n1,4\n', [0, 1, 2], [[1, 2, 0], ['label']]],
    ['called otherwise', 'Particle,label\n1,0\n0,9\n', [0, 1], [[1, 0], ['label']]],
    ['called otherwise, in the original stack', 'original_index,label\n40,0\n20,9\n', [20, 40], [[1, 0], ['label']]],
    ['of pandas, read and written again', 'Unnamed: 0,label\n1,0\n0,9\n', [0, 1], [[1, 0], ['label']]],
    [
      'index before another',
      'id,index,label\n0,1,0\n1,0,9\n',
      [0, 1],
      [
        [1, 0],
        ['id', 'label'],
      ],
    ],
    ['two that are the same', 'id,row,label\n1,1,0\n0,0,9\n', [0, 1], [[1, 0], ['label']]],
    ['numbers in the order of the rows', 'nth,label\n0,7\n1,9\n', [20, 40], null],
    ['numbers from 1 in the order of the rows', 'nth,label\n1,7\n2,9\n', [20, 40], null],
    ['originals from 1 in the order of the rows', 'nth,label\n41,7\n21,9\n', [40, 20], null],
    ['a column of values that are nearly such', 'nth,label\n3,7\n1,9\n4,8\n', [0, 1, 2], null],
    ['labels that number the rows by chance', 'label\n1\n0\n', [0, 1], null],
    ['a nameless column of other numbers', ',label\n0.5,0\n0.7,9\n', [0, 1], null],
  ])('%s', (_, text, original, expected) => {
    expect(rows(text, original)).toEqual(expected);
  });
  it.each<[string, string, number[], string]>([
    ['twice', 'index,label\n1,0\n1,9\n', [0, 1], 'index-out-of-range'],
    ['not whole', 'index,label\n0.5,0\n1,9\n', [0, 1], 'index-out-of-range'],
    ['one absent', 'index,label\n0,0\n2,9\n', [0, 1], 'index-out-of-range'],
    ['called otherwise, from 1', 'particle,label\n1,0\n2,9\n', [0, 1], 'index-out-of-range'],
    ['two that differ', 'id,row,label\n1,0,0\n0,1,9\n', [0, 1], 'ambiguous'],
    ['an unknown name, another order', 'nth,label\n2,0\n0,9\n1,4\n', [0, 1, 2], 'ambiguous'],
    ['an unknown name, originals in another order', 'nth,label\n40,0\n20,9\n', [20, 40], 'ambiguous'],
    ['an unknown name, from 1 in another order', 'nth,label\n3,0\n1,9\n2,4\n', [0, 1, 2], 'ambiguous'],
    ['an unknown name, originals from 1', 'nth,label\n41,0\n21,9\n', [20, 40], 'ambiguous'],
    ['pandas beside a list that reorders', ',label\n0,0\n1,9\n', [1, 0], 'ambiguous'],
  ])('refused: %s', (_, text, original, code) => {
    expect(codeOf(() => rows(text, original))).toBe(code);
  });

  it('beside a stack, as columns of a drop', async () => {
    const files = [stack('s.mrcs', 3), named('v.csv', 'index,height\n2,0.5\n0,0.25\n1,0.75\n')];
    expect((await understand(files)).columns).toEqual([{ name: 'height', values: Float32Array.of(0.25, 0.75, 0.5) }]);
  });
});

describe('rows by uid', () => {
  it.each<[string, bigint[], bigint[], number[]]>([
    ['each once', [3n, 1n], [1n, 2n, 3n], [2, 0]],
    ['one that is absent', [9n, 1n], [1n], [-1, 0]],
    ['copies of one row', [1n, 1n, 2n], [2n, 1n], [1, 1, 0]],
    ['copies of as many rows', [1n, 2n, 1n], [1n, 1n, 2n], [0, 2, 1]],
  ])('%s', (_, uids, theirs, expected) => {
    expect(Array.from(rowsByUid(uids, theirs, 'p.cs'))).toEqual(expected);
  });
  it('refused: two rows for one particle', () => {
    expect(codeOf(() => rowsByUid([1n, 2n], [1n, 2n, 2n], 'p.cs'))).toBe('ambiguous');
  });
});
