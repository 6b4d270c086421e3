// One Adam over the flat buffers, and before it one invocation that says whether the step counts. β1 0.9, β2 0.999, ε 1e-8.
import { partOf, type BufferView } from '../gpu/arena.ts';
import type { Dispatch, KernelContext } from '../gpu/gpu.ts';
import { DISPATCH_BYTES } from '../gpu/pace.ts';
import { shaderSource } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';
import { GOOD_STEPS, LEAST_SCALE, MOST_SCALE } from './state.ts';

export { adamState, lossSums, readAdamState } from './state.ts';

/** Decay of the mean of gradients (Kingma & Ba 2015; PyTorch's default). */
const BETA1 = 0.9;
/** Decay of the mean of their squares. */
const BETA2 = 0.999;
/** Added to the root of the second moment. */
const EPSILON = 1e-8;

/** Of a parameter: four numbers read, three written. */
const BYTES_MOVED = 28;

/** What a step of Adam reads and writes. */
export interface AdamBuffers {
  /** Each of `size` float32, laid out alike. */
  parameters: BufferView;
  gradients: BufferView;
  first: BufferView;
  second: BufferView;
  /** adamState(…). */
  state: BufferView;
  /** lossSums(…). */
  losses: BufferView;
  /** stepUniform(…). */
  step: BufferView;
}

/**
 * One step over `size` floats, a multiple of 4. A step whose sums were flagged as not finite changes no parameter, adds nothing to
 * the losses and halves the loss scale.
 */
export async function makeAdam({ gpu, arena }: KernelContext, size: number, buffers: AdamBuffers): Promise<Dispatch[]> {
  const { parameters, gradients, first, second, state, losses, step } = buffers;
  const commands = [gpu.dispatch('advance', await gpu.pipeline('advance', ADVANCE), [state, losses, step], 1)];
  const adam = await gpu.pipeline('adam', ADAM);
  const most = Math.floor(Math.min(gpu.bindingBytes / 4, DISPATCH_BYTES / BYTES_MOVED) / 64) * 64;
  for (let at = 0; at < size; at += most) {
    const floats = Math.min(most, size - at);
    const [p, g, m, v] = [parameters, gradients, first, second].map((view) => partOf(view, at, floats));
    const range = arena.uniform('adam range', [floats / 4]);
    const work = { flops: 16 * floats, bytes: BYTES_MOVED * floats };
    commands.push(gpu.dispatch('adam', adam, [p, g, m, v, state, step, range], Math.ceil(floats / 1024), work));
  }
  return commands;
}

const ADVANCE = shaderSource(
  {
    Flag: 'u32',
    GOOD_STEPS,
    MOST_SCALE: { f32: MOST_SCALE },
    LEAST_SCALE: { f32: LEAST_SCALE },
    LOG_BETA1: { f32: Math.log(BETA1) },
    LOG_BETA2: { f32: Math.log(BETA2) },
  },
  [shaders['adam/state'], shaders['adam/step'], shaders['adam/advance']],
);

const ADAM = shaderSource(
  {
    Flag: 'u32',
    BETA2: { f32: BETA2 },
    ONE_MINUS_BETA1: { f32: 1 - BETA1 },
    ONE_MINUS_BETA2: { f32: 1 - BETA2 },
    EPSILON: { f32: EPSILON },
  },
  [shaders['adam/state'], shaders['adam/step'], shaders['adam/adam']],
);
