// What is done to maps after decoding, on a map of few voxels.
import { describe, expect, it } from 'vitest';
import { finished, finishWords } from './map-finish.ts';

const map = new Float32Array([-2, -1, 0, 1, 2, 3, -4, 5]);
const mask = new Float32Array([1, 0.5, 1, 0, 0.25, 1, 0, 1]);

describe('a decoded map', () => {
  it('stays as it is where nothing is asked for', () => {
    expect(finished(map, {})).toBe(map);
    expect(finishWords({})).toBe('');
  });

  it('is multiplied by a mask and loses its negative density, and is not changed itself', () => {
    expect([...finished(map, { mask })]).toEqual([-2, -0.5, 0, 0, 0.5, 3, -0, 5]);
    expect([...finished(map, { clip: true })]).toEqual([0, 0, 0, 1, 2, 3, 0, 5]);
    expect([...finished(map, { mask, clip: true })]).toEqual([0, 0, 0, 0, 0.5, 3, 0, 5]);
    expect(map[0]).toBe(-2);
    expect(finishWords({ mask, maskName: 'wide.mrc', clip: true })).toBe('inside wide.mrc, negative density 0');
  });
});
