import { expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { mirrorPoses, mirrorVolume } from './hand.ts';

const BOX = 8;

/** The Fourier transform about voxel D/2 at p, cycles per pixel: the sum as it stands. */
function fourierAt(volume: Float32Array, [px, py, pz]: number[]): [number, number] {
  let [real, imaginary] = [0, 0];
  volume.forEach((value, i) => {
    const [x, y, z] = [i % BOX, Math.floor(i / BOX) % BOX, Math.floor(i / BOX ** 2)].map((n) => n - BOX / 2);
    const phase = -2 * Math.PI * (px * x + py * y + pz * z);
    real += value * Math.cos(phase);
    imaginary += value * Math.sin(phase);
  });
  return [real, imaginary];
}

/** p = (x, y, 0)·R. */
const slicePoint = (x: number, y: number, r: Float32Array, offset: number) =>
  [0, 1, 2].map((column) => x * r[offset + column] + y * r[offset + 3 + column]);

it('a mirrored volume at mirrored poses gives the same images', () => {
  const random = new Random(5);
  const volume = random.fillNormal(new Float32Array(BOX ** 3));
  // Plane 0 has no mirror image within the box.
  volume.fill(0, 0, BOX ** 2);
  const poses = { rotations: randomRotations(random, 6), translations: Float32Array.from({ length: 12 }, (_, i) => i) };
  const other = mirrorPoses(poses);
  const mirrored = mirrorVolume(volume, BOX);
  for (let i = 0; i < 6; i++)
    for (const [x, y] of [
      [0.1, 0],
      [-0.25, 0.31],
      [0.4, -0.2],
    ]) {
      const seen = fourierAt(volume, slicePoint(x, y, poses.rotations, 9 * i));
      const again = fourierAt(mirrored, slicePoint(x, y, other.rotations, 9 * i));
      seen.forEach((value, part) => expect(again[part]).toBeCloseTo(value, 4));
      // Mirroring one of the two is not enough.
      const wrong = fourierAt(mirrored, slicePoint(x, y, poses.rotations, 9 * i));
      expect(Math.hypot(wrong[0] - seen[0], wrong[1] - seen[1])).toBeGreaterThan(1e-2);
    }
  expect(other.translations).toEqual(poses.translations);
  expect(mirrorPoses(other)).toEqual(poses);
});

it('voxel D/2 and plane 0 stay; mirrored twice is the volume', () => {
  const volume = Float32Array.from({ length: BOX ** 3 }, (_, i) => i);
  const mirrored = mirrorVolume(volume, BOX);
  expect([0, 1, 4, 7].map((z) => mirrored[z * BOX * BOX] / BOX ** 2)).toEqual([0, 7, 4, 1]);
  expect(mirrorVolume(mirrored, BOX)).toEqual(volume);
});
