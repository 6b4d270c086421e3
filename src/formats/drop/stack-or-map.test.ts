// Files whose header leaves it open what they are or how long: as many images as the box is wide, bytes too many.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { writePosePickle } from '../cryodrgn-pickles.ts';
import { openMrcStack } from '../mrc.ts';
import { writeMrcStack, writeMrcVolume } from '../mrc-write.ts';
import type { NamedBlob } from '../particles.ts';

const named = (path: string, ...parts: (Uint8Array | string)[]): NamedBlob => ({
  path,
  blob: new Blob(parts.map((part) => (typeof part === 'string' ? part : part.slice()))),
});
const sections = Float32Array.from({ length: 64 }, (_, i) => Math.floor(i / 16));
/** Four images of 4², by their header a map of 4³. */
const cube = () => named('J1/m.mrc', writeMrcVolume({ boxPixels: 4, pixelSizeAngstrom: 2, values: sections }));
const poses = (count: number) => {
  const rotations = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) [0, 4, 8].forEach((k) => (rotations[9 * i + k] = 1));
  return named('pose.pkl', writePosePickle({ rotations, translations: null }));
};

describe('a cube that may be a stack', () => {
  it('is one where a table names it', async () => {
    const table = named('t.star', ['data_', 'loop_', '_rlnImageName #1', '4@J1/m.mrc', '2@J1/m.mrc', ''].join('\n'));
    const { set, files } = await understand([table, cube()]);
    expect(Array.from(await set!.images.read([0, 1])).filter((_, i) => i % 16 === 0)).toEqual([3, 1]);
    expect(files.flatMap(({ error }) => error ?? [])).toEqual([]);
  });

  it('is asked about beside poses for each of its sections, and else is a map', async () => {
    expect((await understand([cube(), poses(4)])).questions).toEqual([
      { kind: 'which-stack', candidates: ['J1/m.mrc'], looksLikeMap: true },
    ]);
    const answered = await understand([cube(), poses(4)], { answers: { stackPath: 'J1/m.mrc' } });
    expect([answered.set?.count, answered.questions]).toEqual([4, []]);
    expect(answered.warnings.map(({ code }) => code)).toContain('map-as-stack');
    for (const files of [[cube()], [cube(), poses(5)]]) {
      const { set, questions } = await understand(files);
      expect([set, questions]).toEqual([null, []]);
    }
  });
});

describe('a stack longer than its header says', () => {
  const stack = writeMrcStack({ count: 3, boxPixels: 4, pixelSizeAngstrom: 2 }, sections.subarray(0, 48));
  it.each<[string, number, [string, string][]]>([
    ['not at all', 0, []],
    ['by two images', 128, [['mrc-longer', 'nz']]],
    ['by part of one', 80, [['mrc-longer', 'NSYMBT']]],
  ])('%s', async (_, more, expected) => {
    const { notices, reader } = await openMrcStack(named('s.mrcs', stack, new Uint8Array(more)));
    expect(notices.map(({ code, field }) => [code, field])).toEqual(expected);
    expect(reader.count).toBe(3);
  });
});
