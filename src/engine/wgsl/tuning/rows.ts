// On how many rows kernels are timed: those of the model's own step, where that takes no longer than a trial may and its buffers are
// not too large; else as many as take some milliseconds. Which tile suits, and whether whole waves pay, depends on them.
import type { Gpu } from '../gpu/gpu.ts';
import type { ProductShape, ProductVariant } from '../product/product.ts';
import { rowsOfWholeWaves } from '../product/waves.ts';
import type { TuningSizes } from './sizes.ts';

/** Rows of the first timing, before anything is known of the device. */
export const LEAST_ROWS = 256;
/** Unless said. */
export const MOST_ROWS = 131072;
/** Most rows on which it is found how fast the device is. */
const MOST_FOUND = 65536;
/** Bytes of the largest buffer of a trial on rows that were found: beyond every cache, and little beside a training. */
const FOUND_BYTES = 2 ** 26;
/** And on a step's: only quick devices come to it, and those have the memory. */
const STEP_BYTES = 2 ** 28;
/** Seconds that a product of a step's rows may take. */
const STEP_SECONDS = 0.006;

/** Rows whose factors and results take at most `bytes` each in float32, in whole tiles. */
function fittingRows({ bindingBytes }: Gpu, { width, features }: TuningSizes, bytes: number): number {
  return Math.floor(Math.min(bindingBytes, bytes) / (4 * Math.max(width, features)) / 128) * 128;
}

/** Most rows to look for the device's speed on; `cap`: rows of any trial at most. */
export function mostFoundRows(gpu: Gpu, sizes: TuningSizes, cap: number): number {
  return Math.max(LEAST_ROWS, Math.min(cap, MOST_FOUND, fittingRows(gpu, sizes, FOUND_BYTES)));
}

/** Rows to time on. `found`: rows on which a product took `seconds`. */
export function timedRows(
  gpu: Gpu,
  sizes: TuningSizes,
  found: { rows: number; seconds: number },
  cap = MOST_ROWS,
): number {
  const { stepRows } = sizes;
  if (stepRows > Math.min(cap, fittingRows(gpu, sizes, STEP_BYTES))) return found.rows;
  if (found.seconds * stepRows > STEP_SECONDS * found.rows) return found.rows;
  return Math.max(LEAST_ROWS, stepRows);
}

/** Without those that do on so many rows what another does: whole waves where no wave is left over. */
export function differingVariants(
  variants: readonly ProductVariant[],
  { outputs }: ProductShape,
  rows: number,
): ProductVariant[] {
  return variants.filter((one) => one.kind !== 'waves' || rowsOfWholeWaves(rows, outputs, one.tile, one.wave) < rows);
}
