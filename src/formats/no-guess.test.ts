// What a newcomer tried and was believed without a word: each is refused now, with its row.
import { describe, expect, test } from 'vitest';
import { BOX, posesOfRows, stackOf, starOf } from '../../testing/particle-files.ts';
import { understand } from './assemble.ts';
import { readCryodrgnPickle, writePosePickle } from './cryodrgn-pickles.ts';
import { parseStarParticles } from './star/star-particles.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const named = (path: string, bytes: Uint8Array | string) => ({
  path,
  blob: new Blob([typeof bytes === 'string' ? bytes : bytes.slice()]),
});
const refusedAt = (code: string, row: number) =>
  expect.objectContaining({ code, detail: expect.objectContaining({ row }) as object }) as Error;

describe('poses that turn nothing', () => {
  const spoil = (change: (matrix: Float32Array) => void) => {
    const { rotations, translations } = posesOfRows(4);
    change(rotations.subarray(18, 27));
    return () => readCryodrgnPickle(writePosePickle({ rotations, translations }), 'pose.pkl');
  };
  test.each([
    ['a reflection', (matrix: Float32Array) => matrix.forEach((value, i) => (matrix[i] = i < 6 ? value : -value))],
    ['a matrix of zeros', (matrix: Float32Array) => matrix.fill(0)],
    ['twice a rotation', (matrix: Float32Array) => matrix.forEach((value, i) => (matrix[i] = 2 * value))],
    ['a sheared one', (matrix: Float32Array) => (matrix[0] += 0.1)],
  ] as [string, (matrix: Float32Array) => void][])('%s', (_, change) => {
    expect(spoil(change)).toThrowError(refusedAt('value-out-of-range', 3));
  });
  test('a rotation of few digits is one', () => {
    const rounded = spoil((matrix) => matrix.forEach((value, i) => (matrix[i] = Math.round(1000 * value) / 1000)));
    expect(rounded()).toMatchObject({ kind: 'poses', count: 4 });
  });
});

test('an optics group that the file does not have, also where it has one only', () => {
  const text = starOf('3.1', [0, 1, 2]).replace(/^(000003@.*) 1$/m, '$1 2');
  expect(() => parseStarParticles(bytesOf(text), 'a.star')).toThrowError(refusedAt('star-syntax', 3));
});

test('image names without a number mean the only image of a file, never the first of many', async () => {
  const text = starOf('3.1', [0, 0, 0]).replace(/^\d+@/gm, '');
  const many = await understand([named('a.star', text), named('stack.mrcs', stackOf([0, 1, 2]))]);
  expect(many.set).toBeNull();
  expect(many.files[0].error).toMatchObject({ code: 'star-syntax', row: 1, field: '_rlnImageName' });
  const one = await understand([named('a.star', text), named('stack.mrcs', stackOf([5]))]);
  expect(one.set).toMatchObject({ count: 3, boxPixels: BOX });
});
