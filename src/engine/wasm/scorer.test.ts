// The CPU's scorer against the formula as it stands, at sizes around its panels of 8 slices, groups of 4 translations and
// chunks of images; on one thread and two.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import { searchPoints } from '../scoring/points.ts';
import type { Expectation, FourierCube, PoseScorer, Scores, SearchImages } from '../scoring/scorer.ts';
import { TwinScorer } from '../scoring/twin.ts';
import type { Engine } from '../engine.ts';
import { openWasmEngine } from './engine.ts';

const POINTS = searchPoints(16, 6);
/** Sums of up to 226 products of numbers near 1 in float32, twice. */
const TOLERANCE = 3e-4;

const normals = (random: Random, length: number) => random.fillNormal(new Float32Array(length));
function cube(random: Random): FourierCube {
  const reach = 13;
  return { oversampling: 2, reach, values: normals(random, 2 * (2 * reach + 1) ** 3) };
}
function images(random: Random, count: number, withCtf: boolean): SearchImages {
  const n = POINTS.count;
  return { count, values: normals(random, 2 * count * n), ctf: withCtf ? normals(random, count * n) : null };
}
function translations(random: Random, count: number): Float32Array {
  return normals(random, 2 * count).map((t) => 3 * t);
}

/** Errors agree; where another translation was chosen it is as good. */
function sameScores(found: Scores, expected: Scores): void {
  expect(found.errors.length).toBe(expected.errors.length);
  found.errors.forEach((error, i) => {
    const scale = 1 + Math.abs(expected.errors[i]);
    if (!(Math.abs(error - expected.errors[i]) < TOLERANCE * scale))
      throw new Error(`error ${i}: ${error}, expected ${expected.errors[i]}`);
  });
  const other = found.translations.filter((t, i) => t !== expected.translations[i]).length;
  expect(other).toBeLessThanOrEqual(found.translations.length / 100);
}
function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < found.length; i++)
    if (!(Math.abs(found[i] - expected[i]) < tolerance * scale))
      throw new Error(`${what} ${i}: ${found[i]}, expected ${expected[i]}`);
}
function sameExpectation(found: Expectation, expected: Expectation): void {
  for (const name of ['numerator', 'denominator', 'logEvidence', 'effectivePoses', 'expectedError'] as const)
    close(found[name], expected[name], 2e-4, name);
  expect(found.bestRotation).toEqual(expected.bestRotation);
  expect(found.bestTranslation).toEqual(expected.bestTranslation);
}

describe.each([
  ['on the calling thread', { ownThread: true }],
  ['on two threads', { threads: 2 }],
] as const)('the scorer %s', (_name, options) => {
  let engine: Engine;
  let scorer: PoseScorer;
  const twin = new TwinScorer(POINTS);
  beforeAll(async () => {
    engine = await openWasmEngine(options);
    scorer = await engine.createScorer(POINTS);
  });
  afterAll(() => {
    scorer.dispose();
    engine.dispose();
  });
  const prepare = async (random: Random, volumes: number, count: number, withCtf: boolean) => {
    const cubes = Array.from({ length: volumes }, () => cube(random));
    const set = images(random, count, withCtf);
    for (const each of [scorer, twin]) {
      await each.setVolumes(cubes);
      await each.setImages(set);
    }
  };

  it.each([
    [1, 1, 1, 1, POINTS.count, true],
    [3, 7, 9, 1, POINTS.count, true],
    [5, 33, 4, 1, 17, false],
    [4, 8, 5, 2, 20, true],
    [70, 3, 2, 3, 5, true],
  ])('finds the best translation of %i images, %i rotations, %i translations, %i volumes', async (...sizes) => {
    const [count, rotations, shifts, volumes, points, withCtf] = sizes;
    const random = new Random(count + rotations);
    await prepare(random, volumes, count, withCtf);
    const request = {
      source: { rotations: randomRotations(random, rotations) },
      translations: translations(random, shifts),
      points,
    };
    sameScores(await scorer.scoreShared(request), await twin.scoreShared(request));
    const slices = { ...request, source: { slices: normals(random, 2 * rotations * points) } };
    sameScores(await scorer.scoreShared(slices), await twin.scoreShared(slices));
  });

  it.each([
    [1, 1, 1, POINTS.count, true],
    [3, 24, 9, POINTS.count, true],
    [2, 11, 4, 17, false],
    [67, 2, 1, 6, true],
  ])('compares %i images with %i slices of their own, %i translations', async (...sizes) => {
    const [count, perImage, shifts, points, withCtf] = sizes;
    const random = new Random(count + perImage);
    await prepare(random, 2, count, withCtf);
    const centres = translations(random, count * perImage);
    // Slices come in groups that share a centre, of eight and of other sizes.
    for (let i = 0; i < count * perImage; i++) if (i % 11 !== 0) centres.copyWithin(2 * i, 2 * i - 2, 2 * i);
    const request = {
      source: { rotations: randomRotations(random, count * perImage) },
      perImage,
      centres,
      offsets: translations(random, shifts),
      points,
      volumes: Uint32Array.from({ length: count }, (_, b) => b % 2),
    };
    sameScores(await scorer.scoreOwn(request), await twin.scoreOwn(request));
    const slices = { ...request, source: { slices: normals(random, 2 * count * perImage * points) } };
    sameScores(await scorer.scoreOwn(slices), await twin.scoreOwn(slices));
  });

  it.each([
    [1, 1, 1, 1, POINTS.count, true, 30],
    [3, 9, 5, 1, POINTS.count, true, 5],
    [3, 9, 5, 1, POINTS.count, true, 1000],
    [6, 33, 4, 2, 17, false, 50],
    [70, 5, 2, 1, 5, true, 2],
  ])('shares %i images among %i rotations, %i translations, %i volumes', async (...sizes) => {
    const [count, rotations, shifts, volumes, points, withCtf, variance] = sizes;
    const random = new Random(count + rotations);
    await prepare(random, volumes, count, withCtf);
    const request = {
      rotations: randomRotations(random, rotations),
      translations: translations(random, shifts),
      points,
      variance,
    };
    sameExpectation(await scorer.expect(request), await twin.expect(request));
  });

  it('refuses a volume that does not reach as far as the points', async () => {
    await prepare(new Random(1), 1, 1, true);
    await scorer.setVolumes([{ oversampling: 2, reach: 5, values: new Float32Array(2 * 11 ** 3) }]);
    const request = { source: { rotations: new Float32Array(9) }, translations: new Float32Array(2) };
    await expect(scorer.scoreShared({ ...request, points: POINTS.count })).rejects.toThrow('does not reach');
  });
});
