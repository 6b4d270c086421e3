// The streams of random numbers of one training seed. Every draw is addressed by what it is for (weights, the shuffle of
// an epoch, the noise of an image in an epoch), never by what was drawn before: so a resumed run draws the same.
import { Random } from '../geometry/random.ts';

const START = 2 ** 51;
const SHUFFLES = 2 ** 51 + 2 ** 20;

/** What a new model draws. */
export function startRandom(seed: number): Random {
  return new Random(seed, START);
}

/** Epochs count from 1. */
export function shuffleRandom(seed: number, epoch: number): Random {
  return new Random(seed, SHUFFLES + epoch);
}

/** An image of a set of `imageCount` in one epoch of a training. */
export interface NoiseAddress {
  seed: number;
  epoch: number;
  image: number;
  imageCount: number;
}

/** zDim standard normal draws of one image in one epoch, to `out` from `at` on. */
export function fillNoise(
  { out, at, zDim }: { out: Float32Array; at: number; zDim: number },
  { seed, epoch, image, imageCount }: NoiseAddress,
): void {
  const random = new Random(seed, epoch * imageCount + image);
  for (let i = 0; i < zDim; i++) out[at + i] = random.normal();
}

/** Poses of a search that begins at random ones. */
export function startRandomPoses(seed: number): Random {
  return new Random(seed, START + 1);
}
