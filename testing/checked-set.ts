// Simulated particles as first aid is given them, and ways in which sets met in the wild are spoiled.
import { CTF_WIDTH, ORDINARY_OPTICS } from '../src/formats/particles.ts';
import type { CheckedParticles } from '../src/first-aid/particles.ts';
import { ctfFunction } from '../src/imaging/ctf.ts';
import { hartleyImage } from '../src/imaging/hartley.ts';
import type { SimulationOptions } from '../src/imaging/simulate.ts';
import { Blobs } from './blobs.ts';

/** 500 images of 32² of a heap of blobs half as wide as the box, at an SNR of 0.5, in memory. */
export async function checkedSet(options: Partial<SimulationOptions> = {}): Promise<CheckedParticles> {
  const { images, poses, ctf } = new Blobs(24).simulate({
    ...{ count: 500, boxPixels: 32, pixelSizeAngstrom: 4, snr: 0.5, shiftPixels: 2, seed: 3 },
    ...options,
  });
  const all = await images.read(Uint32Array.from({ length: images.count }, (_, i) => i));
  return withPixels(
    { images, pixelSizeAngstrom: images.pixelSizeAngstrom, poses, ctf, optics: null, picked: null },
    all,
  );
}

/** The set with other pixels, N×D². */
export function withPixels(set: CheckedParticles, pixels: Float32Array): CheckedParticles {
  const { boxPixels, pixelSizeAngstrom } = set.images;
  const area = boxPixels * boxPixels;
  return {
    ...set,
    images: {
      count: pixels.length / area,
      ...{ boxPixels, pixelSizeAngstrom },
      read(rows) {
        const out = new Float32Array(rows.length * area);
        for (let i = 0; i < rows.length; i++) out.set(pixels.subarray(rows[i] * area, (rows[i] + 1) * area), i * area);
        return Promise.resolve(out);
      },
    },
  };
}

/** Every image passed through `change`, which gives the pixels that take its place. */
export async function changed(
  set: CheckedParticles,
  change: (image: Float32Array, row: number) => Float32Array,
): Promise<CheckedParticles> {
  const { count, boxPixels } = set.images;
  const area = boxPixels * boxPixels;
  const pixels = await set.images.read(Uint32Array.from({ length: count }, (_, i) => i));
  for (let row = 0; row < count; row++) pixels.set(change(pixels.slice(row * area, (row + 1) * area), row), row * area);
  return withPixels(set, pixels);
}

/** Every image's transform times `factor` of the frequency (cycles a pixel) and of its CTF there. */
export function filtered(
  set: CheckedParticles,
  factor: (ctf: number, frequency: number) => number,
): Promise<CheckedParticles> {
  const { boxPixels: size } = set.images;
  return changed(set, (image, row) => {
    const ctf = set.ctf ? ctfFunction(set.ctf.subarray(row * CTF_WIDTH, (row + 1) * CTF_WIDTH)) : () => -1;
    hartleyImage(image, size, image);
    for (let at = 0; at < image.length; at++) {
      const [x, y] = [(at % size) / size - 0.5, Math.floor(at / size) / size - 0.5];
      // The Nyquist rows stand for both signs; an even factor keeps images real.
      image[at] *= 0.5 * (factor(ctf(x, y), Math.hypot(x, y)) + factor(ctf(-x, -y), Math.hypot(x, y)));
    }
    hartleyImage(image, size, image, { scale: 1 / (size * size) });
    return image;
  });
}

/** N×10 optics that say what was applied before. */
export function opticsSaying(count: number, applied: number): Float32Array {
  const row = ORDINARY_OPTICS.map((value, column) => (column === 2 ? applied : value));
  return Float32Array.from({ length: count * row.length }, (_, i) => row[i % row.length]);
}
