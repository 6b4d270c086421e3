import { expect, it } from 'vitest';
import {
  countedInOriginal,
  everyRow,
  nameOfRow,
  originalsOf,
  particleName,
  rowsByOriginal,
} from './particle-identity.ts';

it('calls a particle by its place in the original from 0, an image as RELION writes it from 1', () => {
  const original = countedInOriginal([9, 7, 5]);
  expect(nameOfRow(1, original)).toBe('particle 7');
  expect(nameOfRow(1, null)).toBe('row 1 of the set');
  expect(particleName({ kind: 'image', path: 'a/s.mrcs', index: 12 })).toBe('000013@a/s.mrcs');
  expect(particleName({ kind: 'uid', uid: 18446744073709551615n })).toBe('uid 18446744073709551615');
});

it('goes from rows to places in the original and back', () => {
  const original = countedInOriginal([9, 7, 5]);
  expect(originalsOf([2, 0], original)).toEqual(Uint32Array.of(5, 9));
  const rowOf = rowsByOriginal(original);
  expect([5, 9, 8].map((index) => rowOf.get(index))).toEqual([2, 0, undefined]);
  expect(everyRow(3)).toEqual(Uint32Array.of(0, 1, 2));
  // @ts-expect-error Places in the original are no rows of the set.
  expect(() => originalsOf(original, original)).not.toThrow();
});
