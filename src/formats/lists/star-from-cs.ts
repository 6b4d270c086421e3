// What a STAR file made of cryoSPARC's particles keeps beside images, poses and CTF: micrograph, coordinates, half-sets and
// exposure groups, under RELION's labels.
import type { TableRows } from '../../base/particle-identity.ts';
import { joinPassthrough, type CsFields } from '../cs/cs-particles.ts';
import type { CsTable } from '../cs/cs.ts';
import type { ParticleTable } from '../particles.ts';
import type { StarColumn } from '../star/star-columns.ts';

export interface KeptOfCs {
  /** One cell a row asked for. */
  columns: StarColumn[];
  /** Exposure group of row i of the rows asked for; null where the table has none. */
  exposureGroupOf: ((row: number) => number) | null;
}

export function isCsTable(table: ParticleTable | null): table is CsTable {
  return table?.kind === 'cs';
}

/** Of `rows` of a .cs table, and of its passthrough files where it lacks a field. Errors: those of joining them. */
export function keptOfCs(table: CsTable, rows: TableRows): KeptOfCs {
  const fields = joinPassthrough(table, table.passthrough ?? []);
  const columns: StarColumn[] = [];
  const add = (label: string, cell: ((row: number) => string) | null): void => {
    if (cell) columns.push({ label, cells: Array.from(rows, cell) });
  };
  add('_rlnMicrographName', micrographOf(fields));
  const [x, y] = coordinatesOf(fields);
  add('_rlnCoordinateX', x);
  add('_rlnCoordinateY', y);
  const split = fields.numbers('alignments3D/split');
  // RELION counts half-sets from 1.
  add('_rlnRandomSubset', split && ((row) => String(split[row] + 1)));
  const groups = fields.numbers('ctf/exp_group_id');
  return { columns, exposureGroupOf: groups && ((row) => groups[rows[row]]) };
}

function micrographOf(fields: CsFields): ((row: number) => string) | null {
  const paths = fields.texts('location/micrograph_path');
  return paths && ((row) => paths[row].replace(/^>/, ''));
}

/** Pixels of the micrograph; its shape is (rows, columns). */
function coordinatesOf(fields: CsFields): (((row: number) => string) | null)[] {
  const shape = fields.numbers('location/micrograph_shape');
  return ['location/center_x_frac', 'location/center_y_frac'].map((name, axis) => {
    const fractions = fields.numbers(name);
    return shape && fractions && ((row) => (fractions[row] * shape[2 * row + 1 - axis]).toFixed(2));
  });
}
