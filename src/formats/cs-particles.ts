// What cryoSPARC's fields mean: images (blob/path, blob/idx), poses (alignments3D/pose, shift), CTF (ctf/*). A job often
// splits them over a table and its passthrough files, joined here by uid.
import { VitrineError, type Notice } from './errors.ts';
import { CTF_WIDTH, type Poses } from './particles.ts';
import { matrixFromRotationVector } from '../geometry/rotation.ts';
import type { CsTable } from './cs.ts';
import { rowsByUid } from './join-by-uid.ts';
import type { ImageScale, ImageNames } from './star-particles.ts';

/** Fields of a table, or of the passthrough files where it lacks them: rows of the table × width. */
export interface CsFields {
  table: CsTable;
  numbers(field: string): Float64Array | null;
  texts(field: string): string[] | null;
  has(field: string): boolean;
}

/**
 * Joins passthrough tables to `table` by uid. Errors: 'count-mismatch' where a passthrough that is needed lacks
 * particles of the table, 'ambiguous' where it has several rows of one.
 */
export function joinPassthrough(table: CsTable, passthrough: readonly CsTable[]): CsFields {
  const rowMaps = new Map<CsTable, Int32Array>();
  const rowsIn = (other: CsTable): Int32Array => {
    const known = rowMaps.get(other);
    if (known) return known;
    const uids = table.uids();
    const theirs = other.uids();
    if (!uids || !theirs)
      throw new VitrineError('cs-syntax', 'Tables without uid cannot be joined.', {
        file: other.fileName,
        field: 'uid',
      });
    const rows = rowsByUid(uids, theirs, other.fileName);
    const missing = rows.indexOf(-1);
    if (missing >= 0)
      throw new VitrineError('count-mismatch', 'The passthrough file lacks particles of the table.', {
        file: other.fileName,
        row: missing + 1,
        field: 'uid',
        expected: `all ${table.rows} particles of ${table.fileName}`,
        found: `${rows.filter((row) => row >= 0).length} of them`,
        advice: 'Drop the passthrough file of the same job.',
      });
    rowMaps.set(other, rows);
    return rows;
  };
  const sourceOf = (field: string) => (table.has(field) ? table : passthrough.find((other) => other.has(field)));
  return {
    table,
    has: (field) => sourceOf(field) !== undefined,
    numbers(field) {
      const source = sourceOf(field);
      const values = source?.numbers(field) ?? null;
      if (!values || !source || source === table) return values;
      const width = source.fields.get(field)?.width ?? 1;
      const rows = rowsIn(source);
      return Float64Array.from({ length: rows.length * width }, (_, i) => {
        return values[rows[Math.floor(i / width)] * width + (i % width)];
      });
    },
    texts(field) {
      const source = sourceOf(field);
      const values = source?.texts(field) ?? null;
      if (!values || !source || source === table) return values;
      return Array.from(rowsIn(source), (row) => values[row]);
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
  return { paths: [...ids.keys()], pathOf, indexIn: Uint32Array.from(indices) };
}

/** Pixel size of row i, Å, scaled to the box of the images; `scale`'s where the table has none. */
export function pixelSizes(fields: CsFields, scale: ImageScale): (row: number) => number {
  const sizes = fields.numbers('blob/psize_A');
  const shapes = fields.numbers('blob/shape');
  if (!sizes) return () => scale.pixelSizeAngstrom ?? NaN;
  return (row) => (shapes && shapes[2 * row] > 0 ? (sizes[row] * shapes[2 * row]) / scale.boxPixels : sizes[row]);
}

export function csPixelSize(fields: CsFields): { angstrom: number | null; differ: boolean } {
  const sizes = fields.numbers('blob/psize_A');
  if (!sizes || sizes.length === 0 || !(sizes[0] > 0)) return { angstrom: null, differ: false };
  return { angstrom: sizes[0], differ: sizes.some((size) => Math.abs(size - sizes[0]) > 1e-4 * sizes[0]) };
}

/** Poses of all rows; null where the table has no 3-D alignments. */
export function csPoses(fields: CsFields, scale: ImageScale): Poses | null {
  const pose = fields.numbers('alignments3D/pose');
  if (!pose) return null;
  const rows = fields.table.rows;
  const rotations = new Float32Array(9 * rows);
  for (let i = 0; i < rows; i++)
    matrixFromRotationVector(pose[3 * i], pose[3 * i + 1], pose[3 * i + 2], rotations, 9 * i);
  const shift = fields.numbers('alignments3D/shift');
  if (!shift) return { rotations, translations: null };
  const shiftSizes = fields.numbers('alignments3D/psize_A');
  const imageSize = pixelSizes(fields, scale);
  const translations = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    // Shifts are in pixels of the grid they were found on, which may be a binned one.
    const size = imageSize(i);
    const ratio = shiftSizes && shiftSizes[i] > 0 && size > 0 ? shiftSizes[i] / size : 1;
    for (const axis of [0, 1]) translations[2 * i + axis] = (shift[2 * i + axis] * ratio) / scale.boxPixels;
  }
  return { rotations, translations };
}

const CTF_FIELDS = [
  'ctf/df1_A',
  'ctf/df2_A',
  'ctf/df_angle_rad',
  'ctf/accel_kv',
  'ctf/cs_mm',
  'ctf/amp_contrast',
] as const;

/** CTF rows (N×9); null with a notice naming the missing fields. */
export function csCtf(fields: CsFields, scale: ImageScale): { ctf: Float32Array | null; notices: Notice[] } {
  const missing = CTF_FIELDS.filter((field) => !fields.has(field));
  const [u, v, angle, voltage, cs, contrast] = CTF_FIELDS.map((field) => fields.numbers(field));
  if (missing.length > 0 || !u || !v || !angle || !voltage || !cs || !contrast)
    return {
      ctf: null,
      notices: [
        {
          code: 'ctf-missing',
          message: 'The .cs file does not hold the CTF.',
          file: fields.table.fileName,
          field: missing.join(', '),
          advice: "Drop the job's passthrough .cs file too, or a ctf.pkl; without it the images are taken as they are.",
        },
      ],
    };
  const phase = fields.numbers('ctf/phase_shift_rad');
  const size = pixelSizes(fields, scale);
  const degrees = 180 / Math.PI;
  const rows = fields.table.rows;
  const ctf = new Float32Array(CTF_WIDTH * rows);
  for (let i = 0; i < rows; i++)
    ctf.set(
      [
        scale.boxPixels,
        size(i),
        u[i],
        v[i],
        angle[i] * degrees,
        voltage[i],
        cs[i],
        contrast[i],
        (phase?.[i] ?? 0) * degrees,
      ],
      CTF_WIDTH * i,
    );
  return { ctf, notices: [] };
}
