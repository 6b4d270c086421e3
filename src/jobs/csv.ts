// Tables of numbers as CSV: one header line, a row a particle; float32 values with the digits they hold.
import { writeCsv } from '../formats/csv.ts';

/** A column of a table, a value a row. */
export interface CsvColumn {
  name: string;
  values: ArrayLike<number>;
}

/** The columns as CSV, nine significant digits a value. */
export function csvOf(columns: CsvColumn[]): string {
  const rounded = columns.map(({ name, values }) => ({
    name,
    values: Float64Array.from(values, (value) => Number(value.toPrecision(9))),
  }));
  return new TextDecoder().decode(writeCsv(rounded));
}

/** Columns of a row-major table of `width` values a row. */
export function columnsOf(values: Float32Array, width: number, names: (column: number) => string): CsvColumn[] {
  const rows = width > 0 ? values.length / width : 0;
  return Array.from({ length: width }, (_, c) => ({
    name: names(c),
    values: Float32Array.from({ length: rows }, (_, row) => values[row * width + c]),
  }));
}

/** Latents as scoring tools read them: z1, z2, … and nothing else, in the order of the particles. */
export function latentsCsv(mu: Float32Array, zDim: number): string {
  return csvOf(columnsOf(mu, zDim, (c) => `z${c + 1}`));
}
