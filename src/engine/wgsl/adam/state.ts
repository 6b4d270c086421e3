// The state that steps hand on to each other on the device (state.wgsl): Adam's steps and bias corrections, the loss scale of
// float16, whether a sum of the step was not finite and how many steps were left out for that; the losses of those that count.
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { LOSS_SUMS } from '../gpu/kernels.ts';

/** u32 words of TrainingState, padded as WGSL pads it. */
const WORDS = 12;
/** Good steps after which the loss scale doubles, and how far; PyTorch's GradScaler. */
export const GOOD_STEPS = 2000;
/** The loss scale doubles no further. */
export const MOST_SCALE = 2 ** 24;
/** Below it no scale helps. */
export const LEAST_SCALE = 2 ** -14;

/** The state that a model begins with. */
export interface AdamStateValues {
  /** Adam's steps done. */
  steps: number;
  /** Power of two; 1 in float32. */
  lossScale: number;
  /** Whether the scale doubles after 2000 good steps: wanted where gradients are scaled. Unless given, where it is not 1. */
  growing?: boolean;
}

/** The state at a model's beginning or as a checkpoint has it. */
export function adamState(arena: Arena, { steps, lossScale, growing = lossScale !== 1 }: AdamStateValues): BufferView {
  const words = new Uint32Array(WORDS);
  const floats = new Float32Array(words.buffer);
  floats.set([lossScale, 1 / lossScale]);
  words[4] = steps;
  words[8] = growing ? 1 : 0;
  return arena.upload('training state', words);
}

/** The state as it was read back. */
export interface AdamStateRead {
  steps: number;
  lossScale: number;
  /** A sum of the step going on was not finite. */
  overflow: boolean;
  /** Steps in a row, up to the last one. */
  leftOut: number;
}

/** Reads the state; waits for the device. */
export async function readAdamState(gpu: Gpu, view: BufferView): Promise<AdamStateRead> {
  return stateIn(await gpu.read(view));
}

/** The state that lies `offset` bytes into what was read. */
export function stateIn(bytes: ArrayBuffer, offset = 0): AdamStateRead {
  const words = new Uint32Array(bytes, offset, WORDS);
  const [lossScale] = new Float32Array(bytes, offset, 1);
  return { steps: words[4], lossScale, overflow: words[3] !== 0, leftOut: words[9] };
}

/**
 * Squares of residuals, KL, β·KL and images, twice: as the kernels of a step add to them, and up to the last step that counted,
 * to which Adam's first dispatch goes back where it leaves a step out. Taken by zeros in both.
 */
export function lossSums(arena: Arena): BufferView {
  return arena.floats('losses', 2 * LOSS_SUMS);
}
