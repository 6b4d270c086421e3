// One pass over the stack in the order of its rows: of every image its moments and a hash of its numbers; of a sample its spectrum.
// Bounded: stacks beyond MOST_PIXELS are read in the rows of the sample only.
import { Yielder, type LongWork } from '../base/long-work.ts';
import type { ImageReader } from '../formats/particles.ts';
import { ImageHash } from './image-hash.ts';
import { SampleMaker, type ImageSample } from './sample.ts';

/** What is known of every image that was read; R of them. */
export interface ImageScan {
  /** Images of the set, read or not. */
  count: number;
  boxPixels: number;
  /** Rows that were read, ascending. */
  rows: Uint32Array;
  /** R: mean and standard deviation of an image's pixels; NaN where one is not finite. */
  means: Float32Array;
  deviations: Float32Array;
  /** R: share of an image's pixels that have its largest or its least value. */
  extremes: Float32Array;
  /** R×2: 64 bits of each image. */
  hashes: Uint32Array;
  sample: ImageSample;
}

/** 4 GB of float32: a quarter of a minute from a disk. */
const MOST_PIXELS = 2 ** 30;
/** Images whose spectra are kept. */
const SAMPLE_IMAGES = 2000;
const BATCH_PIXELS = 2 ** 20;

/** `count` rows evenly spaced over `all`. */
export function evenRows(all: number, count: number): Uint32Array {
  const taken = Math.min(all, count);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * all) / taken));
}

/** Reads the stack. Errors: the reader's, 'cancelled'. */
export async function scanImages(
  reader: ImageReader,
  work: LongWork = {},
  mostPixels = MOST_PIXELS,
): Promise<ImageScan> {
  const { count, boxPixels } = reader;
  const pixels = boxPixels * boxPixels;
  const sampleRows = evenRows(count, SAMPLE_IMAGES);
  const rows = count * pixels <= mostPixels ? Uint32Array.from({ length: count }, (_, i) => i) : sampleRows;
  const maker = new SampleMaker(boxPixels, sampleRows);
  const means = new Float32Array(rows.length);
  const deviations = new Float32Array(rows.length);
  const extremes = new Float32Array(rows.length);
  const hashes = new Uint32Array(2 * rows.length);
  const hash = new ImageHash();
  const yielder = new Yielder(work);
  const batch = Math.max(1, Math.min(256, Math.floor(BATCH_PIXELS / pixels)));
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.subarray(from, from + batch);
    const values = await reader.read(part, work.signal);
    for (let i = 0; i < part.length; i++) {
      const at = from + i;
      const image = values.subarray(i * pixels, (i + 1) * pixels);
      const moments = momentsOf(image);
      [means[at], deviations[at], extremes[at]] = [moments.mean, moments.deviation, moments.extreme];
      hash.of(image, hashes, 2 * at);
      if (maker.wants(part[i])) maker.take(image, Number.isFinite(moments.deviation) && moments.deviation > 0);
      if (yielder.due())
        await yielder.yieldToEvents(at / rows.length, `Looking at ${rows.length.toLocaleString('en-US')} images`);
    }
  }
  return { count, boxPixels, rows, means, deviations, extremes, hashes, sample: maker.made() };
}

function momentsOf(image: Float32Array): { mean: number; deviation: number; extreme: number } {
  let [sum, low, high] = [0, Infinity, -Infinity];
  for (const value of image) {
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!Number.isFinite(sum)) return { mean: NaN, deviation: NaN, extreme: 0 };
  const mean = sum / image.length;
  let [squares, lowest, highest] = [0, 0, 0];
  for (const value of image) {
    squares += (value - mean) ** 2;
    if (value === low) lowest++;
    if (value === high) highest++;
  }
  return { mean, deviation: Math.sqrt(squares / image.length), extreme: Math.max(lowest, highest) / image.length };
}
