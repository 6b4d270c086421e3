// Rows of one image under several poses: a list names the copies that it was cut from.
import { describe, expect, it } from 'vitest';
import type { VitrineError } from '../../base/errors.ts';
import type { Poses } from '../particles.ts';
import { matchRows, type RowKeys } from './row-identity.ts';

/** Turns about z, in degrees. */
const turned = (degrees: number[]): Poses => {
  const rotations = new Float32Array(9 * degrees.length);
  degrees.forEach((angle, i) => {
    const [c, s] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    rotations.set([c, s, 0, -s, c, 0, 0, 0, 1], 9 * i);
  });
  return { rotations, translations: null };
};
const list = (keys: string, degrees?: number[], ids?: number[]): RowKeys => ({
  keys: [...keys],
  poses: () => (degrees ? [turned(degrees)] : []),
  ids: () => ids ?? null,
});
const set = list('aaabbb', [0, 120, 240, 10, 130, 250]);

describe('copies of an image', () => {
  it.each<[string, RowKeys, RowKeys, number[], string[]]>([
    ['told by their poses', list('ab', [120, 250]), set, [1, 5], []],
    ['in any order', list('aba', [240, 10, 0]), set, [0, 2, 3], []],
    ['written with two decimals', list('a', [120.004]), set, [1], []],
    ['all of them, under new poses', list('aaa', [5, 6, 7]), set, [0, 1, 2], []],
    ['of which the set has one only', list('ab', [77, 78]), list('ab', [1, 2]), [0, 1], []],
    ['another copy than the set’s', list('aa', [0, 120]), list('ac', [120, 0]), [0], []],
    ['a list without poses', list('a'), set, [0, 1, 2], ['several-copies']],
    ['some that the set lacks', list('azz', [0, 1, 2]), set, [0], ['particles-absent']],
    ['refined since', list('ab', [117, 253]), set, [1, 5], ['copies-by-nearest-pose']],
    ['alike in their poses', list('a', [0]), list('aaa', [0, 0, 0]), [0], ['copies-alike']],
    ['alike, but numbered', list('a', [0], [9]), list('aaa', [0, 0, 0], [7, 8, 9]), [2], []],
  ])('%s', (_, wanted, own, rows, codes) => {
    const found = matchRows(wanted, own, 'l.star');
    expect([Array.from(found.rows), found.notices.map(({ code }) => code)]).toEqual([rows, codes]);
  });

  it.each([
    ['one copy under a pose that none has', [60]],
    ['two copies of which both are nearest to one', [5, 6]],
  ])('refused: %s', (_, degrees) => {
    expect(() => matchRows(list('a'.repeat(degrees.length), degrees), set, 'l.star')).toThrowError(
      expect.objectContaining({ code: 'ambiguous' }) as VitrineError,
    );
  });
});
