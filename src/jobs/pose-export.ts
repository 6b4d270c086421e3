// Poses found from the images, for other programs: pose.pkl, or the table the set came from with the poses in it.
import { writePosePickle } from '../formats/cryodrgn-pickles.ts';
import { VitrineError } from '../base/errors.ts';
import { everyRow, type SetRows } from '../base/particle-identity.ts';
import type { ParticleSet, Poses } from '../formats/particles.ts';
import { csWithPoses, starWithPoses } from '../formats/lists/pose-tables.ts';
import { writeSelection, type ListOptions } from '../formats/lists/selection-files.ts';
import { subsetOf } from '../formats/subset.ts';

/** Files that poses are written to: cryoDRGN's pickle, or the set's own table. */
export type PoseFormat = 'pkl' | 'star' | 'cs';

/** A set, or the pair that a kept set was before one set counted both in the original and in its table: scripts still give it. */
export type PosedSet = ParticleSet | { byOriginal: ParticleSet };

/**
 * The poses of `rows` of the dataset (0-based, in that order; all where null), one pose a row.
 * - 'pkl': cryoDRGN's pose.pkl with as many entries as there are rows.
 * - 'star': the set's own STAR file, cut to the rows, its angles and origins replaced or added; a new RELION 3.1 one for
 *   a set that came without.
 * - 'cs': the set's own .cs file, cut to the rows, with alignments3D/pose, shift and psize_A.
 * Errors: 'count-mismatch', 'value-out-of-range' (a pose that is no number), 'usage' (.cs for a set that came from none),
 * 'pixel-size-unknown', 'index-out-of-range'.
 */
export function exportPoses(
  of: PosedSet,
  poses: Poses,
  format: PoseFormat,
  rows: SetRows | null = null,
  stackName?: ListOptions['stackName'],
): Uint8Array {
  const set = 'byOriginal' in of ? of.byOriginal : of;
  const picked = rows ?? everyRow(set.count);
  checkPoses(poses, picked.length, set.name);
  if (format === 'pkl') return writePosePickle(poses);
  if (set.table?.kind === format) {
    const bytes = writeSelection(set, picked, format);
    const { fileName } = set.table;
    return format === 'cs' ? csWithPoses(bytes, fileName, poses, set) : starWithPoses(bytes, fileName, poses, set);
  }
  if (format === 'cs')
    throw new VitrineError('usage', 'A .cs file can only be made of the .cs file the particles came from.', {
      file: set.name,
      expected: 'particles from a cryoSPARC job',
      advice: 'Export STAR or pose.pkl instead.',
    });
  // Of cryoSPARC's table a new STAR file keeps more than images and CTF.
  return writeSelection({ ...subsetOf(set, picked), poses }, everyRow(picked.length), 'star', { stackName });
}

function checkPoses({ rotations, translations }: Poses, count: number, file: string): void {
  const found = rotations.length / 9;
  if (found !== count || (translations && translations.length !== 2 * count))
    throw new VitrineError('count-mismatch', 'There is not one pose for each particle.', {
      file,
      expected: `${count} poses`,
      found: `${found} rotations${translations ? `, ${translations.length / 2} translations` : ''}`,
    });
  for (const [values, width] of [
    [rotations, 9],
    [translations ?? new Float32Array(), 2],
  ] as const) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new VitrineError('value-out-of-range', 'The pose of a particle is not a number.', {
        file,
        row: Math.floor(bad / width) + 1,
        expected: 'finite numbers',
      });
  }
}
