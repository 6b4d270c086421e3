// vitrine.json: what a run folder says beyond a cryoDRGN work directory. Written after every epoch.
import type { DeviceInfo, KernelChoice } from '../engine/engine.ts';
import type { ErrorData, Notice } from '../base/errors.ts';
import type { FieldDescription, FieldKindName } from '../field/description.ts';
import { fieldFromParams } from '../field/kinds.ts';
import type { EpochSummary } from '../inference/training.ts';
import type { PoseReport } from '../inference/pose-report.ts';
import type { Params } from '../params/params.ts';

/** How a run stands; 'interrupted' is a run marked running that nobody holds. */
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

/**
 * How a run learns: with the poses that its particles have, finding them, a linear model fitted at given ones, or a chain fitted after
 * a linear model, or an atomic model that begins at a file's.
 */
export type RunJob = 'train' | 'ab-initio' | 'linear' | 'chain' | 'fold';

/** Which atoms an atomic model began at, and where they lie among the run's maps. */
export interface AtomicStart {
  /** In the run's folder, as it was given: model.pdb or model.cif. */
  file: string;
  /** Of it; null for all. */
  chains: string[] | null;
  /** Å, what is subtracted from the file's positions: the run's origin is the middle of its maps. Null until the run has begun. */
  origin: [number, number, number] | null;
  /** Which of the frames that files are written in this is, and the model's correlation with `images` images in it. */
  placement?: { frame: string; correlation: number; images: number };
  /** Å, of the Gaussians before any training. */
  sigmaAngstrom: number;
}

/** Goes up when older programs would misread what a record says; newer records are refused by them. */
export const RUN_RECORD_VERSION = 1;

/** vitrine.json of a run folder. */
export interface RunRecord {
  version: typeof RUN_RECORD_VERSION;
  /** Of the field that it learns. */
  kind: FieldKindName;
  job: RunJob;
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
  /** What it learns, where parameters do not say it. */
  field?: FieldDescription;
  /** Of a model of atoms. */
  atoms?: AtomicStart;
}

/** What a run with these parameters does. */
export function jobOf({ method }: Pick<Params, 'method'>): RunJob {
  if (method === 'atoms') return 'fold';
  return method === 'known-poses' ? 'train' : method;
}

/**
 * A record as it lies in vitrine.json, with what older versions did not write: the kind is a coordinate network, and the job is as
 * the parameters have it.
 */
export function completeRunRecord(written: RunRecord): RunRecord {
  const {
    kind = 'network',
    job = jobOf(written.params),
    ...rest
  }: Partial<RunRecord> & Omit<RunRecord, 'kind' | 'job'> = written;
  return { ...rest, kind, job };
}

/** What the run learns; `tilts` 2 where its encoder joins the two images of tilt pairs. */
export function fieldOfRecord(
  { kind, params, boxPixels, files, field }: Pick<RunRecord, 'kind' | 'params' | 'boxPixels' | 'files' | 'field'>,
  tilts: 1 | 2 = files?.tilt ? 2 : 1,
): FieldDescription {
  if (field) return field;
  return fieldFromParams(params, boxPixels, { kind, tilts });
}
