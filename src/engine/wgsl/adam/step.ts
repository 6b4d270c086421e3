// The numbers that the caller sets for a step, in a uniform (step.wgsl) that is written before each.
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';

/** What changes from step to step: learning rate, weight decay, weights of the losses, images. */
export interface StepValues {
  learningRate: number;
  weightDecay: number;
  /** Weight of KL in the loss. */
  beta: number;
  /** 1 / (images · points): what β·KL of all images together counts in the loss. */
  klWeight: number;
  /** Of the step. */
  images: number;
}

/** The uniform of a step, written before each. */
export function stepUniform(arena: Arena): BufferView {
  return arena.uniform('step', [0, 0, 0, 0, 0]);
}

/** For what is submitted from now on. */
export function writeStep(
  gpu: Gpu,
  view: BufferView,
  { learningRate, weightDecay, beta, klWeight, images }: StepValues,
): void {
  gpu.write(view, new Float32Array([learningRate, weightDecay, beta, klWeight, images]));
}
