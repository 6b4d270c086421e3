// One image's way from real space to what training reads: window, sign flip, centred Hartley transform, crop to the training
// box, symmetrised lattice; and what else may go that way, a graphics processor.
import { VitrineError } from '../base/errors.ts';
import { requireCrop } from './crop.ts';
import { hartleyImage } from './hartley.ts';
import { makeWindow } from './window.ts';

/** Box to crop to, sign, window, and what the images' optics ask for. */
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

/** What transforms batches of n images, n×D² pixels, elsewhere: on a graphics processor (engine/wgsl/preprocess). */
export interface ImageTransform {
  /** Images of one call at most. */
  readonly batchImages: number;
  /** n×P values at the mask's points of the training box: windowed, sign-flipped, times `scale`. */
  run(images: Float32Array, count: number, scale: number): Promise<Float32Array>;
  /** Sums over the symmetrised lattice: sign-flipped, not windowed. */
  moments(images: Float32Array, count: number): Promise<Moments>;
}

/** `row` counts from 0. */
export function pixelsNotFinite(row: number): VitrineError {
  return new VitrineError('pixels-not-finite', 'The image has pixels that are not finite numbers.', {
    row: row + 1,
    advice: 'Leave the image out, or write the stack again.',
  });
}

/** The D×D image that begins at `offset` of `images`; `row` names it in errors, from 0. */
export interface RawImage {
  images: Float32Array;
  offset: number;
  row: number;
}

/** One image's way to the cropped, symmetrised lattice, with its scratch. */
export class Preprocessor {
  readonly boxPixels: number;
  readonly side: number;
  private readonly sign: number;
  private readonly window: Float32Array | null;
  private readonly windowed: Float32Array;
  private readonly transform: Float32Array;
  /** Pixel of the D² transform that each pixel of the (d+1)² lattice shows. */
  private readonly source: Uint32Array;
  private shown: { points: Uint32Array; pixels: Uint32Array } | null = null;

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
      const pixels = windowed.length;
      for (let i = 0; i < pixels; i++) windowed[i] = images[offset + i] * window[i];
      hartleyImage(windowed, size, transform, { scale: this.sign });
    } else hartleyImage(images, size, transform, { scale: this.sign, offset });
    // Any NaN or infinite pixel reaches the zero frequency (0 · ∞ and 0 · NaN are NaN).
    if (!Number.isFinite(transform[(size / 2) * size + size / 2])) throw pixelsNotFinite(row);
    return transform;
  }

  /** Values at `lattice points` (indices into (d+1)²; null: all) into `out[at …]`, windowed, times `scale`. */
  write(
    { images, offset, row }: RawImage,
    points: Uint32Array | null,
    scale: number,
    { out, at }: { out: Float32Array; at: number },
  ): void {
    const transform = this.run(images, offset, this.window, row);
    const pixelOf = points ? this.pixelsOf(points) : this.source;
    const count = pixelOf.length;
    for (let p = 0; p < count; p++) out[at + p] = transform[pixelOf[p]] * scale;
  }

  /** Pixels of the transform that lattice points show; the same points are asked for image after image. */
  private pixelsOf(points: Uint32Array): Uint32Array {
    if (this.shown?.points !== points) this.shown = { points, pixels: points.map((point) => this.source[point]) };
    return this.shown.pixels;
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

/** Error: 'value-out-of-range' for images of one value. */
export function standardDeviationOf({ count, sum, squares }: Moments): number {
  const value = Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1));
  if (value > 0 && Number.isFinite(value)) return value;
  throw new VitrineError('value-out-of-range', 'The images are blank: all pixels have one value.', {
    advice: 'Check that the stack was written whole.',
  });
}
