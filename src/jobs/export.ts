// Lists of particles out of a kept dataset and back in.
import { VitrineError } from '../formats/errors.ts';
import type { Notice } from '../formats/errors.ts';
import type { NamedBlob } from '../formats/particles.ts';
import { detectKind } from '../formats/detect.ts';
import { readSelection, writeSelection, type SelectionFormat } from '../formats/selection-files.ts';
import type { NumberColumn } from '../library/datasets.ts';
import type { KeptSet } from './kept-set.ts';

/** Bytes of a list of `rows` (0-based within the dataset). Errors: those of writeSelection. */
export function exportSelection(
  { byOriginal, byTable }: KeptSet,
  rows: Uint32Array,
  format: SelectionFormat,
  columns: NumberColumn[] = [],
): Uint8Array {
  const wantsTable = format === 'star' || format === 'cs';
  // A STAR file can be composed for a set that came as .cs; the reverse cannot.
  const set = wantsTable && byTable?.table?.kind === format ? byTable : byOriginal;
  if (format === 'cs' && set === byOriginal)
    throw new VitrineError('usage', 'A .cs file can only be cut from the .cs file the particles came from.', {
      file: byOriginal.name,
      advice: 'Export STAR, ind.pkl or CSV instead.',
    });
  return writeSelection(set, rows, format, columns);
}

/** Rows of the dataset that a list names, ascending. */
export async function importSelection(
  { byOriginal, byTable }: KeptSet,
  file: NamedBlob,
): Promise<{ rows: Uint32Array; notices: Notice[] }> {
  const kind = await detectKind(file);
  // Names and uids are compared through the table of the same kind, or through the names of the images.
  const set = byTable && (kind === 'star' || kind === 'cs') && usesTable(kind, byTable) ? byTable : byOriginal;
  return readSelection(set, file);
}

function usesTable(kind: 'star' | 'cs', byTable: NonNullable<KeptSet['byTable']>): boolean {
  return byTable.table?.kind === kind;
}
