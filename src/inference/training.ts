// What a training is made of, for every method of inference: plan, data, checkpoints, events, control.
import type {
  Latents,
  Losses,
  ModelSpec,
  Precision,
  OptimizerState,
  Weights,
  EncodingTable,
} from '../engine/engine.ts';
import type { Poses } from '../formats/particles.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';

export interface TrainingPlan {
  spec: ModelSpec;
  epochs: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  /** β at its full weight. */
  beta: number;
  betaSchedule: 'constant' | 'linear-quarter' | 'linear-half' | 'cyclic';
  seed: number;
  /** Storage of activations on a graphics processor; 'auto' unless said. */
  precision?: Precision;
}

export interface TrainingData {
  images: HartleyImages;
  /** Poses of the images, same order. */
  poses: Poses;
  /** N×9, the box and pixel size those of the training lattice; null for none. */
  ctf: Float32Array | null;
}

/** All that is needed to go on from the end of an epoch: bit for bit on the same device. */
export interface Checkpoint {
  /** Epochs done. */
  epoch: number;
  weights: Weights;
  encoding: EncodingTable;
  optimizer: OptimizerState;
  /** Null for zDim 0. */
  latents: Latents | null;
  history: EpochSummary[];
}

export interface EpochSummary extends Losses {
  epoch: number;
  seconds: number;
  imagesPerSecond: number;
}

export type TrainingEvent =
  | {
      type: 'progress';
      epoch: number;
      imagesDone: number;
      imagesTotal: number;
      imagesPerSecond: number;
      losses: Losses | null;
    }
  | { type: 'encoding'; epoch: number; imagesDone: number; imagesTotal: number }
  | { type: 'epoch'; summary: EpochSummary; checkpoint: Checkpoint }
  | { type: 'paused' }
  | { type: 'resumed' }
  | { type: 'finished'; reason: 'all epochs' | 'stopped early' };

/** Pause and stop from outside. `stopAfterEpoch` ends at the next checkpoint; an aborted signal ends now. */
export interface TrainingControl {
  signal?: AbortSignal;
  paused?: boolean;
  stopAfterEpoch?: boolean;
}
