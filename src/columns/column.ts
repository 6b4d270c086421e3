// A column: one number a particle, with its name, unit, kind and where the number comes from. Axes, colours, histograms and
// exports ask columns for everything, so that a new kind of number is one entry of the table (run-columns.ts).

/** An angle is cyclic, in degrees from −180 to 180; classes are counted from 0 and −1 is none. */
export type ColumnKind = 'number' | 'angle' | 'class';
export type ColumnSource =
  | 'latents'
  | 'fit'
  | 'pca'
  | 'umap'
  | 'clusters'
  | 'volumes'
  | 'states'
  | 'start'
  | 'selections'
  | 'poses'
  | 'shifts'
  | 'ctf'
  | 'table'
  | 'none';
/** Analyses that make columns. */
export type Analysis = 'pca' | 'umap' | 'clusters';
export type Availability =
  { state: 'there' } | { state: 'computable'; by: Analysis } | { state: 'absent'; why: string };

/** A value that is linear in z: direction · z + offset. */
export interface Linear {
  /** zDim numbers. */
  direction: ArrayLike<number>;
  offset: number;
}

export interface Column {
  /** "pc1", "defocus", "extra:score": unique in a table. */
  readonly key: string;
  readonly name: string;
  readonly unit: string | null;
  readonly kind: ColumnKind;
  readonly source: ColumnSource;
  readonly availability: Availability;
  /** Share of the variance, 0 … 1, of a principal component. */
  readonly share?: number;
  /** Of classes: how many, and their colours where they have colours of their own, or the places of these in the palette. */
  readonly classes?: { count: number; colors: readonly string[] | null; places?: readonly number[] };
  /** Present where places on an axis of this column have a z. */
  readonly linear?: Linear;
  /**
   * A value a particle, NaN where there is none; computed when first asked for and then kept: not to be changed. Null
   * unless the column is there.
   */
  values(): Float32Array | null;
}

export const THERE: Availability = { state: 'there' };

/** "Defocus (µm)", "PC1 (61.3 %)". */
export function titleOf({ name, unit, share }: Column): string {
  if (share !== undefined) return `${name} (${(share * 100).toFixed(1)} %)`;
  return unit === null ? name : `${name} (${unit})`;
}

export function columnOf(table: readonly Column[], key: string): Column | null {
  return table.find((column) => column.key === key) ?? null;
}

/** Sources that a run adds to what its dataset says. */
const OF_RUN: readonly ColumnSource[] = ['latents', 'fit', 'pca', 'umap', 'clusters', 'volumes', 'states', 'start'];

/**
 * What a run knows of some particles, for a table of them: a value for each of `rows`, the columns named by their keys.
 * Classes are counted from 1, as on the screen, and 0 is none.
 */
export function tableOfRows(table: readonly Column[], rows: Uint32Array): { name: string; values: Float32Array }[] {
  return table.flatMap(({ key, kind, source, values: valuesOf }) => {
    const values = OF_RUN.includes(source) ? valuesOf() : null;
    const first = kind === 'class' ? 1 : 0;
    return values ? [{ name: key, values: Float32Array.from(rows, (row) => values[row] + first) }] : [];
  });
}

/** Computed columns by the array that they were computed from: kept for as long as that is. */
const computed = new WeakMap<object, Map<string, Float32Array>>();

/** `make()`, computed once for a source and a name. */
export function keptWith(source: object, name: string, make: () => Float32Array): Float32Array {
  const known = computed.get(source) ?? new Map<string, Float32Array>();
  computed.set(source, known);
  const values = known.get(name) ?? make();
  known.set(name, values);
  return values;
}

/** Column `at` of a row-major table of `width` values a row. */
export function stripe(values: Float32Array, width: number, at: number): Float32Array {
  return keptWith(values, `${at} of ${width}`, () =>
    Float32Array.from({ length: Math.floor(values.length / width) }, (_, row) => values[row * width + at]),
  );
}
