// Particle lists of other programs read back as rows of a set: STAR, .cs, ind.pkl and CSV.
import { csImages, joinPassthrough } from '../cs/cs-particles.ts';
import { csPosesSoFar } from '../cs/cs-poses.ts';
import { parseCs } from '../cs/cs.ts';
import { readCryodrgnPickle } from '../cryodrgn-pickles.ts';
import { readCsv } from '../csv.ts';
import { bytesOf, detectKind } from '../detect.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ImageNames } from '../image-scale.ts';
import { isFileImageReader } from '../mrc.ts';
import { once } from '../../base/once.ts';
import type { NamedBlob, ParticleSet, Poses } from '../particles.ts';
import { matchByEnding, normalPath } from '../drop/path-match.ts';
import { matchRows } from './row-identity.ts';
import { starNumbers } from '../star/star.ts';
import { isCsTable } from './star-from-cs.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { starPosesSoFar } from '../star/star-poses.ts';
import { starRows } from '../star/star-rows.ts';
import type { StarParticles } from '../star/star-table.ts';

/**
 * Rows of the set (0-based, ascending) that a list names: STAR by image name, .cs by uid, ind.pkl and the CSV column
 * `index` by original index; of an image in several rows those with the poses of the list. Particles the set does not have
 * are counted in a notice.
 * Errors: those of reading the file; 'usage' (the list cannot be compared with this set); 'index-out-of-range' (none fits);
 * 'ambiguous' (names or poses do not tell which rows are meant).
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
      return byName(
        set,
        table.images,
        () => some(starPosesSoFar(table, set)),
        file,
        () => idsOf(table),
      );
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
  const none = () => [];
  const own = { keys: Array.from(set.originalIndex, String), poses: none };
  return matchRows({ keys: Array.from(indices, String), poses: none }, own, file.path);
}

function byUid(set: ParticleSet, bytes: Uint8Array, file: NamedBlob) {
  const list = parseCs(bytes, file.path);
  const fields = joinPassthrough(list, []);
  const poses = () => some(csPosesSoFar(fields, set));
  const uids = list.uids();
  const own = isCsTable(set.table) ? set.table.uids() : null;
  if (uids && own)
    return matchRows(
      { keys: Array.from(uids, String), poses },
      { keys: Array.from(set.originalIndex, (row) => String(own[row])), poses: ownPoses(set) },
      file.path,
    );
  const images = csImages(fields);
  if (images) return byName(set, images, poses, file);
  throw new VitrineError('usage', 'This .cs file cannot be compared with the particles here.', {
    file: file.path,
    field: 'uid',
    expected: 'a set that came from cryoSPARC, or blob/path and blob/idx',
  });
}

const some = (poses: Poses | null) => (poses ? [poses] : []);

/** Poses as the set's table writes them, and as the set has them: from a pickle they may be others. */
function ownPoses(set: ParticleSet): () => Poses[] {
  return once(() => {
    const { table, originalIndex } = set;
    const written =
      table?.kind === 'star'
        ? starPosesSoFar(starRows(table as StarParticles, originalIndex), set)
        : isCsTable(table)
          ? csPosesSoFar(joinPassthrough(table, table.passthrough ?? [], originalIndex), set)
          : null;
    return [...some(written), ...some(set.poses)];
  });
}

const idsOf = (table: StarParticles) => starNumbers(table.file, table.block, '_rlnParticleId');

/** As the set's STAR table has them; else as writeSelection numbers rows. */
function ownIds({ table, originalIndex }: ParticleSet): ArrayLike<number> | null {
  if (table?.kind !== 'star') return Array.from(originalIndex, (row) => row + 1);
  const ids = idsOf(table as StarParticles);
  return ids && Array.from(originalIndex, (row) => ids[row]);
}

const keyOf = (path: string, index: number) => `${index}@${path}`;

/**
 * Jobs write the same stack under different folders: a path of the list means the stack of the set that it equals, else
 * the one with its ending, where that tells it. Error 'ambiguous' where it does not.
 */
function byName(
  set: ParticleSet,
  images: ImageNames,
  poses: () => Poses[],
  file: NamedBlob,
  ids: () => ArrayLike<number> | null = () => null,
) {
  const own = ownNames(set);
  const stacks = [...new Set(own.map(({ path }) => path))];
  const matches = matchByEnding(images.paths, stacks);
  const stackOf = matches.map((match, i) => {
    if (match.kind === 'found') return stacks[match.file];
    if (match.kind === 'absent') return images.paths[i];
    const several = match.kind === 'several-files';
    throw new VitrineError(
      'ambiguous',
      several
        ? 'Several stacks of the set have the name of this one.'
        : 'Several stacks of the list have the name of one here.',
      {
        file: file.path,
        row: images.pathOf.indexOf(i) + 1,
        expected: several ? images.paths[i] : match.paths.join(', '),
        found: several ? match.files.map((f) => stacks[f]).join(', ') : stacks[match.file],
        advice: 'Give a list that writes the stacks as the table of this set does.',
      },
    );
  });
  return matchRows(
    {
      keys: Array.from(images.pathOf, (id, row) => keyOf(stackOf[id], images.indexIn[row])),
      poses: once(poses),
      ids: once(ids),
    },
    { keys: own.map(({ path, index }) => keyOf(path, index)), poses: ownPoses(set), ids: once(() => ownIds(set)) },
    file.path,
  );
}

/** Stack (in one spelling) and index of each particle's image. */
function ownNames(set: ParticleSet): { path: string; index: number }[] {
  const { table, images } = set;
  if (table && 'images' in table) {
    const names = table.images as ImageNames;
    const paths = names.paths.map(normalPath);
    return Array.from(set.originalIndex, (row) => ({ path: paths[names.pathOf[row]], index: names.indexIn[row] }));
  }
  if (!isFileImageReader(images))
    throw new VitrineError('usage', 'These particles have no image names to compare with.', {
      file: set.name,
      advice: 'Use an ind.pkl or CSV list.',
    });
  return Array.from({ length: set.count }, (_, row) => {
    const { path, index } = images.sourceOf(row);
    return { path: normalPath(path), index };
  });
}
