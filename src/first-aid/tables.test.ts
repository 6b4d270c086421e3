// What poses and latents tell without images: directions, components and what they follow.
import { describe, expect, it } from 'vitest';
import { matrixFromEuler, randomRotations } from '../geometry/rotation.ts';
import { Random } from '../geometry/random.ts';
import { checkComponents, checkLeakage, leaksOf, type FittedComponents } from './components.ts';
import { checkDirections, samplingOf } from './directions.ts';
import { chanceShare, explained, pairedErrors } from './statistics.ts';

const COUNT = 2000;
const rotations = randomRotations(new Random(4), COUNT);
/** Views with the given tilts, all around and turned in the plane at random. */
function views(tilt: (random: Random) => number): Float32Array {
  const random = new Random(5);
  const out = new Float32Array(9 * COUNT);
  for (let i = 0; i < COUNT; i++)
    matrixFromEuler(360 * random.uniform(), tilt(random), 360 * random.uniform(), out, 9 * i);
  return out;
}

describe('directions', () => {
  it('of even views are good', () => {
    expect(checkDirections({ rotations, translations: null }).verdict).toBe('good');
    expect(samplingOf(rotations).factor).toBeGreaterThan(0.95);
  });

  it('of side views all around sample by 0.81, as published', () => {
    expect(samplingOf(views(() => 90)).factor).toBeGreaterThan(0.75);
    expect(samplingOf(views(() => 90)).factor).toBeLessThan(0.85);
  });

  it('of one direction only leave most of space unseen', () => {
    const found = checkDirections({ rotations: views((random) => 5 * random.uniform()), translations: null });
    expect(found.verdict).toBe('wrong');
    expect(
      found.measures.find(({ unit, name }) => unit === '%' && name.includes('not reached'))?.value,
    ).toBeGreaterThan(80);
  });

  it('mostly of one direction are worth a look', () => {
    const uneven = views((random) =>
      random.uniform() < 0.93 ? 8 * random.uniform() : (180 / Math.PI) * Math.acos(2 * random.uniform() - 1),
    );
    expect(checkDirections({ rotations: uneven, translations: null }).verdict).toBe('look');
  });

  it('of no poses, or of few, are not said', () => {
    expect(checkDirections(null).verdict).toBe('cannot say');
    expect(checkDirections({ rotations: rotations.subarray(0, 900), translations: null }).verdict).toBe('cannot say');
  });
});

describe('components', () => {
  const random = new Random(6);
  const defocus = Float64Array.from({ length: COUNT }, () => 8000 + 17000 * random.uniform());
  const ctf = Float32Array.from({ length: 9 * COUNT }, (_, i) =>
    i % 9 === 2 || i % 9 === 3 ? defocus[Math.floor(i / 9)] : 1,
  );
  const translations = Float32Array.from({ length: 2 * COUNT }, () => 0.1 * random.normal());
  const deviations = Float32Array.from({ length: COUNT }, () => 1 + 0.1 * random.normal());
  const nuisances = { poses: { rotations, translations }, ctf, deviations };
  const fit = (follow: (row: number) => number): FittedComponents => ({
    components: 2,
    reproducible: 2,
    correlations: [0.99, 0.9],
    latents: Float32Array.from({ length: 2 * COUNT }, (_, i) => (i % 2 === 0 ? random.normal() : follow(i >> 1))),
  });

  it('that follow nothing are good', () => {
    expect(
      checkLeakage(
        fit(() => random.normal()),
        nuisances,
      ).verdict,
    ).toBe('good');
  });

  it.each<[string, (row: number) => number]>([
    ['the defocus', (row) => ((defocus[row] - 16500) / 4900) ** 2],
    ['the view', (row) => 3 * rotations[9 * row + 6] * rotations[9 * row + 7] * 2],
    [
      'the turn in the plane',
      (row) => Math.SQRT2 * Math.cos(2 * Math.atan2(rotations[9 * row + 5], -rotations[9 * row + 2])),
    ],
    ['the shift', (row) => 10 * translations[2 * row + 1]],
    ['the contrast', (row) => 10 * (deviations[row] - 1)],
  ])('that follow %s are wrong and named', (name, follow) => {
    const found = fit((row) => follow(row) + 0.5 * random.normal());
    const finding = checkLeakage(found, nuisances);
    expect(finding.verdict).toBe('wrong');
    expect(finding.sentence).toMatch(new RegExp(`^Component 2 follows ${name}`));
    expect(finding.advice).not.toBeNull();
    expect(leaksOf(found, nuisances)[0].share).toBe(0);
  });

  it('that do not reproduce are told, and not blamed', () => {
    const none = { ...fit((row) => 10 * translations[2 * row]), reproducible: 0 };
    expect(checkComponents(none).verdict).toBe('look');
    expect(checkLeakage(none, nuisances).verdict).toBe('cannot say');
    expect(checkComponents(fit(() => 0)).verdict).toBe('good');
  });
});

describe('statistics', () => {
  it('explains what is a combination, and by chance no more than said', () => {
    const random = new Random(8);
    const draw = () => Float64Array.from({ length: 500 }, () => random.normal());
    const [a, b] = [draw(), draw()];
    const y = a.map((value, i) => 2 * value - b[i] + 3);
    expect(explained(y, [a, b, a])).toEqual({ share: expect.closeTo(1, 10) as number, terms: 2 });
    const shares = Array.from({ length: 200 }, () => explained(draw(), [draw(), draw(), draw()]).share);
    const { mean, most } = chanceShare(3, 500);
    expect(shares.reduce((sum, value) => sum + value, 0) / 200).toBeCloseTo(mean, 2);
    expect(shares.filter((value) => value > most)).toHaveLength(0);
  });

  it('compares pairs in standard errors', () => {
    const random = new Random(9);
    const a = Float64Array.from({ length: 10_000 }, () => random.normal());
    expect(
      pairedErrors(
        a.map((value) => value + 0.1 + random.normal()),
        a,
      ),
    ).toBeGreaterThan(6);
    expect(pairedErrors(a, a)).toBe(0);
  });
});
