// The kernels that make a weight gradient, and which of them an adapter can run. Which one is fastest is measured (tuning/).
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import type { Constants } from '../gpu/source.ts';
import { matrixConstants, matrixVariants, type MatrixVariant } from './matrix.ts';

/** A gradient leftᵀ · gradient over many rows as its kernels see it. */
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

/** Rows are cut into splits so that about so many workgroups run: more keep a large processor busy, fewer move fewer sums. */
interface SplitRows {
  workgroups: number;
}

/** tile × tile sums a workgroup, each × each a thread, `depth` rows at a time going through workgroup memory. */
export interface TilesVariant extends SplitRows {
  kind: 'tiles';
  tile: 64 | 128;
  each: 4 | 8;
  depth: 8 | 16;
  /** Multiplied in float16, eight rows at a time added to float32 sums; of float16 storage only. */
  half: boolean;
}

/** No workgroup memory: inputs × outputs sums an invocation, `threads` side by side along the outputs. */
export interface RegisterVariant extends SplitRows {
  kind: 'register';
  inputs: 4 | 8 | 16;
  outputs: 4 | 8 | 16;
  threads: number;
}

/** As 'register' by one subgroup of `lanes`, which read the left vectors together, `reads` times a turn. */
export interface SubgroupVariant extends SplitRows {
  kind: 'subgroup';
  inputs: 16 | 32;
  outputs: 4 | 8;
  lanes: number;
  reads: number;
}

/** All kinds; JSON of one is how a tuning keeps it, so names and fields stay. */
export type WeightGradientVariant = TilesVariant | RegisterVariant | SubgroupVariant | MatrixVariant;

/** A few workgroups for each core of a large processor, and of a small one; in software, some for each thread. */
const MANY = 512;
const FEW = 128;
const FEW_IN_SOFTWARE = 32;

const WIDE: TilesVariant = { kind: 'tiles', tile: 128, each: 8, depth: 8, half: false, workgroups: MANY };
const NARROW: TilesVariant = { ...WIDE, tile: 64 };
const DEEP: TilesVariant = { ...NARROW, depth: 16 };
const SMALL: TilesVariant = { ...DEEP, each: 4 };

/** Variants that `gpu` can run, the one to take untried first. */
export function weightGradientVariants(
  gpu: Gpu,
  { inputs, outputs, scalar }: WeightGradientShape,
  rows: number,
): WeightGradientVariant[] {
  const workgroups = gpu.software ? FEW_IN_SOFTWARE : MANY;
  // More columns an invocation reuse each left value more often, as long as eight invocations are left side by side.
  const widths = outputs >= 128 ? ([8, 16] as const) : ([4] as const);
  const registers = widths.map((each): WeightGradientVariant => {
    const threads = Math.min(16, Math.max(4, 2 ** Math.ceil(Math.log2(outputs / each))));
    return { kind: 'register', inputs: 16, outputs: each, threads, workgroups };
  });
  if (gpu.software) {
    const [best, ...others] = subgroupVariants(gpu, outputs);
    const tiles = [SMALL, WIDE].map((one) => ({ ...one, workgroups }));
    return [...(best ? [best] : []), ...registers, ...others, ...tiles];
  }
  // A tile that reaches far beyond the matrix multiplies zeros.
  const covered = (tile: number) => Math.ceil(inputs / tile) * tile * Math.ceil(outputs / tile) * tile;
  const square = covered(128) > 1.2 * covered(64) || rows < 128 ? [NARROW, WIDE] : [WIDE, NARROW];
  const tiles = square.flatMap((one) => [one, { ...one, workgroups: FEW }]);
  // The unit's sums of a split are one binding.
  const matrices = 4 * inputs * outputs <= gpu.bindingBytes ? matrixVariants(gpu, scalar) : [];
  // Tiles for small chips; where they have the unit, it is faster.
  const small = matrices.length > 0 ? [] : [DEEP, SMALL];
  return [...tiles, ...small, ...halfVariants(gpu, scalar), registers[0], ...matrices];
}

/** Never taken untried: what is small enough to vanish in float16, training feels (tuning/ compares the numbers). */
function halfVariants(gpu: Gpu, scalar: Scalar): TilesVariant[] {
  if (scalar !== 'f16') return [];
  const { maxComputeWorkgroupStorageSize } = gpu.device.limits;
  return [WIDE, NARROW]
    .map((one): TilesVariant => ({ ...one, depth: 16, half: true }))
    .filter((one) => tilesBytes(one) <= maxComputeWorkgroupStorageSize);
}

/** Workgroup memory. */
function tilesBytes({ tile, depth, each, half }: TilesVariant): number {
  return 2 * 2 * depth * tile * (half ? 2 : 4) + (half ? 16 * (tile / each) ** 2 : 0);
}

/** Where subgroups are narrow and of one size, as in software. Wide ones only where the outputs fill them. */
export function subgroupVariants(gpu: Gpu, outputs: number): SubgroupVariant[] {
  const [lanes, most] = gpu.subgroupSizes;
  if (!gpu.subgroups || lanes !== most || (lanes !== 4 && lanes !== 8)) return [];
  const reads = 8 / lanes;
  const workgroups = gpu.software ? FEW_IN_SOFTWARE : MANY;
  const narrow: SubgroupVariant = { kind: 'subgroup', inputs: 16, outputs: 4, lanes, reads, workgroups };
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
  const { tile, each, depth, half } = variant;
  const threads = (tile / each) ** 2;
  return {
    TILE: tile,
    EACH: each,
    DEPTH: depth,
    TURN: half ? 8 : depth,
    HALF: half ? 1 : 0,
    Staged: half ? 'f16' : 'f32',
    THREADS: threads,
    LOADS: (depth * tile) / 4 / threads,
  };
}

/** Extensions of WGSL that its kernel needs. */
export function variantExtensions({ kind }: WeightGradientVariant, scalar: Scalar): string[] {
  return [
    ...(scalar === 'f16' ? ['f16'] : []),
    ...(kind === 'subgroup' ? ['subgroups'] : []),
    ...(kind === 'matrix' ? ['chromium_experimental_subgroup_matrix'] : []),
  ];
}
