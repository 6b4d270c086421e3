// What is known of simulated particles, and what is scored against it: columns of numbers by particle (.csv, .pkl, .npy), latents,
// populations, poses, maps by the number in their names.
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { VitrineError } from '../src/base/errors.ts';
import { countedInOriginal, everyRow, type OriginalIndices } from '../src/base/particle-identity.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { readCsv, type CsvTable } from '../src/formats/csv.ts';
import { rowsByIndex } from '../src/formats/drop/csv-rows.ts';
import { readNpy } from '../src/formats/npy.ts';
import { NumpyArray } from '../src/formats/numpy-arrays.ts';
import type { Poses } from '../src/formats/particles.ts';
import { readPickles } from '../src/formats/pickle.ts';
import type { Coordinates } from '../src/validation/neighbourhood.ts';
import type { LinePopulation } from '../src/validation/earth-mover.ts';
import { openFile } from './files.ts';

/** One number a row of a file; a table stays with it, since its column of indices may say which particle a row is. */
export interface FileColumn {
  file: string;
  name: string;
  values: Float64Array;
  table: CsvTable | null;
}

const bytesOf = async (path: string): Promise<Uint8Array> => new Uint8Array(await openFile(path).blob.arrayBuffer());

/**
 * A column of a CSV (`names`: the first that is there, else the only one of numbers), or an array of one dimension. Errors: 'file-missing',
 * those of the format, 'field-kind-unknown' (no such column), 'value-out-of-range' (a value that is not finite).
 */
export async function readColumn(path: string, names: string[]): Promise<FileColumn> {
  const bytes = await bytesOf(path);
  const read = /\.(pkl|pickle|npy)$/i.test(path)
    ? { name: 'values', values: oneDimension(bytes, path), table: null }
    : columnOfTable(readCsv(bytes, path), names, path);
  const bad = read.values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return { file: path, ...read };
  throw new VitrineError('value-out-of-range', 'A value is not a number.', {
    ...{ file: path, field: read.name, row: bad + (read.table ? 2 : 1), expected: 'finite numbers' },
    found: String(read.values[bad]),
  });
}

function columnOfTable(table: CsvTable, names: string[], file: string): Pick<FileColumn, 'name' | 'values' | 'table'> {
  const named = names.flatMap((name) => table.columns.filter((column) => column.name.toLowerCase() === name));
  const found = named[0] ?? (table.columns.length === 1 ? table.columns[0] : undefined);
  if (found) return { ...found, table };
  throw new VitrineError('field-kind-unknown', 'Which column is meant?', {
    file,
    expected: `a column called ${names.join(' or ')}`,
    found: table.columns.map(({ name }) => name).join(', '),
    advice: 'Name the column of the true states with --column.',
  });
}

function oneDimension(bytes: Uint8Array, file: string): Float64Array {
  const value = /\.npy$/i.test(file) ? readNpy(bytes, file) : readPickles(bytes, file)[0];
  if (value instanceof NumpyArray && value.shape.length === 1) return value.toNumbers();
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number'))
    return Float64Array.from(value as number[]);
  throw new VitrineError('count-mismatch', 'The file does not hold one number a particle.', {
    file,
    expected: 'an array of one dimension',
    found: value instanceof NumpyArray ? `an array of ${value.shape.join('×')}` : 'something else',
  });
}

/** The particles that a column is of, where its table has a column index; null where it says nothing of them. */
export function particlesOf({ table, values, file }: FileColumn): OriginalIndices | null {
  const index = table?.columns.find(({ name }) => name.toLowerCase() === 'index');
  if (!table || !index) return null;
  const original = countedInOriginal(Uint32Array.from(index.values));
  // Refuses indices that are not whole, or twice there.
  rowsByIndex(table, original, file);
  return original.length === values.length ? original : null;
}

/**
 * The column's values for particles at `original` of the original stack: by its own indices, row by row where it has as many rows, else as
 * rows of the original stack. Errors: 'count-mismatch', those of rowsByIndex.
 */
export function valuesOf({ file, name, values, table }: FileColumn, original: OriginalIndices): Float64Array {
  const joined = table && rowsByIndex(table, original, file);
  if (joined) return Float64Array.from(joined.rows, (row) => values[row]);
  return Float64Array.from(rowsOf(values.length, original, { file, field: name }), (row) => values[row]);
}

function rowsOf(
  count: number,
  original: OriginalIndices,
  { file, field }: { file: string; field: string },
): Uint32Array {
  if (count === original.length) return everyRow(count);
  if (count > original.length && original.every((row) => row < count)) return Uint32Array.from(original);
  throw new VitrineError('count-mismatch', 'These are not of the same particles.', {
    ...{ file, field, expected: `${original.length} rows, one for each particle`, found: `${count} rows` },
    advice: 'Give one row per particle in their order, all of the original stack, or a column index with places in it.',
  });
}

/** N×zDim latents: .pkl, .npy, or a CSV's columns z1 … (all of them where none is called so). Errors: as readColumn's. */
export async function readLatents(path: string): Promise<Coordinates> {
  const bytes = await bytesOf(path);
  if (/\.(pkl|pickle)$/i.test(path)) {
    const read = readCryodrgnPickle(bytes, path);
    if (read.kind === 'latents') return { values: read.mu, dimension: read.zDim };
    throw new VitrineError('pickle-syntax', 'This file does not hold latents.', { file: path, found: read.kind });
  }
  if (/\.npy$/i.test(path)) {
    const array = readNpy(bytes, path);
    if (array.shape.length === 2) return { values: array.toFloat32(), dimension: array.shape[1] };
    throw new VitrineError('npy-syntax', 'This file does not hold latents.', {
      ...{ file: path, expected: 'N×zdim values', found: array.shape.join('×') },
    });
  }
  const { columns, rows } = readCsv(bytes, path);
  const named = columns.filter(({ name }) => /^z\d+$/i.test(name));
  const taken = named.length > 0 ? named : columns;
  const dimension = taken.length;
  return {
    values: Float32Array.from({ length: rows * dimension }, (_, i) => taken[i % dimension].values[(i / dimension) | 0]),
    dimension,
  };
}

/** Places on a line with their weights: a CSV of state (or value) and share (weight, population, count). Errors: as readColumn's. */
export async function readPopulation(path: string): Promise<LinePopulation & { values: Float64Array }> {
  const { values, table } = await readColumn(path, ['state', 'value']);
  const weights = table?.columns.find(({ name }) => /^(share|weight|population|count)$/i.test(name));
  return weights ? { values, weights: weights.values } : { values };
}

/** Rotations and shifts of a pose pickle. Errors: 'poses-missing', those of the pickle. */
export async function readPoses(path: string): Promise<Poses> {
  const read = readCryodrgnPickle(await bytesOf(path), path);
  if (read.kind === 'poses') return read.poses;
  throw new VitrineError('poses-missing', 'This file does not hold poses.', {
    ...{ file: path, expected: 'a pose.pkl: rotations N×3×3 and translations N×2', found: read.kind },
    advice: 'Write poses of a run or a table with: vitrine convert SET -o pose.pkl.',
  });
}

/** The rows of `poses` for particles at `original`. Error 'count-mismatch'. */
export function posesOf({ rotations, translations }: Poses, original: OriginalIndices, file: string): Poses {
  const rows = rowsOf(rotations.length / 9, original, { file, field: 'poses' });
  const of = (values: Float32Array, width: number) =>
    Float32Array.from({ length: rows.length * width }, (_, i) => values[rows[(i / width) | 0] * width + (i % width)]);
  return { rotations: of(rotations, 9), translations: translations && of(translations, 2) };
}

/** Maps (.mrc) in a folder by name, or the one file. Error 'file-missing' where there is none. */
export function mapsIn(path: string): string[] {
  if (/\.(mrc|map)$/i.test(path)) return [openFile(path).path];
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const files = isFolder ? readdirSync(path).filter((name) => /\.(mrc|map)$/i.test(name)) : [];
  if (files.length > 0) return files.sort().map((name) => join(path, name));
  throw new VitrineError('file-missing', 'There are no maps here.', {
    ...{ file: path, expected: 'a folder of .mrc files', found: isFolder ? 'a folder without any' : 'nothing' },
  });
}

/** The map whose name ends in that number: truth_007.mrc for state 7. Error 'file-missing'. */
export function mapOfState(maps: string[], state: number): string {
  const found = maps.find((path) => Number(/(\d+)\.\w+$/.exec(basename(path))?.[1] ?? NaN) === state);
  if (found !== undefined) return found;
  throw new VitrineError('file-missing', `There is no true map of state ${state}.`, {
    ...{ file: maps[0], expected: `a map whose name ends in ${state}`, found: `${maps.length} maps` },
  });
}
