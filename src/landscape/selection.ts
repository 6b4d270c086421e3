// What of selections needs numbers about the landscape: particles of chosen clusters. Lasso, box and set algebra are in
// src/selection, which the screen uses too.

/** Rows whose label is one of `labels`, ascending. */
export function rowsOfLabels(labelOf: Int32Array, labels: Iterable<number>): Uint32Array {
  const wanted = new Set(labels);
  const rows: number[] = [];
  labelOf.forEach((label, row) => {
    if (wanted.has(label)) rows.push(row);
  });
  return Uint32Array.from(rows);
}
