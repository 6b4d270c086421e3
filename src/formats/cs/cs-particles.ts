// What cryoSPARC's fields mean: images (blob/path, blob/idx) and their pixel sizes here, poses in cs-poses.ts, CTF in
// cs-ctf.ts, what forms an image beyond it in cs-optics.ts. A job often splits them over a table and its passthrough files,
// joined here by uid.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { CsTable } from './cs.ts';
import type { ImageNames, ImageScale } from '../image-scale.ts';
import { rowsByUid } from './join-by-uid.ts';

/** Which symmetry copy of which particle a row is. */
const SYMMETRY_COPY = ['sym_expand/idx', 'sym_expand/src_uid'];

/** Fields of a table, or of the passthrough files where it lacks them: rows of the table × width. */
export interface CsFields {
  table: CsTable;
  numbers(field: string): Float64Array | null;
  texts(field: string): string[] | null;
  has(field: string): boolean;
  /** Of all tables. */
  names(): string[];
}

/**
 * Joins passthrough tables to `table` by uid; with `only`, fields of these rows of it and of no others. Errors: 'count-mismatch' where a passthrough that is needed lacks
 * particles of the table, 'ambiguous' where it has several rows of one.
 */
export function joinPassthrough(
  table: CsTable,
  passthrough: readonly CsTable[],
  only: ArrayLike<number> | null = null,
): CsFields {
  const wanted = only && Int32Array.from(only);
  const rowMaps = new Map<CsTable, Int32Array>();
  /** Rows of `other` for those of the table that are wanted; null for all as they are. */
  const rowsIn = (other: CsTable): Int32Array | null => {
    if (other === table) return wanted;
    const known = rowMaps.get(other);
    if (known) return known;
    const uids = table.uids();
    const theirs = other.uids();
    if (!uids || !theirs)
      throw new VitrineError('cs-syntax', 'Tables without uid cannot be joined.', {
        file: other.fileName,
        field: 'uid',
      });
    const all = rowsByUid(uids, theirs, other.fileName);
    const rows = wanted ? wanted.map((row) => all[row]) : all;
    const missing = rows.indexOf(-1);
    if (missing >= 0)
      throw new VitrineError('count-mismatch', 'The passthrough file lacks particles of the table.', {
        file: other.fileName,
        row: (wanted ? wanted[missing] : missing) + 1,
        field: 'uid',
        expected: `all ${rows.length} particles of ${table.fileName}`,
        found: `${rows.filter((row) => row >= 0).length} of them`,
        advice: 'Drop the passthrough file of the same job.',
      });
    rowMaps.set(other, rows);
    return rows;
  };
  const sourceOf = (field: string) => (table.has(field) ? table : passthrough.find((other) => other.has(field)));
  return {
    table: wanted ? { ...table, rows: wanted.length } : table,
    has: (field) => sourceOf(field) !== undefined,
    names: () => [...new Set([table, ...passthrough].flatMap(({ columnNames }) => columnNames))],
    numbers(field) {
      const source = sourceOf(field);
      const values = source?.numbers(field) ?? null;
      const rows = values && source ? rowsIn(source) : null;
      if (!values || !rows) return values;
      const width = source?.fields.get(field)?.width ?? 1;
      return Float64Array.from({ length: rows.length * width }, (_, i) => {
        return values[rows[Math.floor(i / width)] * width + (i % width)];
      });
    },
    texts(field) {
      const source = sourceOf(field);
      const values = source?.texts(field) ?? null;
      const rows = values && source ? rowsIn(source) : null;
      return values && rows ? Array.from(rows, (row) => values[row]) : values;
    },
  };
}

/** Stack and index of each row's image; null where the table has no blob. */
export function csImages(fields: CsFields): ImageNames | null {
  const names = fields.texts('blob/path');
  const indices = fields.numbers('blob/idx');
  if (!names || !indices) return null;
  const ids = new Map<string, number>();
  const pathOf = Int32Array.from(names, (name) => {
    const path = name.replace(/^>/, '');
    const id = ids.get(path) ?? ids.size;
    ids.set(path, id);
    return id;
  });
  const bad = indices.findIndex((index) => !Number.isInteger(index) || index < 0 || index > 0x7fffffff);
  if (bad >= 0)
    throw new VitrineError('index-out-of-range', 'The index of an image in its stack is none.', {
      file: fields.table.fileName,
      row: bad + 1,
      field: 'blob/idx',
      expected: 'a whole number from 0, below 2³¹',
      found: String(indices[bad]),
    });
  return { paths: [...ids.keys()], pathOf, indexIn: Uint32Array.from(indices) };
}

/**
 * Pixel size of row i, Å, scaled to the box of the images, in proportion to a size that was given; `scale`'s where the table
 * has none. NaN where it is not known.
 */
export function pixelSizes(fields: CsFields, scale: ImageScale): (row: number) => number {
  const sizes = fields.numbers('blob/psize_A');
  const shapes = fields.numbers('blob/shape');
  const fallback = scale.pixelSizeAngstrom ?? NaN;
  if (!sizes?.some((size) => size > 0)) return () => fallback;
  const own = (row: number) =>
    !(sizes[row] > 0)
      ? NaN
      : shapes && shapes[2 * row] > 0
        ? (sizes[row] * shapes[2 * row]) / scale.boxPixels
        : sizes[row];
  if (!scale.given || Number.isNaN(fallback)) return own;
  return (row) => (Number.isNaN(own(row) / own(0)) ? fallback : (own(row) / own(0)) * fallback);
}

export function csPixelSize(fields: CsFields): { angstrom: number | null; differ: boolean } {
  const sizes = fields.numbers('blob/psize_A');
  if (!sizes || sizes.length === 0 || !(sizes[0] > 0)) return { angstrom: null, differ: false };
  return { angstrom: sizes[0], differ: sizes.some((size) => Math.abs(size - sizes[0]) > 1e-4 * sizes[0]) };
}

/** Said of particles that were symmetry-expanded: no symmetry is applied, each copy counts by itself. */
export function symmetryCopies({ table, has }: CsFields): Notice[] {
  const field = SYMMETRY_COPY.find(has);
  if (field === undefined) return [];
  return [
    {
      code: 'symmetry-expanded',
      message: 'The particles are symmetry-expanded: each copy of an image is taken as a particle of its own.',
      file: table.fileName,
      field,
    },
  ];
}

/** Fields that have to be finite for every particle, where the table has them. */
const NUMBERS = [
  ...['alignments3D/pose', 'alignments3D/shift'],
  ...['df1_A', 'df2_A', 'df_angle_rad', 'accel_kv', 'cs_mm', 'amp_contrast', 'phase_shift_rad'].map(
    (name) => `ctf/${name}`,
  ),
];

/** How many rows have a value of poses or CTF that is not finite. */
export function csBadRows({ table: { rows }, numbers }: CsFields): number {
  const fields = NUMBERS.flatMap((field) => numbers(field) ?? []);
  const isBad = (values: Float64Array, row: number) => {
    const width = values.length / rows;
    return !values.subarray(row * width, (row + 1) * width).every(Number.isFinite);
  };
  let bad = 0;
  for (let row = 0; row < rows; row++) if (fields.some((values) => isBad(values, row))) bad++;
  return bad;
}
