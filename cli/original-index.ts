// Where the particles of a run lie in the original stack: its ind.pkl, else the list that its config.yaml names (runs of
// cryoDRGN keep the path that was given to --ind).
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/formats/errors.ts';
import type { RunFolder } from '../src/library/runs.ts';

/**
 * Rows of the run's `count` particles in the original stack; as they come where the run was not filtered. `given`: the
 * list as named by the person. Errors: 'file-missing' where the list is gone, 'count-mismatch', 'pickle-syntax'.
 */
export async function originalIndices(
  run: RunFolder,
  folder: string,
  count: number,
  given?: string,
): Promise<Uint32Array> {
  if (given !== undefined) return listFrom(read(given), given, count);
  const kept = await run.storage.read(run.path('ind.pkl'));
  if (kept) return listFrom(kept, join(folder, 'ind.pkl'), count);
  const { dataset } = await run.field();
  const written = dataset.indices;
  if (written === null) return Uint32Array.from({ length: count }, (_, i) => i);
  const places = isAbsolute(written)
    ? [written, join(folder, basename(written))]
    : [folder, dirname(resolve(folder)), '.'].map((from) => join(from, written));
  const path = [...new Set(places)].find((place) => existsSync(place) && statSync(place).isFile());
  if (path === undefined)
    throw new VitrineError('file-missing', 'The index list that the run was trained with is not there.', {
      file: join(folder, 'config.yaml'),
      field: 'dataset_args: ind',
      expected: written,
      found: 'nothing',
      advice: 'Copy the list into the run folder as ind.pkl: without it nobody knows which particles these are.',
    });
  return listFrom(read(path), path, count);
}

function read(path: string): Uint8Array {
  if (!existsSync(path)) throw new VitrineError('file-missing', 'There is no such file.', { file: path });
  return new Uint8Array(readFileSync(path));
}

function listFrom(bytes: Uint8Array, file: string, count: number): Uint32Array {
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
