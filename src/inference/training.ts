// What a training is made of, for every method of inference: plan, data, checkpoints, events, control.
import type { Latents, Losses, Precision } from '../engine/engine.ts';
import type { FieldDescription } from '../field/description.ts';
import type { FieldState } from '../field/kind.ts';
import type { Poses } from '../formats/particles.ts';
import type { LinearPicture, LinearProgress } from './linear/progress.ts';
import type { PoseReport } from './pose-report.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import type { ImageOptics } from '../imaging/image-optics.ts';
import type { RingWeights } from '../imaging/ring-weights.ts';

/** What a training with given poses is asked for. */
export interface TrainingPlan {
  field: FieldDescription;
  epochs: number;
  batchSize: number;
  /** The highest of the run. */
  learningRate: number;
  /** How it develops (learning-rate.ts); constant unless said. */
  rateSchedule?: 'constant' | 'cosine';
  weightDecay: number;
  /** β at its full weight. */
  beta: number;
  betaSchedule: 'constant' | 'linear-quarter' | 'linear-half' | 'cyclic';
  seed: number;
  /** Storage of activations on a graphics processor; 'auto' unless said. */
  precision?: Precision;
}

/** What a training learns from: N prepared images and what is known of each. */
export interface TrainingData {
  images: HartleyImages;
  /** Poses of the images, same order. */
  poses: Poses;
  /** N×9, the box and pixel size those of the training lattice; null for none. */
  ctf: Float32Array | null;
  /** What is known of the images' optics beyond `ctf`; null or absent for nothing. */
  optics?: ImageOptics | null;
  /** How residuals count by ring; absent: all alike. */
  weights?: RingWeights;
  /** N: contrast of each particle's images; absent: 1. */
  contrasts?: Float32Array;
  /** Present where each particle was imaged twice: `images` then hold both views of a particle, one after the other. */
  tilt?: TiltedView;
}

/** The second view of every particle: its rotation is `rotation` times the particle's. */
export interface TiltedView {
  /** 3×3. */
  rotation: Float32Array;
  /** N×2, fraction of the box. */
  translations: Float32Array;
  ctf: Float32Array | null;
  optics?: ImageOptics | null;
}

/** All that is needed to go on from the end of an epoch: bit for bit on the same device. */
export interface Checkpoint extends FieldState {
  /** Epochs done. */
  epoch: number;
  /** Null for one structure. */
  latents: Latents | null;
  /** Present where the latents are a table that is learned with the field (latent-table.ts). */
  latentLearning?: LatentLearning;
  history: EpochSummary[];
  /** Poses as they stood, where a run finds them itself; of the tilted stack too, where there is one. */
  poses?: Poses;
  tiltedPoses?: Poses;
}

/** What learning a table of latents has to remember. */
export interface LatentLearning {
  /** Posteriors that it began from, N×zDim. */
  start: Latents;
  /** N: contrasts of the particles' images, estimated with the posteriors; absent where they were taken as 1. */
  contrast?: Float32Array;
  /** Adam's moments of the means, N×zDim. */
  first: Float32Array;
  second: Float32Array;
}

/** `images`: those learned from, all but those of steps that float16 left out. */
export interface EpochSummary extends Losses {
  epoch: number;
  seconds: number;
  imagesPerSecond: number;
}

/** Poses that a run has found itself, those of the tilted stack beside them where there is one. */
export type EstimatedPoses = Required<Pick<Checkpoint, 'poses'>> & Pick<Checkpoint, 'tiltedPoses'>;

/** Maps of a start, d³ each in the units of the prepared images. */
export interface StartMaps {
  maps: readonly Float32Array[];
  mapPixels: number;
}

/** What a training says while it goes on, in order. */
export type TrainingEvent =
  | {
      type: 'progress';
      epoch: number;
      imagesDone: number;
      imagesTotal: number;
      imagesPerSecond: number;
      /** Null where none were taken, or no step of theirs counted. */
      losses: Losses | null;
    }
  | { type: 'encoding'; epoch: number; imagesDone: number; imagesTotal: number }
  | { type: 'epoch'; summary: EpochSummary; checkpoint: Checkpoint }
  | { type: 'poses'; report: PoseReport; maps: StartMaps | null }
  | { type: 'started'; poses: EstimatedPoses; classes: Uint32Array | null; maps: StartMaps | null }
  /** Of a linear model, after each iteration. */
  | { type: 'linear'; progress: LinearProgress; picture: LinearPicture }
  | { type: 'paused' }
  | { type: 'resumed' }
  | { type: 'finished'; reason: 'all epochs' | 'stopped early' };

/** Pause and stop from outside. `stopAfterEpoch` ends at the next checkpoint; an aborted signal ends now. */
export interface TrainingControl {
  signal?: AbortSignal;
  paused?: boolean;
  stopAfterEpoch?: boolean;
}
