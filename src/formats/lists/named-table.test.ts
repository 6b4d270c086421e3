// A table named for a run's particles: its rows are found by what the particles are, and a table that does not fit is refused.
import { expect, test } from 'vitest';
import { rowsInTable as find, type NamedParticles } from './named-table.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { starPosesSoFar } from '../star/star-poses.ts';

const rowsInTable = (...given: Parameters<typeof find>) => find(...given).rows;
const table = (names: string[], file = 'all.star') =>
  parseStarParticles(new TextEncoder().encode(`data_\nloop_\n_rlnImageName #1\n${names.join('\n')}\n`), file);
const keys = (count: number, stack = 'a/s.mrcs') => Array.from({ length: count }, (_, i) => `${i}@${stack}`);
const rows = (count: number, stack?: string) =>
  keys(count, stack).map((key) => `${Number(key.split('@')[0]) + 1}@${key.split('@')[1]}`);

function particles(over: Partial<NamedParticles>): NamedParticles {
  return {
    name: 'set',
    originalIndex: Uint32Array.of(2, 4),
    originalCount: 6,
    imageNames: null,
    uids: null,
    namedByTable: false,
    ...over,
  };
}
const refused = (code: string) => expect.objectContaining({ code }) as Error;

test('by the names of images, though the table is in another order and another folder', () => {
  const named = particles({ imageNames: ['2@/data/a/s.mrcs', '4@/data/a/s.mrcs'], namedByTable: true });
  expect(rowsInTable(named, table(rows(6).reverse()))).toEqual(Uint32Array.of(3, 1));
});

test('by place where no name tells, and only in a table of as many rows as the original', () => {
  expect(rowsInTable(particles({}), table(rows(6)))).toEqual(Uint32Array.of(2, 4));
  expect(() => rowsInTable(particles({}), table(rows(7)))).toThrowError(refused('count-mismatch'));
  // Nothing says how many there were: at least as many as the list counts to.
  const unknown = particles({ originalCount: null, imageNames: ['0@filtered.mrcs', '1@filtered.mrcs'] });
  expect(rowsInTable(unknown, table(rows(9)))).toEqual(Uint32Array.of(2, 4));
  expect(() => rowsInTable(unknown, table(rows(4)))).toThrowError(refused('count-mismatch'));
});

test('a table without some of the particles is refused', () => {
  const named = particles({ imageNames: ['2@s.mrcs', '4@s.mrcs'], namedByTable: true });
  expect(() => rowsInTable(named, table(rows(6).slice(0, 4)))).toThrowError(refused('count-mismatch'));
});

test('a filtered stack that is called as its original is: name and place differ, so neither is believed', () => {
  const copy = particles({ originalCount: null, imageNames: ['0@s.mrcs', '1@s.mrcs'] });
  expect(() => rowsInTable(copy, table(rows(6, 's.mrcs')))).toThrowError(refused('value-out-of-range'));
});

const thrice = ['1@s.mrcs', '1@s.mrcs', '1@s.mrcs', '2@s.mrcs'];

test('copies of one image without poses: told by their place, else refused', () => {
  const second = {
    originalIndex: Uint32Array.of(1, 3),
    originalCount: 4,
    imageNames: ['0@s.mrcs', '1@s.mrcs'],
    namedByTable: true,
  };
  expect(rowsInTable(particles(second), table(thrice))).toEqual(Uint32Array.of(1, 3));
  const all = { ...second, originalIndex: Uint32Array.of(0, 1, 2), imageNames: ['0@s.mrcs', '0@s.mrcs', '0@s.mrcs'] };
  for (const some of [all, second])
    expect(() => rowsInTable(particles(some), table([...thrice].reverse()))).toThrowError(
      refused('value-out-of-range'),
    );
});

/** A row of `names` each under a turn about z. */
const posed = (names: string[], degrees: number[]) =>
  parseStarParticles(
    new TextEncoder().encode(
      [
        ...['data_', 'loop_', '_rlnImageName #1', '_rlnAngleRot #2', '_rlnAngleTilt #3', '_rlnAnglePsi #4'],
        ...names.map((name, i) => `${name} ${degrees[i]} 0 0`),
        '',
      ].join('\n'),
    ),
    'all.star',
  );

test('copies of one image with poses are told by them, whatever the order', () => {
  const degrees = [0, 120, 240, 5];
  const poses = starPosesSoFar(posed(thrice, degrees), { boxPixels: 8, pixelSizeAngstrom: null });
  const all = particles({
    originalIndex: Uint32Array.of(0, 1, 2, 3),
    originalCount: 4,
    imageNames: ['0@s.mrcs', '0@s.mrcs', '0@s.mrcs', '1@s.mrcs'],
    namedByTable: true,
    poses,
  });
  expect(rowsInTable(all, posed(thrice, degrees))).toEqual(Uint32Array.of(0, 1, 2, 3));
  expect(rowsInTable(all, posed([...thrice].reverse(), [...degrees].reverse()))).toEqual(Uint32Array.of(3, 2, 1, 0));
  // The names stand as before, the poses do not; the pose of an image in one row does not matter.
  expect(rowsInTable(all, posed(thrice, [120, 0, 240, 90]))).toEqual(Uint32Array.of(1, 0, 2, 3));
  expect(() => rowsInTable(all, posed(thrice, [0, 120, 200, 5]))).toThrowError(refused('value-out-of-range'));
  expect(() => rowsInTable(all, posed(thrice, [0, 0, 240, 5]))).toThrowError(refused('value-out-of-range'));
  expect(() => rowsInTable(all, table([...thrice].reverse()))).toThrowError(refused('value-out-of-range'));
});

test('copies whose poses were refined since are told by the nearest pose, where that is clear', () => {
  const scale = { boxPixels: 8, pixelSizeAngstrom: null };
  const all = particles({
    originalIndex: Uint32Array.of(0, 1, 2, 3),
    originalCount: 4,
    imageNames: ['0@s.mrcs', '0@s.mrcs', '0@s.mrcs', '1@s.mrcs'],
    namedByTable: true,
    poses: starPosesSoFar(posed(thrice, [0, 120, 240, 5]), scale),
  });
  const refined = find(all, posed(thrice, [4, 118, 243, 90]));
  expect(refined.rows).toEqual(Uint32Array.of(0, 1, 2, 3));
  expect(refined.notices).toMatchObject([
    { code: 'copies-by-nearest-pose', message: expect.stringContaining('4.0°') as string },
  ]);
  expect(rowsInTable(all, posed(thrice, [118, 243, 4, 90]))).toEqual(Uint32Array.of(2, 0, 1, 3));
  // Two that come to lie together, two that come near to one, and half-way turns.
  for (const degrees of [
    [4, 4, 240],
    [0, 10, 240],
    [60, 180, 300],
  ])
    expect(() => rowsInTable(all, posed(thrice, [...degrees, 90]))).toThrowError(refused('value-out-of-range'));
});

test('rows by place are said, and refused where the images count otherwise', () => {
  const small = particles({ imageNames: ['2@small.mrcs', '4@small.mrcs'] });
  expect(find(small, table(rows(6)))).toMatchObject({
    rows: Uint32Array.of(2, 4),
    notices: [{ code: 'by-place', file: 'all.star' }],
  });
  expect(() => find(small, table(rows(6).reverse()))).toThrowError(refused('value-out-of-range'));
  // Of two stacks, or of a stack that was cut before, the count within says nothing.
  expect(rowsInTable(small, table([...rows(3, 'a.mrcs'), ...rows(3, 'b.mrcs')]))).toEqual(Uint32Array.of(2, 4));
  const named = particles({ imageNames: ['2@s.mrcs', '4@s.mrcs'], namedByTable: true });
  expect(find(named, table(rows(6, 's.mrcs'))).notices).toEqual([]);
});

test('two stacks of one base name are told apart by their folders, or not at all', () => {
  const names = [...rows(2, 'job1/m.mrcs'), ...rows(2, 'job2/m.mrcs')];
  const second = { originalIndex: Uint32Array.of(0), originalCount: null, namedByTable: true };
  expect(rowsInTable(particles({ ...second, imageNames: ['1@job2/m.mrcs'] }), table(names))).toEqual(Uint32Array.of(3));
  // Another place than any written: no name fits, and one row is not an original of four.
  const other = { ...second, originalCount: 1, imageNames: ['1@/copied/m.mrcs'] };
  expect(() => rowsInTable(particles(other), table(names))).toThrowError(refused('count-mismatch'));
});

test('stacks of one name in two extraction jobs are two stacks', () => {
  const other = { originalIndex: Uint32Array.of(0, 1), originalCount: 2, namedByTable: true };
  const own = particles({ ...other, imageNames: ['0@Extract/job007/m1.mrcs', '1@Extract/job007/m1.mrcs'] });
  expect(() => rowsInTable(own, table(rows(6, 'Extract/job012/m1.mrcs')))).toThrowError(refused('count-mismatch'));
  expect(rowsInTable(own, table(rows(6, '/data/Extract/job007/m1.mrcs')))).toEqual(Uint32Array.of(0, 1));
});
