// Particle lists to and from other programs: STAR, .cs, ind.pkl and CSV. Lists of a filtered set refer to the original
// stack through `originalIndex`; a list exported and imported again gives the same particles.
import { csImages, joinPassthrough } from './cs-particles.ts';
import { parseCs } from './cs.ts';
import { readCryodrgnPickle, writeIndexPickle } from './cryodrgn-pickles.ts';
import { readCsv, writeCsv } from './csv.ts';
import { bytesOf, detectKind } from './detect.ts';
import { VitrineError, type Notice } from './errors.ts';
import { isFileImageReader } from './mrc.ts';
import { CTF_WIDTH, type NamedBlob, type ParticleSet } from './particles.ts';
import { baseName } from './path-match.ts';
import { eulerFromMatrix } from '../geometry/rotation.ts';
import { composeStar } from './star-compose.ts';
import { isCsTable, keptOfCs } from './star-from-cs.ts';
import { parseStarParticles } from './star-particles.ts';
import type { ImageNames } from './image-scale.ts';
import { subsetOf } from './subset.ts';

export type SelectionFormat = 'star' | 'cs' | 'ind.pkl' | 'csv';

/** A column a person added (latents, labels), `set.count` values. */
export interface ExtraColumn {
  name: string;
  values: ArrayLike<number>;
}

export interface ListOptions {
  extra?: ExtraColumn[];
  /** How a STAR file made anew names a stack, from where the stack lies: relative to the new file. */
  stackName?: (path: string) => string;
}

/**
 * The bytes of a list of `rows` of the set. STAR and .cs keep the original rows as they were; a set that came without a
 * STAR file gets a new one. Errors: 'usage' where the format cannot be made from this set, 'pixel-size-unknown'.
 */
export function writeSelection(
  set: ParticleSet,
  rows: ArrayLike<number>,
  format: SelectionFormat,
  { extra = [], stackName = (path) => path }: ListOptions = {},
): Uint8Array {
  const picked = subsetOf(set, rows);
  switch (format) {
    case 'ind.pkl':
      return writeIndexPickle(picked.originalIndex);
    case 'csv':
      return writeCsv(csvColumns(picked, rows, extra));
    case 'cs':
      if (set.table?.kind === 'cs') return set.table.writeRows(picked.originalIndex);
      throw new VitrineError('usage', 'A .cs file can only be cut from the .cs file the particles came from.', {
        file: set.name,
        expected: 'particles from a cryoSPARC job',
        found: set.table ? `a ${set.table.kind} table` : 'no table',
        advice: 'Export STAR, ind.pkl or CSV instead.',
      });
    case 'star':
      if (set.table?.kind === 'star') return set.table.writeRows(picked.originalIndex);
      return newStar(picked, stackName);
  }
}

function newStar(set: ParticleSet, stackName: (path: string) => string): Uint8Array {
  const { images, table, originalIndex, count, boxPixels, pixelSizeAngstrom, ctf, optics } = set;
  if (pixelSizeAngstrom === null)
    throw new VitrineError('pixel-size-unknown', 'A STAR file needs the pixel size.', {
      file: set.name,
      field: '--apix',
      advice: 'Give the pixel size.',
    });
  const kept = isCsTable(table) ? keptOfCs(table, originalIndex) : null;
  return composeStar({
    ...{ count, boxPixels, pixelSizeAngstrom, ctf, optics },
    imageOf(row) {
      if (!isFileImageReader(images)) return { path: `${set.name}.mrcs`, index: originalIndex[row] };
      const { path, index } = images.sourceOf(row);
      return { path: stackName(path), index };
    },
    rotations: set.poses?.rotations ?? null,
    translations: set.poses?.translations ?? null,
    groupOf: kept?.exposureGroupOf,
    extra: kept?.columns,
  });
}

function csvColumns(set: ParticleSet, rows: ArrayLike<number>, extra: ExtraColumn[]): ExtraColumn[] {
  const { poses, ctf, count } = set;
  const columns: ExtraColumn[] = [{ name: 'index', values: set.originalIndex }];
  const rounded = (name: string, value: (row: number) => number) =>
    columns.push({ name, values: Array.from({ length: count }, (_, row) => Number(value(row).toPrecision(7))) });
  if (poses) {
    const angles = Array.from({ length: count }, (_, row) => eulerFromMatrix(poses.rotations, 9 * row));
    ['rot_degrees', 'tilt_degrees', 'psi_degrees'].forEach((name, i) => rounded(name, (row) => angles[row][i]));
    const { translations } = poses;
    if (translations)
      ['shift_x_box_fraction', 'shift_y_box_fraction'].forEach((name, axis) =>
        rounded(name, (row) => translations[2 * row + axis]),
      );
  }
  if (ctf) {
    rounded('defocus_u_angstrom', (row) => ctf[CTF_WIDTH * row + 2]);
    rounded('defocus_v_angstrom', (row) => ctf[CTF_WIDTH * row + 3]);
  }
  for (const { name, values } of extra) columns.push({ name, values: Array.from(rows, (row) => values[row]) });
  return columns;
}

/**
 * Rows of the set (0-based, ascending) that a list names: STAR by image name, .cs by uid, ind.pkl and the CSV column
 * `index` by original index. Particles the set does not have are counted in a notice.
 * Errors: those of reading the file; 'usage' (the list cannot be compared with this set); 'index-out-of-range' (none fits).
 */
export async function readSelection(
  set: ParticleSet,
  file: NamedBlob,
): Promise<{ rows: Uint32Array; notices: Notice[] }> {
  const kind = await detectKind(file);
  const bytes = await bytesOf(file);
  switch (kind) {
    case 'pickle': {
      const read = readCryodrgnPickle(bytes, file.path);
      if (read.kind !== 'index') throw notAList(file, `a pickle of ${read.kind === 'other' ? read.says : read.kind}`);
      return byOriginalIndex(set, read.indices, file);
    }
    case 'csv': {
      const column = readCsv(bytes, file.path).columns.find(({ name }) => name.toLowerCase() === 'index');
      if (!column) throw notAList(file, 'a table without the column "index"');
      return byOriginalIndex(set, column.values, file);
    }
    case 'cs':
      return byUid(set, bytes, file);
    case 'star': {
      const table = parseStarParticles(bytes, file.path);
      return byKeys(keysOfNames(table.images), ownNames(set), file);
    }
    default:
      throw notAList(file, `a file of kind ${kind}`);
  }
}

function notAList(file: NamedBlob, found: string): VitrineError {
  return new VitrineError('usage', 'This file is not a list of particles.', {
    file: file.path,
    expected: 'a STAR, .cs or ind.pkl file, or a CSV with the column "index"',
    found,
    advice: 'Drop a list that was exported here or made by RELION, cryoSPARC or cryoDRGN.',
  });
}

function byOriginalIndex(set: ParticleSet, indices: ArrayLike<number>, file: NamedBlob) {
  return byKeys(Array.from(indices, String), Array.from(set.originalIndex, String), file);
}

function byUid(set: ParticleSet, bytes: Uint8Array, file: NamedBlob) {
  const list = parseCs(bytes, file.path);
  const uids = list.uids();
  const own = set.table && 'uids' in set.table ? ownUids(set) : null;
  if (uids && own) return byKeys(Array.from(uids, String), own, file);
  const images = csImages(joinPassthrough(list, []));
  if (images) return byKeys(keysOfNames(images), ownNames(set), file);
  throw new VitrineError('usage', 'This .cs file cannot be compared with the particles here.', {
    file: file.path,
    field: 'uid',
    expected: 'a set that came from cryoSPARC, or blob/path and blob/idx',
  });
}

function ownUids(set: ParticleSet): string[] | null {
  const table = set.table;
  if (!table || !('uids' in table) || typeof table.uids !== 'function') return null;
  const uids: unknown = table.uids();
  return uids instanceof BigUint64Array ? Array.from(set.originalIndex, (row) => String(uids[row])) : null;
}

// Names are compared by index and base name: jobs write the same stack under different folders. Where two stacks share
// a base name the whole path is needed.
const keyOf = (path: string, index: number) => `${index}@${path}`;

function keysOfNames(names: ImageNames): string[] {
  return Array.from(names.pathOf, (id, row) => keyOf(names.paths[id], names.indexIn[row]));
}

function ownNames(set: ParticleSet): string[] {
  const { table, images } = set;
  if (table && 'images' in table) {
    const names = table.images as ImageNames;
    return Array.from(set.originalIndex, (row) => keyOf(names.paths[names.pathOf[row]], names.indexIn[row]));
  }
  if (!isFileImageReader(images))
    throw new VitrineError('usage', 'These particles have no image names to compare with.', {
      file: set.name,
      advice: 'Use an ind.pkl or CSV list.',
    });
  return Array.from({ length: set.count }, (_, row) => {
    const { path, index } = images.sourceOf(row);
    return keyOf(path, index);
  });
}

function byKeys(wanted: string[], own: string[], file: NamedBlob): { rows: Uint32Array; notices: Notice[] } {
  const shorten = (key: string) => {
    const at = key.indexOf('@');
    return at < 0 ? key : key.slice(0, at + 1) + baseName(key.slice(at + 1));
  };
  const exact = new Map(own.map((key, row) => [key, row]));
  const short = new Map<string, number>();
  own.forEach((key, row) => {
    const name = shorten(key);
    // -1: two particles share the base name, so that it tells nothing.
    short.set(name, short.has(name) ? -1 : row);
  });
  const rows = new Set<number>();
  let absent = 0;
  for (const key of wanted) {
    const row = exact.get(key) ?? short.get(shorten(key)) ?? -1;
    if (row >= 0) rows.add(row);
    else absent++;
  }
  if (rows.size === 0 && wanted.length > 0)
    throw new VitrineError('index-out-of-range', 'None of the listed particles is in this set.', {
      file: file.path,
      expected: `for example ${own[0] ?? 'none'}`,
      found: wanted[0],
      advice: 'Drop a list that was made from the same stack.',
    });
  const notices: Notice[] = [];
  if (absent > 0)
    notices.push({
      code: 'particles-absent',
      message: `${absent} of ${wanted.length} listed particles are not in this set.`,
      file: file.path,
    });
  return { rows: Uint32Array.from(rows).sort(), notices };
}
