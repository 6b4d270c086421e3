// Weight gradients by the subgroup-matrix unit: which tiles suit which unit of the adapter, and what their kernel is told. Not
// what is taken untried: Chromium offers the unit behind a flag, and drivers differ (tuning/ checks the numbers).
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import type { Constants } from '../gpu/source.ts';

/** Tiles of inputs × outputs by down × across subgroups, `depth` rows at a time through workgroup memory. */
export interface MatrixVariant {
  kind: 'matrix';
  unit: MatrixUnit;
  /** Invocations of a subgroup. */
  subgroup: number;
  inputs: number;
  outputs: number;
  down: number;
  across: number;
  depth: number;
}

const TILES: Omit<MatrixVariant, 'kind' | 'unit' | 'subgroup'>[] = [
  { inputs: 128, outputs: 128, down: 2, across: 4, depth: 32 },
  { inputs: 128, outputs: 128, down: 2, across: 4, depth: 16 },
  { inputs: 128, outputs: 128, down: 4, across: 2, depth: 32 },
  { inputs: 64, outputs: 64, down: 2, across: 2, depth: 32 },
  { inputs: 64, outputs: 64, down: 2, across: 2, depth: 16 },
];

/** Scalars by which rows in workgroup memory are longer. */
const PAD = 8;
/** More sums of an invocation do not fit into its registers. */
const MOST_SUMS = 96;

/** Of units that take the storage's type and sum in float32; for adapters whose subgroups are all of one size. */
export function matrixVariants(gpu: Gpu, scalar: Scalar): MatrixVariant[] {
  const [least, most] = gpu.subgroupSizes;
  if (least !== most || most === 0) return [];
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  return gpu.matrixUnits
    .filter(({ component, result }) => component === scalar && result === 'f32')
    .flatMap((unit) => TILES.map((tile): MatrixVariant => ({ kind: 'matrix', unit, subgroup: most, ...tile })))
    .filter(
      (one) =>
        suits(one) &&
        threadsOf(one) <= maxComputeInvocationsPerWorkgroup &&
        matrixBytes(one, scalar) <= maxComputeWorkgroupStorageSize,
    );
}

function threadsOf({ down, across, subgroup }: MatrixVariant): number {
  return down * across * subgroup;
}

/** Floats through which sums leave: a result of the unit a subgroup, or four numbers an invocation. */
function resultFloats(variant: MatrixVariant): number {
  const { down, across, unit } = variant;
  return Math.max(down * across * unit.M * unit.N, 4 * threadsOf(variant));
}

/** Workgroup memory. */
export function matrixBytes(variant: MatrixVariant, scalar: Scalar): number {
  const { inputs, outputs, depth } = variant;
  return bytesOf(scalar) * depth * (inputs + outputs + 2 * PAD) + 4 * resultFloats(variant);
}

function suits(variant: MatrixVariant): boolean {
  const { unit, inputs, outputs, down, across, depth, subgroup } = variant;
  const threads = threadsOf(variant);
  const each = [inputs / down / unit.M, outputs / across / unit.N];
  const loads = [(depth * inputs) / 4 / threads, (depth * outputs) / 4 / threads];
  return (
    [...each, ...loads, depth / unit.K, unit.N / 4, threads / (outputs / 4)].every(Number.isInteger) &&
    (each[0] * each[1] * unit.M * unit.N) / subgroup <= MOST_SUMS
  );
}

export function matrixConstants(variant: MatrixVariant): Constants {
  const { unit, subgroup, inputs, outputs, down, across, depth } = variant;
  const threads = threadsOf(variant);
  return {
    M: unit.M,
    N: unit.N,
    K: unit.K,
    SUBGROUP: subgroup,
    TILE_M: inputs,
    TILE_N: outputs,
    DEPTH: depth,
    DOWN: down,
    ACROSS: across,
    DOWN_EACH: inputs / down / unit.M,
    ACROSS_EACH: outputs / across / unit.N,
    LEFTS_EACH: (depth * inputs) / 4 / threads,
    GRADIENTS_EACH: (depth * outputs) / 4 / threads,
    RESULTS: resultFloats(variant),
    PAD,
  };
}
