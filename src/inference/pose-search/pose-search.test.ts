// Pose search against a heap of blobs whose transform is known (testing/blobs.ts): by the project's own simulator, and with noise
// put straight onto slices where several views or particles of several shapes are wanted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory, relativeError } from '../../../testing/blobs.ts';
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import type { Engine } from '../../engine/engine.ts';
import { pointsWithin, searchPoints } from '../../engine/scoring/points.ts';
import type { FourierCube, PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { cubeFromField, fieldSlices } from '../../field/fourier-cube.ts';
import { Random } from '../../geometry/random.ts';
import { randomRotations, rotationAngle, rotationDistanceSquared } from '../../geometry/rotation.ts';
import { gridRotations, gridSize } from '../../geometry/rotation-grid.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { percentile } from '../../validation/mask.ts';
import { baseSlices } from './base-slices.ts';
import { DirectComparison, InterpolatedComparison, tiltAboutX, tilted, type View } from './comparison.ts';
import { chosenImages, imagePowers, SearchImageReader } from './search-images.ts';
import { leastOf, searchBySubdivision, type PoseSearchResult, type SubdivisionPlan } from './subdivide.ts';

const D = 20;
const BAND = 7;
const points = searchPoints(D, BAND);
const blobs = new Blobs(D);
const numbersUpTo = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
const plan: SubdivisionPlan = {
  ...{ baseLevel: 1, refinements: 3, kept: 8, bounded: false },
  ...{ shiftExtent: 2, shiftGrid: [5, 5], bandStart: 4, bandEnd: BAND },
};

let engine: Engine;
let scorer: PoseScorer;
let second: PoseScorer;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  scorer = await engine.createScorer(points);
  second = await engine.createScorer(points);
});
afterAll(() => engine.dispose());

/** The factor by which slices fit images best at their true poses. */
function scaleOf(slices: Float32Array, images: SearchImages, shifts: Float32Array): number {
  let [cross, power] = [0, 0];
  const n = points.count;
  for (let b = 0; b < images.count; b++)
    for (let p = 0; p < n; p++) {
      const at = b * n + p;
      const c = images.ctf ? images.ctf[at] : 1;
      const phase = (2 * Math.PI * (points.x[p] * shifts[2 * b] + points.y[p] * shifts[2 * b + 1])) / D;
      const [re, im] = [images.values[2 * at], images.values[2 * at + 1]];
      const [yRe, yIm] = [re * Math.cos(phase) + im * Math.sin(phase), im * Math.cos(phase) - re * Math.sin(phase)];
      cross += c * (slices[2 * at] * yRe + slices[2 * at + 1] * yIm);
      power += c * c * (slices[2 * at] ** 2 + slices[2 * at + 1] ** 2);
    }
  return cross / power;
}
const scaled = (cube: FourierCube, scale: number): FourierCube => ({
  ...cube,
  values: cube.values.map((v) => v * scale),
});

/** Prepared images of the blobs with their true poses, and the blobs' cube in the images' units. */
async function simulated(count: number, snr: number, seed = 1) {
  const simulation = blobs.simulate({ count, snr, shiftPixels: 1.5, seed });
  const data = { images: await imagesInMemory(simulation.images, 16), ctf: simulation.ctf };
  const images = await new SearchImageReader(data, points).read(numbersUpTo(count));
  const { rotations } = simulation.poses;
  const shifts = simulation.poses.translations!.map((t) => t * D);
  const cube = cubeFromMap(blobs.map(), D, cubeShape(D, 2, BAND));
  const scale = scaleOf(
    sliceCubes(() => cube, points, points.count, rotations),
    images,
    shifts,
  );
  return { data, images, rotations, shifts, cube: scaled(cube, scale) };
}

/** Slices of the blobs, at latents where given, with shifts and noise of so many times their root mean square. */
async function made(
  rotations: Float32Array,
  shifts: Float32Array,
  noise: number,
  seed: number,
  latents?: Float32Array,
) {
  const random = new Random(seed);
  const n = points.count;
  const count = shifts.length / 2;
  const values = new Float32Array(2 * count * n);
  for (let b = 0; b < count; b++) {
    const field = blobs.field('fourier', latents ? 1 : 0);
    const z = latents ? latents.subarray(b, b + 1) : null;
    const slice = await fieldSlices(field, z, rotations.subarray(9 * b, 9 * b + 9), { points, count: n });
    for (let p = 0; p < n; p++) {
      // The content lies at the negative of the shift that centres it.
      const phase = (2 * Math.PI * (points.x[p] * shifts[2 * b] + points.y[p] * shifts[2 * b + 1])) / D;
      const [re, im, cos, sin] = [slice[2 * p], slice[2 * p + 1], Math.cos(phase), Math.sin(phase)];
      values.set([re * cos - im * sin, re * sin + im * cos], 2 * (b * n + p));
    }
  }
  const size = noise * Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
  for (let i = 0; i < values.length; i++) values[i] += size * random.normal();
  return { count, values, ctf: null } satisfies SearchImages;
}
const randomShifts = (random: Random, count: number, extent: number) =>
  Float32Array.from({ length: 2 * count }, () => extent * (2 * random.uniform() - 1));

const squaredErrors = (found: Float32Array, truth: Float32Array) =>
  Float32Array.from({ length: truth.length / 9 }, (_, b) => rotationDistanceSquared(found, truth, 9 * b, 9 * b));
const median = (values: Float32Array) => percentile(values, 50);
const distances = (found: Float32Array, truth: Float32Array) =>
  Float32Array.from({ length: truth.length / 2 }, (_, b) =>
    Math.hypot(found[2 * b] - truth[2 * b], found[2 * b + 1] - truth[2 * b + 1]),
  );
const view = (images: SearchImages): View => ({ scorer, images, tilt: null });

describe('images as a search reads them', () => {
  it('are their Hartley values’ coefficients, in any order, across shards', async () => {
    const { data, images } = await simulated(40, 1);
    const reader = new SearchImageReader(data, points);
    const numbers = [33, 2, 17, 2, 39];
    const some = await reader.read(numbers);
    const chosen = chosenImages(images, points.count, numbers);
    expect(some).toEqual(chosen);
    expect(reader.count).toBe(40);
    // Σ|y|² of coefficients is half of that of the Hartley values at k and −k.
    const powers = imagePowers(some, points.count, points.count);
    const { values } = await data.images.readShard(1);
    const one = values.subarray(data.images.points, 2 * data.images.points);
    const lattice = makeLattice(D);
    let power = 0;
    one.forEach((v, p) => {
      if (Math.hypot(lattice.column[p] - D / 2, lattice.row[p] - D / 2) <= BAND) power += (v * v) / 2;
    });
    expect(powers[2]).toBeCloseTo(power, 3);
  });
});

describe('the least of a list', () => {
  it('are those that sorting would put first, ties in order', () => {
    const random = new Random(1);
    for (let trial = 0; trial < 60; trial++) {
      const length = 1 + random.below(40);
      // Few different values, so that there are ties.
      const values = Float32Array.from({ length }, () => random.below(12));
      const count = 1 + random.below(length);
      const sorted = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
      expect(leastOf(values, count)).toEqual(sorted.slice(0, count));
    }
    expect(leastOf(Float32Array.of(Infinity, 1), 2)).toEqual([1, 0]);
  });
});

describe('a search by subdivision', () => {
  it.each([
    ['', false],
    [', bounded', true],
  ])('finds the poses of simulated images with CTF, shifts and noise%s', async (_name, bounded) => {
    const { images, rotations, shifts, cube } = await simulated(50, 0.5);
    const comparison = await InterpolatedComparison.open(cube, [view(images)]);
    const found = await searchBySubdivision(comparison, { ...plan, bounded, kept: bounded ? 24 : 8 });
    const errors = squaredErrors(found.rotations, rotations);
    expect(median(errors)).toBeLessThan(0.02);
    expect(median(distances(found.shifts[0], shifts))).toBeLessThan(0.3);
    expect(found.points).toBe(points.count);
    expect(
      found.errors.every(
        (error, b) =>
          Math.abs(error + found.gains[b] - imagePowers(images, points.count, points.count)[b]) < 0.01 * error,
      ),
    ).toBe(true);
  });

  it('gives an image the same pose whatever it is searched with', async () => {
    const random = new Random(14);
    const parts = [0.02, 0.02, 0.5, 3, 0.02, 1].map((noise, i) =>
      made(randomRotations(random, 1), new Float32Array(2), noise, i),
    );
    const values = Float32Array.from((await Promise.all(parts)).flatMap((part) => Array.from(part.values)));
    const images: SearchImages = { count: 6, values, ctf: null };
    const cube = await cubeFromField(blobs.field('fourier'), null, BAND, 2);
    for (const bounded of [false, true]) {
      const way = { ...plan, bounded, kept: 12 };
      const together = await searchBySubdivision(await InterpolatedComparison.open(cube, [view(images)]), way);
      for (let b = 0; b < 6; b++) {
        const alone = chosenImages(images, points.count, [b]);
        const found = await searchBySubdivision(await InterpolatedComparison.open(cube, [view(alone)]), way);
        expect([b, bounded, rotationAngle(found.rotations, together.rotations, 0, 9 * b)]).toEqual([b, bounded, 0]);
      }
    }
  });

  it('says whose shift lies at the border of those searched', async () => {
    const random = new Random(3);
    const rotations = randomRotations(random, 12);
    const shifts = new Float32Array(24);
    for (let b = 0; b < 6; b++) shifts[2 * b + (b % 2)] = 1.7;
    const images = await made(rotations, shifts, 0.1, 5);
    const field = blobs.field('fourier');
    const comparison = await InterpolatedComparison.open(await cubeFromField(field, null, BAND, 2), [view(images)]);
    const found = await searchBySubdivision(comparison, plan);
    expect(Array.from(found.atBorder)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('without refinements is the base grid’s best', async () => {
    const { images, cube } = await simulated(5, 1);
    const comparison = await InterpolatedComparison.open(cube, [view(images)]);
    const found = await searchBySubdivision(comparison, { ...plan, refinements: 0 });
    expect(found.points).toBe(pointsWithin(points, BAND));
    const grid = gridRotations(1);
    for (let b = 0; b < 5; b++) {
      const nearest = Math.min(
        ...Array.from({ length: gridSize(1) }, (_, r) => rotationAngle(found.rotations, grid, 9 * b, 9 * r)),
      );
      expect(nearest).toBeLessThan(1e-6);
    }
  });
});

describe('slices of the base grid from the field', () => {
  it('are those evaluated at each rotation, within the interpolation in plane', async () => {
    const field = blobs.field('fourier');
    const within = pointsWithin(points, 5);
    const quick = await baseSlices(field, null, 1, { points, count: within });
    const direct = await fieldSlices(field, null, gridRotations(1), { points, count: within });
    const error = relativeError(quick, direct);
    expect(error).toBeLessThan(0.07);
  });
});

describe('direct and interpolated comparisons', () => {
  it('of one field find errors within the interpolation of each other', async () => {
    const random = new Random(12);
    const rotations = randomRotations(random, 6);
    const shifts = randomShifts(random, 6, 1.5);
    const images = await made(rotations, shifts, 0.5, 2);
    const field = blobs.field('hartley');
    const cube = await cubeFromField(field, null, BAND, 4);
    const interpolated = await InterpolatedComparison.open(cube, [view(images)]);
    const direct = await DirectComparison.open(field, null, [{ ...view(images), scorer: second }]);
    const power = interpolated.power(points.count);
    const translations = Float32Array.of(0, 0, 1, 0, 0, 1, -1, 0, 0, -1);
    const near = pointsWithin(points, 4);
    const bases = [await interpolated.base(1, translations, near), await direct.base(1, translations, near)];
    const own = { rotations, shifts: [shifts] };
    const owns = [
      await interpolated.own(own, 1, translations, points.count),
      await direct.own(own, 1, translations, points.count),
    ];
    for (const [a, b] of [bases, owns])
      a.errors.forEach((error, i) => {
        const image = Math.floor((i * 6) / a.errors.length);
        // Bilinear turns in plane are the larger part.
        expect(Math.abs(error - b.errors[i]) / power[image]).toBeLessThan(0.1);
      });
    expect(owns[0].translations[0]).toEqual(owns[1].translations[0]);
    // At its true pose what is left of an image is its noise: 0.5² of its signal, 1/5 of it all.
    owns[1].errors.forEach((error, b) => expect((error + power[b]) / power[b]).toBeLessThan(0.35));
  });

  it('of particles each at its own z search each its own volume', async () => {
    const random = new Random(21);
    const latents = Float32Array.of(-3, 0, 3, 2);
    const rotations = randomRotations(random, 4);
    const shifts = randomShifts(random, 4, 1);
    const images = await made(rotations, shifts, 0.3, 6, latents);
    const field = blobs.field('fourier', 1);
    const quick = { ...plan, shiftExtent: 1.2, shiftGrid: [3, 3] as const, bandStart: 3, bandEnd: 5 };
    const own = await searchBySubdivision(await DirectComparison.open(field, latents, [view(images)]), quick);
    const errors = squaredErrors(own.rotations, rotations);
    expect(median(errors)).toBeLessThan(0.03);
    // The same with the latents the wrong way round fits worse.
    const wrong = await searchBySubdivision(
      await DirectComparison.open(field, latents.slice().reverse(), [view(images)]),
      quick,
    );
    for (let b = 0; b < 3; b++) expect(wrong.errors[b]).toBeGreaterThan(own.errors[b]);
  });
});

describe('two views of a particle', () => {
  const random = new Random(31);
  const count = 60;
  const rotations = randomRotations(random, count);
  const tilt = tiltAboutX(40);
  const shifts = [randomShifts(random, count, 1.5), randomShifts(random, count, 1.5)];

  it('are turned by the tilt from the left', () => {
    const turned = tilted(rotations, tilt);
    const angle = rotationAngle(turned, rotations, 9, 9);
    expect((angle * 180) / Math.PI).toBeCloseTo(40, 3);
    // About x of the image: the first row stays.
    expect(relativeError(turned.subarray(9, 12), rotations.subarray(9, 12))).toBeLessThan(1e-6);
    expect(tilted(rotations, null)).toBe(rotations);
  });

  it('find the poses, each view with its own shift, and better than one view where there is much noise', async () => {
    const cube = await cubeFromField(blobs.field('fourier'), null, BAND, 2);
    const NOISE = 1.2;
    const found: PoseSearchResult[] = [];
    const views: View[] = [
      { scorer, images: await made(rotations, shifts[0], NOISE, 7), tilt: null },
      { scorer: second, images: await made(tilted(rotations, tilt), shifts[1], NOISE, 8), tilt },
    ];
    for (const seen of [views.slice(0, 1), views])
      found.push(await searchBySubdivision(await InterpolatedComparison.open(cube, seen), plan));
    const [one, two] = found.map((poses) => squaredErrors(poses.rotations, rotations));
    expect(median(two)).toBeLessThan(median(one));
    expect(two.filter((e) => e < 0.1).length).toBeGreaterThan(one.filter((e) => e < 0.1).length);
    expect(median(two)).toBeLessThan(0.05);
    for (const number of [0, 1]) expect(median(distances(found[1].shifts[number], shifts[number]))).toBeLessThan(0.5);
  });
});
