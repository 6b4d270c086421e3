// Subgroups of one workgroup that share a tile and multiply it by the subgroup-matrix unit: which units an adapter has for a
// type of storage, and whether a tile suits unit, registers and limits.
import type { Gpu, MatrixUnit } from './gpu.ts';
import type { Scalar } from './kernels.ts';

export interface MatrixTeam {
  unit: MatrixUnit;
  /** Invocations of a subgroup. */
  subgroup: number;
  /** Subgroups along the tile's sides. */
  down: number;
  across: number;
  /** How much of the summed side goes through workgroup memory at a time. */
  depth: number;
}

/** Scalars by which rows in workgroup memory are longer, for the banks. */
export const MATRIX_PAD = 8;
/** More sums of an invocation do not fit into its registers. */
const MOST_SUMS = 96;

/** Units that take the storage's type and sum in float32; of adapters whose subgroups are all of one size. */
export function matrixUnitsFor(gpu: Gpu, scalar: Scalar): Pick<MatrixTeam, 'unit' | 'subgroup'>[] {
  const [least, most] = gpu.subgroupSizes;
  if (least !== most || most === 0) return [];
  return gpu.matrixUnits
    .filter(({ component, result }) => component === scalar && result === 'f32')
    .map((unit) => ({ unit, subgroup: most }));
}

export function threadsOf({ down, across, subgroup }: MatrixTeam): number {
  return down * across * subgroup;
}

/** Whether a tile of rows × columns is shared out evenly and held, `bytes` of workgroup memory with it. */
export function suitsTeam(gpu: Gpu, team: MatrixTeam, rows: number, columns: number, bytes: number): boolean {
  const { unit, down, across, depth, subgroup } = team;
  const threads = threadsOf(team);
  const each = [rows / down / unit.M, columns / across / unit.N];
  const loads = [(rows * depth) / 4 / threads, (columns * depth) / 4 / threads];
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  return (
    [...each, ...loads, depth / unit.K, unit.N / 4].every(Number.isInteger) &&
    (each[0] * each[1] * unit.M * unit.N) / subgroup <= MOST_SUMS &&
    threads <= maxComputeInvocationsPerWorkgroup &&
    bytes <= maxComputeWorkgroupStorageSize
  );
}
