import { describe, expect, it } from 'vitest';
import { multiplyRotations, rotationFromVector } from '../geometry/local-rotations.ts';
import { Random } from '../geometry/random.ts';
import { turnGrid } from '../geometry/rotation-grid.ts';
import { randomRotations, rotationAngle } from '../geometry/rotation.ts';
import { mirrorPoses } from '../imaging/hand.ts';
import { findAlignment } from './find-alignment.ts';
import { fsc } from './fsc.ts';
import { alignedFsc, alignMaps, turnVolume } from './map-alignment.ts';
import { poseError, shiftError } from './pose-error.ts';

const BOX = 24;
const DEGREES = 180 / Math.PI;
const random = new Random(6);
/** Blobs within a quarter of the box of voxel D/2: x y z, weight. */
const blobs = Array.from({ length: 12 }, () => [...Array.from({ length: 3 }, () => 3 * random.normal()), 1]).map((b) =>
  b.map((v, i) => (i < 3 ? Math.max(-5, Math.min(5, v)) : v * (0.5 + random.uniform()))),
);

/** The map whose blobs lie at `place(blob)`. */
function mapOf(place: (point: number[]) => number[]): Float32Array {
  const map = new Float32Array(BOX ** 3);
  for (const [x, y, z, weight] of blobs) {
    const [px, py, pz] = place([x, y, z]);
    for (let i = 0; i < map.length; i++) {
      const d2 =
        ((i % BOX) - BOX / 2 - px) ** 2 +
        ((Math.floor(i / BOX) % BOX) - BOX / 2 - py) ** 2 +
        (Math.floor(i / BOX ** 2) - BOX / 2 - pz) ** 2;
      map[i] += weight * Math.exp(-d2 / (2 * 1.2 ** 2));
    }
  }
  return map;
}
/** Row times matrix. */
const rowTimes = (r: number[], m: ArrayLike<number>) =>
  [0, 1, 2].map((c) => r[0] * m[c] + r[1] * m[3 + c] + r[2] * m[6 + c]);

const turn = randomRotations(new Random(8), 1);
const offset: [number, number, number] = [1.3, -0.7, 0.4];
const truth = mapOf((r) => r);
/** A point r of the truth lies at (r + o)·Q, behind the mirror or not. */
const foundAt = (r: number[], mirrored: boolean) => {
  const [x, y, z] = rowTimes(
    r.map((v, i) => v + offset[i]),
    turn,
  );
  return [x, y, mirrored ? -z : z];
};
const found = mapOf((r) => foundAt(r, false));
const mirrored = mapOf((r) => foundAt(r, true));

describe('a turned volume', () => {
  it('is the map of the turned blobs, of either hand', () => {
    for (const [map, mirror] of [
      [found, false],
      [mirrored, true],
    ] as const) {
      const back = turnVolume(map, BOX, turn, { mirror, offsetPixels: offset });
      const peak = Math.max(...truth);
      // Echoes of the spline, and what the blobs have beyond Nyquist.
      const furthest = back.reduce((most, v, i) => Math.max(most, Math.abs(v - truth[i])), 0);
      expect(furthest / peak).toBeLessThan(0.005);
      const curve = alignedFsc(map, truth, BOX, {
        rotation: Float64Array.from(turn),
        mirrored: mirror,
        offsetPixels: offset,
      });
      curve.values.forEach((v) => expect(v).toBeGreaterThan(0.999));
    }
  });

  it('by nothing stays, but for the corners beyond Nyquist', () => {
    const same = turnVolume(truth, BOX, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    fsc(same, truth, BOX).values.forEach((v) => expect(v).toBeCloseTo(1, 5));
    const noise = new Random(3).fillNormal(new Float32Array(BOX ** 3));
    // The splines' echoes of a box full of noise, the worst there can be.
    fsc(turnVolume(noise, BOX, [1, 0, 0, 0, 1, 0, 0, 0, 1]), noise, BOX).values.forEach((v) =>
      expect(v).toBeGreaterThan(0.9999),
    );
  });

  it('is undone by the Q and the origin that its poses give', () => {
    const truePoses = randomRotations(new Random(2), 50);
    const mirror = (rotations: Float32Array) => mirrorPoses({ rotations, translations: null }).rotations;
    for (const hand of ['same', 'mirrored'] as const) {
      const turned = turnGrid(truePoses, turn);
      const poses = hand === 'same' ? turned : mirror(turned);
      // Every image shows the first blob where both maps say it lies: (R r)_xy − t.
      const [place, placeFound] = [blobs[0].slice(0, 3), foundAt(blobs[0].slice(0, 3), hand === 'mirrored')];
      const along = (rotations: Float32Array, at: number, r: number[]) =>
        rotations[at] * r[0] + rotations[at + 1] * r[1] + rotations[at + 2] * r[2];
      const trueShifts = Float32Array.from({ length: 100 }, (_, i) => 0.001 * i);
      const shifts = trueShifts.map((t, i) => {
        const at = 9 * Math.floor(i / 2) + 3 * (i % 2);
        return t + (along(poses, at, placeFound) - along(truePoses, at, place)) / BOX;
      });
      const error = poseError(poses, truePoses);
      expect(error.hand).toBe(hand);
      const { offsetPixels } = shiftError(shifts, trueShifts, truePoses, error.errors, BOX);
      const map = hand === 'same' ? found : mirrored;
      const curve = alignedFsc(map, truth, BOX, {
        rotation: error.alignment,
        mirrored: hand === 'mirrored',
        offsetPixels,
      });
      curve.values.forEach((v) => expect(v).toBeGreaterThan(0.999));
    }
  });
});

describe('alignment of maps', () => {
  const off = new Float64Array(9);
  const start = new Float64Array(9);
  rotationFromVector(5 / DEGREES, -4 / DEGREES, 4 / DEGREES, off);
  multiplyRotations({ a: off, aAt: 0 }, { b: Float64Array.from(turn), bAt: 0 }, { out: start, outAt: 0 });

  it.each(['same', 'mirrored'] as const)('recovers turn and offset, hand: %s', (hand) => {
    const map = hand === 'same' ? found : mirrored;
    const alignment = alignMaps(map, truth, BOX, { start, hand });
    expect(rotationAngle(alignment.rotation, turn) * DEGREES).toBeLessThan(0.1);
    alignment.offsetPixels.forEach((v, i) => expect(Math.abs(v - offset[i])).toBeLessThan(0.02));
    expect(alignment.correlation).toBeGreaterThan(0.999);
    alignedFsc(map, truth, BOX, alignment).values.forEach((v) => expect(v).toBeGreaterThan(0.998));
  });

  it('finds it in noise', () => {
    const noise = new Random(5).fillNormal(new Float32Array(BOX ** 3));
    const alignment = alignMaps(
      found.map((v, i) => v + 0.1 * noise[i]),
      truth,
      BOX,
      { start, hand: 'same' },
    );
    expect(rotationAngle(alignment.rotation, turn) * DEGREES).toBeLessThan(2);
    alignment.offsetPixels.forEach((v, i) => expect(Math.abs(v - offset[i])).toBeLessThan(0.2));
  });

  it('of the wrong hand correlates less', () => {
    const right = alignMaps(found, truth, BOX, { start, hand: 'same' }).correlation;
    expect(alignMaps(found, truth, BOX, { start, hand: 'mirrored' }).correlation).toBeLessThan(right - 0.1);
  });

  it.each([
    ['same', found],
    ['mirrored', mirrored],
  ] as const)('is found from nothing, hand: %s', async (hand, map) => {
    const aligned = await findAlignment(map, truth, BOX);
    expect(aligned.mirrored).toBe(hand === 'mirrored');
    expect(rotationAngle(aligned.rotation, turn) * DEGREES).toBeLessThan(0.5);
    aligned.offsetPixels.forEach((value, axis) => expect(Math.abs(value - offset[axis])).toBeLessThan(0.1));
    alignedFsc(map, truth, BOX, aligned).values.forEach((value) => expect(value).toBeGreaterThan(0.99));
    await expect(findAlignment(map, truth, BOX, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
