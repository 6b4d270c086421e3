// Subgroups of one workgroup that share a tile and multiply it by the subgroup-matrix unit: which units an adapter has for a
// type of storage, and whether a tile suits unit, registers and limits.
import type { Gpu, MatrixUnit } from './gpu.ts';
import type { Scalar } from './kernels.ts';
import { subgroupSizesOf, type SubgroupSize } from './subgroups.ts';

/** How many subgroups share a tile, and on which unit: a team as in OpenMP. */
export interface MatrixTeam extends SubgroupSize {
  unit: MatrixUnit;
  /** Subgroups along the tile's sides. */
  down: number;
  across: number;
  /** How much of the summed side goes through workgroup memory at a time. */
  depth: number;
}

/** Scalars by which rows in workgroup memory are longer, for the banks. */
export const MATRIX_PAD = 8;
/** More sums of an invocation do not fit into its registers; 64 × 64 of a subgroup of 32 do. */
const MOST_SUMS = 128;
/** Sizes that units are tried with where subgroups vary: most drivers' own, then that of Intel's older ones. */
const TRIED_SIZES = [32, 16];

/**
 * Units that take the storage's type and sum in float32, the largest first, with each size of subgroups that is worth a trial.
 * What is `sized` needs `@subgroup_size` in its kernel.
 */
export function matrixTeamsFor(gpu: Gpu, scalar: Scalar): Pick<MatrixTeam, 'unit' | 'subgroup' | 'sized'>[] {
  const sizes = subgroupSizesOf(gpu)
    .filter(({ subgroup, sized }) => !sized || TRIED_SIZES.includes(subgroup))
    .sort((a, b) => TRIED_SIZES.indexOf(a.subgroup) - TRIED_SIZES.indexOf(b.subgroup));
  const units = gpu.matrixUnits
    .filter(({ component, result }) => component === scalar && result === 'f32')
    .sort((a, b) => b.M * b.N * b.K - a.M * a.N * a.K);
  return sizes.flatMap((size) => units.map((unit) => ({ unit, ...size })));
}

/** As `matrixTeamsFor`, of adapters whose subgroups are all of one size: for kernels that ask for none. */
export function matrixUnitsFor(gpu: Gpu, scalar: Scalar): Pick<MatrixTeam, 'unit' | 'subgroup'>[] {
  const [least, most] = gpu.subgroupSizes;
  if (least !== most || most === 0) return [];
  return gpu.matrixUnits
    .filter(({ component, result }) => component === scalar && result === 'f32')
    .map((unit) => ({ unit, subgroup: most }));
}

/** Invocations of a workgroup. */
export function threadsOf({ down, across, subgroup }: MatrixTeam): number {
  return down * across * subgroup;
}

/** Whether a tile of rows × columns is shared out evenly and held, `bytes` of workgroup memory with it. */
export function suitsUnit(gpu: Gpu, team: MatrixTeam, rows: number, columns: number, bytes: number): boolean {
  const { unit, down, across, depth, subgroup } = team;
  const each = [rows / down / unit.M, columns / across / unit.N];
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  return (
    [...each, depth / unit.K, unit.K / 4, unit.N / 4].every(Number.isInteger) &&
    (each[0] * each[1] * unit.M * unit.N) / subgroup <= MOST_SUMS &&
    threadsOf(team) <= maxComputeInvocationsPerWorkgroup &&
    bytes <= maxComputeWorkgroupStorageSize
  );
}

/** The same where the factors go through workgroup memory: they too have to be shared out evenly, in fours. */
export function suitsTeam(gpu: Gpu, team: MatrixTeam, rows: number, columns: number, bytes: number): boolean {
  const fours = (side: number): number => (side * team.depth) / 4 / threadsOf(team);
  return (
    Number.isInteger(fours(rows)) && Number.isInteger(fours(columns)) && suitsUnit(gpu, team, rows, columns, bytes)
  );
}
