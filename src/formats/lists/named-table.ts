// A table that a person names for particles that came otherwise: which of its rows is which particle. By uid or by image name
// where both sides have them, else by the place in the original stack, and only where the counts allow it.
import { csImages, joinPassthrough } from '../cs/cs-particles.ts';
import type { CsTable } from '../cs/cs.ts';
import { VitrineError } from '../errors.ts';
import { isFileImageReader } from '../mrc.ts';
import type { ParticleSet } from '../particles.ts';
import { matchByEnding, namesOtherJob } from '../drop/path-match.ts';
import { isCsTable } from './star-from-cs.ts';
import type { ImageNames } from '../image-scale.ts';
import type { StarParticles } from '../star/star-table.ts';

export interface NamedParticles {
  /** For people. */
  name: string;
  /** Row of each particle in the original. */
  originalIndex: Uint32Array;
  /** Rows of the original; null where nothing tells. */
  originalCount: number | null;
  /** 'index@path' of each particle's image, the index from 0; null where no name is known. */
  imageNames: string[] | null;
  /** Of the table they came from. */
  uids: BigUint64Array | null;
  /** The names are a table's: they say more than the place in a stack. */
  namedByTable: boolean;
}

const keyOf = (path: string, index: number | string) => `${index}@${path}`;

function keysOf(images: ImageNames | null): string[] | null {
  return images && Array.from(images.pathOf, (id, row) => keyOf(images.paths[id], images.indexIn[row]));
}

export function imageKeys(table: StarParticles | CsTable): string[] | null {
  return keysOf(table.kind === 'star' ? table.images : csImages(joinPassthrough(table, table.passthrough ?? [])));
}

/** What a set says of its particles' identity. `byTable`: the same set with its rows counted in its table, where it has one. */
export function identityOf(byOriginal: ParticleSet, byTable: ParticleSet | null): NamedParticles {
  const { name, originalIndex, originalCount, images, count } = byOriginal;
  const table = byTable?.table as StarParticles | CsTable | null | undefined;
  const rows = byTable?.originalIndex ?? originalIndex;
  const keys = table ? imageKeys(table) : null;
  const uids = isCsTable(table ?? null) ? (table as CsTable).uids() : null;
  const ofStack = () =>
    isFileImageReader(images)
      ? Array.from({ length: count }, (_, row) => keyOf(images.sourceOf(row).path, images.sourceOf(row).index))
      : null;
  return {
    ...{ name, originalIndex, originalCount },
    imageNames: keys ? Array.from(rows, (row) => keys[row]) : ofStack(),
    uids: uids && BigUint64Array.from(rows, (row) => uids[row]),
    namedByTable: keys !== null,
  };
}

/**
 * The row of `table` that is each particle, in the particles' order. Errors: 'count-mismatch' where the table lacks
 * particles or counts others, 'value-out-of-range' where two readings give different rows.
 */
export function rowsInTable(particles: NamedParticles, table: StarParticles | CsTable): Uint32Array {
  const uids = isCsTable(table) ? table.uids() : null;
  if (particles.uids && uids) {
    const rows = matched(Array.from(particles.uids, String), Array.from(uids, String), particles, table);
    return whole(rows, particles, table, 'uid');
  }
  const theirs = imageKeys(table);
  const byName = particles.imageNames && theirs ? matchedByName(particles.imageNames, theirs, particles, table) : null;
  const column = table.kind === 'star' ? '_rlnImageName' : 'blob/path';
  if (byName?.some((row) => row >= 0)) {
    const rows = whole(byName, particles, table, column);
    // A stack that was cut before may be called as its original is: then name and place say different things.
    if (!particles.namedByTable && rows.some((row, i) => row !== particles.originalIndex[i]))
      throw new VitrineError('value-out-of-range', 'The names in this table and the index list of the run differ.', {
        file: table.fileName,
        field: column,
        expected: `row ${particles.originalIndex[0] + 1} for the run's first particle, as its index list counts`,
        found: `row ${rows[0] + 1} by the name of its image`,
        advice: 'Write the list as ind.pkl, or train on the table that the list belongs to.',
      });
    return rows;
  }
  return byPlace(particles, table);
}

function byPlace({ name, originalIndex, originalCount }: NamedParticles, table: StarParticles | CsTable): Uint32Array {
  const needed = originalIndex.reduce((most, index) => Math.max(most, index + 1), 0);
  if (originalCount === null ? table.rows >= needed : table.rows === originalCount) return originalIndex;
  throw new VitrineError('count-mismatch', 'This table does not belong to the particles of the run.', {
    file: table.fileName,
    expected: originalCount === null ? `at least ${needed} rows` : `${originalCount} rows, as the original of ${name}`,
    found: `${table.rows} rows, none with the name of an image of the run`,
    advice: 'Name the table that the particles came from, before any filtering.',
  });
}

function whole(
  rows: Int32Array,
  particles: NamedParticles,
  table: StarParticles | CsTable,
  field: string,
): Uint32Array {
  const missing = rows.indexOf(-1);
  if (missing < 0) return Uint32Array.from(rows);
  throw new VitrineError('count-mismatch', 'The table lacks particles of the run.', {
    file: table.fileName,
    field,
    expected: `all ${rows.length} particles of the run`,
    found: `${rows.filter((row) => row >= 0).length} of them; not ${(particles.uids?.[missing] ?? particles.imageNames?.[missing] ?? missing).toString()}`,
    advice: 'Name the table that the particles came from, before any filtering.',
  });
}

/**
 * Row of the like key in `theirs`; -1 where there is none. Copies of one image under several poses have one key: they are
 * told apart by their place where all keys agree with it, or by their order where all copies are on both sides.
 * Error 'value-out-of-range' where neither tells.
 */
function matched(
  own: string[],
  theirs: string[],
  { originalIndex }: NamedParticles,
  table: StarParticles | CsTable,
): Int32Array {
  if (own.every((key, i) => theirs[originalIndex[i]] === key)) return Int32Array.from(originalIndex);
  const rowsOf = new Map<string, number[]>();
  theirs.forEach((key, row) => {
    const rows = rowsOf.get(key);
    if (rows) rows.push(row);
    else rowsOf.set(key, [row]);
  });
  const taken = new Map<string, number>();
  const rows = Int32Array.from(own, (key) => {
    const nth = taken.get(key) ?? 0;
    taken.set(key, nth + 1);
    return rowsOf.get(key)?.[nth] ?? -1;
  });
  for (const [key, copies] of taken) {
    const there = rowsOf.get(key)?.length ?? 0;
    if (there > 1 && there !== copies)
      throw new VitrineError(
        'value-out-of-range',
        'The table has several rows of one image, and nothing says which is meant.',
        {
          file: table.fileName,
          row: (rowsOf.get(key)?.[0] ?? 0) + 1,
          expected: `${copies === 1 ? 'one row' : `${copies} rows`} of ${key}`,
          found: `${there} rows`,
          advice: 'Name the table that the particles came from, before any filtering.',
        },
      );
  }
  return rows;
}

/** As written; else by index and the ending that two paths share, where it tells them and they are of one job. */
function matchedByName(own: string[], theirs: string[], particles: NamedParticles, table: StarParticles | CsTable) {
  const exact = matched(own, theirs, particles, table);
  if (!exact.includes(-1)) return exact;
  const [ownPaths, theirPaths] = [pathsOf(own), pathsOf(theirs)];
  const meant = new Map<string, string>();
  matchByEnding(theirPaths, ownPaths).forEach((match, i) => {
    if (match.kind === 'found' && !namesOtherJob(theirPaths[i], ownPaths[match.file]))
      meant.set(ownPaths[match.file], theirPaths[i]);
  });
  const renamed = own.map((key) => keyOf(meant.get(pathOf(key)) ?? pathOf(key), key.slice(0, key.indexOf('@'))));
  return matched(renamed, theirs, particles, table);
}

const pathOf = (key: string) => key.slice(key.indexOf('@') + 1);
const pathsOf = (keys: string[]) => [...new Set(keys.map(pathOf))];
