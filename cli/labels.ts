// A label for each particle of a run: a CSV with a column label, in the order of the particles or with their index, or an
// array of labels as cryoDRGN pickles it (labels.pkl, cluster_labels.pkl).
import { existsSync, readFileSync } from 'node:fs';
import { readCsv } from '../src/formats/csv.ts';
import { rowsByIndex } from '../src/formats/drop/csv-rows.ts';
import { VitrineError } from '../src/base/errors.ts';
import { NumpyArray } from '../src/formats/numpy-arrays.ts';
import { readPickles } from '../src/formats/pickle.ts';

/**
 * Labels of the particles with the places `original` in the original stack. Errors: 'file-missing', those of reading the
 * file, 'count-mismatch', 'index-out-of-range' (index), 'value-out-of-range' (a label that is no whole number).
 */
export function readLabels(path: string, original: Uint32Array): Int32Array {
  if (!existsSync(path))
    throw new VitrineError('file-missing', 'The run has no clusters yet.', {
      file: path,
      advice: 'Run first: vitrine analyze RUN --ksample K.',
    });
  const bytes = new Uint8Array(readFileSync(path));
  return /\.(pkl|pickle)$/i.test(path) ? ofPickle(bytes, path, original.length) : ofTable(bytes, path, original);
}

function ofTable(bytes: Uint8Array, path: string, original: Uint32Array): Int32Array {
  const table = readCsv(bytes, path);
  const column = table.columns.find(({ name }) => name.toLowerCase() === 'label');
  const joined = column && rowsByIndex(table, original, path);
  if (!column || (!joined && table.rows !== original.length))
    throw notOfThisRun(path, original.length, column ? `${table.rows} rows` : 'no column of numbers called label');
  const { values } = column;
  return whole(
    joined ? Array.from(joined.rows, (row) => values[row]) : values,
    path,
    (i) => (joined?.rows[i] ?? i) + 2,
  );
}

function ofPickle(bytes: Uint8Array, path: string, count: number): Int32Array {
  const [value] = readPickles(bytes, path);
  const numbers = value instanceof NumpyArray && value.shape.length === 1 ? value.toNumbers() : value;
  const isList = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => typeof item === 'number');
  const labels = numbers instanceof Float64Array ? Array.from(numbers) : numbers;
  if (!isList(labels)) throw notOfThisRun(path, count, 'something else');
  if (labels.length !== count) throw notOfThisRun(path, count, `${labels.length} labels`);
  return whole(labels, path, (i) => i + 1);
}

function notOfThisRun(file: string, count: number, found: string): VitrineError {
  return new VitrineError('count-mismatch', 'The labels do not belong to this run.', {
    file,
    field: 'label',
    expected: `a label for each of the run's ${count} particles`,
    found,
    advice: 'Give one row per particle in the order of the run, or a column index with places in the original stack.',
  });
}

function whole(labels: ArrayLike<number>, file: string, rowOf: (i: number) => number): Int32Array {
  return Int32Array.from(labels, (label, i) => {
    if (Number.isInteger(label)) return label;
    throw new VitrineError('value-out-of-range', 'A label is not a whole number.', {
      file,
      row: rowOf(i),
      field: 'label',
      expected: 'the number of a cluster',
      found: String(label),
    });
  });
}
