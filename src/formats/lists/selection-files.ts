// Particle lists for other programs: STAR, .cs, ind.pkl and CSV (selection-read.ts reads them back). Lists of a filtered set refer to the original
// stack through `originalIndex`; a list exported and imported again gives the same particles.
import { writeIndexPickle } from '../cryodrgn-pickles.ts';
import { writeCsv } from '../csv.ts';
import { VitrineError } from '../../base/errors.ts';
import type { SetRows } from '../../base/particle-identity.ts';
import { isFileImageReader } from '../mrc.ts';
import { CTF_WIDTH, type ParticleSet } from '../particles.ts';
import { eulerFromMatrix } from '../../geometry/rotation.ts';
import { composeStar } from '../star/star-compose.ts';
import { isCsTable, keptOfCs } from './star-from-cs.ts';
import { subsetOf } from '../subset.ts';

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
  rows: SetRows,
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
      if (picked.table?.kind === 'cs' && picked.tableRows) return picked.table.writeRows(picked.tableRows);
      throw new VitrineError('usage', 'A .cs file can only be cut from the .cs file the particles came from.', {
        file: set.name,
        expected: 'particles from a cryoSPARC job',
        found: set.table ? `a ${set.table.kind} table` : 'no table',
        advice: 'Export STAR, ind.pkl or CSV instead.',
      });
    case 'star':
      if (picked.table?.kind === 'star' && picked.tableRows) return picked.table.writeRows(picked.tableRows);
      return newStar(picked, stackName, hasCopies(set));
  }
}

/** Whether an image stands in several rows (symmetry expansion), so that its name does not tell which is meant. */
function hasCopies({ images, count }: ParticleSet): boolean {
  if (!isFileImageReader(images)) return false;
  const seen = new Set<string>();
  for (let row = 0; row < count; row++) {
    const { path, index } = images.sourceOf(row);
    seen.add(`${index}@${path}`);
  }
  return seen.size < count;
}

/** `withIds`: rows are numbered by their place in the original, from 1, so that copies of an image can be told apart. */
function newStar(set: ParticleSet, stackName: (path: string) => string, withIds: boolean): Uint8Array {
  const { images, table, tableRows, originalIndex, count, boxPixels, pixelSizeAngstrom, ctf, optics } = set;
  if (pixelSizeAngstrom === null)
    throw new VitrineError('pixel-size-unknown', 'A STAR file needs the pixel size.', {
      file: set.name,
      field: '--apix',
      advice: 'Give the pixel size.',
    });
  const ids = { label: '_rlnParticleId', cells: Array.from(originalIndex, (row) => String(row + 1)) };
  const kept = isCsTable(table) && tableRows ? keptOfCs(table, tableRows) : null;
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
    extra: [...(kept?.columns ?? []), ...(withIds ? [ids] : [])],
  });
}

function csvColumns(set: ParticleSet, rows: SetRows, extra: ExtraColumn[]): ExtraColumn[] {
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
