// Gauss–Newton steps on poses: against slices of a known transform (testing/blobs.ts), from poses a little off.
import { describe, expect, it } from 'vitest';
import { Blobs } from '../../../testing/blobs.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import { pointsWithin, searchPoints } from '../../engine/scoring/points.ts';
import type { SearchImages } from '../../engine/scoring/scorer.ts';
import { cubeFromField, fieldSlices } from '../../field/fourier-cube.ts';
import { multiplyRotations, rotationFromVector } from '../../geometry/local-rotations.ts';
import { Random } from '../../geometry/random.ts';
import { randomRotations, rotationAngle } from '../../geometry/rotation.ts';
import { percentile } from '../../validation/mask.ts';
import { refinePoses, type GaussNewtonOptions, type Slicer } from './gauss-newton.ts';

const D = 20;
const COUNT = 20;
const points = searchPoints(D, 7);
const n = points.count;
const field = new Blobs(D).field('fourier');
const direct: Slicer = (rotations, count) => fieldSlices(field, null, rotations, { points, count });
const options: GaussNewtonOptions = { points: n, iterations: 6, largestTurn: 0.3, largestShift: 3 };
const degrees = (radians: number) => (radians * 180) / Math.PI;
const median = (values: Float32Array) => percentile(values, 50);

/** Images at known poses, with a CTF that changes sign, and noise of so many times their root mean square. */
async function images(noise: number, seed: number) {
  const random = new Random(seed);
  const rotations = randomRotations(random, COUNT);
  const shifts = Float32Array.from({ length: 2 * COUNT }, () => 3 * random.uniform() - 1.5);
  const slices = await direct(rotations, n, new Uint32Array(COUNT));
  const ctf = Float32Array.from({ length: COUNT * n }, (_, i) =>
    Math.cos(points.radius[i % n] / 3 + Math.floor(i / n)),
  );
  const values = slices.map((_, i) => {
    const at = Math.floor(i / 2);
    const [b, p] = [Math.floor(at / n), at % n];
    const phase = (2 * Math.PI * (points.x[p] * shifts[2 * b] + points.y[p] * shifts[2 * b + 1])) / D;
    const [re, im, cos, sin] = [slices[2 * at], slices[2 * at + 1], Math.cos(phase), Math.sin(phase)];
    return ctf[at] * (i % 2 === 0 ? re * cos - im * sin : re * sin + im * cos);
  });
  const size = noise * Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
  for (let i = 0; i < values.length; i++) values[i] += size * random.normal();
  return { images: { count: COUNT, values, ctf } satisfies SearchImages, rotations, shifts };
}

/** Each turned by `angle` degrees about an axis of its own, and moved by `pixels`. */
function perturbed(rotations: Float32Array, shifts: Float32Array, angle: number, pixels: number) {
  const random = new Random(77);
  const out = { rotations: new Float32Array(rotations.length), shifts: shifts.slice() };
  const turn = new Float32Array(9);
  for (let b = 0; b < COUNT; b++) {
    const axis = [random.normal(), random.normal(), random.normal()];
    const scale = (angle * Math.PI) / 180 / Math.hypot(...axis);
    rotationFromVector(axis[0] * scale, axis[1] * scale, axis[2] * scale, turn);
    multiplyRotations({ a: turn, aAt: 0 }, { b: rotations, bAt: 9 * b }, { out: out.rotations, outAt: 9 * b });
    const direction = 2 * Math.PI * random.uniform();
    out.shifts[2 * b] += pixels * Math.cos(direction);
    out.shifts[2 * b + 1] += pixels * Math.sin(direction);
  }
  return out;
}

const anglesBetween = (a: Float32Array, b: Float32Array) =>
  Float32Array.from({ length: COUNT }, (_, i) => degrees(rotationAngle(a, b, 9 * i, 9 * i)));
const distancesBetween = (a: Float32Array, b: Float32Array) =>
  Float32Array.from({ length: COUNT }, (_, i) => Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]));

/** |c·S·e^{2πi k·t/D} − y|² written out. */
async function errorsAt(set: SearchImages, poses: { rotations: Float32Array; shifts: Float32Array }, within: number) {
  const slices = await direct(poses.rotations, within, new Uint32Array(COUNT));
  return Array.from({ length: COUNT }, (_, b) => {
    let sum = 0;
    for (let p = 0; p < within; p++) {
      const phase = (2 * Math.PI * (points.x[p] * poses.shifts[2 * b] + points.y[p] * poses.shifts[2 * b + 1])) / D;
      const [re, im] = slices.subarray(2 * (b * within + p), 2 * (b * within + p) + 2);
      const at = b * n + p;
      const c = set.ctf ? set.ctf[at] : 1;
      sum += (c * (re * Math.cos(phase) - im * Math.sin(phase)) - set.values[2 * at]) ** 2;
      sum += (c * (re * Math.sin(phase) + im * Math.cos(phase)) - set.values[2 * at + 1]) ** 2;
    }
    return sum;
  });
}

describe('Gauss–Newton steps', () => {
  it('take poses that are 3° and half a pixel off to where the images were made', async () => {
    const { images: set, rotations, shifts } = await images(0, 1);
    const start = perturbed(rotations, shifts, 3, 0.5);
    const found = await refinePoses(set, points, start, direct, options);

    // No noise: float32 is all that is left, of each image.
    expect(Math.max(...anglesBetween(found.rotations, rotations))).toBeLessThan(0.005);
    expect(Math.max(...distancesBetween(found.shifts, shifts))).toBeLessThan(1e-4);
  });

  it('do as well as the noise allows, through slices of a cube too', async () => {
    const { images: set, rotations, shifts } = await images(0.1, 2);
    const start = perturbed(rotations, shifts, 3, 0.5);
    const cube = await cubeFromField(field, null, 7, 2);
    const interpolated: Slicer = (turned, count) => Promise.resolve(sliceCubes(() => cube, points, count, turned));
    for (const slicer of [direct, interpolated]) {
      const found = await refinePoses(set, points, start, slicer, options);
      expect(median(anglesBetween(found.rotations, rotations))).toBeLessThan(1);
      expect(median(distancesBetween(found.shifts, shifts))).toBeLessThan(0.1);
    }
  });

  it('never make an image fit worse, and say how well it fits', async () => {
    // Far off and noisy, where whole steps overshoot; over fewer points than there are.
    const { images: set, rotations, shifts } = await images(1, 3);
    const start = perturbed(rotations, shifts, 25, 2);
    const within = pointsWithin(points, 5);
    let before = await errorsAt(set, start, within);
    for (const iterations of [1, 2, 5]) {
      const found = await refinePoses(set, points, start, direct, { ...options, points: within, iterations });
      const after = await errorsAt(set, found, within);
      found.errors.forEach((error, b) => {
        expect(Math.abs(error / after[b] - 1)).toBeLessThan(1e-4);
        expect(after[b]).toBeLessThanOrEqual(before[b] * (1 + 1e-5));
      });
      before = after;
    }
  });

  it('stay within the largest turn and shift', async () => {
    const { images: set, rotations, shifts } = await images(0.1, 4);
    const start = perturbed(rotations, shifts, 8, 1);
    const limited = { ...options, largestTurn: 0.05, largestShift: 0.3 };
    const found = await refinePoses(set, points, start, direct, limited);
    const [turned, moved] = [
      anglesBetween(found.rotations, start.rotations),
      distancesBetween(found.shifts, start.shifts),
    ];
    expect(Math.max(...turned)).toBeLessThanOrEqual(degrees(0.05) + 1e-3);
    expect(Math.max(...moved)).toBeLessThanOrEqual(0.3 + 1e-5);
    const free = await refinePoses(set, points, start, direct, options);
    expect(Math.max(...anglesBetween(free.rotations, start.rotations))).toBeGreaterThan(degrees(0.05));
  });

  it('leave alone what they were given, rotations that stay rotations', async () => {
    const { images: set, rotations, shifts } = await images(0.2, 5);
    const start = perturbed(rotations, shifts, 3, 0.5);
    const given = { rotations: start.rotations.slice(), shifts: start.shifts.slice() };
    const found = await refinePoses(set, points, start, direct, options);
    expect(start).toEqual(given);
    for (let b = 0; b < COUNT; b++) {
      const r = found.rotations.subarray(9 * b, 9 * b + 9);
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) {
          const dot = r[3 * i] * r[3 * j] + r[3 * i + 1] * r[3 * j + 1] + r[3 * i + 2] * r[3 * j + 2];
          expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-5);
        }
    }
  });

  it('do not move a pose that nothing depends on', async () => {
    const { images: set, rotations, shifts } = await images(0.2, 6);
    const flat: Slicer = (turned, count) => Promise.resolve(new Float32Array((2 * count * turned.length) / 9));
    const found = await refinePoses(set, points, { rotations, shifts }, flat, options);
    expect(found.rotations).toEqual(rotations);
    expect(found.shifts).toEqual(shifts);
  });
});
