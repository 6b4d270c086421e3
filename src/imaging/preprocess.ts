// From real-space images to what training reads (docs/CONVENTIONS.md, "Images and transforms"), in this order: window,
// sign flip, centred Hartley transform, crop to the training box, symmetrised lattice, division by one standard deviation
// taken over at most 1000 evenly strided images (sign-flipped, cropped, symmetrised, not windowed).
// Streamed: one shard, one batch of images and one image's transform are held, whatever the size of the stack.
import { VitrineError, throwIfCancelled } from '../formats/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import { requireCrop } from './crop.ts';
import type { HartleyShard } from './hartley-images.ts';
import { hartleyImage } from './hartley.ts';
import { makeLattice } from './lattice.ts';
import { makeWindow } from './window.ts';

export const SHARD_SIZE = 1024;
const SAMPLE_SIZE = 1000;
/** Pixels read at once: 16 MB of float32. */
const BATCH_PIXELS = 4 * 1024 * 1024;

export interface PreprocessOptions {
  /** Multiply by the round window; on by default. */
  window?: boolean;
  /** Where the window starts to fall, fraction of half the box; 0.85. */
  windowRadius?: number;
  /** White particles: flip the sign; on by default. */
  invert?: boolean;
  /** Box for training, pixels, even; that of the images by default. */
  boxPixels?: number;
}

/** Sums over values of Hartley transforms. */
export interface Moments {
  count: number;
  sum: number;
  squares: number;
}

/** What transforms batches of n images, n×D² pixels, elsewhere: on a graphics processor (docs of `prepareImages`). */
export interface ImageTransform {
  /** Images of one call at most. */
  readonly batchImages: number;
  /** n×P values at the mask's points of the training box: windowed, sign-flipped, times `scale`. */
  run(images: Float32Array, count: number, scale: number): Promise<Float32Array>;
  /** Sums over the symmetrised lattice: sign-flipped, not windowed. */
  moments(images: Float32Array, count: number): Promise<Moments>;
}

export interface PrepareOptions extends PreprocessOptions {
  signal?: AbortSignal;
  /** In place of the CPU's own; made for the same images and options. Where it fails, the CPU goes on. */
  transform?: ImageTransform | null;
  /** Images done of all, the sample for the standard deviation not counted. */
  onProgress?: (done: number, total: number) => void;
}

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
}

/** `row` counts from 0. */
export function pixelsNotFinite(row: number): VitrineError {
  return new VitrineError('pixels-not-finite', 'The image has pixels that are not finite numbers.', {
    row: row + 1,
    advice: 'Leave the image out, or write the stack again.',
  });
}

/** One image's way to the cropped, symmetrised lattice, with its scratch. */
class Preprocessor {
  readonly boxPixels: number;
  readonly side: number;
  private readonly sign: number;
  private readonly window: Float32Array | null;
  private readonly windowed: Float32Array;
  private readonly transform: Float32Array;
  /** Pixel of the D² transform that each pixel of the (d+1)² lattice shows. */
  private readonly source: Uint32Array;

  constructor(
    private readonly imagePixels: number,
    options: PreprocessOptions,
  ) {
    this.boxPixels = options.boxPixels ?? imagePixels;
    requireCrop(imagePixels, this.boxPixels);
    this.side = this.boxPixels + 1;
    this.sign = (options.invert ?? true) ? -1 : 1;
    this.window = (options.window ?? true) ? makeWindow(imagePixels, options.windowRadius) : null;
    this.windowed = new Float32Array(imagePixels * imagePixels);
    this.transform = new Float32Array(imagePixels * imagePixels);
    const start = (imagePixels - this.boxPixels) / 2;
    const wrap = (i: number) => start + (i % this.boxPixels);
    this.source = Uint32Array.from(
      { length: this.side * this.side },
      (_, i) => wrap(Math.floor(i / this.side)) * imagePixels + wrap(i % this.side),
    );
  }

  /** Hartley transform of the image at `images[offset …]`. Error: 'pixels-not-finite' naming `row` (from 0). */
  private run(images: Float32Array, offset: number, window: Float32Array | null, row: number): Float32Array {
    const { imagePixels: size, transform, windowed } = this;
    if (window) {
      for (let i = 0; i < windowed.length; i++) windowed[i] = images[offset + i] * window[i];
      hartleyImage(windowed, size, transform, this.sign);
    } else hartleyImage(images, size, transform, this.sign, offset);
    // Any NaN or infinite pixel reaches the zero frequency (0 · ∞ and 0 · NaN are NaN).
    if (!Number.isFinite(transform[(size / 2) * size + size / 2])) throw pixelsNotFinite(row);
    return transform;
  }

  /** Values at `lattice points` (indices into (d+1)²; null: all) into `out[at …]`, windowed, times `scale`. */
  write(
    images: Float32Array,
    offset: number,
    row: number,
    points: Uint32Array | null,
    scale: number,
    out: Float32Array,
    at: number,
  ): void {
    const transform = this.run(images, offset, this.window, row);
    const count = points?.length ?? this.source.length;
    for (let p = 0; p < count; p++) out[at + p] = transform[this.source[points ? points[p] : p]] * scale;
  }

  /** Adds the symmetrised, not windowed values of one image to the running sums. */
  accumulate(images: Float32Array, offset: number, row: number, sums: Moments): void {
    const transform = this.run(images, offset, null, row);
    for (let p = 0; p < this.source.length; p++) {
      const value = transform[this.source[p]];
      sums.sum += value;
      sums.squares += value * value;
    }
    sums.count += this.source.length;
  }
}

function standardDeviationOf({ count, sum, squares }: Moments): number {
  const value = Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1));
  if (value > 0 && Number.isFinite(value)) return value;
  throw new VitrineError('value-out-of-range', 'The images are blank: all pixels have one value.', {
    advice: 'Check that the stack was written whole.',
  });
}

/** At most 1000 image numbers, evenly strided over the set. */
export function sampleIndices(count: number): Uint32Array {
  const size = Math.min(SAMPLE_SIZE, count);
  return Uint32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

function* batches(indices: Uint32Array, boxPixels: number): Generator<Uint32Array> {
  const size = Math.max(1, Math.min(64, Math.floor(BATCH_PIXELS / (boxPixels * boxPixels))));
  for (let i = 0; i < indices.length; i += size) yield indices.subarray(i, i + size);
}

/** Measures the standard deviation and opens the stream of shards. Errors: 'value-out-of-range' for the box, as `shards`. */
export async function prepareImages(reader: ImageReader, options: PrepareOptions = {}): Promise<PreparedImages> {
  const { signal, onProgress } = options;
  const size = reader.boxPixels;
  const pixels = size * size;
  const preprocessor = new Preprocessor(size, options);
  if (reader.count === 0)
    throw new VitrineError('count-mismatch', 'There are no images.', {
      advice: 'Choose a stack that holds particles.',
    });
  const sums: Moments = { count: 0, sum: 0, squares: 0 };
  for (const indices of batches(sampleIndices(reader.count), size)) {
    throwIfCancelled(signal);
    const images = await reader.read(indices, signal);
    for (let i = 0; i < indices.length; i++) preprocessor.accumulate(images, i * pixels, indices[i], sums);
  }
  const standardDeviation = standardDeviationOf(sums);
  const lattice = makeLattice(preprocessor.boxPixels);

  async function* shards(): AsyncGenerator<HartleyShard> {
    const buffer = new Float32Array(Math.min(SHARD_SIZE, reader.count) * lattice.points);
    for (let first = 0; first < reader.count; first += SHARD_SIZE) {
      const count = Math.min(SHARD_SIZE, reader.count - first);
      const inShard = Uint32Array.from({ length: count }, (_, i) => first + i);
      for (const indices of batches(inShard, size)) {
        throwIfCancelled(signal);
        const images = await reader.read(indices, signal);
        for (let i = 0; i < indices.length; i++) {
          const at = (indices[i] - first) * lattice.points;
          preprocessor.write(images, i * pixels, indices[i], lattice.index, 1 / standardDeviation, buffer, at);
        }
        onProgress?.(indices[0] + indices.length, reader.count);
      }
      yield { first, count, values: buffer.subarray(0, count * lattice.points) };
    }
  }
  return {
    count: reader.count,
    boxPixels: preprocessor.boxPixels,
    points: lattice.points,
    shardSize: SHARD_SIZE,
    standardDeviation,
    shards,
  };
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
    preprocessor.write(images, i * pixels, i, null, 1 / standardDeviation, values, i * area);
  return { values, standardDeviation };
}
