// Products of few rows with a large matrix: the inputs in splits, so that enough workgroups are at work (split-K).
import type { Gpu } from '../gpu/gpu.ts';
import { NARROW, subgroupVariants } from './subgroup-variants.ts';
import type { ProductShape, SkinnyVariant } from './variants.ts';

/** Rows up to which a product is few rows times a large matrix. */
export const FEW_ROWS = 64;
/** Rows up to which splits may still pay: an encoder's batch. */
const SOME_ROWS = 1024;
/** Inputs from which they then may: fewer are done before the second pass has begun. */
const MANY_INPUTS = 1024;
/** Splits of one product at most: their partial sums are splits × rows × outputs. */
const MOST_SPLITS = 256;
const SHORTEST_SPLIT = 64;
/** Partial sums of more than few rows, floats: 16 MB, which caches hold in part. */
const MOST_PARTIALS = 2 ** 22;

/** Whether more than few rows are few enough, and inputs many enough, for splits to be worth a trial. */
export function splitsLater({ inputs }: ProductShape, rows: number): boolean {
  return rows > FEW_ROWS && rows <= SOME_ROWS && inputs >= MANY_INPUTS;
}

function splitLengthOf({ inputs, outputs }: ProductShape, rows: number): number {
  const held = rows <= FEW_ROWS || rows > SOME_ROWS ? MOST_SPLITS : Math.floor(MOST_PARTIALS / (rows * outputs));
  const count = Math.max(1, Math.min(MOST_SPLITS, held));
  return Math.max(SHORTEST_SPLIT, 16 * Math.ceil(inputs / count / 16));
}

/** Split-K variants of a shape, the one to take untried first. */
export function skinnyVariants(gpu: Gpu, shape: ProductShape, rows: number): SkinnyVariant[] {
  const slice = splitLengthOf(shape, rows);
  const lanes = gpu.software || shape.outputs < 128 ? 8 : 32;
  const heights = rows <= 4 ? [4] : [8, 4];
  const alone = heights.map((height): SkinnyVariant => ({
    kind: 'skinny',
    rows: height,
    columns: 4,
    lanes,
    slice,
    subgroup: false,
  }));
  const narrow = subgroupVariants(gpu).filter((one) => one.lanes <= NARROW);
  const together = narrow.map((one): SkinnyVariant => ({ ...one, kind: 'skinny', slice, subgroup: true }));
  return gpu.software && rows > 4 ? [...together, ...alone] : [...alone, ...together];
}
