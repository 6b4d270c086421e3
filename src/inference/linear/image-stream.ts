// A set's images one batch after the other in their order, as factor sums take them.
import type { FactorImages } from '../../engine/factors/factor-sums.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../../formats/particles.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { warpedRotations } from '../../imaging/image-optics.ts';
import { takeRows } from '../image-batches.ts';
import type { TrainingData } from '../training.ts';

/** Images of a half at most: what two halves have in common is clear from as many. */
const MOST_OF_HALF = 10_000;

/** Which images of the set a fit sees: all, or those of one half of it by their number. */
export type HalfSet = 'all' | 'even' | 'odd';

/** Images of a batch and their numbers in the set. */
export interface NumberedImages {
  numbers: Uint32Array;
  images: FactorImages;
}

/** How a set's images are read. */
export interface StreamOptions {
  half?: HalfSet;
  /** Images of a batch at most. */
  batchImages: number;
  signal?: AbortSignal | undefined;
  /** Called between batches. */
  onIdle?: (() => Promise<void> | void) | undefined;
}

/** Whether image `number` of `count` is of a half: every second one, or every so many of those where there are many. */
function isOfHalf(number: number, count: number, half: HalfSet): boolean {
  if (half === 'all') return true;
  const every = Math.ceil(count / 2 / MOST_OF_HALF);
  return number % 2 === (half === 'even' ? 0 : 1) && (number >> 1) % every === 0;
}

/** Images of a half. */
export function imagesOfHalf(count: number, half: HalfSet): number {
  if (half === 'all') return count;
  let images = 0;
  for (let number = 0; number < count; number++) if (isOfHalf(number, count, half)) images++;
  return images;
}

/** Error: 'cancelled'. */
export async function* imageStream(
  data: TrainingData,
  { half = 'all', batchImages, signal, onIdle }: StreamOptions,
): AsyncGenerator<NumberedImages> {
  const { images } = data;
  for (let shard = 0; shard * images.shardSize < images.count; shard++) {
    const { first, count, values } = await images.readShard(shard, signal);
    const wanted = Array.from({ length: count }, (_, i) => first + i).filter((number) =>
      isOfHalf(number, images.count, half),
    );
    const at = (number: number): number => (number - first) * images.points;
    /** Of all images they lie side by side already. */
    const valuesOf = (numbers: Uint32Array): Float32Array => {
      if (half === 'all') return values.subarray(at(numbers[0]), at(numbers[0] + numbers.length));
      const own = new Float32Array(numbers.length * images.points);
      numbers.forEach((number, i) => own.set(values.subarray(at(number), at(number + 1)), i * images.points));
      return own;
    };
    for (let from = 0; from < wanted.length; from += batchImages) {
      throwIfCancelled(signal);
      const numbers = Uint32Array.from(wanted.slice(from, from + batchImages));
      yield { numbers, images: batchOf(data, numbers, valuesOf(numbers)) };
      await onIdle?.();
    }
  }
}

function batchOf({ poses, ctf, optics }: TrainingData, numbers: Uint32Array, values: Float32Array): FactorImages {
  const rotations = takeRows(poses.rotations, 9, numbers);
  return {
    count: numbers.length,
    images: values,
    rotations: optics?.warps ? warpedRotations(rotations, optics.warps, (row) => numbers[row]) : rotations,
    translations: poses.translations && takeRows(poses.translations, 2, numbers),
    ctf: ctf && takeRows(ctf, CTF_WIDTH, numbers),
    optics: optics?.transfer && takeRows(optics.transfer, OPTICS_WIDTH, numbers),
    groups: null,
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
    groups: images.groups && Uint8Array.from(places, (i) => images.groups?.[i] ?? 0),
  };
  return { part, rows: Uint32Array.from(places, (i) => numbers[i]) };
}
