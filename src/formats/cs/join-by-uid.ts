// Rows of one table for the particles of another by their uid. Symmetry expansion may repeat a uid: its copies are told
// apart by their order, and only where both tables have as many of them.
import { VitrineError } from '../../base/errors.ts';

/**
 * For each of `uids` its row in a table with the uids `theirs`, −1 where it has none. A uid that `theirs` has once
 * serves every copy. Error: 'ambiguous' where `theirs` has several rows for it, and not as many as `uids`.
 */
export function rowsByUid(uids: ArrayLike<bigint>, theirs: ArrayLike<bigint>, file: string): Int32Array {
  const rowsOf = new Map<bigint, number[]>();
  for (let row = 0; row < theirs.length; row++) {
    const rows = rowsOf.get(theirs[row]);
    if (rows) rows.push(row);
    else rowsOf.set(theirs[row], [row]);
  }
  const repeats = rowsOf.size < theirs.length;
  const copies = new Map<bigint, number>();
  if (repeats) for (let i = 0; i < uids.length; i++) copies.set(uids[i], (copies.get(uids[i]) ?? 0) + 1);
  const seen = new Map<bigint, number>();
  return Int32Array.from({ length: uids.length }, (_, i) => {
    const rows = rowsOf.get(uids[i]) ?? [];
    if (rows.length <= 1) return rows[0] ?? -1;
    if (rows.length !== copies.get(uids[i]))
      throw new VitrineError(
        'ambiguous',
        'A table has several rows of one particle, which do not tell its copies apart.',
        {
          file,
          row: rows[1] + 1,
          field: 'uid',
          expected: `${copies.get(uids[i])} rows of ${uids[i]}`,
          found: `${rows.length}, first in row ${rows[0] + 1}`,
          advice: 'Give the table of the job that expanded the particles.',
        },
      );
    const copy = seen.get(uids[i]) ?? 0;
    seen.set(uids[i], copy + 1);
    return rows[copy];
  });
}
