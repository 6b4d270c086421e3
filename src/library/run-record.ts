// vitrine.json: what a run folder says beyond a cryoDRGN work directory. Written after every epoch.
import type { DeviceInfo, KernelChoice } from '../engine/engine.ts';
import type { ErrorData, Notice } from '../base/errors.ts';
import type { EpochSummary } from '../inference/training.ts';
import type { PoseReport } from '../inference/pose-report.ts';
import type { Params } from '../params/params.ts';

export type RunStatus = 'running' | 'paused' | 'interrupted' | 'finished' | 'failed';

/** Where a command-line run found its particles: paths as absolute as the person's disk. */
export interface RunFiles {
  particles: string;
  poses: string | null;
  ctf: string | null;
  ind: string | null;
  datadir: string | null;
  /** What else was said of the particles: options of the command line by their name in the program. */
  options?: Record<string, string | number | boolean | string[]>;
  /** Rows with pixels that are not finite, where they were left out. */
  badRows?: number[];
  /** Second stack of tilt pairs, and its CTF. */
  tilt?: string | null;
  tiltCtf?: string | null;
}

export interface RunRecord {
  version: 1;
  id: string;
  name: string;
  created: string;
  /** Of the set kept in the library; of a command-line run the library is in its folder. '' for runs of older versions. */
  datasetId: string;
  datasetName: string;
  files: RunFiles | null;
  params: Params;
  status: RunStatus;
  epochsDone: number;
  history: EpochSummary[];
  device: DeviceInfo | null;
  particles: number;
  /** Side of the original images. */
  imagePixels: number;
  /** Side of the training box and its pixel size. */
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** Divides the images, multiplies the maps; 0 until the images are prepared. */
  standardDeviation: number;
  /** Hash of the images' content, the first half of their cache's key. */
  fingerprint: string;
  error?: ErrorData;
  /** What its engine computes with from the epoch after `epochsDone` on, where the engine has a choice. */
  kernels?: KernelChoice;
  /** Setbacks that the run met and went on from, the latest last. */
  notices?: Notice[];
  /** Of an ab initio run: how its poses stood after the start and each search, the latest last. */
  poseReports?: PoseReport[];
  /** The start of an ab initio run has found poses (pose.0.pkl). */
  started?: boolean;
  /** The hand was turned since the run was trained. */
  mirrored?: boolean;
}
