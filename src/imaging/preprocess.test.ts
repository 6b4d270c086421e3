import { describe, expect, it } from 'vitest';
import { describeWithReference, referenceBytes } from '../../testing/reference.ts';
import type { ImageReader } from '../formats/particles.ts';
import { Random } from '../geometry/random.ts';
import { cropHartleyImage, downsampleImage, downsampleVolume } from './crop.ts';
import { hartleyImage, symmetrise } from './hartley.ts';
import { makeLattice } from './lattice.ts';
import { prepareImages, preprocessImages, sampleIndices } from './preprocess.ts';
import { makeWindow } from './window.ts';

function readerOf(images: Float32Array, boxPixels: number): ImageReader {
  const pixels = boxPixels * boxPixels;
  return {
    count: images.length / pixels,
    boxPixels,
    pixelSizeAngstrom: null,
    read: (indices) => {
      const out = new Float32Array(indices.length * pixels);
      Array.from(indices).forEach((i, n) => out.set(images.subarray(i * pixels, (i + 1) * pixels), n * pixels));
      return Promise.resolve(out);
    },
  };
}

/** A float32 MRC stack or NPY array of the reference data: its numbers. */
function float32At(path: string, start: number): Float32Array {
  const bytes = referenceBytes(path);
  return new Float32Array(bytes.slice(start).buffer);
}
function npyStart(bytes: Uint8Array): number {
  return 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
}

describe('window', () => {
  it('is 1 inside 0.85, 0 outside 0.99 and linear between', () => {
    const window = makeWindow(200, 0.85);
    const at = (x: number) => window[100 * 200 + 100 + x];
    expect([at(0), at(85), at(99), at(-100)]).toEqual([1, 1, 0, 0]);
    expect(at(92)).toBeCloseTo(0.5, 6);
  });
});

describe('Fourier cropping', () => {
  it('keeps the pixel sum and band-limited content', () => {
    const [box, cropped] = [24, 12];
    const wave = (size: number, scale: number) =>
      Float32Array.from({ length: size * size }, (_, i) => {
        const [x, y] = [(i % size) / size - 0.5, Math.floor(i / size) / size - 0.5];
        return scale * (1 + Math.cos(2 * Math.PI * (2 * x - 3 * y)) + Math.sin(2 * Math.PI * (4 * x + y)));
      });
    const small = downsampleImage(wave(box, 1), box, cropped);
    wave(cropped, (box / cropped) ** 2).forEach((v, i) => expect(Math.abs(small[i] - v)).toBeLessThan(1e-4));
    const flat = downsampleVolume(new Float32Array(8 ** 3).fill(1), 8, 4);
    flat.forEach((v) => expect(v).toBeCloseTo(8, 5));
  });

  it('refuses odd and larger boxes', () => {
    for (const to of [7, 16, 0])
      expect(() => downsampleImage(new Float32Array(64), 8, to)).toThrow(/cannot be cropped/);
  });
});

describe('preprocessing', () => {
  const box = 16;
  const images = new Random(3).fillNormal(new Float32Array(20 * box * box));
  images.forEach((_, i) => (images[i] += 0.3));

  it('is window, sign, Hartley, crop, symmetrise, divide, in that order', () => {
    const cropped = 12;
    const window = makeWindow(box, 0.7);
    const one = (image: Float32Array) => {
      const transform = new Float32Array(box * box);
      hartleyImage(image, box, transform);
      const out = new Float32Array((cropped + 1) ** 2);
      symmetrise(cropHartleyImage(transform, box, cropped), cropped, out);
      return out.map((v) => -v);
    };
    const each = Array.from({ length: 20 }, (_, i) => images.subarray(i * box * box, (i + 1) * box * box));
    const plain = each.flatMap((image) => [...one(image)]);
    const mean = plain.reduce((a, b) => a + b, 0) / plain.length;
    const deviation = Math.sqrt(plain.reduce((a, b) => a + (b - mean) ** 2, 0) / (plain.length - 1));
    const found = preprocessImages(images, 20, box, { windowRadius: 0.7, boxPixels: cropped });
    expect(found.standardDeviation / deviation).toBeCloseTo(1, 6);
    const expected = each.flatMap((image) => [...one(image.map((v, i) => v * window[i]))].map((v) => v / deviation));
    expected.forEach((v, i) => expect(Math.abs(found.values[i] - v)).toBeLessThan(1e-5));
  });

  it('streams the same values at the mask points, shard by shard', async () => {
    const many = new Random(4).fillNormal(new Float32Array(1030 * 64));
    const whole = preprocessImages(many, 1030, 8);
    const lattice = makeLattice(8);
    const done: number[] = [];
    const prepared = await prepareImages(readerOf(many, 8), { onProgress: (n) => done.push(n) });
    expect(prepared).toMatchObject({ count: 1030, boxPixels: 8, points: lattice.points, shardSize: 1024 });
    expect(prepared.standardDeviation).toBe(whole.standardDeviation);
    const shards: number[][] = [];
    for await (const shard of prepared.shards()) {
      shards.push([shard.first, shard.count, shard.values.length]);
      for (let i = 0; i < shard.count; i++)
        lattice.index.forEach((at, p) => {
          const found = shard.values[i * lattice.points + p];
          if (found !== whole.values[(shard.first + i) * 81 + at]) throw new Error(`image ${shard.first + i}, ${p}`);
        });
    }
    expect(shards).toEqual([
      [0, 1024, 1024 * lattice.points],
      [1024, 6, 6 * lattice.points],
    ]);
    expect(done.at(-1)).toBe(1030);
  });

  it('names the image with a pixel that is not finite, and stops when cancelled', async () => {
    for (const bad of [NaN, Infinity]) {
      const broken = images.slice();
      broken[7 * box * box] = bad;
      await expect(prepareImages(readerOf(broken, box))).rejects.toMatchObject({
        code: 'pixels-not-finite',
        detail: { row: 8 },
      });
    }
    await expect(prepareImages(readerOf(images, box), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(prepareImages(readerOf(new Float32Array(box * box), box))).rejects.toThrow(/blank/);
  });

  it('samples at most 1000 images, evenly', () => {
    expect([...sampleIndices(3)]).toEqual([0, 1, 2]);
    expect(sampleIndices(4000)[999]).toBe(3996);
    expect(sampleIndices(1500).length).toBe(1000);
    expect(sampleIndices(1500)[999]).toBe(1498);
  });
});

describeWithReference('preprocessing of reference data', () => {
  it("of hand.mrcs agrees with cryoDRGN's to 1e-5 of the largest value", () => {
    const images = float32At('files/hand.mrcs', 1024);
    const expected = float32At('files/hand_11_particles.npy', npyStart(referenceBytes('files/hand_11_particles.npy')));
    const { values } = preprocessImages(images, 100, 64);
    const area = 65 * 65;
    expect(expected.length).toBe(11 * area);
    const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    // The file holds 11 images of the stack in the random order in which cryoDRGN's loader drew them, not the first 11.
    const drawn = [43, 12, 53, 64, 31, 56, 75, 63, 27, 62, 96];
    const difference = expected.reduce((most, v, i) => {
      const found = values[drawn[Math.floor(i / area)] * area + (i % area)];
      return Math.max(most, Math.abs(v - found));
    }, 0);
    expect(difference / largest).toBeLessThan(1e-5);
  });
});
