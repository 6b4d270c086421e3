// MRC2014 mode 2, little-endian: volumes (ispg 1) whole, stacks (ispg 0) whole or by parts for files larger than memory.
import { VitrineError } from '../base/errors.ts';
import { mrcHeaderBytes, type Triple } from './mrc-header.ts';

/** The bytes of float32 values as they lie in a little-endian file (a view, not a copy). */
function pixelBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function statisticsOf(values: Float32Array) {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { min, max, mean, standardDeviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

/** A cubic map [z][y][x] as a whole file. Label: at most 80 characters. */
export function writeMrcVolume(volume: {
  boxPixels: number;
  pixelSizeAngstrom: number;
  values: Float32Array;
  /** Where the first voxel lies, x, y, z: in Å, and in voxels; the origin where absent. */
  originAngstrom?: Triple;
  start?: Triple;
  label?: string;
}): Uint8Array {
  const { boxPixels: n, values, ...said } = volume;
  if (values.length !== n ** 3)
    throw new VitrineError('value-out-of-range', 'The map does not fill its box.', {
      expected: `${n ** 3} values`,
      found: String(values.length),
    });
  const statistics = statisticsOf(values);
  const header = mrcHeaderBytes({ ...said, nx: n, ny: n, nz: n, spaceGroup: 1, statistics });
  return concatenate(header, pixelBytes(values));
}

export interface MrcStackOptions {
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
  label?: string;
}

/** The first 1024 bytes of a stack; after it come the images' `pixelBytes`, in order. */
export function mrcStackHeader(options: MrcStackOptions): Uint8Array {
  const { count: nz, boxPixels: n, pixelSizeAngstrom, label } = options;
  return mrcHeaderBytes({ nx: n, ny: n, nz, pixelSizeAngstrom, spaceGroup: 0, label });
}

/** A small stack (count×D×D) as a whole file. */
export function writeMrcStack(options: MrcStackOptions, images: Float32Array): Uint8Array {
  const expected = options.count * options.boxPixels ** 2;
  if (images.length !== expected)
    throw new VitrineError('value-out-of-range', 'The images do not fill the stack.', {
      expected: `${expected} values`,
      found: String(images.length),
    });
  return concatenate(mrcStackHeader(options), pixelBytes(images));
}

/** Writes a stack by parts through `write`; `close` fails where fewer or more images were given than promised. */
export class MrcStackWriter {
  private written = 0;
  private started = false;

  constructor(
    private readonly options: MrcStackOptions,
    private readonly write: (bytes: Uint8Array) => Promise<void>,
  ) {}

  /** Any whole number of images, D×D values each. */
  async add(images: Float32Array): Promise<void> {
    await this.start();
    const count = images.length / this.options.boxPixels ** 2;
    if (!Number.isInteger(count) || this.written + count > this.options.count)
      throw new VitrineError(
        'count-mismatch',
        'The stack was given a different number of images than its header says.',
        {
          expected: `${this.options.count} images`,
          found: String(this.written + count),
        },
      );
    await this.write(pixelBytes(images));
    this.written += count;
  }

  async close(): Promise<void> {
    await this.start();
    if (this.written !== this.options.count)
      throw new VitrineError('count-mismatch', 'The stack has fewer images than its header says.', {
        expected: `${this.options.count} images`,
        found: String(this.written),
      });
  }

  private async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    await this.write(mrcStackHeader(this.options));
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
