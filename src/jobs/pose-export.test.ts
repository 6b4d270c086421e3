// Poses found for a kept dataset, in every format, read again by the whole reading room.
import { describe, expect, it } from 'vitest';
import { setBlob, setBytes } from '../../testing/reference-set/set.ts';
import { describeWithReference, referenceBlob } from '../../testing/reference.ts';
import { understand } from '../formats/assemble.ts';
import { parseCs } from '../formats/cs/cs.ts';
import { csPoses } from '../formats/cs/cs-poses.ts';
import { joinPassthrough } from '../formats/cs/cs-particles.ts';
import { readCryodrgnPickle, writeCtfPickle } from '../formats/cryodrgn-pickles.ts';
import { writeMrcStack } from '../formats/mrc-write.ts';
import { CTF_WIDTH, type NamedBlob, type ParticleSet, type Poses } from '../formats/particles.ts';
import { parseStarParticles } from '../formats/star/star-particles.ts';
import { starPoses } from '../formats/star/star-poses.ts';
import { pickPoses } from '../formats/subset.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { DatasetLibrary } from '../library/datasets.ts';
import { MemoryStorage } from '../library/memory.ts';
import { openKeptSet, type KeptSet } from './kept-set.ts';
import { exportPoses } from './pose-export.ts';

const named = (path: string, bytes: Uint8Array): NamedBlob => ({ path, blob: new Blob([bytes.slice()]) });

async function kept(files: NamedBlob[]): Promise<{ set: ParticleSet; keptSet: KeptSet }> {
  const { set } = await understand(files);
  if (!set) throw new Error('no set');
  const library = new DatasetLibrary(new MemoryStorage());
  const extras = { pixelSizeAngstrom: set.pixelSizeAngstrom ?? NaN, isDemo: false, looksWhite: null, fingerprint: '' };
  const record = await library.keep(set, extras);
  const dataset = await library.load(record.id);
  if (!dataset) throw new Error('not kept');
  return { set, keptSet: await openKeptSet(library, dataset) };
}
const foundPoses = (count: number): Poses => ({
  rotations: randomRotations(new Random(7), count),
  translations: new Random(8).fillNormal(new Float32Array(2 * count)).map((value) => 0.03 * value),
});
function expectSame(found: Poses | null | undefined, expected: Poses) {
  const worst = (a: ArrayLike<number> | null | undefined, b: Float32Array) =>
    b.reduce((most, value, i) => Math.max(most, Math.abs((a?.[i] ?? Infinity) - value)), 0);
  expect(found?.rotations.length).toBe(expected.rotations.length);
  // STAR has six decimals, .cs float32.
  expect(worst(found?.rotations, expected.rotations)).toBeLessThan(1e-5);
  if (expected.translations) expect(worst(found?.translations, expected.translations)).toBeLessThan(1e-5);
}

/** Poses put in place of a STAR table's come back with the same CTF and images; the table's own, written again, are what they were. */
async function replaced(set: ParticleSet, keptSet: KeptSet, stack: NamedBlob[], version: string): Promise<void> {
  const poses = foundPoses(set.count);
  const star = exportPoses(keptSet, poses, 'star');
  const again = await understand([named('n.star', star), ...stack]);
  expectSame(again.set?.poses, poses);
  expect(again.set?.ctf).toEqual(set.ctf);
  expect(await again.set?.images.read([1])).toEqual(await set.images.read([1]));
  expect(parseStarParticles(star, 'n').version).toBe(version);
  const own = set.poses && exportPoses(keptSet, set.poses, 'star');
  if (set.poses && own) expectSame(starPoses(parseStarParticles(own, 'o'), set), set.poses);
}

describe('poses of a bare stack', () => {
  const count = 4;
  const pixels = Float32Array.from({ length: count * 64 }, (_, i) => i % 7);
  const stack = named('p.mrcs', writeMrcStack({ count, boxPixels: 8, pixelSizeAngstrom: 2.5 }, pixels));
  // Two microscopes; pixel sizes are the images'.
  const ctf = Float32Array.from(
    { length: CTF_WIDTH * count },
    (_, i) => [8, 2.5, 1e4, 9e3, 30, i < 18 ? 300 : 200, 2.7, 0.1, 0][i % 9],
  );
  const poses = foundPoses(count);

  it('a new STAR file with optics from the CTF, or without any', async () => {
    for (const files of [[stack], [stack, named('ctf.pkl', writeCtfPickle(ctf))]]) {
      const { set, keptSet } = await kept(files);
      const again = await understand([stack, named('n.star', exportPoses(keptSet, poses, 'star'))]);
      expectSame(again.set?.poses, poses);
      expect(again.set?.ctf?.map((v) => Math.round(v * 10))).toEqual(set.ctf?.map((v) => Math.round(v * 10)));
      expect(again.set?.opticsGroups.length).toBe(files.length);
      expect(again.set?.pixelSizeAngstrom).toBe(2.5);
    }
  });

  it('pose.pkl is exact; .cs is refused; so is what does not fit', async () => {
    const { keptSet } = await kept([stack]);
    expect(readCryodrgnPickle(exportPoses(keptSet, poses, 'pkl'), 'p')).toMatchObject({ kind: 'poses', poses });
    const code = (made: () => unknown) => {
      try {
        made();
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code(() => exportPoses(keptSet, poses, 'cs'))).toBe('usage');
    expect(code(() => exportPoses(keptSet, poses, 'star', [0, 1]))).toBe('count-mismatch');
    expect(code(() => exportPoses(keptSet, foundPoses(1), 'star', [9]))).toBe('index-out-of-range');
    const broken = { rotations: poses.rotations.map((v, i) => (i === 20 ? NaN : v)), translations: null };
    expect(code(() => exportPoses(keptSet, broken, 'pkl'))).toBe('value-out-of-range');
  });
});

describe('poses into the tables of the reference set', () => {
  const files = (names: string[]) => names.map(setBlob);
  const stack = 'particles.mrcs';

  it.each([
    { name: 'particles.star', version: '3.1' },
    { name: 'relion30.star', version: '3.0' },
    { name: 'relion30-no-poses.star', version: '3.0' },
  ])('$name', async ({ name, version }) => {
    const { set, keptSet } = await kept(files([name, stack]));
    await replaced(set, keptSet, files([stack]), version);
  });

  it('a run on some of the particles: the same rows of the table', async () => {
    const { set, keptSet } = await kept(files(['particles.star', stack]));
    const rows = Uint32Array.of(399, 5, 77);
    const poses = foundPoses(3);
    const again = await understand([named('n.star', exportPoses(keptSet, poses, 'star', rows)), ...files([stack])]);
    expectSame(again.set?.poses, poses);
    expect(await again.set?.images.read([0, 2])).toEqual(await set.images.read([399, 77]));
    const read = readCryodrgnPickle(exportPoses(keptSet, poses, 'pkl', rows), 'p');
    expect(read).toMatchObject({ kind: 'poses', count: 3 });
  });

  it('.cs: fields are added to particles without poses; STAR is made anew', async () => {
    const { set, keptSet } = await kept(files(['no-poses.cs', stack]));
    const poses = foundPoses(10);
    for (const format of ['cs', 'star'] as const) {
      const written = named(`n.${format}`, exportPoses(keptSet, poses, format));
      const again = await understand([written, ...files([stack])]);
      expectSame(again.set?.poses, poses);
      expect(again.set?.ctf?.map(Math.round)).toEqual(set.ctf?.map(Math.round));
    }
  });

  it('.cs: poses are replaced, also of some', async () => {
    const { set, keptSet } = await kept(files(['particles.cs', stack]));
    if (!set.poses) throw new Error('no poses');
    const table = parseCs(setBytes('particles.cs'), 'particles.cs');
    const read = (bytes: Uint8Array) => csPoses(joinPassthrough(parseCs(bytes, 'n.cs'), []), set);
    expectSame(read(exportPoses(keptSet, set.poses, 'cs')), set.poses);
    const some = [7, 398, 0];
    const poses = pickPoses(set.poses, some);
    const written = exportPoses(keptSet, poses, 'cs', some);
    expectSame(read(written), poses);
    expect(parseCs(written, 'n.cs').columnNames).toEqual(table.columnNames);
  });
});

describeWithReference('poses into a table of RELION’s own', () => {
  it('relion31.star: every column but angles and origins stays', async () => {
    const stack = referenceBlob('files/relion31.mrcs');
    const { set, keptSet } = await kept([referenceBlob('files/relion31.star'), stack]);
    await replaced(set, keptSet, [stack], '3.1');
  });
});
