// Cropping while reading: band-limited images are the same function on the smaller grid, from odd and even boxes.
import { describe, expect, it } from 'vitest';
import type { FileImageReader } from '../formats/mrc.ts';
import { croppedReader, evenBox } from './cropped-reader.ts';
import { downsampleImage } from './crop.ts';

type Wave = [ky: number, kx: number, amplitude: number, phase: number];

/** A sum of waves of the field of view, zero phase at the middle pixel (floor of D/2). */
function wavesOn(boxPixels: number, waves: Wave[]): Float32Array {
  const middle = Math.floor(boxPixels / 2);
  return Float32Array.from({ length: boxPixels ** 2 }, (_, at) => {
    const [y, x] = [Math.floor(at / boxPixels) - middle, (at % boxPixels) - middle];
    return waves.reduce(
      (sum, [ky, kx, amplitude, phase]) =>
        sum + amplitude * Math.cos((2 * Math.PI * (ky * y + kx * x)) / boxPixels + phase),
      0,
    );
  });
}

function readerOf(images: Float32Array[], boxPixels: number): FileImageReader {
  return {
    count: images.length,
    boxPixels,
    pixelSizeAngstrom: 2,
    canHoldNonFinite: true,
    sourceOf: (index) => ({ path: 'a.mrcs', index }),
    read: async (indices) => {
      const out = new Float32Array(indices.length * boxPixels ** 2);
      Array.from(indices).forEach((index, i) => out.set(images[index], i * boxPixels ** 2));
      return Promise.resolve(out);
    },
  };
}

const waves: Wave[] = [
  [0, 0, 1.5, 0],
  [2, -3, 1, 0.3],
  [-1, 4, 0.5, 2],
  [3, 0, 0.7, -1],
  [0, 1, 0.2, 0.9],
];

describe('croppedReader', () => {
  it.each([
    [15, 14],
    [17, 10],
    [11, 10],
    [23, 22],
    [20, 12],
  ])('resamples band-limited images of %i pixels on %i', async (from, to) => {
    const cropped = croppedReader(readerOf([wavesOn(from, [[0, 0, 3, 0]]), wavesOn(from, waves)], from), to);
    const read = await cropped.read([1, 0]);
    const gain = (from / to) ** 2;
    wavesOn(to, waves).forEach((value, at) => expect(read[at]).toBeCloseTo(gain * value, 4));
    read.subarray(to * to).forEach((value) => expect(value).toBeCloseTo(3 * gain, 4));
  });

  it('scales the pixel size, so that the field of view stays', () => {
    const cropped = croppedReader(readerOf([new Float32Array(225)], 15), 14);
    expect(cropped.pixelSizeAngstrom).toBeCloseTo((2 * 15) / 14, 6);
    expect([cropped.count, cropped.boxPixels, cropped.sourceOf(0)]).toEqual([1, 14, { path: 'a.mrcs', index: 0 }]);
  });

  it('is what downsampling is for even boxes', async () => {
    const noise = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i * i * 0.7));
    const read = await croppedReader(readerOf([noise], 16), 8).read([0]);
    expect(Array.from(read)).toEqual(Array.from(downsampleImage(noise, 16, 8)));
  });

  it('keeps Re − Im of the frequency that the even box has once', async () => {
    // An odd box of 7 has k = −3 and 3; the even box of 6 keeps −3 as Re − Im, which a Hartley transform of it gives back.
    const wave: Wave[] = [[0, 3, 1, 0.4]];
    const read = await croppedReader(readerOf([wavesOn(7, wave)], 7), 6).read([0]);
    // F(0, −3) = 49/2 · exp(−0.4i): Re − Im = 49/2 (cos 0.4 + sin 0.4), one of 36 coefficients with sign (−1)^x.
    const amplitude = (49 / 2 / 36) * (Math.cos(0.4) + Math.sin(0.4));
    read.forEach((value, at) => expect(value).toBeCloseTo(amplitude * (((at % 6) - 3) % 2 === 0 ? 1 : -1), 5));
  });

  it('refuses odd and larger boxes, gives the reader itself for its own', () => {
    const reader = readerOf([new Float32Array(64)], 8);
    expect(croppedReader(reader, 8)).toBe(reader);
    for (const box of [7, 10, 0]) expect(() => croppedReader(reader, box)).toThrow(`cropped to ${box}`);
    expect([evenBox(15), evenBox(16)]).toEqual([14, 16]);
  });
});
