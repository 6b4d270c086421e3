// Lists of particles out of a kept dataset and back in.
import type { Notice } from '../base/errors.ts';
import type { NamedBlob } from '../formats/particles.ts';
import { detectKind } from '../formats/detect.ts';
import { withGivenValues } from '../formats/lists/given-values.ts';
import { writeSelection, type ListOptions, type SelectionFormat } from '../formats/lists/selection-files.ts';
import { readSelection } from '../formats/lists/selection-read.ts';
import { subsetOf } from '../formats/subset.ts';
import type { NumberColumn } from '../library/datasets.ts';
import type { KeptSet } from './kept-set.ts';

/** Bytes of a list of `rows` (0-based within the dataset). Errors: those of writeSelection and withGivenValues. */
export function exportSelection(
  { byOriginal, byTable }: KeptSet,
  rows: Uint32Array,
  format: SelectionFormat,
  columns: NumberColumn[] = [],
  stackName?: ListOptions['stackName'],
): Uint8Array {
  const wantsTable = format === 'star' || format === 'cs';
  const set = wantsTable && byTable ? byTable : byOriginal;
  const bytes = writeSelection(set, rows, format, { extra: columns, stackName });
  return set.table?.kind === format ? withGivenValues(bytes, subsetOf(set, rows)) : bytes;
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
