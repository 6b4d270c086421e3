// Where the images of a set lie on the disk, so that lists written elsewhere name them; and writing there.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { VitrineError } from '../src/base/errors.ts';
import { isFileImageReader, type FileImageReader } from '../src/formats/mrc.ts';
import { diskPathOf } from '../src/formats/node/file-blob.ts';
import type { ImageReader, NamedBlob } from '../src/formats/particles.ts';

/** Whole paths of the files by the names under which they are read. */
export function diskPathsOf(files: NamedBlob[]): Map<string, string> {
  return new Map(files.map(({ path, blob }) => [path, resolve(diskPathOf(blob) ?? path)]));
}

/** The reader with its images named by where they lie. */
export function namedOnDisk(reader: ImageReader, diskPaths: Map<string, string>): ImageReader | FileImageReader {
  if (!isFileImageReader(reader)) return reader;
  const { count, boxPixels, pixelSizeAngstrom, canHoldNonFinite } = reader;
  return {
    ...{ count, boxPixels, pixelSizeAngstrom, canHoldNonFinite },
    read: (indices, signal) => reader.read(indices, signal),
    sourceOf(row) {
      const { path, index } = reader.sourceOf(row);
      return { path: diskPaths.get(path) ?? path, index };
    },
  };
}

/** How a list written to `out` names a stack: relative to its folder, as RELION and this program read it. */
export function stackNamesFor(out: string): (path: string) => string {
  return (path) => (isAbsolute(path) ? relative(dirname(resolve(out)), path).replaceAll('\\', '/') : path);
}

/** Writes a file, its folder too where there is none. Error 'storage' where the disk refuses. */
export function writeOut(path: string, content: Uint8Array | string): void {
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new VitrineError('storage', 'The file could not be written.', {
      file: path,
      found: error instanceof Error ? error.message : String(error),
      advice: 'Choose another place with -o.',
    });
  }
}
