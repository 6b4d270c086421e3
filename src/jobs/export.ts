// Lists of particles out of a kept dataset and back in.
import type { Notice } from '../base/errors.ts';
import type { SetRows } from '../base/particle-identity.ts';
import type { NamedBlob, ParticleSet } from '../formats/particles.ts';
import { withGivenValues } from '../formats/lists/given-values.ts';
import { writeSelection, type ListOptions, type SelectionFormat } from '../formats/lists/selection-files.ts';
import { readSelection } from '../formats/lists/selection-read.ts';
import { subsetOf } from '../formats/subset.ts';
import type { NumberColumn } from '../library/datasets.ts';

/** Bytes of a list of `rows`. Errors: those of writeSelection and withGivenValues. */
export function exportSelection(
  set: ParticleSet,
  rows: SetRows,
  format: SelectionFormat,
  columns: NumberColumn[] = [],
  stackName?: ListOptions['stackName'],
): Uint8Array {
  const bytes = writeSelection(set, rows, format, { extra: columns, stackName });
  return set.table?.kind === format ? withGivenValues(bytes, subsetOf(set, rows)) : bytes;
}

/** Rows of the set that a list names, ascending. Errors: those of readSelection. */
export async function importSelection(
  set: ParticleSet,
  file: NamedBlob,
): Promise<{ rows: Uint32Array; notices: Notice[] }> {
  return readSelection(set, file);
}
