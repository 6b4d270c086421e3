// vitrine score, as a person runs it: against the answers of a small simulation, and against the frozen figures of scikit-learn and SciPy.
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandFolder } from '../testing/command.ts';
import { describeWithReference, referencePath } from '../testing/reference.ts';
import { writeLatentsPickle, writePosePickle } from '../src/formats/cryodrgn-pickles.ts';
import { writeCsv } from '../src/formats/csv.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { writeNpy } from '../src/formats/npy.ts';
import { NumpyArray } from '../src/formats/numpy-arrays.ts';
import { Random } from '../src/geometry/random.ts';
import { randomRotations } from '../src/geometry/rotation.ts';

const folder = commandFolder();
afterAll(() => folder.remove());
const COUNT = 60;
/** Three true classes of 20; the found ones split the last in two, and name them otherwise. */
const truth = Array.from({ length: COUNT }, (_, i) => Math.floor(i / 20));
const found = truth.map((state, i) => (state < 2 ? 1 - state : i < 50 ? 2 : 3));

beforeAll(() => {
  writeFileSync(folder.path('truth.csv'), writeCsv([{ name: 'state', values: truth }]));
  writeFileSync(folder.path('found.npy'), writeNpy(new NumpyArray([COUNT], Int32Array.from(found))));
  const z = Float32Array.from({ length: 2 * COUNT }, (_, i) => (i % 2 === 0 ? i / 2 : Math.sin(i)));
  writeFileSync(folder.path('z.pkl'), writeLatentsPickle(2, z, null));
});

describe('latents and classes', () => {
  it('scores latents that run along the states, and says what chance gives', { timeout: 60_000 }, async () => {
    const { code, json, stderr } = await folder.vitrine(['score', '--z', 'z.pkl', '--truth', 'truth.csv', '--json']);
    expect(code, stderr).toBe(0);
    // Ranks of 60 places against three ties of 20: sqrt(1 − 3 (20³ − 20) / (60³ − 60)).
    expect((json['latents'] as Record<string, number>)['spearmanPc1']).toBeCloseTo(Math.sqrt(1 - 23940 / 215940), 9);
    expect(json['latents']).toMatchObject({ images: 60, similarityByChance: 10 / 59 });
    expect(stderr).toContain('--neighbours 19');
  });

  it('gives the confusion of classes, by index where the table has one', { timeout: 60_000 }, async () => {
    const { code, json, stderr } = await folder.vitrine([
      'score',
      '--clusters',
      'found.npy',
      '--truth',
      'truth.csv',
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    const clusters = json['clusters'] as { confusion: { counts: number[][] }; adjustedRand: number };
    expect(clusters.confusion.counts).toEqual([
      [0, 20, 0],
      [20, 0, 0],
      [0, 0, 10],
      [0, 0, 10],
    ]);
    // Of pairs: 470 together in both, 470 in the found, 570 in the true, 1770 in all.
    const expected = (470 * 570) / 1770;
    expect(clusters.adjustedRand).toBeCloseTo((470 - expected) / (520 - expected), 12);
    const shuffled = new Random(1).permutation(COUNT).subarray(0, 40);
    const columns = [
      { name: 'index', values: Array.from(shuffled) },
      { name: 'label', values: Array.from(shuffled, (row) => (row === shuffled[0] ? -1 : truth[row])) },
    ];
    writeFileSync(folder.path('particle_labels.csv'), writeCsv(columns));
    const some = await folder.vitrine(['score', '--clusters', 'particle_labels.csv', '--truth', 'truth.csv', '--json']);
    expect(some.json['clusters'], some.stderr).toMatchObject({ particles: 39, leftOut: 1, adjustedRand: 1 });
  });

  it('gives the distance of populations in the unit of the state', { timeout: 60_000 }, async () => {
    writeFileSync(folder.path('shares.csv'), 'state,share\n0,0.5\n2,0.5\n');
    const { json } = await folder.vitrine(['score', '--populations', 'shares.csv', '--truth', 'truth.csv', '--json']);
    // A third in the middle comes half from either end.
    expect((json['populations'] as Record<string, number>)['wasserstein']).toBeCloseTo(1 / 3, 12);
  });
});

it('turns poses back and names degrees and pixels', { timeout: 60_000 }, async () => {
  const random = new Random(3);
  const rotations = randomRotations(random, COUNT);
  const translations = random.fillNormal(new Float32Array(2 * COUNT)).map((v) => 0.02 * v);
  writeFileSync(folder.path('true-pose.pkl'), writePosePickle({ rotations, translations }));
  const moved = translations.map((v, i) => v + (i % 4 === 0 ? 0.05 : 0));
  writeFileSync(folder.path('pose.pkl'), writePosePickle({ rotations, translations: moved }));
  const { json, stderr } = await folder.vitrine([
    'score',
    '--poses',
    'pose.pkl',
    '--true-poses',
    'true-pose.pkl',
    '--box',
    '64',
    '--json',
  ]);
  expect(json['poses'], stderr).toMatchObject({ images: COUNT, hand: 'same', within10Degrees: 1 });
  const { shifts } = json['poses'] as { shifts: { meanPixels: number } };
  // Half of the images are 3.2 pixels off; what an origin explains is taken away.
  expect(shifts.meanPixels).toBeGreaterThan(1);
  expect(shifts.meanPixels).toBeLessThan(2.5);
});

it('scores maps in pairs by their names', { timeout: 60_000 }, async () => {
  for (const [name, seeds] of Object.entries({ maps: [1, 2], truths: [1, 9] })) {
    mkdirSync(folder.path(name));
    seeds.forEach((seed, at) => {
      const values = new Random(seed).fillNormal(new Float32Array(16 ** 3));
      writeFileSync(
        folder.path(`${name}/map_${at}.mrc`),
        writeMrcVolume({ boxPixels: 16, pixelSizeAngstrom: 2, values }),
      );
    });
  }
  const { json, stderr } = await folder.vitrine(['score', '--maps', 'maps', '--true-maps', 'truths', '--json']);
  const { perMap, maps } = json['maps'] as { maps: number; perMap: { fsc: number[] }[] };
  expect(maps, stderr).toBe(2);
  expect(Math.min(...perMap[0].fsc)).toBeCloseTo(1, 5);
  expect(Math.abs(perMap[1].fsc[7])).toBeLessThan(0.3);
});

it.each([
  [['--z', 'z.pkl'], /Give a run|--truth/],
  [['--z', 'z.pkl', '--truth', 'short.csv'], /same particles/],
  [['--clusters', 'found.npy', '--truth', 'half.csv'], /not a whole number/],
  [['--maps', 'nowhere', '--true-maps', 'nowhere'], /no maps here/],
  [['--z', 'z.pkl', '--truth', 'two.csv'], /Which column/],
  [[], /nothing to score/],
])('refuses %j', { timeout: 60_000 }, async (args, words) => {
  writeFileSync(folder.path('short.csv'), 'state\n1\n2\n');
  writeFileSync(folder.path('half.csv'), writeCsv([{ name: 'state', values: truth.map((v) => v + 0.5) }]));
  writeFileSync(folder.path('two.csv'), 'a,b\n1,2\n');
  const { code, stderr } = await folder.vitrine(['score', ...args]);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(words);
  expect(stderr).not.toContain('at ');
});

describeWithReference('vitrine score of reference/hinge', () => {
  it('agrees with SciPy and scikit-learn on latents and maps', { timeout: 120_000 }, async () => {
    const at = (path: string) => referencePath(`hinge/${path}`);
    const { json, stderr } = await folder.vitrine([
      ...['score', '--z', at('cryodrgn/z.20.pkl'), '--truth', at('labels.csv'), '--maps', at('cryodrgn/maps')],
      ...['--true-maps', at('truth'), '--picks', at('cryodrgn/picks.txt'), '--json'],
    ]);
    const { latents, maps } = json as Record<string, Record<string, number>>;
    // What spearmanr, svd, NearestNeighbors and trapz give of the same files (score.py beside the reference data).
    expect(latents['spearmanPc1'], stderr).toBeCloseTo(0.9017320832235678, 6);
    expect(latents['spearmanNeighbours']).toBeCloseTo(0.9035547679548197, 6);
    expect(maps['fscArea']).toBeCloseTo(0.38893182082257277, 6);
    expect(maps['resolutionPixels']).toBeCloseTo(2.3368498168498166, 9);
    expect(maps['resolutionPixelsDeviation']).toBeCloseTo(0.3978052739038778, 9);
  });
});
