// How many rows are computed at a time: what the memory given to activations holds, what one binding may show, and what the
// processor does in one submission (gpu/pace.ts), so that a page's frames come between two dispatches. The rate is that of
// the kept tuning, never what the pace says today: rows cut otherwise sum in another order, and a run that is resumed has to
// repeat the bits of one that was not.
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, ROWS_PAD } from '../gpu/kernels.ts';
import { ASSUMED, ASSUMED_SOFTWARE, SUBMISSION_SECONDS } from '../gpu/pace.ts';
import type { Tuned } from '../tuning/tuned.ts';
import type { Network } from './network.ts';

const MEBIBYTE = 2 ** 20;
/** Bytes of activations below which the batch is what has to shrink. */
export const LEAST_BUDGET = 8 * MEBIBYTE;

/** Bytes for the activations of a chunk, to begin with. */
export function activationBudget(gpu: Gpu): number {
  return (gpu.software ? 256 : 1024) * MEBIBYTE;
}

/** Operations a second that are surely reached, where nothing was measured. */
function assumedRate({ software }: Gpu): number {
  return (software ? ASSUMED_SOFTWARE : ASSUMED).flops;
}

/** Rows of a chunk: the least of what the budget, a binding and one submission hold; at least a padded row block. */
export function rowsAtATime(gpu: Gpu, tuned: Tuned, network: Network, budgetBytes: number): number {
  const scalar = bytesOf(network.scalar);
  const widest = Math.max(scalar * network.width, scalar * network.waves.padded, 16);
  const inMemory = budgetBytes / network.bytesOfRow(scalar, tuned.encoding === 'stored');
  const inBinding = gpu.bindingBytes / widest;
  const inTime = (SUBMISSION_SECONDS * (tuned.rate ?? assumedRate(gpu))) / (2 * network.widestProduct);
  const most = Math.min(inMemory, inBinding, inTime);
  return Math.max(ROWS_PAD, Math.floor(most / ROWS_PAD) * ROWS_PAD);
}
