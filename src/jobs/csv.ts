// Tables of numbers as CSV: one header line, a row a particle.
/** Float32 values with as many digits as they hold, no more. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(9)));
}

export interface CsvColumn {
  name: string;
  values: ArrayLike<number>;
}

export function csvOf(columns: CsvColumn[]): string {
  const rows = columns[0]?.values.length ?? 0;
  const lines = [columns.map((column) => column.name).join(',')];
  for (let row = 0; row < rows; row++) lines.push(columns.map((column) => numberText(column.values[row])).join(','));
  return `${lines.join('\n')}\n`;
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
