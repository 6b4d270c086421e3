import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { downsampleVolume } from './crop.ts';
import { hartleyVolume } from './hartley.ts';
import { makeSphere } from './sphere.ts';
import { volumeFromHartley, volumeFromSphere } from './volume-from-hartley.ts';

/** A smooth function of space sampled on D³, and its Fourier transform at any frequency, by the naive sum. */
function blob(size: number): Float32Array {
  const volume = new Float32Array(size ** 3);
  for (let i = 0; i < volume.length; i++) {
    const [x, y, z] = [i % size, Math.floor(i / size) % size, Math.floor(i / size ** 2)].map((v) => v - size / 2);
    volume[i] =
      Math.exp(-((x - 1) ** 2 + (y + 0.5) ** 2 / 2 + z ** 2 / 1.5) / 4) +
      0.3 * Math.exp(-((x + 2) ** 2 + y ** 2 + (z - 1) ** 2) / 3);
  }
  return volume;
}
function fourierAt(volume: Float32Array, size: number, k: ArrayLike<number>): [number, number] {
  let [real, imaginary] = [0, 0];
  volume.forEach((v, i) => {
    const [x, y, z] = [i % size, Math.floor(i / size) % size, Math.floor(i / size ** 2)].map((c) => c - size / 2);
    const angle = -2 * Math.PI * (k[0] * x + k[1] * y + k[2] * z);
    real += v * Math.cos(angle);
    imaginary += v * Math.sin(angle);
  });
  return [real, imaginary];
}
/** The field that learned a volume exactly: its values on a sphere. */
function exactField(volume: Float32Array, size: number, sphere: ReturnType<typeof makeSphere>): Float32Array {
  return Float32Array.from(
    Array.from({ length: sphere.points }, (_, p) => {
      const [re, im] = fourierAt(volume, size, sphere.coordinates.subarray(3 * p, 3 * p + 3));
      return sphere.half ? [re, im] : [re - im];
    }).flat(),
  );
}

describe('sphere', () => {
  it.each([4, 6, 10])('of box %i is half of the ball with the origin, in its half of space', (box) => {
    const half = makeSphere(box, { half: true });
    const whole = makeSphere(box, { half: false });
    expect(half.points).toBe((whole.points + 1) / 2);
    const seen = new Set([...half.index, ...half.mirror]);
    expect([...whole.index].every((i) => seen.has(i))).toBe(true);
    expect(seen.size).toBe(whole.points);
    for (let p = 0; p < half.points; p++) {
      const [x, y, z] = half.coordinates.subarray(3 * p, 3 * p + 3);
      expect(z < 0 || (z === 0 && (y < 0 || (y === 0 && x <= 0)))).toBe(true);
      expect(x * x + y * y + z * z).toBeLessThanOrEqual(0.25 + 1e-6);
    }
  });

  it('gives back the volume whose transform it samples, from either domain', () => {
    const size = 10;
    const volume = blob(size);
    // Band-limited to the ball, as the map of a field is.
    const expected = volumeFromHartley(ballOf(volume, size), size, 2);
    for (const half of [true, false]) {
      const sphere = makeSphere(size, { half });
      const map = volumeFromSphere(sphere, exactField(volume, size, sphere), 2);
      map.forEach((v, i) => expect(Math.abs(v - expected[i])).toBeLessThan(2e-5));
    }
    expect(Math.max(...expected)).toBeGreaterThan(1.5);
  });

  it('of a smaller box is the downsampled map at the same grey values', () => {
    const [size, preview] = [12, 6];
    const volume = blob(size);
    const map = volumeFromSphere(
      makeSphere(size, { half: true, boxPixels: preview }),
      exactField(volume, size, makeSphere(size, { half: true, boxPixels: preview })),
      1,
    );
    const small = downsampleVolume(volume, size, preview).map((v) => v / (size / preview) ** 3);
    // Points of the cropped cube outside the ball are left out of the map.
    const ball = volumeFromHartley(ballOf(small, preview), preview, 1);
    map.forEach((v, i) => expect(Math.abs(v - ball[i])).toBeLessThan(1e-5));
  });

  it('refuses a box larger than the model’s and values of the wrong length', () => {
    expect(() => makeSphere(8, { half: true, boxPixels: 10 })).toThrow(/no larger/);
    expect(() => volumeFromSphere(makeSphere(4, { half: true }), new Float32Array(3), 1)).toThrow(RangeError);
  });
});

/** Symmetrised (D+1)³ Hartley lattice of a volume, zero outside the ball. */
function ballOf(volume: Float32Array, size: number): Float32Array {
  const transform = new Float32Array(size ** 3);
  hartleyVolume(volume, size, transform);
  const side = size + 1;
  return Float32Array.from({ length: side ** 3 }, (_, i) => {
    const k = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)];
    if (k.reduce((sum, v) => sum + (v - size / 2) ** 2, 0) > (size / 2) ** 2) return 0;
    const [x, y, z] = k.map((v) => v % size);
    return transform[(z * size + y) * size + x];
  });
}

describe('volumeFromHartley', () => {
  it('drops the last planes and inverts', () => {
    const size = 6;
    const volume = new Random(1).fillNormal(new Float32Array(size ** 3));
    const transform = new Float32Array(size ** 3);
    hartleyVolume(volume, size, transform);
    const lattice = new Float32Array((size + 1) ** 3).fill(99);
    for (let i = 0; i < transform.length; i++) {
      const [x, y, z] = [i % size, Math.floor(i / size) % size, Math.floor(i / size ** 2)];
      lattice[(z * (size + 1) + y) * (size + 1) + x] = transform[i];
    }
    volumeFromHartley(lattice, size, 3).forEach((v, i) => expect(Math.abs(v - 3 * volume[i])).toBeLessThan(1e-5));
  });
});
