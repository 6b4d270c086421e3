// What benchmarks time of a search: the dispatches of one call on random numbers, without upload and read-back.
import { searchPoints } from '../../scoring/points.ts';
import type { FourierCube } from '../../scoring/scorer.ts';
import type { Arena } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { Dispatcher } from '../gpu/dispatcher.ts';
import { expect } from './expectation.ts';
import { BufferPool } from '../gpu/buffer-pool.ts';
import { uploadImages } from './images.ts';
import { scoreOwn } from './own.ts';
import type { PoseVariant } from './product.ts';
import { positionsOf, searchBudget, type Search } from './search.ts';
import { scoreShared } from './shared.ts';
import { uploadCubes } from './volumes.ts';

/** How much one call of a scorer compares. */
export interface PoseSearchSize {
  boxPixels: number;
  /** Band limit, Fourier pixels. */
  limit: number;
  images: number;
  /** Of all images, or of each. */
  rotations: number;
  translations: number;
}

/**
 * Which call of a scorer is timed: slices shared by all images, rotations of each image's own, or a step of
 * expectation–maximisation.
 */
export type PoseSearchCall = 'shared' | 'own' | 'expectation';

const OVERSAMPLING = 2;

function random(count: number, scale: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, () => scale * (2 * Math.random() - 1));
}

/** Turns about the x axis: what a slice costs does not hang on where it lies. */
function benchRotations(count: number): Float32Array<ArrayBuffer> {
  const rotations = new Float32Array(9 * count);
  for (let r = 0; r < count; r++) {
    const [sine, cosine] = [Math.sin(r), Math.cos(r)];
    rotations.set([1, 0, 0, 0, cosine, sine, 0, -sine, cosine], 9 * r);
  }
  return rotations;
}

/** Dispatches for `gpu.measure`; their buffers lie in `arena`. Images are to be few enough for one chunk. */
export async function poseSearchBench(
  gpu: Gpu,
  arena: Arena,
  call: PoseSearchCall,
  size: PoseSearchSize,
  variant?: PoseVariant,
): Promise<readonly Command[]> {
  const { boxPixels, limit, images: count, translations: shifts } = size;
  const points = searchPoints(boxPixels, limit);
  const work = new BufferPool(gpu, 'pose search', { within: arena });
  const dispatcher = new Dispatcher(gpu, arena, true);
  const reach = OVERSAMPLING * limit + 2;
  const cube: FourierCube = { oversampling: OVERSAMPLING, reach, values: random(2 * (2 * reach + 1) ** 3, 1) };
  const ctf = random(count * points.count, 1);
  const search: Search = {
    gpu,
    dispatcher,
    work,
    positions: arena.upload('positions', positionsOf(points)),
    boxPixels,
    images: await uploadImages(gpu, work, { count, values: random(2 * ctf.length, 1), ctf }, points.count),
    cubes: await uploadCubes(gpu, work, [cube], points, 0),
    budget: searchBudget(gpu),
    variant,
  };
  const translations = random(2 * shifts, 4);
  if (call === 'own') {
    const rows = count * size.rotations;
    await scoreOwn(search, {
      source: { rotations: benchRotations(rows) },
      perImage: size.rotations,
      centres: random(2 * rows, 4),
      offsets: translations,
      points: points.count,
    });
    return dispatcher.kept();
  }
  const rotations = benchRotations(size.rotations);
  if (call === 'shared') await scoreShared(search, { source: { rotations }, translations, points: points.count });
  // A variance of the errors' size: no weight is denormal.
  else await expect(search, { rotations, translations, points: points.count, variance: points.count });
  return dispatcher.kept();
}
