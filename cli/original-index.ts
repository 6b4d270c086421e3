// Where the particles of a run of cryoDRGN lie in the original stack: the list that its config.yaml names, by the path that
// was given to --ind.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/base/errors.ts';
import { countedInOriginal, everyRow, type OriginalIndices } from '../src/base/particle-identity.ts';
import type { RunFolder } from '../src/library/runs.ts';

/**
 * Rows of the run's `count` particles in the original stack, as `run`'s config.yaml says: as they come where it names no
 * list. The list may have been copied into the folder as ind.pkl. `given`: the list as named by the person. Errors:
 * 'file-missing' where the list is gone, 'count-mismatch', 'pickle-syntax', 'ambiguous' where two lists differ.
 */
export async function originalIndices(
  run: RunFolder,
  folder: string,
  count: number,
  given?: string,
): Promise<OriginalIndices> {
  if (given !== undefined) return listFrom(read(given), given, count);
  const { dataset } = await run.field();
  const written = dataset.indices;
  if (written === null) return countedInOriginal(everyRow(count));
  const copied = join(folder, 'ind.pkl');
  const places = isAbsolute(written)
    ? [written, join(folder, basename(written))]
    : [folder, dirname(resolve(folder)), '.'].map((from) => join(from, written));
  const paths = [...new Set([...places, copied].map((place) => resolve(place)))].filter(
    (place) => existsSync(place) && statSync(place).isFile(),
  );
  const [first] = paths;
  if (first === undefined)
    throw new VitrineError('file-missing', 'The index list that the run was trained with is not there.', {
      file: join(folder, 'config.yaml'),
      field: 'dataset_args: ind',
      expected: written,
      found: 'nothing',
      advice: 'Copy the list into the run folder as ind.pkl: without it nobody knows which particles these are.',
    });
  // A list of another length is of another run, or from before images were left out.
  const lists = paths.flatMap((path) => {
    const list = readCryodrgnPickle(read(path), path);
    return list.kind === 'index' && list.count === count ? [{ path, indices: list.indices }] : [];
  });
  const other = lists.find(({ indices }) => indices.some((index, i) => index !== lists[0].indices[i]));
  if (other)
    throw new VitrineError('ambiguous', 'Two index lists may be the one that the run was trained with.', {
      file: join(folder, 'config.yaml'),
      field: 'dataset_args: ind',
      expected: lists[0].path,
      found: other.path,
      advice: 'Take away the one that is not.',
    });
  return lists[0]?.indices ?? listFrom(read(first), first, count);
}

function read(path: string): Uint8Array {
  if (!existsSync(path)) throw new VitrineError('file-missing', 'There is no such file.', { file: path });
  return new Uint8Array(readFileSync(path));
}

function listFrom(bytes: Uint8Array, file: string, count: number): OriginalIndices {
  const list = readCryodrgnPickle(bytes, file);
  if (list.kind !== 'index')
    throw new VitrineError('pickle-syntax', 'This file does not hold an index list.', {
      file,
      expected: 'whole numbers, each particle once',
      found: list.kind === 'other' ? list.says : list.kind,
    });
  if (list.count === count) return list.indices;
  throw new VitrineError(
    'count-mismatch',
    'The index list does not belong to the run: it has another number of particles.',
    {
      file,
      expected: `${count} particles, as the run has latents`,
      found: String(list.count),
      advice: 'Put the list that was given to --ind into the run folder as ind.pkl.',
    },
  );
}
