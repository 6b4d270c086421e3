import { describe, expect, it } from 'vitest';
import { multiplyRotations, rotationFromVector } from '../geometry/local-rotations.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations, rotationAngle } from '../geometry/rotation.ts';
import { mirrorPoses } from '../imaging/hand.ts';
import { poseError, shiftError } from './pose-error.ts';

const DEGREES = 180 / Math.PI;
const mirror = (rotations: Float32Array) => mirrorPoses({ rotations, translations: null }).rotations;

/** T_i·Q, each turned by about `degrees` (or to anywhere, for a share of `lost`), of either hand. */
function find(truth: Float32Array, turn: Float32Array, degrees: number, lost: number, mirrored: boolean): Float32Array {
  const random = new Random(11);
  const count = truth.length / 9;
  const found = new Float32Array(truth.length);
  const anywhere = randomRotations(random, count);
  const [small, turned] = [new Float64Array(9), new Float64Array(9)];
  for (let i = 0; i < count; i++) {
    const v = [random.normal(), random.normal(), random.normal()].map((c) => (c * degrees) / DEGREES / Math.sqrt(3));
    if (i < lost * count) found.set(anywhere.subarray(9 * i, 9 * i + 9), 9 * i);
    else {
      rotationFromVector(v[0], v[1], v[2], small);
      multiplyRotations({ a: truth, aAt: 9 * i }, { b: turn, bAt: 0 }, { out: turned, outAt: 0 });
      multiplyRotations({ a: small, aAt: 0 }, { b: turned, bAt: 0 }, { out: found, outAt: 9 * i });
    }
  }
  return mirrored ? mirror(found) : found;
}

const IMAGES = 180;
const truth = randomRotations(new Random(1), IMAGES);
const turn = randomRotations(new Random(2), 1);

describe('pose error', () => {
  // What ../shared/tools/pose_error.py prints for these poses. With fewer than 200 images it tries them all, as poseError does.
  it.each([
    [
      false,
      5,
      0.3,
      { mean: 1.800167117, median: 0.018383193, medianDegrees: 5.495149346, within10Degrees: 0.688888889 },
    ],
    [
      true,
      12,
      0.2,
      { mean: 1.236621357, median: 0.085406372, medianDegrees: 11.860956859, within10Degrees: 0.366666667 },
    ],
  ])('agrees with the tool, mirrored: %s', (mirrored, degrees, lost, tool) => {
    const found = poseError(find(truth, turn, degrees, lost, mirrored), truth);
    expect(found.hand).toBe(mirrored ? 'mirrored' : 'same');
    // Float32 errors here, float64 there.
    expect(found.medianSquaredError / tool.median).toBeCloseTo(1, 6);
    expect(found.meanSquaredError / tool.mean).toBeCloseTo(1, 6);
    expect(found.medianDegrees / tool.medianDegrees).toBeCloseTo(1, 6);
    expect(found.within10Degrees).toBeCloseTo(tool.within10Degrees, 8);
    expect(found.errors.length).toBe(IMAGES);
  });

  it('is 0 for poses that are right but for the frame', () => {
    for (const mirrored of [false, true]) {
      const found = poseError(find(truth, turn, 0, 0, mirrored), truth);
      expect(found.hand).toBe(mirrored ? 'mirrored' : 'same');
      expect(found.meanSquaredError).toBeLessThan(1e-10);
      expect(found.within10Degrees).toBe(1);
      expect(rotationAngle(found.alignment, turn)).toBeLessThan(1e-5);
    }
  });

  it('recovers the frame through a fifth of lost images', () => {
    const found = poseError(find(truth, turn, 3, 0.2, true), truth);
    expect(rotationAngle(found.alignment, turn) * DEGREES).toBeLessThan(0.5);
    expect(found.medianDegrees).toBeGreaterThan(2);
    expect(found.medianDegrees).toBeLessThan(4);
    expect(found.within10Degrees).toBeCloseTo(0.8, 1);
  });

  it('of poses at random is large', () => {
    const found = poseError(randomRotations(new Random(3), IMAGES), truth);
    expect(found.medianDegrees).toBeGreaterThan(90);
    expect(found.within10Degrees).toBeLessThan(0.02);
  });

  it('needs poses of the same images', () => {
    expect(() => poseError(truth.subarray(9), truth)).toThrow(/not of the same images/);
    expect(() => poseError(new Float32Array(0), new Float32Array(0))).toThrow(/not of the same images/);
  });
});

describe('shift error', () => {
  const BOX = 64;
  const random = new Random(7);
  const shifts = Float32Array.from({ length: 2 * IMAGES }, () => (random.uniform() - 0.5) * 0.2);
  const offset = [3, -2, 5];
  /** t + (T·o)_xy / D + noise, with the first `lost` images anywhere. */
  const moved = (noisePixels: number, lost: number) =>
    shifts.map((value, i) => {
      const at = 9 * Math.floor(i / 2) + 3 * (i % 2);
      const projected = [0, 1, 2].reduce((sum, k) => sum + truth[at + k] * offset[k], 0);
      return i < 2 * lost ? random.uniform() : value + (projected + noisePixels * random.normal()) / BOX;
    });

  it("removes the map's origin and keeps the rest", () => {
    const none = new Float32Array(IMAGES);
    const exact = shiftError(moved(0, 0), shifts, truth, none, BOX);
    exact.offsetPixels.forEach((v, i) => expect(v).toBeCloseTo(offset[i], 4));
    expect(exact.meanPixels).toBeLessThan(1e-4);
    // Of two normal deviates the distance is √(π/2) on average, √(2 ln 2) in the middle; five standard errors.
    const noisy = shiftError(moved(0.5, 0), shifts, truth, none, BOX);
    expect(Math.abs(noisy.meanPixels - 0.5 * Math.sqrt(Math.PI / 2))).toBeLessThan(0.13);
    expect(Math.abs(noisy.medianPixels - 0.5 * Math.sqrt(2 * Math.LN2))).toBeLessThan(0.13);
  });

  it('is the same for the other hand, whose poses see the mirrored offset', () => {
    const mirrored = mirror(truth);
    const seen = shifts.map((value, i) => {
      const at = 9 * Math.floor(i / 2) + 3 * (i % 2);
      return value + (mirrored[at] * offset[0] + mirrored[at + 1] * offset[1] - mirrored[at + 2] * offset[2]) / BOX;
    });
    const found = shiftError(seen, shifts, truth, new Float32Array(IMAGES), BOX);
    found.offsetPixels.forEach((v, i) => expect(v).toBeCloseTo(offset[i], 4));
  });

  it('fits the origin on images whose rotations are right', () => {
    const errors = new Float32Array(IMAGES).map((_, i) => (i < 40 ? 4 : 0.01));
    const found = shiftError(moved(0.1, 40), shifts, truth, errors, BOX);
    found.offsetPixels.forEach((v, i) => expect(Math.abs(v - offset[i])).toBeLessThan(0.05));
    expect(found.medianPixels).toBeLessThan(0.2);
    expect(found.meanPixels).toBeGreaterThan(5);
    expect(() => shiftError(shifts, shifts.subarray(2), truth, errors, BOX)).toThrow(/translations/);
  });
});
