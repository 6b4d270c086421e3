// Prepared images seen otherwise: some of them, or all with phases that say nothing beyond a ring.
import { Random } from '../geometry/random.ts';
import type { HartleyImages, HartleyShard } from './hartley-images.ts';
import { makeLattice, ringsOfPoints } from './lattice.ts';

/** The images `rows` (ascending) of a set, in that order. */
export function imagesAt(images: HartleyImages, rows: Uint32Array): HartleyImages {
  const { points, shardSize } = images;
  let kept: { number: number; shard: Promise<HartleyShard> } | null = null;
  const source = (number: number, signal?: AbortSignal): Promise<HartleyShard> => {
    if (kept?.number !== number) kept = { number, shard: images.readShard(number, signal) };
    return kept.shard;
  };
  return {
    ...images,
    count: rows.length,
    async readShard(number, signal) {
      const first = number * shardSize;
      const wanted = rows.subarray(first, first + shardSize);
      const values = new Float32Array(wanted.length * points);
      for (const [i, row] of wanted.entries()) {
        const shard = await source(Math.floor(row / shardSize), signal);
        const at = (row - shard.first) * points;
        values.set(shard.values.subarray(at, at + points), i * points);
      }
      return { first, count: wanted.length, values };
    },
  };
}

/**
 * The images with their amplitudes, and with phases drawn at random from ring `fromRing` (Fourier pixels) on: whatever has structure
 * there was not in the images (Chen et al. 2013). Each image draws from the seed and its number alone.
 */
export function withRandomPhases(images: HartleyImages, fromRing: number, seed: number): HartleyImages {
  const lattice = makeLattice(images.boxPixels);
  const rings = ringsOfPoints(lattice);
  const { mirror, points } = lattice;
  const beyond = Uint32Array.from(rings.keys()).filter((p) => rings[p] >= fromRing && p < mirror[p]);
  return {
    ...images,
    async readShard(number, signal) {
      const { first, count, values } = await images.readShard(number, signal);
      const own = values.slice();
      for (let i = 0; i < count; i++) {
        const random = new Random(seed, first + i + 1);
        const at = i * points;
        for (const p of beyond) {
          const [a, b] = [at + p, at + mirror[p]];
          const amplitude = Math.sqrt((values[a] ** 2 + values[b] ** 2) / 2);
          const phase = 2 * Math.PI * random.uniform();
          own[a] = amplitude * (Math.cos(phase) - Math.sin(phase));
          own[b] = amplitude * (Math.cos(phase) + Math.sin(phase));
        }
      }
      return { first, count, values: own };
    },
  };
}
