// From real-space images to what training reads (docs/CONVENTIONS.md, "Images and transforms"), in this order: window,
// sign flip, centred Hartley transform, crop to the training box, symmetrised lattice, division by one standard deviation
// taken over at most 1000 evenly strided images (sign-flipped, cropped, symmetrised, not windowed).
// Streamed: one shard, one batch of images and one image's transform are held, whatever the size of the stack.
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import type { HartleyShard } from './hartley-images.ts';
import { makeLattice, type Lattice } from './lattice.ts';
import {
  pixelsNotFinite,
  Preprocessor,
  standardDeviationOf,
  type ImageTransform,
  type Moments,
  type PreprocessOptions,
} from './preprocessor.ts';

/** Images of a shard. */
const SHARD_SIZE = 1024;
const SAMPLE_SIZE = 1000;
/** Pixels read at once: 16 MB of float32. */
const BATCH_PIXELS = 4 * 1024 * 1024;
/** Images read at once. */
export const BATCH_IMAGES = 64;

/** How a set is prepared, and what is told of it. */
export interface PrepareOptions extends PreprocessOptions {
  signal?: AbortSignal;
  /** In place of the CPU's own; made for the same images and options. Where it fails, the CPU goes on. */
  transform?: ImageTransform | null;
  /** Images done of all, the sample for the standard deviation not counted. */
  onProgress?: (done: number, total: number) => void;
}

/** The set's standard deviation and sizes, and its shards one after the other. */
export interface PreparedImages {
  readonly count: number;
  /** Box for training d, pixels. */
  readonly boxPixels: number;
  /** Values an image: mask points of the lattice of d. */
  readonly points: number;
  readonly shardSize: number;
  readonly standardDeviation: number;
  /**
   * The images in order, in shards of 1024. `values` is one buffer, used again for the next shard: use or copy it before
   * asking for the next. Errors: the reader's, 'pixels-not-finite', 'cancelled'.
   */
  shards(): AsyncIterable<HartleyShard>;
  /** One of these shards, in a buffer of its own or in `into`. Errors as `shards`. */
  readShard(shard: number, signal?: AbortSignal, into?: Float32Array): Promise<HartleyShard>;
}

/** At most 1000 image numbers, evenly strided over the set. */
export function sampleIndices(count: number): Uint32Array {
  const size = Math.min(SAMPLE_SIZE, count);
  return Uint32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

function* batches(indices: Uint32Array, boxPixels: number, most: number): Generator<Uint32Array> {
  const size = Math.max(1, Math.min(BATCH_IMAGES, most, Math.floor(BATCH_PIXELS / (boxPixels * boxPixels))));
  for (let i = 0; i < indices.length; i += size) yield indices.subarray(i, i + size);
}

/** Batches on their way at once: read, transformed elsewhere, come back. */
const BATCHES_UNDERWAY = 3;

/** Batches through the transform given, as long as it works; then through the CPU's. */
class BatchWork {
  private readonly points: Uint32Array;

  constructor(
    private readonly preprocessor: Preprocessor,
    private readonly imagePixels: number,
    lattice: Lattice,
    private transform: ImageTransform | null,
  ) {
    this.points = lattice.index;
  }

  /** Images of a batch at most. */
  get most(): number {
    return this.transform?.batchImages ?? Infinity;
  }

  /** Values of the images that `indices` names into `out[at …]`. */
  async write(images: Float32Array, indices: Uint32Array, scale: number, out: Float32Array, at: number): Promise<void> {
    const found = await this.elsewhere(indices, (transform) => transform.run(images, indices.length, scale));
    if (found) out.set(found, at);
    else
      for (let i = 0; i < indices.length; i++) {
        const to = at + i * this.points.length;
        this.preprocessor.write({ images, offset: i * this.imagePixels ** 2, row: indices[i] }, this.points, scale, {
          out,
          at: to,
        });
      }
  }

  /** Adds a batch's moments to the running ones. */
  async accumulate(images: Float32Array, indices: Uint32Array, sums: Moments): Promise<void> {
    const found = await this.elsewhere(indices, (transform) => transform.moments(images, indices.length));
    if (found) {
      sums.count += found.count;
      sums.sum += found.sum;
      sums.squares += found.squares;
    } else
      for (let i = 0; i < indices.length; i++)
        this.preprocessor.accumulate(images, i * this.imagePixels ** 2, indices[i], sums);
  }

  private async elsewhere<T>(indices: Uint32Array, work: (transform: ImageTransform) => Promise<T>): Promise<T | null> {
    const { transform } = this;
    if (!transform) return null;
    try {
      return await work(transform);
    } catch (error) {
      if (error instanceof VitrineError && error.code === 'pixels-not-finite')
        throw pixelsNotFinite(indices[(error.detail.row ?? 1) - 1]);
      console.warn('Images are transformed on the CPU from here on:', error);
      this.transform = null;
      return null;
    }
  }
}

/** Measures the standard deviation and opens the stream of shards. Errors: 'value-out-of-range' for the box, as `shards`. */
export async function prepareImages(reader: ImageReader, options: PrepareOptions = {}): Promise<PreparedImages> {
  const { signal, onProgress } = options;
  const size = reader.boxPixels;
  const preprocessor = new Preprocessor(size, options);
  if (reader.count === 0)
    throw new VitrineError('count-mismatch', 'There are no images.', {
      advice: 'Choose a stack that holds particles.',
    });
  const lattice = makeLattice(preprocessor.boxPixels);
  const work = new BatchWork(preprocessor, size, lattice, options.transform ?? null);
  const sums: Moments = { count: 0, sum: 0, squares: 0 };
  for (const indices of batches(sampleIndices(reader.count), size, work.most)) {
    throwIfCancelled(signal);
    await work.accumulate(await reader.read(indices, signal), indices, sums);
  }
  const standardDeviation = standardDeviationOf(sums);

  async function readShard(
    shard: number,
    ended = signal,
    into = new Float32Array(Math.min(SHARD_SIZE, reader.count) * lattice.points),
  ): Promise<HartleyShard> {
    const first = shard * SHARD_SIZE;
    const count = Math.min(SHARD_SIZE, reader.count - first);
    const inShard = Uint32Array.from({ length: count }, (_, i) => first + i);
    const underway = new Queue(BATCHES_UNDERWAY);
    try {
      for (const indices of batches(inShard, size, work.most)) {
        throwIfCancelled(ended);
        const images = await reader.read(indices, ended);
        const at = (indices[0] - first) * lattice.points;
        await underway.add(async () => {
          await work.write(images, indices, 1 / standardDeviation, into, at);
          onProgress?.(indices[0] + indices.length, reader.count);
        });
      }
      await underway.finished();
    } finally {
      // Whatever ended it, nothing goes on with the transform afterwards.
      await underway.settled();
    }
    return { first, count, values: into.subarray(0, count * lattice.points) };
  }

  async function* shards(): AsyncGenerator<HartleyShard> {
    const buffer = new Float32Array(Math.min(SHARD_SIZE, reader.count) * lattice.points);
    for (let shard = 0; shard * SHARD_SIZE < reader.count; shard++) yield await readShard(shard, signal, buffer);
  }
  return {
    count: reader.count,
    boxPixels: preprocessor.boxPixels,
    points: lattice.points,
    shardSize: SHARD_SIZE,
    standardDeviation,
    shards,
    readShard,
  };
}

/** Work that is begun in order, at most so much of it at once; the first error comes out of the next call. */
class Queue {
  private readonly begun: Promise<void>[] = [];

  constructor(private readonly most: number) {}

  async add(work: () => Promise<void>): Promise<void> {
    const one = work();
    // Heard when its turn comes.
    one.catch(() => undefined);
    this.begun.push(one);
    if (this.begun.length >= this.most) await this.begun.shift();
  }

  async finished(): Promise<void> {
    for (; this.begun.length > 0; this.begun.shift()) await this.begun[0];
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.begun);
  }
}

/**
 * All values of the symmetrised lattice, N×(d+1)², of `count` D² images held in memory. `standardDeviation` is measured
 * on these images unless it is given.
 */
export function preprocessImages(
  images: Float32Array,
  count: number,
  boxPixels: number,
  options: PreprocessOptions & { standardDeviation?: number } = {},
): { values: Float32Array; standardDeviation: number } {
  const preprocessor = new Preprocessor(boxPixels, options);
  const pixels = boxPixels * boxPixels;
  let standardDeviation = options.standardDeviation;
  if (standardDeviation === undefined) {
    const sums: Moments = { count: 0, sum: 0, squares: 0 };
    for (const i of sampleIndices(count)) preprocessor.accumulate(images, i * pixels, i, sums);
    standardDeviation = standardDeviationOf(sums);
  }
  const area = preprocessor.side * preprocessor.side;
  const values = new Float32Array(count * area);
  for (let i = 0; i < count; i++)
    preprocessor.write({ images, offset: i * pixels, row: i }, null, 1 / standardDeviation, {
      out: values,
      at: i * area,
    });
  return { values, standardDeviation };
}
