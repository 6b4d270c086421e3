// The kernels that make a weight gradient, and which of them an adapter can run. Which one is fastest is measured (tuning/).
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import type { Constants } from '../gpu/source.ts';
import { matrixConstants, matrixVariants, type MatrixVariant } from './matrix.ts';

export interface WeightGradientShape {
  label: string;
  /** The left factor as it lies in memory, or features made from points. */
  prologue: 'rows' | 'encoding';
  /** Padded widths, multiples of 16. */
  inputs: number;
  outputs: number;
  /** Storage of the left rows and of the gradient; sums are float32. */
  scalar: Scalar;
  /** Also the sums of the gradient's columns. */
  bias: boolean;
}

/** tile × tile sums a workgroup, each × each a thread, rows going through workgroup memory. */
export interface TilesVariant {
  kind: 'tiles';
  tile: 64 | 128;
  each: 4 | 8;
}

/** No workgroup memory: inputs × outputs sums an invocation, `threads` side by side along the outputs. */
export interface RegisterVariant {
  kind: 'register';
  inputs: 4 | 8 | 16;
  outputs: 4 | 8 | 16;
  threads: number;
}

/** As 'register' by one subgroup of `lanes`, which read the left vectors together, `reads` times a turn. */
export interface SubgroupVariant {
  kind: 'subgroup';
  inputs: 16 | 32;
  outputs: 4 | 8;
  lanes: number;
  reads: number;
}

export type WeightGradientVariant = TilesVariant | RegisterVariant | SubgroupVariant | MatrixVariant;

/** Variants that `gpu` can run, the one to take untried first. */
export function weightGradientVariants(
  gpu: Gpu,
  { inputs, outputs, scalar }: WeightGradientShape,
  rows: number,
): WeightGradientVariant[] {
  const wide: WeightGradientVariant = { kind: 'tiles', tile: 128, each: 8 };
  const narrow: WeightGradientVariant = { kind: 'tiles', tile: 64, each: 8 };
  const many: WeightGradientVariant = { kind: 'tiles', tile: 64, each: 4 };
  // More columns an invocation reuse each left value more often, as long as eight invocations are left side by side.
  const widths = outputs >= 128 ? ([8, 16] as const) : ([4] as const);
  const registers = widths.map((each): WeightGradientVariant => {
    const threads = Math.min(16, Math.max(4, 2 ** Math.ceil(Math.log2(outputs / each))));
    return { kind: 'register', inputs: 16, outputs: each, threads };
  });
  if (gpu.software) {
    const [best, ...others] = subgroupVariants(gpu, outputs);
    return [...(best ? [best] : []), ...registers, ...others, many, wide];
  }
  // A tile that reaches far beyond the matrix multiplies zeros.
  const covered = (tile: number) => Math.ceil(inputs / tile) * tile * Math.ceil(outputs / tile) * tile;
  const tiles = covered(128) > 1.2 * covered(64) || rows < 128 ? [narrow, many, wide] : [wide, narrow, many];
  return [...tiles, ...registers, ...matrixVariants(gpu, scalar)];
}

/** Where subgroups are narrow and of one size, as in software. Wide ones only where the outputs fill them. */
export function subgroupVariants(gpu: Gpu, outputs: number): SubgroupVariant[] {
  const [lanes, most] = gpu.subgroupSizes;
  if (!gpu.subgroups || lanes !== most || (lanes !== 4 && lanes !== 8)) return [];
  const reads = 8 / lanes;
  const narrow: SubgroupVariant = { kind: 'subgroup', inputs: 16, outputs: 4, lanes, reads };
  return outputs > 4 * lanes ? [{ ...narrow, outputs: 8 }, narrow] : [narrow];
}

/** What the kernel of a variant is told. */
export function variantConstants(variant: WeightGradientVariant): Constants {
  if (variant.kind === 'matrix') return matrixConstants(variant);
  if (variant.kind === 'register') return { EACH_M: variant.inputs, EACH_N: variant.outputs, THREADS: variant.threads };
  if (variant.kind === 'subgroup') {
    const { inputs, outputs, lanes, reads } = variant;
    return { EACH_M: inputs, EACH_N: outputs, LANES: lanes, READS: reads, ROWS: (4 * lanes) / inputs };
  }
  const { tile, each } = variant;
  const threads = (tile / each) ** 2;
  const depth = each === 4 ? 16 : 8;
  return { TILE: tile, EACH: each, DEPTH: depth, THREADS: threads, LOADS: (depth * tile) / 4 / threads };
}

/** Extensions of WGSL that its kernel needs. */
export function variantExtensions({ kind }: WeightGradientVariant, scalar: Scalar): string[] {
  return [
    ...(scalar === 'f16' ? ['f16'] : []),
    ...(kind === 'subgroup' ? ['subgroups'] : []),
    ...(kind === 'matrix' ? ['chromium_experimental_subgroup_matrix'] : []),
  ];
}
