// Weight gradients by the subgroup-matrix unit: which tiles suit which unit of the adapter, and what their kernel is told. Not
// what is taken untried: Chromium offers the unit behind a flag, and drivers differ (tuning/ checks the numbers).
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { MATRIX_PAD, matrixUnitsFor, suitsTeam, threadsOf, type MatrixTeam } from '../gpu/matrix-teams.ts';
import type { Constants } from '../gpu/source.ts';

/**
 * Tiles of inputs × outputs by a team of subgroups, `depth` rows at a time through workgroup memory; `workgroups` as other
 * variants have it.
 */
export interface MatrixVariant extends MatrixTeam {
  kind: 'matrix';
  inputs: number;
  outputs: number;
  workgroups: number;
}

const TILES: Omit<MatrixVariant, 'kind' | 'unit' | 'subgroup'>[] = [
  { inputs: 128, outputs: 256, down: 2, across: 4, depth: 32, workgroups: 512 },
  { inputs: 128, outputs: 128, down: 2, across: 4, depth: 32, workgroups: 512 },
  { inputs: 128, outputs: 128, down: 2, across: 4, depth: 32, workgroups: 128 },
  { inputs: 128, outputs: 128, down: 2, across: 4, depth: 16, workgroups: 512 },
  { inputs: 64, outputs: 64, down: 2, across: 2, depth: 32, workgroups: 512 },
];
/** The two largest units are tried, the second with the first tiles only: each of them is a compilation more. */
const TILES_OF_UNITS = [TILES.length, 2];

/** Variants on the adapter's subgroup-matrix units, none where it has none. */
export function matrixVariants(gpu: Gpu, scalar: Scalar): MatrixVariant[] {
  const volume = ({ unit: { M, N, K } }: Pick<MatrixTeam, 'unit'>): number => M * N * K;
  const units = matrixUnitsFor(gpu, scalar).sort((a, b) => volume(b) - volume(a));
  return TILES_OF_UNITS.flatMap((most, i) =>
    units
      .slice(i, i + 1)
      .flatMap((unit) => TILES.map((tile): MatrixVariant => ({ kind: 'matrix', ...unit, ...tile })))
      .filter((one) => suits(gpu, one, scalar))
      .slice(0, most),
  );
}

/** Workgroup memory: rows of both factors, and four sums of bias an invocation. */
function matrixBytes(variant: MatrixVariant, scalar: Scalar): number {
  const { inputs, outputs, depth } = variant;
  return bytesOf(scalar) * depth * (inputs + outputs + 2 * MATRIX_PAD) + 16 * threadsOf(variant);
}

function suits(gpu: Gpu, variant: MatrixVariant, scalar: Scalar): boolean {
  const { inputs, outputs } = variant;
  return (
    Number.isInteger(threadsOf(variant) / (outputs / 4)) &&
    suitsTeam(gpu, variant, inputs, outputs, matrixBytes(variant, scalar))
  );
}

/** What their kernel is told. */
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
    PAD: MATRIX_PAD,
  };
}
