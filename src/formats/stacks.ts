// Many stacks as one: images picked from several readers by (reader, index), so that a table's rows read as a stack.
import { VitrineError } from '../base/errors.ts';
import type { FileImageReader } from './mrc.ts';
import type { CropReader } from './drop/understanding.ts';

/**
 * Image i of the result is image `indexIn[i]` of `readers[readerOf[i]]`. All readers share one box, or are read at the smallest
 * by `atBox`. Errors: 'box-not-square' naming the stack whose box differs.
 */
export function pickFromStacks(
  given: FileImageReader[],
  readerOf: Int32Array,
  indexIn: Uint32Array,
  atBox: CropReader | null = null,
): FileImageReader {
  if (given.length === 0) throw new VitrineError('file-missing', 'There is no stack of images.');
  const readers = atBox && boxesDiffer(given) ? atSmallestBox(given, atBox) : given;
  const { boxPixels } = readers[0];
  const different = readers.find((reader) => reader.boxPixels !== boxPixels);
  if (different)
    throw new VitrineError('box-not-square', 'The stacks differ in their box.', {
      file: different.sourceOf(0).path,
      field: DIFFERENT_BOXES,
      expected: `${boxPixels}² pixels, as in ${readers[0].sourceOf(0).path}`,
      found: `${different.boxPixels}²`,
      advice: 'Extract all particles with one box, or take the groups one at a time.',
    });
  const sizes = new Set(readers.map((reader) => reader.pixelSizeAngstrom?.toFixed(4)));
  const count = readerOf.length;
  return {
    count,
    boxPixels,
    pixelSizeAngstrom: sizes.size === 1 ? readers[0].pixelSizeAngstrom : null,
    canHoldNonFinite: readers.some((reader) => reader.canHoldNonFinite),
    sourceOf: (i) => readers[readerOf[i]].sourceOf(indexIn[i]),
    async read(indices, signal) {
      const pixels = boxPixels * boxPixels;
      const images = new Float32Array(indices.length * pixels);
      // One read for each stretch of the request that stays in one stack; the stack's reader joins contiguous images.
      for (let at = 0; at < indices.length;) {
        checkRange(indices[at], count);
        const reader = readerOf[indices[at]];
        const wanted: number[] = [];
        while (at + wanted.length < indices.length) {
          const next = indices[at + wanted.length];
          checkRange(next, count);
          if (readerOf[next] !== reader) break;
          wanted.push(indexIn[next]);
        }
        images.set(await readers[reader].read(wanted, signal), at * pixels);
        at += wanted.length;
      }
      return images;
    },
  };
}

/** Field of the error that says so. */
export const DIFFERENT_BOXES = 'box of the stacks';

export const boxesDiffer = (readers: readonly FileImageReader[]): boolean =>
  readers.some(({ boxPixels }) => boxPixels !== readers[0].boxPixels);

function atSmallestBox(readers: readonly FileImageReader[], atBox: CropReader): FileImageReader[] {
  const smallest = Math.min(...readers.map(({ boxPixels }) => boxPixels));
  return readers.map((reader) => atBox(reader, smallest - (smallest % 2)));
}

/** All images of several stacks, one stack after the other. Errors: those of pickFromStacks. */
export function joinStacks(readers: FileImageReader[], atBox: CropReader | null = null): FileImageReader {
  if (readers.length === 1) return readers[0];
  const total = readers.reduce((sum, reader) => sum + reader.count, 0);
  const readerOf = new Int32Array(total);
  const indexIn = new Uint32Array(total);
  let at = 0;
  readers.forEach((reader, r) => {
    for (let i = 0; i < reader.count; i++, at++) {
      readerOf[at] = r;
      indexIn[at] = i;
    }
  });
  return pickFromStacks(readers, readerOf, indexIn, atBox);
}

/** The images of one reader at `rows`, in that order. */
export function pickImages(reader: FileImageReader, rows: ArrayLike<number>): FileImageReader {
  return pickFromStacks([reader], new Int32Array(rows.length), Uint32Array.from(rows));
}

function checkRange(index: number, count: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new VitrineError('index-out-of-range', 'An image was asked for that the set does not have.', {
      row: index + 1,
      expected: `1 to ${count}`,
    });
}
