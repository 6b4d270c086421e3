// What fitting a linear model takes and gives: V(z) = μ + Σ_a z_a W_a at known poses, z ~ N(0, I) (probabilistic PCA by
// expectation–maximisation; Tipping & Bishop 1999, as 3DVA has it for images, Punjani & Fleet 2021).
import type { Latents, Weights } from '../../engine/engine.ts';
import type { MaskPlan } from './mask-plan.ts';
import type { TrainingData } from '../training.ts';

/** What a linear model is asked for. */
export interface LinearPlan {
  /** q. */
  components: number;
  /** Passes over the images at most; it ends earlier where the evidence no longer rises. */
  iterations: number;
  /** Of the components' random start. */
  seed: number;
  /** Whether each image's contrast is estimated. */
  contrast: boolean;
  /** Where the solvent mask comes from: found from the mean map where absent. */
  mask?: MaskPlan;
}

/** Images of a linear model, and the noise they have outside of the particle. */
export interface LinearData extends TrainingData {
  /** Mean |noise|² of a prepared image's Fourier coefficient by ring 0 … D/2 (noise-spectrum.ts). */
  noise: Float32Array;
  /** Of optics groups, where there are several: G×(D/2 + 1), and the group of each image (N). */
  groupNoise?: { power: Float32Array; groupOf: Int32Array };
}

/** Rows of a linear model's noise: the first of all images, then, where there are several, of each optics group. */
export function noiseRows({ noise, groupNoise }: Partial<Pick<LinearData, 'noise' | 'groupNoise'>>): number {
  return groupNoise && noise ? 1 + groupNoise.power.length / noise.length : 1;
}

/** What half of the images say of the components that the other half gave. */
export interface LinearReproducibility {
  /** Of q: components that both halves of the images give. */
  reproducible: number;
  /** q canonical correlations between the two halves' components, descending, 0 … 1. */
  correlations: Float32Array;
  /** Mean log evidence of an image, over one structure, under the model of the half that it is not in; and its standard error. */
  heldOutGain: number;
  heldOutError: number;
}

/** An iteration of the fit, as its curve of evidence has it. */
export interface LinearIteration {
  /** From 1. */
  iteration: number;
  /** Fourier pixels that were used. */
  bandPixels: number;
  /** Mean log evidence of an image over that of the mean map alone. */
  evidenceGain: number;
  /** Since the fit began. */
  seconds: number;
}

/** A fitted linear model. */
export interface LinearFit {
  /**
   * `mean` [D, D, D], `components` [q, D, D, D] and `mask` [D, D, D] in the units of the prepared images, real space, [z][y][x];
   * `noise` [rows, D/2] (noiseRows) and `power` [D/2], to the band limit D/2 − 1: mean |·|² of a coefficient by ring, of the noise and of the
   * particles.
   */
  weights: Weights;
  /** Posterior means N×q, and the logarithms of their variances. */
  latents: Latents;
  /** N × q(q+1)/2: lower triangles of the posterior covariances, row by row. */
  covariance: Float32Array;
  /** N: estimated contrast, 1 where it is not estimated. */
  contrast: Float32Array;
  /** N: log evidence of an image over that of the mean map alone. */
  evidenceGain: Float32Array;
  scree: Float32Array;
  iterations: number;
  /** One an iteration. */
  history: LinearIteration[];
  reproducibility: LinearReproducibility;
}
