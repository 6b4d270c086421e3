// Which row of a table of values is which particle: by its column `index` (the particle's place in the original stack)
// where it has one, whatever the order of its rows; a table that was sorted in a spreadsheet keeps its meaning.
import type { CsvTable } from '../csv.ts';
import { VitrineError } from '../../base/errors.ts';

type Columns = CsvTable['columns'];

/** What people call the particle's place; only the first two say that they mean the original stack. */
const INDEX_NAMES = ['index', 'original_index', 'idx', 'ind', 'row', 'particle', 'particle_index', 'id', 'unnamed: 0'];
const OF_ORIGINAL = INDEX_NAMES.slice(0, 2);
const nameOf = ({ name }: Columns[number]) => name.toLowerCase();

/** The column of indices and the others; null where there is none. Error 'ambiguous' where two differ. */
function indexColumn(
  table: CsvTable,
  file: string,
): { index: Columns[number]; others: Columns; ofOriginal: boolean } | null {
  const { columns } = table;
  const called = columns.filter((column) => nameOf(column) === 'index');
  // pandas writes the row's index into a first column without a name.
  const isPandas = (column: Columns[number]) =>
    table.firstIsNameless && column.name === 'column 1' && columns.length > 1 && column.values.every(Number.isInteger);
  const like = called.length
    ? called
    : columns.filter((column) => INDEX_NAMES.includes(nameOf(column)) || isPandas(column));
  if (like.length === 0) return null;
  const [index] = like;
  const other = like.find(({ values }) => values.some((value, row) => value !== index.values[row]));
  if (other)
    throw new VitrineError('ambiguous', 'Two columns may say which particle a row is, and they differ.', {
      file,
      field: other.name,
      expected: 'one column called index',
      found: `${isPandas(index) ? 'a column without a name' : index.name} and ${other.name}`,
      advice: 'Call the one that holds the place in the original stack (from 0) index.',
    });
  const ofOriginal = like.some((column) => OF_ORIGINAL.includes(nameOf(column)));
  return { index, others: columns.filter((column) => !like.includes(column)), ofOriginal };
}

/** Without an index rows are in the order of the particles. Error 'ambiguous' where a column numbers them in another. */
function refuseOtherOrder({ columns, rows }: CsvTable, originalIndex: Uint32Array, file: string): void {
  const inSet = Array.from({ length: rows }, (_, row) => row);
  const readings = [inSet, ...(originalIndex.length === rows ? [Array.from(originalIndex)] : [])];
  // Programs count from 0 or from 1.
  const sequences = readings.flatMap((places) => [places, places.map((place) => place + 1)]);
  const other = columns.find((column) => {
    const { values } = column;
    if (rows < 2 || nameOf(column) === 'label' || new Set(values).size !== rows) return false;
    if (sequences.some((places) => values.every((value, i) => value === places[i]))) return false;
    return sequences.some((places) => {
      const all = new Set(places);
      return values.every((value) => all.has(value));
    });
  });
  if (!other) return;
  throw new VitrineError('ambiguous', 'A column numbers the particles in another order than the rows.', {
    file,
    field: other.name,
    expected: 'rows in the order of the particles, or a column called index',
    found: `${Array.from(other.values.slice(0, 4)).join(', ')} … in ${other.name}`,
    advice: `If ${other.name} says the particle, call it index (from 0), or sort by it; else add a column index.`,
  });
}

/**
 * For each particle its row in the table, by the table's column `index` or what else it is called; null where there is none. It counts
 * in the original stack (`originalIndex` of each particle) or, where it holds 0 to N − 1, in the set itself.
 * Errors: 'index-out-of-range' (an index twice, not whole, or a particle without a row), 'ambiguous'.
 */
export function rowsByIndex(
  table: CsvTable,
  originalIndex: Uint32Array,
  file: string,
): { rows: Uint32Array; columns: Columns } | null {
  const found = indexColumn(table, file);
  if (!found) {
    refuseOtherOrder(table, originalIndex, file);
    return null;
  }
  const { index, others, ofOriginal } = found;
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
  if (byOriginal && byRow && !same && !ofOriginal)
    throw new VitrineError('ambiguous', 'The column of indices may count in the original stack or in this set.', {
      file,
      field,
      expected: 'a column called index, which counts in the original stack',
      found: table.firstIsNameless && field === 'column 1' ? 'a column without a name' : field,
      advice: 'Call the column index, or leave it out to give rows in the order of the particles.',
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
