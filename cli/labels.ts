// A label for each particle of a run: a CSV with a column label, in the order of the particles or with their index, or an
// array of labels as cryoDRGN pickles it (labels.pkl, cluster_labels.pkl).
import { existsSync, readFileSync } from 'node:fs';
import { readCsv, type CsvTable } from '../src/formats/csv.ts';
import { rowsByIndex } from '../src/formats/drop/csv-rows.ts';
import { VitrineError } from '../src/base/errors.ts';
import type { OriginalIndices } from '../src/base/particle-identity.ts';
import { NumpyArray } from '../src/formats/numpy-arrays.ts';
import { readPickles } from '../src/formats/pickle.ts';

/**
 * Labels of the particles with the places `original` in the original stack. Errors: 'file-missing', those of reading the
 * file, 'count-mismatch', 'index-out-of-range' (index), 'value-out-of-range' (a label that is no whole number).
 */
export function readLabels(path: string, original: OriginalIndices): Int32Array {
  if (!existsSync(path))
    throw new VitrineError('file-missing', 'The run has no clusters yet.', {
      file: path,
      advice: 'Run first: vitrine analyze RUN --ksample K.',
    });
  const bytes = new Uint8Array(readFileSync(path));
  return /\.(pkl|pickle)$/i.test(path) ? ofPickle(bytes, path, original.length) : ofTable(bytes, path, original);
}

/**
 * Weights of the particles, from a CSV with a column weight, joined as labels are. Errors: those of readLabels, 'value-out-of-range' for a
 * weight below 0 or none above it.
 */
export function readWeights(path: string, original: OriginalIndices): Float32Array {
  if (!existsSync(path)) throw new VitrineError('file-missing', 'There is no such file.', { file: path });
  const table = readCsv(new Uint8Array(readFileSync(path)), path);
  const weights = Float32Array.from(columnOf(table, 'weight', original, path).values);
  const bad = weights.findIndex((weight) => !(weight >= 0) || !Number.isFinite(weight));
  if (bad >= 0 || !weights.some((weight) => weight > 0))
    throw new VitrineError('value-out-of-range', 'These are not weights of particles.', {
      file: path,
      field: 'weight',
      expected: 'numbers from 0, some above',
      found: bad >= 0 ? String(weights[bad]) : 'zeros',
    });
  return weights;
}

function ofTable(bytes: Uint8Array, path: string, original: OriginalIndices): Int32Array {
  const { values, lineOf } = columnOf(readCsv(bytes, path), 'label', original, path);
  return whole(values, path, lineOf);
}

/** A column of a table by particle, and the line of each in the file. */
function columnOf(
  table: CsvTable,
  field: string,
  original: OriginalIndices,
  path: string,
): { values: ArrayLike<number>; lineOf: (i: number) => number } {
  const column = table.columns.find(({ name }) => name.toLowerCase() === field);
  const joined = column && rowsByIndex(table, original, path);
  if (!column || (!joined && table.rows !== original.length))
    throw notOfThisRun(path, {
      field,
      count: original.length,
      found: column ? `${table.rows} rows` : `no column of numbers called ${field}`,
    });
  const { values } = column;
  return {
    values: joined ? Array.from(joined.rows, (row) => values[row]) : values,
    lineOf: (i) => (joined?.rows[i] ?? i) + 2,
  };
}

function ofPickle(bytes: Uint8Array, path: string, count: number): Int32Array {
  const [value] = readPickles(bytes, path);
  const numbers = value instanceof NumpyArray && value.shape.length === 1 ? value.toNumbers() : value;
  const isList = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => typeof item === 'number');
  const labels = numbers instanceof Float64Array ? Array.from(numbers) : numbers;
  if (!isList(labels)) throw notOfThisRun(path, { count, found: 'something else' });
  if (labels.length !== count) throw notOfThisRun(path, { count, found: `${labels.length} labels` });
  return whole(labels, path, (i) => i + 1);
}

function notOfThisRun(
  file: string,
  { count, found, field = 'label' }: { count: number; found: string; field?: string },
): VitrineError {
  return new VitrineError('count-mismatch', `The ${field}s do not belong to these particles.`, {
    file,
    field,
    expected: `a ${field} for each of the ${count} particles`,
    found,
    advice: 'Give one row per particle in their order, or a column index with places in the original stack.',
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
