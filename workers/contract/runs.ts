// Runs that are kept: what the screen knows of one, its latents, poses and selections.
import type { ErrorData, Notice } from '../../src/base/errors.ts';
import type { DeviceInfo } from '../../src/engine/engine.ts';
import type { FieldKindName } from '../../src/field/description.ts';
import type { PoseReport } from '../../src/inference/pose-report.ts';
import type { EpochSummary } from '../../src/inference/training.ts';
import type { RunJob } from '../../src/library/run-record.ts';
import type { Params } from '../../src/params/params.ts';

export type RunStatus = 'running' | 'paused' | 'interrupted' | 'finished' | 'failed';

/** What can be asked of a run, whatever its field and however it learned. */
export interface RunAbilities {
  /** Maps at latents; one map where there are none. */
  decode: boolean;
  /** Latents of other images. */
  encode: boolean;
  searchPoses: boolean;
  resume: boolean;
  /** Vary its map along components, each by itself. */
  components: boolean;
  /** Has a solvent mask. */
  mask: boolean;
  /** Turn the hand of what it learned: where it found its poses itself. */
  turnHand: boolean;
}

export interface RunSummary {
  /** Of its field, and the same for people. */
  kind: FieldKindName;
  kindTitle: string;
  job: RunJob;
  /** 0 for one structure. */
  latentDimension: number;
  can: RunAbilities;
  id: string;
  name: string;
  datasetId: string;
  datasetName: string;
  created: string;
  params: Params;
  status: RunStatus;
  epochsDone: number;
  history: EpochSummary[];
  device: DeviceInfo | null;
  /** Side of the training box and its pixel size. */
  boxPixels: number;
  pixelSizeAngstrom: number;
  error?: ErrorData;
  /** Setbacks that the run met and went on from, the latest last. */
  notices?: Notice[];
  /** Of an ab initio run, the latest last: how its poses stood after the start and after each search. */
  poseReports?: PoseReport[];
  /** The hand was turned since the run was trained. */
  mirrored?: boolean;
}

/** Poses that an ab initio run found. */
export interface RunPoses {
  epoch: number;
  /** Viewing directions and shift lengths of the particles, as in ParticleColumns. */
  rotDegrees: Float32Array;
  tiltDegrees: Float32Array;
  shiftPixels: Float32Array;
  /** Class of the start by particle, from 0; null for one class. */
  classes: Uint32Array | null;
}

export type PoseFormat = 'pkl' | 'star' | 'cs';

/**
 * Names the latents of a run's epoch. The analysis workers read them from the run's folder and keep them, so that no call
 * carries them.
 */
export interface LatentsHandle {
  runId: string;
  epoch: number;
  zDim: number;
  count: number;
}

export interface RunLatents {
  /** The same latents in the analysis workers. */
  handle: LatentsHandle;
  epoch: number;
  zDim: number;
  count: number;
  /** count×zDim, μ. */
  mu: Float32Array;
}

/** A named set of particles, as 0-based rows of its dataset, ascending. */
export interface SavedSelection {
  name: string;
  indices: Uint32Array;
  /** CSS colour. */
  color: string;
}

export interface ImportedSelection {
  name: string;
  /** 0-based rows of the dataset, ascending. */
  indices: Uint32Array;
  notices: Notice[];
}
