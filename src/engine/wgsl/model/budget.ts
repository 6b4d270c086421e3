// How many rows are computed at a time: what the memory given to activations holds, what one binding may show, and what the
// processor does in 30 ms, so that a page's frames come between two dispatches.
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, ROWS_PAD } from '../gpu/kernels.ts';
import type { Tuned } from '../tuning/tuned.ts';
import type { Network } from './network.ts';

const MEBIBYTE = 2 ** 20;
export const LEAST_BUDGET = 8 * MEBIBYTE;
const DISPATCH_SECONDS = 0.03;

/** Bytes for the activations of a chunk, to begin with. */
export function activationBudget(gpu: Gpu): number {
  return (gpu.software ? 256 : 1024) * MEBIBYTE;
}

/** Operations a second that are surely reached, where nothing was measured. */
function assumedRate(gpu: Gpu): number {
  return gpu.software ? 2e9 : 1e12;
}

export function rowsAtATime(gpu: Gpu, tuned: Tuned, network: Network, budgetBytes: number): number {
  const scalar = bytesOf(network.scalar);
  const widest = Math.max(scalar * network.width, scalar * network.waves.padded, 16);
  const inMemory = budgetBytes / network.bytesOfRow(scalar, tuned.encoding === 'stored');
  const inBinding = gpu.bindingBytes / widest;
  const inTime = (DISPATCH_SECONDS * (tuned.rate ?? assumedRate(gpu))) / (2 * network.widestProduct);
  const most = Math.min(inMemory, inBinding, inTime);
  return Math.max(ROWS_PAD, Math.floor(most / ROWS_PAD) * ROWS_PAD);
}
