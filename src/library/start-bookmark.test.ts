import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import type { StartBookmark } from '../inference/em-start/start-plan.ts';
import { readStartBookmark, writeStartBookmark } from './start-bookmark.ts';

const random = new Random(1);
const map = () => random.fillNormal(new Float32Array(8 ** 3));
const bookmark: StartBookmark = {
  plan: { seed: 3, starts: 2, classes: 4, patience: 0.5, baseLevel: 2, shiftExtent: 3 },
  ...{ images: 4000, start: 1, part: 2, noise: [0.58371, null], random: [1, 2, 3, 4294967295, -0.25] },
  found: [
    { map: map(), images: 1322 },
    { map: map(), images: 1135 },
  ],
  maps: [map(), map()],
  rest: Uint32Array.of(0, 7, 3999),
  best: { maps: [map()], mapPixels: 8, evidence: 78.1 },
};

describe('a bookmark of a start', () => {
  it('comes back as it was written', () => {
    expect(readStartBookmark(writeStartBookmark(bookmark))).toEqual(bookmark);
    const first = { ...bookmark, best: null, maps: [], rest: new Uint32Array(0) };
    expect(readStartBookmark(writeStartBookmark(first))).toEqual(first);
  });

  it('is none where the file was cut off, or is another', () => {
    const bytes = writeStartBookmark(bookmark);
    expect(readStartBookmark(bytes.subarray(0, bytes.length - 100))).toBeNull();
    expect(readStartBookmark(new Uint8Array(0))).toBeNull();
    expect(readStartBookmark(new TextEncoder().encode('class\n1\n'))).toBeNull();
  });
});
