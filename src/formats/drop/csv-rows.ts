// Which row of a table of values is which particle: by its column `index` (the particle's place in the original stack)
// where it has one, whatever the order of its rows; a table that was sorted in a spreadsheet keeps its meaning.
import type { CsvTable } from '../csv.ts';
import { VitrineError } from '../errors.ts';

type Columns = CsvTable['columns'];

/** The column of indices and the others; null where there is none. */
function indexColumn(table: CsvTable): { index: Columns[number]; others: Columns; named: boolean } | null {
  const { columns } = table;
  const named = columns.filter(({ name }) => name.toLowerCase() === 'index');
  const [index] = named;
  if (index) return { index, others: columns.filter((column) => !named.includes(column)), named: true };
  // pandas writes the row's index into a first column without a name.
  const [first, ...others] = columns;
  const isCount =
    first.name === 'column 1' && others.length > 0 && first.values.every((value) => Number.isInteger(value));
  return table.firstIsNameless && isCount ? { index: first, others, named: false } : null;
}

/**
 * For each particle its row in the table, by the table's column `index`; null where the table has none. The column counts
 * in the original stack (`originalIndex` of each particle) or, where it holds 0 to N − 1, in the set itself.
 * Errors: 'index-out-of-range' (an index twice, not whole, or a particle without a row), 'ambiguous'.
 */
export function rowsByIndex(
  table: CsvTable,
  originalIndex: Uint32Array,
  file: string,
): { rows: Uint32Array; columns: Columns } | null {
  const found = indexColumn(table);
  if (!found) return null;
  const { index, others, named } = found;
  const field = index.name;
  const rowOf = new Map<number, number>();
  index.values.forEach((value, row) => {
    const before = rowOf.get(value);
    if (before !== undefined || !Number.isInteger(value) || value < 0)
      throw new VitrineError(
        'index-out-of-range',
        before === undefined ? 'An index is not a whole number from 0.' : 'Two rows have the same index.',
        {
          file,
          row: row + 2,
          field,
          expected: 'each particle once',
          found: before === undefined ? String(value) : `${value} in rows ${before + 2} and ${row + 2}`,
          advice: 'Give each particle one row, with its place in the original stack (from 0) as index.',
        },
      );
    rowOf.set(value, row);
  });
  const count = originalIndex.length;
  const byOriginal = originalIndex.every((original) => rowOf.has(original));
  const byRow = table.rows === count && Array.from({ length: count }, (_, i) => i).every((i) => rowOf.has(i));
  const same = originalIndex.every((original, i) => original === i);
  // A column that is called index means the original stack, as in the tables that Vitrine writes.
  if (byOriginal && byRow && !same && !named)
    throw new VitrineError('ambiguous', 'The first column may count in the original stack or in this set.', {
      file,
      field,
      expected: 'a column called index, which counts in the original stack',
      found: 'a column without a name',
      advice: 'Name the column index, or leave it out to give rows in the order of the particles.',
    });
  if (!byOriginal && !byRow) {
    const absent = originalIndex.find((original) => !rowOf.has(original)) ?? 0;
    throw new VitrineError('index-out-of-range', `The table has no row for particle ${absent} of the original stack.`, {
      file,
      field,
      expected: `all ${count} particles, each once`,
      found: `${table.rows} rows`,
      advice: 'Give a row for every particle, with its place in the original stack (from 0) as index.',
    });
  }
  const rows = Uint32Array.from({ length: count }, (_, i) => rowOf.get(byOriginal ? originalIndex[i] : i) ?? 0);
  return { rows, columns: others };
}
