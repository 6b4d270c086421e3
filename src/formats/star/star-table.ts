// A particle STAR file once its tables are told apart, and its columns as numbers that are numbers.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ImageNames } from '../image-scale.ts';
import type { OpticsGroup, ParticleTable } from '../particles.ts';
import { starNumbers, type StarBlock, type StarFile } from './star.ts';

export interface StarParticles extends ParticleTable {
  readonly kind: 'star';
  readonly file: StarFile;
  readonly block: StarBlock;
  readonly optics: StarBlock | null;
  /** '3.0' has no optics table; 5 writes the same tables as 3.1. */
  readonly version: '3.0' | '3.1';
  readonly images: ImageNames;
  readonly opticsGroups: OpticsGroup[];
  /** Optics group of each row as an index into `opticsGroups`; null with one group. */
  readonly opticsGroupOf: Int32Array | null;
  /** Pixel size and box of each row as the file says them. */
  readonly sizes: RowSizes;
  /** Pixel size of the first row, Å; null where the file does not say it. */
  readonly pixelSizeAngstrom: number | null;
  /** Whether rows differ in pixel size once all images have one box. */
  readonly pixelSizesDiffer: boolean;
  /** Box of the first row. */
  readonly boxPixels: number | null;
  readonly notices: Notice[];
}

/** NaN where the file does not say it. */
export interface RowSizes {
  pixelSizeAngstrom(row: number): number;
  boxPixels(row: number): number;
}

/** A column of the particles; null where it is absent. Error 'star-syntax' naming the row of a cell that is no finite number. */
export function finiteColumn(table: StarParticles, label: string): Float64Array | null {
  const values = starNumbers(table.file, table.block, label);
  const row = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (row >= 0)
    throw new VitrineError('star-syntax', 'A cell that should be a number is not.', {
      file: table.fileName,
      row: row + 1,
      field: label,
      expected: 'a number',
      found: String(values?.[row]),
      advice: 'Remove the particle or write the file again.',
    });
  return values;
}

/**
 * A value that stands in the particle's row, or in its optics group where the row has none; NaN where neither has. Null where
 * neither table has the column.
 */
export function rowOrGroup(table: StarParticles, label: string): ((row: number) => number) | null {
  const own = starNumbers(table.file, table.block, label);
  const groups = table.optics && starNumbers(table.file, table.optics, label);
  if (!own && !groups) return null;
  return (row) => {
    const value = own ? own[row] : NaN;
    return Number.isFinite(value) ? value : (groups?.[table.opticsGroupOf?.[row] ?? 0] ?? NaN);
  };
}

/** Indices into `opticsGroups` of those that have particles. */
export function usedGroups({ opticsGroupOf, opticsGroups, rows }: StarParticles): number[] {
  if (opticsGroupOf) return [...new Set(opticsGroupOf)];
  return rows > 0 ? [...opticsGroups.keys()].slice(0, 1) : [];
}
