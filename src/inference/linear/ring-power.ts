// Power of images and of their transfer by ring, from a part of a set that is spread over it.
import { factorPoints } from '../../engine/factors/points.ts';
import { CTF_WIDTH, OPTICS_WIDTH, ORDINARY_OPTICS } from '../../formats/particles.ts';
import { transferAtPoints } from '../../imaging/transfer.ts';
import type { TrainingData } from '../training.ts';

/** Images that are looked at, at most, as long as they lie in few shards. */
const MOST_IMAGES = 4000;

/** Means over images and points of a ring, 0 … band. */
export interface RingPower {
  images: number;
  /** |y|² of images, and squared transfer. */
  power: Float64Array;
  transfer: Float64Array;
}

/** Which images are looked at, and apart. */
export interface RingPowerOptions {
  /** Absent: all of the shards that are read. */
  isWanted?: ((image: number) => boolean) | undefined;
  /** Group of each image, from 0; means of each follow those of all. */
  groups?: { groupOf: ArrayLike<number>; count: number } | undefined;
  signal?: AbortSignal | undefined;
}

/** Of all images that are looked at, then of each group. Errors: those of reading, 'cancelled'. */
export async function ringPower(
  data: TrainingData,
  bandPixels: number,
  { isWanted = () => true, groups, signal }: RingPowerOptions = {},
): Promise<RingPower[]> {
  const { images, ctf, optics } = data;
  const { lattice, count: points, number, ring } = factorPoints(images.boxPixels, bandPixels);
  const shards = Math.ceil(images.count / images.shardSize);
  const wanted = Math.max(1, Math.min(shards, Math.ceil(MOST_IMAGES / images.shardSize)));
  const rings = bandPixels + 1;
  const found = Array.from({ length: 1 + (groups?.count ?? 0) }, (): RingPower => ({
    ...{ images: 0, power: new Float64Array(rings), transfer: new Float64Array(rings) },
  }));
  const members = new Float64Array(rings);
  for (const of of ring) members[of]++;
  const factors = new Float32Array(lattice.points).fill(1);
  for (let k = 0; k < wanted; k++) {
    const shard = await images.readShard(Math.floor((k * shards) / wanted), signal);
    for (let i = 0; i < shard.count; i++) {
      const image = shard.first + i;
      if (!isWanted(image)) continue;
      if (ctf)
        transferAtPoints(
          ctf.subarray(CTF_WIDTH * image, CTF_WIDTH * (image + 1)),
          optics?.transfer?.subarray(OPTICS_WIDTH * image, OPTICS_WIDTH * (image + 1)) ?? ORDINARY_OPTICS,
          lattice,
          factors,
        );
      for (const row of groups ? [0, 1 + groups.groupOf[image]] : [0]) {
        const { power, transfer } = found[row];
        found[row].images++;
        for (let p = 0; p < points; p++) {
          const near = shard.values[i * lattice.points + number[p]];
          const far = shard.values[(i + 1) * lattice.points - 1 - number[p]];
          power[ring[p]] += 0.5 * (near * near + far * far);
          transfer[ring[p]] += factors[number[p]] ** 2;
        }
      }
    }
  }
  for (const { images: looked, power, transfer } of found)
    for (const sums of [power, transfer]) sums.forEach((sum, r) => (sums[r] = sum / Math.max(1, looked * members[r])));
  return found;
}
