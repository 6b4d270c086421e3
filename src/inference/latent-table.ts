// Latents learned as a table beside a field without encoder (autodecoder): q(z_i) = N(μ_i, S_i) of every particle, S_i diagonal and
// as it began. A step decodes z = μ + S^½ε, and μ follows the gradient of
//   P/(2σ²) · mean residual² of the particle's images + ½ (μ − μ_0)ᵀ S⁻¹ (μ − μ_0),
// the posterior N(μ_0, S) that it began from being its prior, by Adam of the rows that were seen (one step an epoch each).
import type { Latents } from '../engine/engine.ts';
import type { LatentLearning } from './training.ts';

const [FIRST_DECAY, SECOND_DECAY] = [0.9, 0.999];
const EPSILON = 1e-8;

/** What turns gradients into a step of Adam. */
export interface TableStep {
  /** Of Adam, in units of z. */
  learningRate: number;
  /** σ²: mean squared residual of a point. */
  noiseVariance: number;
  /** P: mask points of an image. */
  points: number;
}

/** The latents of one epoch, as they are learned from it; what it is made from stays as it was. */
export class LatentTable {
  readonly latents: Latents;
  readonly learning: LatentLearning;
  private readonly deviations: Float32Array;
  /** Particles of the steps whose gradients are to come. */
  private seen: Uint32Array[] = [];

  constructor(
    latents: Latents,
    learning: LatentLearning,
    private readonly zDim: number,
    /** From 1: how often each row will have been stepped. */
    private readonly epoch: number,
  ) {
    this.latents = { mu: latents.mu.slice(), logVariance: latents.logVariance };
    this.learning = { ...learning, first: learning.first.slice(), second: learning.second.slice() };
    this.deviations = latents.logVariance.map((value) => Math.exp(0.5 * value));
  }

  /** z of the particles `indices` (rows of zDim) with `noise`, standard normal of the same shape; their gradients will be told. */
  sampled(indices: Uint32Array, noise: Float32Array): Float32Array {
    const { zDim, deviations } = this;
    const { mu } = this.latents;
    this.seen.push(indices.slice());
    return noise.map((draw, at) => {
      const value = indices[Math.floor(at / zDim)] * zDim + (at % zDim);
      return mu[value] + deviations[value] * draw;
    });
  }

  /**
   * Gradients of the steps since it was last told, rows of zDim in the order of `sampled`: each of its own step's mean squared residual.
   * Rows that are not finite are of steps that float16 left out.
   */
  learn(gradients: Float32Array, step: TableStep): void {
    let at = 0;
    for (const indices of this.seen.splice(0)) {
      // The gradient is of a mean over the step's images.
      const scale = (indices.length * step.points) / (2 * step.noiseVariance);
      for (const row of indices) {
        this.stepRow(row, gradients.subarray(at, at + this.zDim), scale, step.learningRate);
        at += this.zDim;
      }
    }
  }

  private stepRow(row: number, gradient: Float32Array, scale: number, learningRate: number): void {
    if (!gradient.every(Number.isFinite) || !Number.isFinite(scale)) return;
    const { mu } = this.latents;
    const { start, first, second } = this.learning;
    const [firstLeft, secondLeft] = [1 - FIRST_DECAY ** this.epoch, 1 - SECOND_DECAY ** this.epoch];
    for (let j = 0; j < this.zDim; j++) {
      const at = row * this.zDim + j;
      const total = gradient[j] * scale + (mu[at] - start.mu[at]) / this.deviations[at] ** 2;
      first[at] = FIRST_DECAY * first[at] + (1 - FIRST_DECAY) * total;
      second[at] = SECOND_DECAY * second[at] + (1 - SECOND_DECAY) * total * total;
      mu[at] -= (learningRate * (first[at] / firstLeft)) / (Math.sqrt(second[at] / secondLeft) + EPSILON);
    }
  }

  /** Mean Kullback–Leibler divergence of a particle's q(z) from the posterior that it began from, nats. */
  divergence(): number {
    const { mu } = this.latents;
    const { start } = this.learning;
    let sum = 0;
    mu.forEach((value, at) => (sum += 0.5 * ((value - start.mu[at]) / this.deviations[at]) ** 2));
    return mu.length === 0 ? 0 : sum / (mu.length / this.zDim);
  }
}

/** A table that begins at posteriors, as a checkpoint keeps it; contrasts (N) where they were estimated too. */
export function newLatentLearning(start: Latents, contrast?: Float32Array): LatentLearning {
  return {
    start,
    ...(contrast && { contrast }),
    first: new Float32Array(start.mu.length),
    second: new Float32Array(start.mu.length),
  };
}
