// Tables with a header line, comma-, semicolon- or tab-separated: numeric columns of per-particle values.
import Papa from 'papaparse';
import { VitrineError } from '../base/errors.ts';

export interface CsvTable {
  rows: number;
  /** Numeric columns in file order, `rows` values each; empty cells are NaN. */
  columns: { name: string; values: Float64Array }[];
  /** Columns left out because a cell is text. */
  textColumns: string[];
  /** The first column has no name, as a row index that pandas wrote; it is called "column 1". */
  firstIsNameless: boolean;
}

/** Errors: 'file-empty', 'csv-syntax' (a row with too many or too few cells, no number at all). */
export function readCsv(bytes: Uint8Array, file: string): CsvTable {
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file, advice: 'Copy it again.' });
  const text = new TextDecoder().decode(bytes);
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const [header, ...body] = data;
  const ragged = body.findIndex((row) => row.length !== header.length);
  if (ragged >= 0)
    throw new VitrineError('csv-syntax', 'A row does not have as many cells as the header.', {
      file,
      row: ragged + 2,
      expected: `${header.length} cells`,
      found: String(body[ragged].length),
      advice: 'Save the table as CSV again, with one header line.',
    });
  if (header.every((name) => name.trim() !== '' && Number.isFinite(Number(name))))
    throw new VitrineError('csv-syntax', 'The first line holds numbers where column names belong.', {
      file,
      row: 1,
      expected: 'a header line',
      found: header.slice(0, 4).join(', '),
      advice: 'Add a line with the names of the columns.',
    });
  const columns: CsvTable['columns'] = [];
  const textColumns: string[] = [];
  header.forEach((name, column) => {
    const values = Float64Array.from(body, (row) => {
      const cell = row[column].trim();
      return cell === '' || /^nan$/i.test(cell) ? NaN : Number(cell);
    });
    const isText = body.some((row, i) => Number.isNaN(values[i]) && !/^(nan)?$/i.test(row[column].trim()));
    if (isText) textColumns.push(name.trim());
    else columns.push({ name: name.trim() || `column ${column + 1}`, values });
  });
  if (columns.length === 0 || body.length === 0)
    throw new VitrineError('csv-syntax', 'The table holds no column of numbers.', {
      file,
      expected: 'a header line and rows of numbers',
      advice: 'Give one row per particle.',
    });
  return { rows: body.length, columns, textColumns, firstIsNameless: header[0].trim() === '' };
}

/** Columns of equal length as CSV with a header line; numbers as JavaScript prints them. */
export function writeCsv(columns: { name: string; values: ArrayLike<number> }[]): Uint8Array {
  const rows = columns[0]?.values.length ?? 0;
  const lines = [columns.map(({ name }) => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ values }) => String(values[row])).join(','));
  return new TextEncoder().encode(lines.join('\n') + '\n');
}
