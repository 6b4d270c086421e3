// Products by the subgroup-matrix unit: which tiles suit which unit of the adapter, and what their kernels are told. Left out of
// what is taken untried: Chromium offers the unit behind a flag, and drivers differ (tuning/ checks the numbers).
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { MATRIX_PAD, matrixTeamsFor, suitsTeam, suitsUnit, threadsOf, type MatrixTeam } from '../gpu/matrix-teams.ts';
import type { Constants } from '../gpu/source.ts';

/** Tiles of rows × columns by a team of subgroups, `depth` inputs at a time. */
export interface MatrixVariant extends MatrixTeam {
  kind: 'matrix';
  rows: number;
  columns: number;
  /**
   * How factors reach the unit: by workgroup memory in arrays of fours or of single numbers, or 'direct' from where they lie.
   */
  by: 'fours' | 'numbers' | 'direct';
  /** Tiles of factors that workgroup memory holds: with two the next is stored while the unit multiplies. */
  buffers: 1 | 2;
}

type Tile = Pick<MatrixVariant, 'rows' | 'columns' | 'down' | 'across' | 'depth' | 'by' | 'buffers'>;

// The most promising first; the first two are what a second unit or size of subgroups is tried with.
const TILES: Tile[] = [
  // Subgroups of 64 × 64 read least a multiplication: the first wants 27 KiB, the second 37.
  { rows: 128, columns: 256, down: 2, across: 4, depth: 32, by: 'fours', buffers: 1 },
  { rows: 128, columns: 128, down: 2, across: 2, depth: 32, by: 'fours', buffers: 2 },
  { rows: 128, columns: 128, down: 2, across: 4, depth: 32, by: 'fours', buffers: 1 },
  // Of what every adapter has, 16 KiB.
  { rows: 128, columns: 64, down: 2, across: 2, depth: 32, by: 'fours', buffers: 1 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 32, by: 'direct', buffers: 1 },
  { rows: 128, columns: 64, down: 4, across: 1, depth: 16, by: 'direct', buffers: 1 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 16, by: 'fours', buffers: 2 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 16, by: 'numbers', buffers: 1 },
];
const TRIED_WITH_MORE = 2;

/** Fours of numbers that the factors take in workgroup memory. */
function factorFours({ rows, columns, depth, by, buffers }: MatrixVariant): number {
  if (by === 'direct') return 0;
  return (buffers * (rows * (depth + MATRIX_PAD) + depth * (columns + MATRIX_PAD))) / 4;
}

/** Bytes of `staged` results a subgroup: rows of floats, four longer for the banks. */
function stageBytes({ unit, down, across }: MatrixVariant, staged: number): number {
  return 4 * down * across * unit.M * (staged * unit.N + 4);
}

/** How many of a subgroup's results side by side leave at a time: as many as the factors' memory holds, at least one. */
function stagedOf(variant: MatrixVariant, scalar: Scalar): number {
  const { unit, columns, across, by } = variant;
  const each = columns / across / unit.N;
  if (by === 'numbers') return 1;
  const room = by === 'direct' ? DIRECT_STAGE_BYTES : 4 * bytesOf(scalar) * factorFours(variant);
  let staged = Math.max(1, Math.floor(each));
  while (staged > 1 && (each % staged !== 0 || stageBytes(variant, staged) > room)) staged--;
  return staged;
}
/** Little enough that many teams are at work side by side. */
const DIRECT_STAGE_BYTES = 8192;

/** Workgroup memory. */
export function matrixBytes(variant: MatrixVariant, scalar: Scalar): number {
  const factors = 4 * bytesOf(scalar) * factorFours(variant);
  const stage = stageBytes(variant, stagedOf(variant, scalar));
  return variant.by === 'numbers' ? factors + stage : Math.max(factors, stage);
}

/** What is worth a trial, the most promising first. */
export function matrixVariants(
  gpu: Gpu,
  { inputs, scalar, prologue }: { inputs: number; scalar: Scalar; prologue: 'rows' | 'encoding' },
): MatrixVariant[] {
  const suits = (one: MatrixVariant): boolean => {
    const bytes = matrixBytes(one, scalar);
    if (inputs % one.depth !== 0 || (one.by === 'direct' && prologue !== 'rows')) return false;
    return (one.by === 'direct' ? suitsUnit : suitsTeam)(gpu, one, one.rows, one.columns, bytes);
  };
  const offered = matrixTeamsFor(gpu, scalar)
    .map((team) => TILES.map((tile): MatrixVariant => ({ kind: 'matrix', ...team, ...tile })).filter(suits))
    .filter((tiles) => tiles.length > 0);
  return offered.flatMap((tiles, i) => (i === 0 ? tiles : i === 1 ? tiles.slice(0, TRIED_WITH_MORE) : []));
}

/** Of matrix.wgsl, matrix-direct.wgsl and their parts. */
export function matrixConstants(variant: MatrixVariant, outputs: number, scalar: Scalar): Constants {
  const { unit, subgroup, sized, rows, columns, down, across, depth, by, buffers } = variant;
  const threads = threadsOf(variant);
  const staged = stagedOf(variant, scalar);
  const held: Scalar = by === 'direct' ? 'f32' : scalar;
  const stage = stageBytes(variant, staged) / (4 * bytesOf(held));
  return {
    M: unit.M,
    N: unit.N,
    K: unit.K,
    SUBGROUP: subgroup,
    SIZED: sized ? 1 : 0,
    TILE_ROWS: rows,
    TILE_COLUMNS: columns,
    DEPTH: depth,
    DOWN: down,
    ACROSS: across,
    DOWN_EACH: rows / down / unit.M,
    STAGED: staged,
    ROUNDS: columns / across / unit.N / staged,
    BUFFERS: buffers,
    LEFTS_EACH: (rows * depth) / 4 / threads,
    RIGHTS_EACH: (columns * depth) / 4 / threads,
    COLUMN_TILES: Math.ceil(outputs / columns),
    MEMORY: by === 'numbers' ? factorFours(variant) : Math.max(factorFours(variant), stage),
    HALVES: held === 'f16' ? 1 : 0,
    Staged: `vec4<${held}>`,
  };
}
