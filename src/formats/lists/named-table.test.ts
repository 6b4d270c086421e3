// A table named for a run's particles: its rows are found by what the particles are, and a table that does not fit is refused.
import { expect, test } from 'vitest';
import { rowsInTable, type NamedParticles } from './named-table.ts';
import { parseStarParticles } from '../star/star-particles.ts';

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

test('copies of one image: told by their place, by their order where all are there, else refused', () => {
  const thrice = ['1@s.mrcs', '1@s.mrcs', '1@s.mrcs', '2@s.mrcs'];
  const second = {
    originalIndex: Uint32Array.of(1, 3),
    originalCount: 4,
    imageNames: ['0@s.mrcs', '1@s.mrcs'],
    namedByTable: true,
  };
  expect(rowsInTable(particles(second), table(thrice))).toEqual(Uint32Array.of(1, 3));
  const all = { ...second, originalIndex: Uint32Array.of(0, 1, 2), imageNames: ['0@s.mrcs', '0@s.mrcs', '0@s.mrcs'] };
  expect(rowsInTable(particles(all), table([...thrice].reverse()))).toEqual(Uint32Array.of(1, 2, 3));
  expect(() => rowsInTable(particles(second), table([...thrice].reverse()))).toThrowError(
    refused('value-out-of-range'),
  );
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
