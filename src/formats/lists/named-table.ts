// A table that a person names for particles that came otherwise: which of its rows is which particle. By uid or by image name
// where both sides have them, else by the place in the original stack, and only where the counts allow it.
import { csImages, joinPassthrough } from '../cs/cs-particles.ts';
import { csPosesSoFar } from '../cs/cs-poses.ts';
import type { CsTable } from '../cs/cs.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import { isFileImageReader } from '../mrc.ts';
import type { ParticleSet, Poses } from '../particles.ts';
import { matchByEnding, namesOtherJob } from '../drop/path-match.ts';
import { clearlyNearest, poseDifference, posesTurned, SAME_POSE, turnBetween } from './row-identity.ts';
import { isCsTable } from './star-from-cs.ts';
import type { ImageNames } from '../image-scale.ts';
import { starPosesSoFar } from '../star/star-poses.ts';
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
  /** Of the particles; they tell copies of one image apart. */
  poses?: Poses | null;
}

const keyOf = (path: string, index: number | string) => `${index}@${path}`;

function keysOf(images: ImageNames | null): string[] | null {
  return images && Array.from(images.pathOf, (id, row) => keyOf(images.paths[id], images.indexIn[row]));
}

function imageKeys(table: StarParticles | CsTable): string[] | null {
  return keysOf(table.kind === 'star' ? table.images : csImages(joinPassthrough(table, table.passthrough ?? [])));
}

/** What a set says of its particles' identity. `byTable`: the same set with its rows counted in its table, where it has one. */
export function identityOf(byOriginal: ParticleSet, byTable: ParticleSet | null): NamedParticles {
  const { name, originalIndex, originalCount, images, count, poses } = byOriginal;
  const table = byTable?.table as StarParticles | CsTable | null | undefined;
  const rows = byTable?.originalIndex ?? originalIndex;
  const keys = table ? imageKeys(table) : null;
  const uids = isCsTable(table ?? null) ? (table as CsTable).uids() : null;
  const ofStack = () =>
    isFileImageReader(images)
      ? Array.from({ length: count }, (_, row) => keyOf(images.sourceOf(row).path, images.sourceOf(row).index))
      : null;
  return {
    ...{ name, originalIndex, originalCount, poses },
    imageNames: keys ? Array.from(rows, (row) => keys[row]) : ofStack(),
    uids: uids && BigUint64Array.from(rows, (row) => uids[row]),
    namedByTable: keys !== null,
  };
}

/**
 * The row of `table` that is each particle, in the particles' order; a notice where only the place tells. Errors:
 * 'count-mismatch' where the table lacks particles or counts others, 'value-out-of-range' where two readings give
 * different rows or nothing tells copies of one image.
 */
export function rowsInTable(
  particles: NamedParticles,
  table: StarParticles | CsTable,
): { rows: Uint32Array; notices: Notice[] } {
  const uids = isCsTable(table) ? table.uids() : null;
  if (particles.uids && uids) {
    const found = matched(Array.from(particles.uids, String), Array.from(uids, String), particles, table);
    return { rows: whole(found.rows, particles, table, 'uid'), notices: found.notices };
  }
  const theirs = imageKeys(table);
  const byName = particles.imageNames && theirs ? matchedByName(particles.imageNames, theirs, particles, table) : null;
  const column = table.kind === 'star' ? '_rlnImageName' : 'blob/path';
  if (byName?.rows.some((row) => row >= 0)) {
    const rows = whole(byName.rows, particles, table, column);
    // A stack that was cut before may be called as its original is: then name and place say different things.
    if (!particles.namedByTable && rows.some((row, i) => row !== particles.originalIndex[i]))
      throw new VitrineError('value-out-of-range', 'The names in this table and the index list of the run differ.', {
        file: table.fileName,
        field: column,
        expected: `row ${particles.originalIndex[0] + 1} for the run's first particle, as its index list counts`,
        found: `row ${rows[0] + 1} by the name of its image`,
        advice: 'Write the list as ind.pkl, or train on the table that the list belongs to.',
      });
    return { rows, notices: byName.notices };
  }
  const rows = byPlace(particles, table);
  refuseOtherPlaces(particles, theirs, table.fileName);
  const message = "No image name of the table is one of the run's: its rows are taken in the order of the original.";
  return { rows, notices: [{ code: 'by-place', message, file: table.fileName }] };
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

/**
 * One stack under two names counts its images alike. Error 'value-out-of-range' where a particle of the run's one stack,
 * unfiltered, stands at the place of another image of the table's one stack.
 */
function refuseOtherPlaces(particles: NamedParticles, theirs: string[] | null, file: string): void {
  const { imageNames: own, originalIndex, originalCount, namedByTable } = particles;
  if (!own || !theirs || namedByTable || originalCount === null) return;
  if (pathsOf(own).length !== 1 || pathsOf(theirs).length !== 1) return;
  if (own.some((key, i) => indexOf(key) !== originalIndex[i])) return;
  const other = originalIndex.find((place) => indexOf(theirs[place]) !== place);
  if (other === undefined) return;
  throw new VitrineError('value-out-of-range', "The rows of this table are not in the order of the run's stack.", {
    file,
    row: other + 1,
    expected: `image ${other + 1} of its stack, as in the run`,
    found: `image ${indexOf(theirs[other]) + 1}`,
    advice: 'Name the table that the particles came from, in the order of their stack.',
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

interface Matched {
  /** −1 where there is none. */
  rows: Int32Array;
  notices: Notice[];
}

/**
 * Row of the like key in `theirs`. Copies of one image under several poses have one key: they are told apart by their poses,
 * by the nearest where these were refined since, or by their place where all keys agree with it and a side has no poses.
 * Error 'value-out-of-range' where none tells.
 */
function matched(
  own: string[],
  theirs: string[],
  { originalIndex, poses }: NamedParticles,
  table: StarParticles | CsTable,
): Matched {
  const rowsOf = new Map<string, number[]>();
  theirs.forEach((key, row) => {
    const rows = rowsOf.get(key);
    if (rows) rows.push(row);
    else rowsOf.set(key, [row]);
  });
  const copiesOf = (key: string) => rowsOf.get(key) ?? [];
  const hasCopies = own.some((key) => copiesOf(key).length > 1);
  const away = hasCopies ? differences(poses ?? null, table) : null;
  const isPlace = own.every((key, i) => theirs[originalIndex[i]] === key);
  const posesAgree = () =>
    !away || own.every((key, i) => copiesOf(key).length < 2 || away.difference(i, originalIndex[i]) <= SAME_POSE);
  if (isPlace && posesAgree()) return { rows: Int32Array.from(originalIndex), notices: [] };
  const taken = new Set<number>();
  let turned = 0;
  const rows = Int32Array.from(own, (key, i) => {
    const copies = copiesOf(key);
    const found = copies.length > 1 ? byPose({ particle: i, key, copies, taken }, away, table.fileName) : null;
    const row = found?.row ?? copies[0];
    if (row === undefined || taken.has(row)) return -1;
    turned = Math.max(turned, found?.turned ?? 0);
    taken.add(row);
    return row;
  });
  return { rows, notices: turned > 0 ? [posesTurned(turned, table.fileName)] : [] };
}

/** Of the rotations of a particle and a row. */
interface Away {
  /** Largest of an element. */
  difference(particle: number, row: number): number;
  /** Radians. */
  turn(particle: number, row: number): number;
}

/** How far rotations are apart; null where a side has none. */
function differences(poses: Poses | null, table: StarParticles | CsTable): Away | null {
  if (!poses) return null;
  // Rotations need no scale.
  const scale = { boxPixels: 1, pixelSizeAngstrom: null };
  const theirs =
    table.kind === 'star'
      ? starPosesSoFar(table, scale)
      : csPosesSoFar(joinPassthrough(table, table.passthrough ?? []), scale);
  if (!theirs) return null;
  const own = { rotations: poses.rotations, translations: null };
  return {
    difference: (particle, row) => poseDifference(own, particle, theirs, row),
    turn: (particle, row) => turnBetween(own, particle, theirs, row),
  };
}

/** Copies nearer than this to one another cannot be told: single precision. */
const EQUALLY_NEAR = 1e-6;

interface Copies {
  particle: number;
  key: string;
  /** Rows of the table under `key`. */
  copies: number[];
  /** Rows that are other particles' already. */
  taken: ReadonlySet<number>;
}

/** The free copy with the particle's pose, or that was turned from it by a refinement. Error 'value-out-of-range' where none tells. */
function byPose(
  { particle, key, copies, taken }: Copies,
  away: Away | null,
  file: string,
): { row: number; turned: number } {
  const near = copies
    .filter((row) => !taken.has(row))
    .map((row) => ({ row, by: away?.difference(particle, row) ?? Infinity }))
    .filter(({ by }) => by <= SAME_POSE)
    .sort((a, b) => a.by - b.by);
  if (near.length > 0 && !(near.length > 1 && near[1].by - near[0].by <= EQUALLY_NEAR))
    return { row: near[0].row, turned: 0 };
  const turns = near.length === 0 && away ? copies.map((row) => away.turn(particle, row)) : [];
  const nearest = clearlyNearest(turns);
  if (nearest >= 0 && !taken.has(copies[nearest])) return { row: copies[nearest], turned: turns[nearest] };
  const why = !away
    ? 'and no poses to compare'
    : near.length > 1
      ? 'several with its pose'
      : 'none with or near its pose';
  throw new VitrineError(
    'value-out-of-range',
    'The table has several rows of one image, and nothing says which is meant.',
    {
      file,
      row: copies[0] + 1,
      expected: `one row of ${key} with the pose of the run's particle ${particle + 1}`,
      found: `${copies.length} rows, ${why}`,
      advice: 'Name the table that the particles came from, before any filtering.',
    },
  );
}

/** As written; else by index and the ending that two paths share, where it tells them and they are of one job. */
function matchedByName(
  own: string[],
  theirs: string[],
  particles: NamedParticles,
  table: StarParticles | CsTable,
): Matched {
  const exact = matched(own, theirs, particles, table);
  if (!exact.rows.includes(-1)) return exact;
  const [ownPaths, theirPaths] = [pathsOf(own), pathsOf(theirs)];
  const meant = new Map<string, string>();
  matchByEnding(theirPaths, ownPaths).forEach((match, i) => {
    if (match.kind === 'found' && !namesOtherJob(theirPaths[i], ownPaths[match.file]))
      meant.set(ownPaths[match.file], theirPaths[i]);
  });
  const renamed = own.map((key) => keyOf(meant.get(pathOf(key)) ?? pathOf(key), key.slice(0, key.indexOf('@'))));
  return matched(renamed, theirs, particles, table);
}

const indexOf = (key: string) => Number(key.slice(0, key.indexOf('@')));
const pathOf = (key: string) => key.slice(key.indexOf('@') + 1);
const pathsOf = (keys: string[]) => [...new Set(keys.map(pathOf))];
