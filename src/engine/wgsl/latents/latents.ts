// The latent variables of a batch: z sampled from what the encoder says of each image, its Kullback-Leibler divergence from
// the standard normal, and the gradients of both.
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { shaderSource } from '../gpu/source.ts';
import { padded } from '../parameters/layout.ts';
import { shaders } from '../generated/shaders.ts';

/** Latent dimension, and how many latents there are (images, or pairs of them). */
export interface LatentShape {
  zDim: number;
  images: number;
}

interface Encoded {
  /** images × padded(2·zDim) float32: μ, then log σ². */
  encoded: BufferView;
  /** images × zDim float32, standard normal. */
  noise: BufferView;
  /** β and the weight of KL (adam/step.ts). */
  step: BufferView;
}

/** Of z = μ + exp(½ log σ²)·noise and of the KL divergence's sums. */
export interface SamplingBuffers extends Encoded {
  /** images × padded(zDim) float32, written with its padding. */
  z: BufferView;
  /** LOSS_SUMS float32: KL is added to [1], β·KL to [2]. */
  losses: BufferView;
}

/** Of the gradients of μ and log σ² by z and by β·KL. */
export interface SamplingGradientBuffers extends Encoded {
  /** images × padded(zDim) float32. */
  zGradient: BufferView;
  /** images × padded(2·zDim) float32, written with its padding. */
  into: BufferView;
}

function sizes({ zDim, images }: LatentShape) {
  return { Z_DIM: zDim, Z_PADDED: padded(zDim), ENCODED: padded(2 * zDim), IMAGES: images };
}

/** z = μ + σ·noise, and KL. One workgroup, so that the sum has the same bits each time. */
export async function makeSampling(
  gpu: Gpu,
  _arena: Arena,
  shape: LatentShape,
  { encoded, noise, z, losses, step }: SamplingBuffers,
): Promise<Dispatch[]> {
  const source = shaderSource(sizes(shape), [shaders['adam/step'], shaders['latents/sampling']]);
  const pipeline = await gpu.pipeline('sampling', source);
  return [gpu.dispatch('sampling', pipeline, [encoded, noise, z, losses, step], 1)];
}

/** Gradients of μ and log σ², the divergence's share with them. */
export async function makeSamplingGradient(
  gpu: Gpu,
  _arena: Arena,
  shape: LatentShape,
  { encoded, noise, zGradient, into, step }: SamplingGradientBuffers,
): Promise<Dispatch[]> {
  const constants = sizes(shape);
  const source = shaderSource(constants, [shaders['adam/step'], shaders['latents/sampling-gradient']]);
  const pipeline = await gpu.pipeline('sampling gradient', source);
  const workgroups = Math.ceil((shape.images * constants.ENCODED) / 64);
  return [gpu.dispatch('sampling gradient', pipeline, [encoded, noise, zGradient, into, step], workgroups)];
}
