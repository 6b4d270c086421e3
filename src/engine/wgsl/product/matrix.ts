// Products by the subgroup-matrix unit: which tiles suit which unit of the adapter, and what their kernel is told. Left out of
// what is taken untried: Chromium offers the unit behind a flag, and drivers differ (tuning/ checks the numbers).
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';

/** Tiles of rows × columns by down × across subgroups, `depth` inputs at a time. */
export interface MatrixVariant {
  kind: 'matrix';
  unit: MatrixUnit;
  /** Invocations of a subgroup. */
  subgroup: number;
  rows: number;
  columns: number;
  down: number;
  across: number;
  depth: number;
}

const TILES: Omit<MatrixVariant, 'kind' | 'unit' | 'subgroup'>[] = [
  { rows: 128, columns: 128, down: 2, across: 4, depth: 32 },
  { rows: 128, columns: 128, down: 4, across: 2, depth: 16 },
  { rows: 128, columns: 64, down: 4, across: 2, depth: 32 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 32 },
  { rows: 64, columns: 64, down: 2, across: 2, depth: 16 },
];

/** Longer rows in workgroup memory, as matrix.wgsl has them. */
const PAD = 8;

export function matrixBytes({ unit, rows, columns, down, across, depth }: MatrixVariant, scalar: Scalar): number {
  const operands = rows * (depth + PAD) + depth * (columns + PAD);
  return bytesOf(scalar) * operands + 4 * down * across * unit.M * unit.N;
}

/** Of units that take the storage's type and sum in float32; adapters whose subgroups are all of one size. */
export function matrixVariants(gpu: Gpu, inputs: number, scalar: Scalar): MatrixVariant[] {
  const [least, most] = gpu.subgroupSizes;
  if (least !== most || most === 0) return [];
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  const units = gpu.matrixUnits.filter(({ component, result }) => component === scalar && result === 'f32');
  return units
    .flatMap((unit) => TILES.map((tile): MatrixVariant => ({ kind: 'matrix', unit, subgroup: most, ...tile })))
    .filter(
      (one) =>
        suits(one, inputs) &&
        one.down * one.across * most <= maxComputeInvocationsPerWorkgroup &&
        matrixBytes(one, scalar) <= maxComputeWorkgroupStorageSize,
    );
}

function suits({ unit: { M, N, K }, rows, columns, down, across, depth, subgroup }: MatrixVariant, inputs: number) {
  const threads = down * across * subgroup;
  const whole = [rows / down / M, columns / across / N, depth / K, inputs / depth, N / 4];
  const loads = [(rows * depth) / 4 / threads, (columns * depth) / 4 / threads];
  // More results than these do not fit into the registers of a subgroup.
  return [...whole, ...loads].every(Number.isInteger) && (whole[0] * whole[1] * M * N) / subgroup <= 96;
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
