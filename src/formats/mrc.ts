// MRC stacks, read by range: `openMrcStack` gives images by index without ever holding the file.
// Pixels come as float32, row-major, x fast; modes 0, 1, 2, 6 and 12 in either byte order. Maps: mrc-volume.ts.
import { VitrineError, throwIfCancelled, type Notice } from '../base/errors.ts';
import { float16Table } from '../base/float16.ts';
import { readMrcHeader, trustedPixelSize, type MrcHeader } from './mrc-header.ts';
import type { ImageReader, NamedBlob } from './particles.ts';

/** Most bytes of one range read; bounds the temporary memory of `read`. */
const LARGEST_RANGE_BYTES = 32 * 2 ** 20;

/** An ImageReader that knows where its images lie and whether its pixels can be NaN. */
export interface FileImageReader extends ImageReader {
  readonly canHoldNonFinite: boolean;
  /** File and 0-based image in it of image `index` of this reader. */
  sourceOf(index: number): { path: string; index: number };
}

export function isFileImageReader(reader: ImageReader): reader is FileImageReader {
  return 'sourceOf' in reader && 'canHoldNonFinite' in reader;
}

/** Converts `count` raw pixels of a header's mode and byte order to float32 at `target[at…]`. */
export function decodePixels(raw: Uint8Array, header: MrcHeader, target: Float32Array, at: number): void {
  const count = raw.length / header.bytesPerPixel;
  const { mode, littleEndian } = header;
  if (mode === 0) {
    target.set(header.unsignedBytes ? raw : new Int8Array(raw.buffer, raw.byteOffset, count), at);
    return;
  }
  if (littleEndian && raw.byteOffset % header.bytesPerPixel === 0) {
    if (mode === 2) target.set(new Float32Array(raw.buffer, raw.byteOffset, count), at);
    else if (mode === 1) target.set(new Int16Array(raw.buffer, raw.byteOffset, count), at);
    else {
      const words = new Uint16Array(raw.buffer, raw.byteOffset, count);
      if (mode === 6) target.set(words, at);
      else for (let i = 0, half = float16Table(); i < count; i++) target[at + i] = half[words[i]];
    }
    return;
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const half = mode === 12 ? float16Table() : null;
  for (let i = 0; i < count; i++)
    target[at + i] =
      mode === 2
        ? view.getFloat32(4 * i, littleEndian)
        : mode === 1
          ? view.getInt16(2 * i, littleEndian)
          : half
            ? half[view.getUint16(2 * i, littleEndian)]
            : view.getUint16(2 * i, littleEndian);
}

class MrcStackReader implements FileImageReader {
  readonly count: number;
  readonly boxPixels: number;
  readonly pixelSizeAngstrom: number | null;
  readonly canHoldNonFinite: boolean;

  constructor(
    private readonly file: NamedBlob,
    private readonly header: MrcHeader,
  ) {
    this.count = header.nz;
    this.boxPixels = header.nx;
    this.pixelSizeAngstrom = trustedPixelSize(header);
    this.canHoldNonFinite = header.mode === 2 || header.mode === 12;
  }

  sourceOf(index: number): { path: string; index: number } {
    return { path: this.file.path, index };
  }

  async read(indices: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array> {
    const pixels = this.boxPixels * this.boxPixels;
    const imageBytes = pixels * this.header.bytesPerPixel;
    const longestRun = Math.max(1, Math.floor(LARGEST_RANGE_BYTES / imageBytes));
    const images = new Float32Array(indices.length * pixels);
    for (let at = 0; at < indices.length;) {
      throwIfCancelled(signal);
      const first = indices[at];
      let run = 1;
      while (run < longestRun && at + run < indices.length && indices[at + run] === first + run) run++;
      if (!Number.isInteger(first) || first < 0 || first + run > this.count)
        throw new VitrineError('index-out-of-range', 'An image was asked for that the stack does not have.', {
          file: this.file.path,
          row: (first < 0 ? first : Math.max(first, this.count)) + 1,
          expected: `1 to ${this.count}`,
        });
      const start = this.header.dataStart + first * imageBytes;
      const raw = new Uint8Array(await this.file.blob.slice(start, start + run * imageBytes).arrayBuffer());
      if (raw.length !== run * imageBytes)
        throw new VitrineError('file-truncated', 'The file ended while an image was read.', {
          file: this.file.path,
          row: first + Math.floor(raw.length / imageBytes) + 1,
          expected: `${run * imageBytes} bytes`,
          found: String(raw.length),
          advice: 'The file changed or is incomplete; drop it again.',
        });
      decodePixels(raw, this.header, images, at * pixels);
      at += run;
    }
    return images;
  }
}

/**
 * Opens a stack of square images for reading by index; an odd box is made even where particles are opened. Errors: those of
 * readMrcHeader, 'box-not-square', 'file-truncated'.
 */
export async function openMrcStack(
  file: NamedBlob,
): Promise<{ reader: FileImageReader; header: MrcHeader; notices: Notice[] }> {
  const { header, notices } = await readMrcHeader(file);
  const { nx, ny, nz } = header;
  if (nx !== ny)
    throw new VitrineError('box-not-square', 'The images are not square.', {
      file: file.path,
      field: 'nx, ny',
      expected: 'nx = ny',
      found: `${nx} × ${ny}`,
      advice: 'Extract the particles again with a square box.',
    });
  const imageBytes = nx * ny * header.bytesPerPixel;
  const whole = Math.floor((file.blob.size - header.dataStart) / imageBytes);
  if (whole < nz)
    throw new VitrineError('file-truncated', `The stack is cut off after ${Math.max(0, whole)} whole images.`, {
      file: file.path,
      row: Math.max(0, whole) + 1,
      expected: `${nz} images, ${header.dataStart + nz * imageBytes} bytes`,
      found: `${file.blob.size} bytes`,
      advice: 'Copy the file again; the copy stopped early or the disk was full.',
    });
  const more = file.blob.size - header.dataStart - nz * imageBytes;
  if (more > 0) notices.push(longerThanItsHeader(file, header, more));
  return { reader: new MrcStackReader(file, header), header, notices };
}

function longerThanItsHeader({ path, blob }: NamedBlob, header: MrcHeader, more: number): Notice {
  const imageBytes = header.nx * header.ny * header.bytesPerPixel;
  const images = more % imageBytes === 0 ? more / imageBytes : null;
  return {
    code: 'mrc-longer',
    message:
      images === null
        ? `The file is ${more} bytes longer than its header says; they are taken to lie behind the images.`
        : `The header counts ${header.nz} images, but there is room for ${header.nz + images}; ${header.nz} are read.`,
    file: path,
    field: images === null ? 'NSYMBT' : 'nz',
    expected: `${blob.size - more} bytes`,
    found: `${blob.size} bytes`,
    advice:
      images === null
        ? 'Look at the gallery: if images are shifted, the program that wrote the file left an extended header out of its count.'
        : 'Copy the stack again: it may have been read while images were still added.',
  };
}
