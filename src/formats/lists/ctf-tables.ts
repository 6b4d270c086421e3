// A CTF into the table a set came from: the inverse of starCtf and csCtf. Every other column stays as it was.
import { parseCs } from '../cs/cs.ts';
import { writeCsFields } from '../cs/cs-fields.ts';
import { VitrineError } from '../../base/errors.ts';
import { CTF_COLUMNS, CTF_WIDTH } from '../particles.ts';
import { writeStarColumns, type StarColumn } from '../star/star-columns.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { starCtf } from '../star/star-ctf.ts';
import type { ImageScale } from '../image-scale.ts';

/** Of CTF_COLUMNS: a STAR file with optics groups has them by group, so that they cannot be written by particle. */
const MICROSCOPE = [1, 5, 6, 7];
const PER_PARTICLE: [column: number, label: string][] = [
  [2, '_rlnDefocusU'],
  [3, '_rlnDefocusV'],
  [4, '_rlnDefocusAngle'],
  [8, '_rlnPhaseShift'],
];

/**
 * The STAR file with defocus and phase shift of `ctf` (N×9, one row a row of its particles), added where it had none.
 * Errors: those of parseStarParticles; 'usage' where pixel size, voltage, Cs or amplitude contrast are not the table's.
 */
export function starWithCtf(bytes: Uint8Array, path: string, ctf: Float32Array, scale: ImageScale): Uint8Array {
  const table = parseStarParticles(bytes, path);
  const own = starCtf(table, scale).ctf;
  for (let row = 0; row < table.rows; row++)
    for (const column of MICROSCOPE) {
      const [given, there] = [ctf[row * CTF_WIDTH + column], own?.[row * CTF_WIDTH + column]];
      if (there !== undefined && Math.abs(given - there) <= 1e-4 * Math.abs(there)) continue;
      throw new VitrineError(
        'usage',
        'The CTF is of another microscope than the table says; it cannot be put into it.',
        {
          file: path,
          row: row + 1,
          field: CTF_COLUMNS[column],
          expected: there === undefined ? 'a table with a CTF' : String(Number(there.toPrecision(6))),
          found: String(Number(given.toPrecision(6))),
          advice: 'Give the stack itself with --poses and --ctf: a STAR file is made of them anew.',
        },
      );
    }
  const columns = PER_PARTICLE.map(([column, label]): StarColumn => ({
    label,
    cells: Array.from({ length: table.rows }, (_, row) => ctf[row * CTF_WIDTH + column].toFixed(6)),
  }));
  return writeStarColumns(table.file, table.block, columns);
}

/** The .cs file with the fields ctf/… of `ctf`, one row a row. Errors: those of parseCs. */
export function csWithCtf(bytes: Uint8Array, path: string, ctf: Float32Array): Uint8Array {
  const { rows } = parseCs(bytes, path);
  const radians = Math.PI / 180;
  const fields: [name: string, column: number, factor: number][] = [
    ['ctf/df1_A', 2, 1],
    ['ctf/df2_A', 3, 1],
    ['ctf/df_angle_rad', 4, radians],
    ['ctf/accel_kv', 5, 1],
    ['ctf/cs_mm', 6, 1],
    ['ctf/amp_contrast', 7, 1],
    ['ctf/phase_shift_rad', 8, radians],
  ];
  const values = (column: number, factor: number) =>
    Float32Array.from({ length: rows }, (_, row) => factor * ctf[row * CTF_WIDTH + column]);
  return writeCsFields(
    bytes,
    path,
    fields.map(([name, column, factor]) => ({ name, values: values(column, factor), width: 1 })),
  );
}
