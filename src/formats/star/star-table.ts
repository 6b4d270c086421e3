// A particle STAR file once its tables are told apart, and its columns as numbers that are numbers.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ImageNames } from '../image-scale.ts';
import type { OpticsGroup, ParticleTable } from '../particles.ts';
import { starNumbers, starTexts, type StarBlock, type StarFile } from './star.ts';

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
  if (row >= 0) refuseCell(table, label, row);
  return values;
}

function refuseCell(table: StarParticles, label: string, row: number): never {
  throw new VitrineError('star-syntax', 'A cell that should be a number is not.', {
    file: table.fileName,
    row: row + 1,
    field: label,
    expected: 'a finite number',
    found: cellOf(table, label, row),
    advice: 'Remove the particle or write the file again.',
  });
}

/** What programs write for a value that they do not have. */
const NO_VALUE = /^(nan|none|null|<na>)?$/i;

/** Optics groups of which a column says something that is no number. */
export function groupsOfNoNumber({ file, optics }: StarParticles, label: string): Set<number> {
  const numbers = optics && starNumbers(file, optics, label);
  const texts = optics && starTexts(file, optics, label);
  return new Set(
    texts?.flatMap((text, group) => (Number.isFinite(numbers?.[group]) || NO_VALUE.test(text) ? [] : group)),
  );
}

/** What the row and its optics group have in a column, where they have it. */
function textsOf({ file, block, optics, opticsGroupOf }: StarParticles, label: string, row: number): string[] {
  const own = starTexts(file, block, label)?.[row];
  const group = optics && starTexts(file, optics, label)?.[opticsGroupOf?.[row] ?? 0];
  return [own, group].filter((text) => typeof text === 'string');
}

/** A cell as it is written: of the particle's row, or of its optics group where the row says nothing. */
export function cellOf(table: StarParticles, label: string, row: number): string {
  const texts = textsOf(table, label, row);
  return texts.find((text) => !NO_VALUE.test(text)) ?? texts.find((text) => text !== '') ?? 'an empty cell';
}

/**
 * A value that stands in the particle's row, or in its optics group where the row has none; NaN where neither has. Null where
 * neither table has the column. Error 'star-syntax' naming the row of a cell that says something else than a number.
 */
export function rowOrGroup(table: StarParticles, label: string): ((row: number) => number) | null {
  const own = starNumbers(table.file, table.block, label);
  const groups = table.optics && starNumbers(table.file, table.optics, label);
  if (!own && !groups) return null;
  if (own?.some((value) => !Number.isFinite(value))) {
    const texts = starTexts(table.file, table.block, label);
    const strange = own.findIndex((value, row) => !Number.isFinite(value) && !NO_VALUE.test(texts?.[row] ?? ''));
    if (strange >= 0) refuseCell(table, label, strange);
  }
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
