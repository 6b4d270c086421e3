// A set's images one batch after the other in their order, as factor sums take them.
import type { FactorImages } from '../../engine/factors/factor-sums.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../../formats/particles.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { warpedRotations } from '../../imaging/image-optics.ts';
import { takeRows } from '../image-batches.ts';
import type { TrainingData } from '../training.ts';
import type { LinearData } from './fit.ts';

/** Images of a half at most: what two halves have in common is clear from as many. */
const MOST_OF_HALF = 10_000;

/** Images of a part, at most: as many say where a model lies before all of them say it exactly. */
export const MOST_OF_PART = 20_000;

/** Which images of the set a fit sees: all, evenly strided ones where there are many, or those of one half by their number. */
export type ImageSubset = 'all' | 'part' | 'even' | 'odd';

/** Images of a batch and their numbers in the set. */
export interface NumberedImages {
  numbers: Uint32Array;
  images: FactorImages;
}

/** Images of a set, and the optics groups of which the noise is known by itself. */
export type StreamData = TrainingData & Pick<Partial<LinearData>, 'groupNoise'>;

/** How a set's images are read. */
export interface StreamOptions {
  subset?: ImageSubset;
  /** Images of a batch at most. */
  batchImages: number;
  signal?: AbortSignal | undefined;
  /** Called between batches. */
  onIdle?: (() => Promise<void> | void) | undefined;
}

/** Whether image `number` of `count` is of a subset: of a half every second one, or every so many of those where there are many. */
function isOf(subset: ImageSubset, number: number, count: number): boolean {
  if (subset === 'all') return true;
  if (subset === 'part') return number % Math.ceil(count / MOST_OF_PART) === 0;
  const every = Math.ceil(count / 2 / MOST_OF_HALF);
  return number % 2 === (subset === 'even' ? 0 : 1) && (number >> 1) % every === 0;
}

/** Images of a subset. */
export function imagesOf(subset: ImageSubset, count: number): number {
  if (subset === 'all') return count;
  let images = 0;
  for (let number = 0; number < count; number++) if (isOf(subset, number, count)) images++;
  return images;
}

/** Error: 'cancelled'. */
export async function* imageStream(
  data: StreamData,
  { subset = 'all', batchImages, signal, onIdle }: StreamOptions,
): AsyncGenerator<NumberedImages> {
  const { images } = data;
  for (let shard = 0; shard * images.shardSize < images.count; shard++) {
    const { first, count, values } = await images.readShard(shard, signal);
    const wanted = Array.from({ length: count }, (_, i) => first + i).filter((number) =>
      isOf(subset, number, images.count),
    );
    const at = (number: number): number => (number - first) * images.points;
    /** Of all images they lie side by side already. */
    const valuesOf = (numbers: Uint32Array): Float32Array => {
      if (wanted.length === count) return values.subarray(at(numbers[0]), at(numbers[0] + numbers.length));
      const own = new Float32Array(numbers.length * images.points);
      numbers.forEach((number, i) => own.set(values.subarray(at(number), at(number + 1)), i * images.points));
      return own;
    };
    for (let from = 0; from < wanted.length; from += batchImages) {
      throwIfCancelled(signal);
      const numbers = Uint32Array.from(wanted.slice(from, from + batchImages));
      yield { numbers, images: factorBatch(data, numbers, valuesOf(numbers)) };
      await onIdle?.();
    }
  }
}

/** What factor sums take of the images `numbers` of a set, whose prepared values are given. */
export function factorBatch(
  { poses, ctf, optics, groupNoise }: StreamData,
  numbers: Uint32Array,
  values: Float32Array,
): FactorImages {
  const rotations = takeRows(poses.rotations, 9, numbers);
  return {
    count: numbers.length,
    images: values,
    rotations: optics?.warps ? warpedRotations(rotations, optics.warps, (row) => numbers[row]) : rotations,
    translations: poses.translations && takeRows(poses.translations, 2, numbers),
    ctf: ctf && takeRows(ctf, CTF_WIDTH, numbers),
    optics: optics?.transfer && takeRows(optics.transfer, OPTICS_WIDTH, numbers),
    // The first row of noise is that of all images.
    groups: groupNoise ? Uint16Array.from(numbers, (number) => 1 + groupNoise.groupOf[number]) : null,
  };
}

/** Of a batch the images whose numbers are wanted, and their numbers in order. */
export function rowsOf(
  images: FactorImages,
  numbers: Uint32Array,
  isWanted: (number: number) => boolean,
): { part: FactorImages; rows: Uint32Array } {
  const places = Uint32Array.from(numbers.keys()).filter((i) => isWanted(numbers[i]));
  const points = images.images.length / images.count;
  const taken = (table: Float32Array, width: number): Float32Array => takeRows(table, width, places);
  const part: FactorImages = {
    count: places.length,
    images: taken(images.images, points),
    rotations: taken(images.rotations, 9),
    translations: images.translations && taken(images.translations, 2),
    ctf: images.ctf && taken(images.ctf, CTF_WIDTH),
    optics: images.optics && taken(images.optics, OPTICS_WIDTH),
    groups: images.groups && Uint16Array.from(places, (i) => images.groups?.[i] ?? 0),
  };
  return { part, rows: Uint32Array.from(places, (i) => numbers[i]) };
}
