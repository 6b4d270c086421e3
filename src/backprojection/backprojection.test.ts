// Between maps, slices and images, against the closed transform of a heap of blobs (testing/blobs.ts).
import { describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory, relativeError } from '../../testing/blobs.ts';
import { searchPoints } from '../engine/scoring/points.ts';
import type { FourierCube } from '../engine/scoring/scorer.ts';
import { sliceCube } from '../engine/scoring/twin.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { hartleyImage } from '../imaging/hartley.ts';
import { interpolationWindow } from '../imaging/interpolation-window.ts';
import { SearchImageReader } from '../inference/pose-search/search-images.ts';
import { fsc } from '../validation/fsc.ts';
import { backproject } from './backproject.ts';
import { cubeFromMap, cubeShape, mapFromCube } from './fourier-volume.ts';
import { FourierSums } from './insertion.ts';
import { sliceCubes } from './slicing.ts';

const D = 20;
const blobs = new Blobs(D);
const map = blobs.map();
const normals = (random: Random, length: number) => random.fillNormal(new Float32Array(length));
const IDENTITY = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
/** Turns that take the lattice to itself: about z, x and y by a quarter, and the cube's diagonal by a third. */
const QUARTERS = [
  [0, -1, 0, 1, 0, 0, 0, 0, 1],
  [1, 0, 0, 0, 0, -1, 0, 1, 0],
  [0, 0, 1, 0, 1, 0, -1, 0, 0],
  [0, 1, 0, 0, 0, 1, 1, 0, 0],
];

/** Slices of the closed transform. */
function exactSlices(rotations: Float32Array, points: ReturnType<typeof searchPoints>): Float32Array {
  const out: number[] = [];
  for (let r = 0; r < rotations.length; r += 9)
    for (let p = 0; p < points.count; p++) {
      const k = [0, 1, 2].map((axis) => points.x[p] * rotations[r + axis] + points.y[p] * rotations[r + 3 + axis]);
      out.push(...blobs.transform(k[0], k[1], k[2]));
    }
  return Float32Array.from(out);
}

describe('a map’s cube', () => {
  it('holds the map’s transform, finer by the oversampling and divided by the window', () => {
    const shape = cubeShape(D, 2, 6);
    expect(shape).toEqual({ oversampling: 2, reach: 13 });
    const window = interpolationWindow(D, 2);
    // The transform of map / window, summed as it stands.
    const { values, reach } = cubeFromMap(map, D, shape);
    const side = 2 * reach + 1;
    for (const [x, y, z] of [
      [0, 0, 0],
      [1, 0, 0],
      [-3, 5, 2],
      [13, -13, 7],
      [-13, -2, -13],
    ]) {
      let [re, im] = [0, 0];
      for (let at = 0; at < map.length; at++) {
        const place = [at % D, Math.floor(at / D) % D, Math.floor(at / (D * D))];
        const value = map[at] / (window[place[0]] * window[place[1]] * window[place[2]]);
        const angle =
          (-2 * Math.PI * (x * (place[0] - D / 2) + y * (place[1] - D / 2) + z * (place[2] - D / 2))) / (2 * D);
        re += value * Math.cos(angle);
        im += value * Math.sin(angle);
      }
      const at = 2 * (((z + reach) * side + y + reach) * side + x + reach);
      // Float32 rounding of sums near 400.
      expect(Math.abs(values[at] - re)).toBeLessThan(1e-3);
      expect(Math.abs(values[at + 1] - im)).toBeLessThan(1e-3);
    }
  });

  it('comes back as the map, its window divided out both ways', () => {
    for (const oversampling of [1, 2]) {
      const cube = cubeFromMap(map, D, cubeShape(D, oversampling, D / 2));
      const window = interpolationWindow(D, oversampling);
      const back = mapFromCube(cube, D);
      const unwound = back.map(
        (v, at) => v * (window[at % D] * window[Math.floor(at / D) % D] * window[Math.floor(at / (D * D))]) ** 2,
      );
      // The padded box's Nyquist planes are dropped.
      expect(relativeError(unwound, map)).toBeLessThan(0.015);
    }
  });

  it('reaches no further than the padded box', () => {
    expect(cubeShape(D, 2, D / 2)).toEqual({ oversampling: 2, reach: D });
    expect(cubeShape(D, 3, D)).toEqual({ oversampling: 3, reach: 1.5 * D });
  });
});

describe('slices of a cube', () => {
  const points = searchPoints(D, 8);
  const rotations = randomRotations(new Random(3), 12);

  it('are the transforms of projections: of the map summed along z', () => {
    const cube = cubeFromMap(map, D, cubeShape(D, 2, 8));
    const image = new Float64Array(D * D);
    map.forEach((value, at) => (image[at % (D * D)] += value));
    const hartley = new Float64Array(D * D);
    hartleyImage(image, D, hartley);
    const slice = sliceCubes(() => cube, points, points.count, IDENTITY);
    const exact = new Float32Array(2 * points.count);
    for (let p = 0; p < points.count; p++) {
      const here = hartley[(points.y[p] + D / 2) * D + points.x[p] + D / 2];
      const there = hartley[(D / 2 - points.y[p]) * D + D / 2 - points.x[p]];
      exact.set([(here + there) / 2, (there - here) / 2], 2 * p);
    }
    // Lattice points lie on the cube's, where nothing is interpolated: what is left is the window, over-corrected there.
    expect(relativeError(slice, exact)).toBeLessThan(0.08);
  });

  it('of quarter turns are those of the turned map', () => {
    const turned = Float32Array.from(QUARTERS.flat());
    const cube = cubeFromMap(map, D, cubeShape(D, 2, 8));
    expect(
      relativeError(
        sliceCubes(() => cube, points, points.count, turned),
        exactSlices(turned, points),
      ),
    ).toBeLessThan(0.08);
  });

  it('come nearer to the transform the finer the cube', () => {
    const exact = exactSlices(rotations, points);
    const errors = [1, 2, 4].map((oversampling) => {
      const cube = cubeFromMap(map, D, cubeShape(D, oversampling, 8));
      return relativeError(
        sliceCubes(() => cube, points, points.count, rotations),
        exact,
      );
    });
    // Linear interpolation: a quarter of the error at half the step.
    expect(errors[1]).toBeLessThan(0.03);
    expect(errors[1]).toBeLessThan(errors[0] / 3);
    expect(errors[2]).toBeLessThan(errors[1] / 3);
  });

  it('are the scorer’s formula’s, zero beyond the cube', () => {
    const random = new Random(4);
    const cubes: FourierCube[] = [0, 1].map(() => ({
      oversampling: 2,
      reach: 11,
      values: normals(random, 2 * 23 ** 3),
    }));
    // A band limit of 8 on a cube that reaches 5.5.
    const found = sliceCubes((s) => cubes[s % 2], points, points.count, rotations);
    for (let s = 0; s < 12; s++) {
      const twin = sliceCube(cubes[s % 2], points, points.count, rotations.subarray(9 * s, 9 * s + 9));
      const own = found.subarray(2 * points.count * s, 2 * points.count * (s + 1));
      expect(relativeError(own, twin)).toBeLessThan(1e-6);
      expect(own.at(-1)).toBe(0);
    }
  });
});

describe('insertion', () => {
  const points = searchPoints(16, 6);
  const shape = cubeShape(16, 2, 6);

  it('is the transpose of slicing: ⟨S v, y⟩ = ⟨v, Sᵀ y⟩', () => {
    const random = new Random(8);
    for (const count of [points.count, 20]) {
      const values = normals(random, 2 * (2 * shape.reach + 1) ** 3);
      const rotations = randomRotations(random, 5);
      const y = normals(random, 2 * 5 * count);
      const sums = new FourierSums(shape);
      const ones = new Float32Array(count).fill(1);
      for (let r = 0; r < 5; r++)
        sums.add(points, count, {
          rotation: rotations,
          rotationAt: 9 * r,
          values: y,
          valuesAt: 2 * r * count,
          weights: ones,
          weightsAt: 0,
        });
      const slices = sliceCubes(() => ({ ...shape, values }), points, count, rotations);
      const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
      // Float32 sums of some hundred products.
      expect(Math.abs(dot(slices, y) - dot(values, sums.numerator))).toBeLessThan(1e-3);
      // Weights of one are shared among eight neighbours and none is lost.
      expect(dot(sums.denominator, new Float32Array(sums.denominator.length).fill(1))).toBeCloseTo(5 * count, 2);
    }
  });

  it('adds only where there is weight, and fades', () => {
    const random = new Random(9);
    const rotation = randomRotations(random, 1);
    const y = normals(random, 2 * points.count);
    const sums = new FourierSums(shape);
    sums.add(points, points.count, {
      rotation,
      rotationAt: 0,
      values: y,
      valuesAt: 0,
      weights: new Float32Array(points.count),
      weightsAt: 0,
    });
    expect(sums.numerator.every((v) => v === 0)).toBe(true);
    sums.add(points, points.count, {
      rotation,
      rotationAt: 0,
      values: y,
      valuesAt: 0,
      weights: new Float32Array(points.count).fill(2),
      weightsAt: 0,
    });
    const before = sums.numerator.slice();
    sums.fade(0.25);
    expect(
      relativeError(
        sums.numerator,
        before.map((v) => v / 4),
      ),
    ).toBeLessThan(1e-7);
    expect(sums.denominator.reduce((a, b) => a + b, 0)).toBeCloseTo(points.count / 2, 3);
    sums.fade(0);
    expect(sums.numerator.every((v) => v === 0) && sums.denominator.every((v) => v === 0)).toBe(true);
  });

  it('gives the quotient of a real map, drawn towards zero by the regularisation', () => {
    const random = new Random(10);
    const sums = new FourierSums(shape);
    const rotations = randomRotations(random, 30);
    const weights = Float32Array.from({ length: points.count }, () => 0.2 + random.uniform());
    for (let r = 0; r < 30; r++)
      sums.add(points, points.count, {
        rotation: rotations,
        rotationAt: 9 * r,
        values: normals(random, 2 * points.count),
        valuesAt: 0,
        weights,
        weightsAt: 0,
      });
    const [plain, drawn] = [0, 1].map((regularisation) => sums.quotient(regularisation).values);
    const last = plain.length / 2 - 1;
    const mirrored = plain.map((_, i) => (i % 2 === 0 ? plain[2 * last - i] : -plain[2 * last - i + 2]));
    expect(relativeError(mirrored, plain)).toBeLessThan(1e-6);
    expect(drawn.every((v, i) => Math.abs(v) <= Math.abs(plain[i]))).toBe(true);
    // Where a point has the mean weight, half of its value is left.
    expect(relativeError(drawn, plain)).toBeGreaterThan(0.2);
  });

  it('of slices of one value gives that value back', () => {
    const sums = new FourierSums(shape);
    const ones = new Float32Array(points.count).fill(1);
    const values = new Float32Array(2 * points.count).map((_, i) => (i % 2 === 0 ? 3 : 0));
    for (const rotation of [IDENTITY, randomRotations(new Random(2), 1)])
      sums.add(points, points.count, { rotation, rotationAt: 0, values, valuesAt: 0, weights: ones, weightsAt: 0 });
    const { values: quotient } = sums.quotient(0);
    sums.denominator.forEach((weight, i) => {
      if (weight > 1e-6) expect(quotient[2 * i]).toBeCloseTo(3, 4);
    });
  });
});

describe('backprojection', () => {
  const points = searchPoints(D, D / 2);
  const shape = cubeShape(D, 2, D / 2);

  async function reconstruct(ctf: 'none' | 'defaults', shiftPixels: number, keep?: (image: number) => boolean) {
    const simulation = blobs.simulate({ count: 400, ctf, shiftPixels, snr: 0, seed: 3 });
    const images = await imagesInMemory(simulation.images, 1024, { window: false, invert: ctf !== 'none' });
    const read = await new SearchImageReader({ images, ctf: simulation.ctf }, points).read(
      Uint32Array.from({ length: 400 }, (_, i) => i),
    );
    const shifts = simulation.poses.translations!.map((t) => t * D);
    const sums = new FourierSums(shape);
    backproject(sums, read, { rotations: simulation.poses.rotations, shifts }, { points, count: points.count, keep });
    return { sums, curve: fsc(mapFromCube(sums.quotient(1e-3), D), map, D).values };
  }

  it.each([
    ['none', 0],
    ['none', 2],
    ['defaults', 2],
  ] as const)(
    'of noise-free images at their true poses gives the map back (CTF %s, shifts ±%i px)',
    async (ctf, shift) => {
      const { curve } = await reconstruct(ctf, shift);
      // Without the last shell, where 400 views hardly meet.
      expect(Math.min(...curve.slice(1, 9))).toBeGreaterThan(0.99);
    },
  );

  it('adds the images it is told to keep, and halves add up to the whole', async () => {
    const [whole, even, odd] = [
      await reconstruct('defaults', 1),
      await reconstruct('defaults', 1, (b) => b % 2 === 0),
      await reconstruct('defaults', 1, (b) => b % 2 === 1),
    ];
    const sum = even.sums.numerator.map((v, i) => v + odd.sums.numerator[i]);
    expect(relativeError(sum, whole.sums.numerator)).toBeLessThan(1e-5);
    expect(relativeError(even.sums.numerator, whole.sums.numerator)).toBeGreaterThan(0.1);
  });

  it('with its shifts left out does not', async () => {
    const simulation = blobs.simulate({ count: 300, ctf: 'none', shiftPixels: 3, snr: 0, seed: 3 });
    const images = await imagesInMemory(simulation.images, 1024, { window: false, invert: false });
    const read = await new SearchImageReader({ images, ctf: null }, points).read(
      Uint32Array.from({ length: 300 }, (_, i) => i),
    );
    const sums = new FourierSums(shape);
    const still = { rotations: simulation.poses.rotations, shifts: new Float32Array(600) };
    backproject(sums, read, still, { points, count: points.count });
    expect(fsc(mapFromCube(sums.quotient(1e-3), D), map, D).values[6]).toBeLessThan(0.9);
  });
});
