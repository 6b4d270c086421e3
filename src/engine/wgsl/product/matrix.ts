// Products by the subgroup-matrix unit: which tiles suit which unit of the adapter, and what their kernel is told. Left out of
// what is taken untried: Chromium offers the unit behind a flag, and drivers differ (tuning/ checks the numbers).
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { MATRIX_PAD, matrixUnitsFor, suitsTeam, type MatrixTeam } from '../gpu/matrix-teams.ts';

/** Tiles of rows × columns by a team of subgroups, `depth` inputs at a time. */
export interface MatrixVariant extends MatrixTeam {
  kind: 'matrix';
  rows: number;
  columns: number;
}

const TILES: Omit<MatrixVariant, 'kind' | 'unit' | 'subgroup'>[] = [
  { rows: 128, columns: 128, down: 2, across: 4, depth: 32 },
  { rows: 128, columns: 128, down: 4, across: 2, depth: 16 },
  { rows: 128, columns: 64, down: 4, across: 2, depth: 32 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 32 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 16 },
];

export function matrixBytes({ unit, rows, columns, down, across, depth }: MatrixVariant, scalar: Scalar): number {
  const operands = rows * (depth + MATRIX_PAD) + depth * (columns + MATRIX_PAD);
  return bytesOf(scalar) * operands + 4 * down * across * unit.M * unit.N;
}

export function matrixVariants(gpu: Gpu, inputs: number, scalar: Scalar): MatrixVariant[] {
  return matrixUnitsFor(gpu, scalar)
    .flatMap((unit) => TILES.map((tile): MatrixVariant => ({ kind: 'matrix', ...unit, ...tile })))
    .filter((one) => inputs % one.depth === 0 && suitsTeam(gpu, one, one.rows, one.columns, matrixBytes(one, scalar)));
}

export function matrixConstants(
  { unit, subgroup, rows, columns, down, across, depth }: MatrixVariant,
  outputs: number,
) {
  const threads = down * across * subgroup;
  return {
    M: unit.M,
    N: unit.N,
    K: unit.K,
    SUBGROUP: subgroup,
    TILE_ROWS: rows,
    TILE_COLUMNS: columns,
    DEPTH: depth,
    DOWN: down,
    ACROSS: across,
    DOWN_EACH: rows / down / unit.M,
    ACROSS_EACH: columns / across / unit.N,
    LEFTS_EACH: (rows * depth) / 4 / threads,
    RIGHTS_EACH: (columns * depth) / 4 / threads,
    COLUMN_TILES: Math.ceil(outputs / columns),
  };
}
