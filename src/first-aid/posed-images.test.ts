// What posed images tell: good as they are simulated, wrong under the mistakes that files are read with.
import { beforeAll, describe, expect, it } from 'vitest';
import { checkedSet, filtered, opticsSaying } from '../../testing/checked-set.ts';
import { checkCentring } from './centring.ts';
import { checkCtfApplied } from './ctf-applied.ts';
import { checkCtf } from './ctf-fit.ts';
import type { CheckedParticles } from './particles.ts';
import { checkPoses } from './poses.ts';
import { posedImages, type PosedImages } from './posed.ts';
import { scanImages } from './scan.ts';
import type { ImageSample } from './sample.ts';
import { checkShifts } from './shifts.ts';

let set: CheckedParticles;
let sample: ImageSample;
beforeAll(async () => {
  set = await checkedSet();
  ({ sample } = await scanImages(set.images));
}, 60_000);

async function posed(particles: CheckedParticles, of = sample): Promise<PosedImages> {
  const found = await posedImages(particles, of);
  if (!found) throw new Error('The set has poses.');
  return found;
}

/** The set with its shifts changed, pixels of 32. */
function shifted(change: (x: number, y: number) => [number, number]): CheckedParticles {
  const { rotations, translations } = set.poses ?? { rotations: new Float32Array(0), translations: null };
  const out = new Float32Array(translations?.length ?? 0);
  for (let i = 0; i < out.length; i += 2) out.set(change(translations?.[i] ?? 0, translations?.[i + 1] ?? 0), i);
  return { ...set, poses: { rotations, translations: out } };
}

describe('shifts', () => {
  it('as given are good', async () => {
    const { finding, better } = await checkShifts(await posed(set), 4);
    expect([finding.verdict, better]).toEqual(['good', null]);
  });

  it.each<[string, (x: number, y: number) => [number, number], RegExp]>([
    ['Å read as pixels', (x, y) => [4 * x, 4 * y], /as if they were in Å/],
    ['pixels read as Å', (x, y) => [x / 4, y / 4], /as if they were in pixels/],
    ['the other sign', (x, y) => [-x, -y], /wrong sign/],
    ['x and y exchanged', (x, y) => [y, x], /exchanged/],
  ])('%s are wrong', async (_, change, words) => {
    const given = await posed(shifted(change));
    const { finding, better } = await checkShifts(given, 4);
    expect(finding.verdict).toBe('wrong');
    expect(finding.sentence).toMatch(words);
    // Put right they are the simulated ones, by which everything else is asked.
    const right = await posed(set);
    expect(Array.from(better ?? [])).toEqual(Array.from(right.given.shifts ?? [], (value) => expect.closeTo(value, 4)));
    expect((await checkPoses(await given.withShifts(better ?? new Float32Array(0)))).verdict).toBe('good');
  });

  it('of nothing are not said', async () => {
    expect((await checkShifts(await posed(shifted(() => [0, 0])), 4)).finding.verdict).toBe('cannot say');
  });
});

describe('poses', () => {
  it('as given are good', async () => {
    expect((await checkPoses(await posed(set))).verdict).toBe('good');
  });

  it('transposed, or of other images, are not', async () => {
    const { rotations, translations } = set.poses ?? { rotations: new Float32Array(0), translations: null };
    const transposed = rotations.map((_, at) => rotations[at - (at % 9) + 3 * (at % 3) + Math.floor((at % 9) / 3)]);
    const found = await checkPoses(await posed({ ...set, poses: { rotations: transposed, translations } }));
    expect(found.verdict).toBe('wrong');
    expect(found.sentence).toMatch(/transposed/);
    const moved = rotations.map((_, at) => rotations[(at + 900) % rotations.length]);
    const others = await checkPoses(await posed({ ...set, poses: { rotations: moved, translations } }));
    expect(others.verdict).not.toBe('good');
  });
});

describe('CTF', () => {
  it('of the images is good at any noise, of others it is not', async () => {
    const noisy = await checkedSet({ snr: 0.05, count: 1200 });
    const { sample: seen } = await scanImages(noisy.images);
    expect((await checkCtf(noisy, seen, await posed(noisy, seen))).verdict).toBe('good');
    const ctf = noisy.ctf ?? new Float32Array(0);
    const moved = { ...noisy, ctf: ctf.map((_, at) => ctf[(at + 9 * 300) % ctf.length]) };
    const found = await checkCtf(moved, seen, await posed(moved, seen));
    expect(['wrong', 'cannot say']).toContain(found.verdict);
    // Nothing is then said of what was applied before.
    const applied = await checkCtfApplied(moved, seen, { posed: await posed(moved, seen), belongs: found.verdict });
    expect(applied.verdict).not.toBe('wrong');
  });
});

describe('what was applied before', () => {
  const say = (count: number, applied: number) => (applied === 0 ? null : opticsSaying(count, applied));
  /** By what is in the images (0 nothing, 1 sign, 2 CTF): the factor on images that went through −CTF. */
  const factors = [() => 1, (ctf: number) => (ctf > 0 ? -1 : 1), (ctf: number) => -ctf];

  const seenOf = new Map<number, Promise<{ images: CheckedParticles; seen: ImageSample }>>();
  async function made(inImages: number) {
    const images = await filtered(set, factors[inImages]);
    return { images, seen: (await scanImages(images.images)).sample };
  }

  it.each([0, 1, 2].flatMap((inImages) => [0, 1, 2].map((said) => [inImages, said])))(
    'images %i, files %i',
    async (inImages, said) => {
      const before = seenOf.get(inImages) ?? made(inImages);
      seenOf.set(inImages, before);
      const { images, seen } = await before;
      const particles = { ...images, optics: say(500, said) };
      const given = { posed: await posed(particles, seen), belongs: 'good' as const };
      const found = await checkCtfApplied(particles, seen, given);
      expect(found.verdict, found.sentence).toBe(inImages === said ? 'good' : 'wrong');
      if (inImages !== said)
        expect(found.sentence).toContain(['look not corrected', 'look phase-flipped', 'look multiplied'][inImages]);
      // Without poses the images tell as much, or nothing: never something else.
      const unposed = { ...particles, poses: null };
      const alone = await checkCtfApplied(unposed, seen, { ...given, posed: null });
      expect(['cannot say', found.verdict], alone.sentence).toContain(alone.verdict);
    },
  );
});

describe('centring', () => {
  it('of centred particles is good, with and without poses', async () => {
    expect((await checkCentring(set, sample, await posed(set))).verdict).toBe('good');
    expect((await checkCentring({ ...set, poses: null }, sample, null)).verdict).toBe('good');
  });

  it('of images that all lie off the middle is not', async () => {
    // Shifts that leave every particle five pixels to the right.
    const off = shifted((x, y) => [x + 5 / 32, y]);
    expect((await checkCentring({ ...off, ctf: set.ctf }, sample, null)).verdict).toBe('look');
    const far = shifted((x, y) => [x + 8 / 32, y]);
    expect((await checkCentring(far, sample, null)).verdict).toBe('wrong');
  });
});
