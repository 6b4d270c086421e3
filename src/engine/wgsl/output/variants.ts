// How the last layer can be computed: by teams of invocations that share a row through workgroup memory and keep their columns
// of weights and sums in registers, or, for adapters in software, an invocation a row without any barrier.
import type { Activation } from '../../engine.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';

/** The last layer as its kernels see it. */
export interface OutputShape {
  label: string;
  /** Width of the last hidden layer, padded. */
  inputs: number;
  /** Values of a row: (Re, Im), or one Hartley value. */
  channels: 1 | 2;
  scalar: Scalar;
  /** Of the hidden layer below. */
  activation: Activation;
}

/** `lanes`: invocations a row, a power of two up to 256. */
export type OutputVariant = { kind: 'rows' } | { kind: 'teams'; lanes: number };

/** Sums of rows that the second pass adds; what it has to read grows with them. */
const MOST_SPLITS = { teams: 512, rows: 16 };
const INVOCATIONS = 256;
/** Vectors of four that a lane holds at most, three or five times each; more lanes are taken first. */
const MOST_VECTORS = 4;

/** Variants worth trying, the default first. */
export function outputVariants(gpu: Gpu, shape: OutputShape): OutputVariant[] {
  const usual = usualLanes(shape.inputs);
  const teams = [usual, usual * 2, usual / 2]
    .filter((lanes) => lanes >= 4 && lanes <= INVOCATIONS && vectorsOf(shape, lanes) <= 2 * MOST_VECTORS)
    .map((lanes): OutputVariant => ({ kind: 'teams', lanes }));
  if (teams.length === 0) teams.push({ kind: 'teams', lanes: usual });
  const rows: OutputVariant = { kind: 'rows' };
  return gpu.software ? [rows, ...teams] : [...teams, rows];
}

/** As many lanes as leave each MOST_VECTORS vectors, if one row's read is a segment of memory at least. */
function usualLanes(inputs: number): number {
  let lanes = Math.min(8, inputs / 4);
  lanes = 2 ** Math.floor(Math.log2(lanes));
  while (lanes < INVOCATIONS && lanes * MOST_VECTORS < inputs / 4) lanes *= 2;
  return lanes;
}

/** Vectors of four columns that each lane has. */
function vectorsOf({ inputs }: OutputShape, lanes: number): number {
  return Math.ceil(inputs / 4 / lanes);
}

/** Constants of the kernels that work in teams. */
export function teamConstants(shape: OutputShape, lanes: number): Record<string, number> {
  return {
    LANES: lanes,
    TEAMS: INVOCATIONS / lanes,
    VECTORS: vectorsOf(shape, lanes),
    TEAM_ROWS: 4 / shape.channels,
  };
}

/** Workgroups that share `rows`: of teams, of invocations a row, and splits of the weights' gradients. */
export function shareOf(
  variant: OutputVariant,
  shape: OutputShape,
  rows: number,
): { workgroups: number; splits: number } {
  if (variant.kind === 'teams') {
    const block = (INVOCATIONS / variant.lanes) * (4 / shape.channels);
    const splits = Math.max(1, Math.min(MOST_SPLITS.teams, Math.ceil(rows / block)));
    return { workgroups: splits, splits };
  }
  const splits = Math.max(1, Math.min(MOST_SPLITS.rows, Math.ceil(rows / 64)));
  return { workgroups: Math.max(1, Math.min(1024, Math.ceil(rows / 64))), splits };
}
