// Engine worker: owns the device, trains and decodes; maps go from it to the analysis worker over a port of their own (peer.ts).
import type { ErrorData, Notice } from '../../src/base/errors.ts';
import type { ChoosingProgress, DeviceInfo } from '../../src/engine/engine.ts';
import type { KeptTuning } from '../../src/engine/wgsl/tuning/store.ts';
import type { LinearProgress } from '../../src/inference/linear/progress.ts';
import type { PoseReport } from '../../src/inference/pose-report.ts';
import type { EpochSummary } from '../../src/inference/training.ts';
import type { Params } from '../../src/params/params.ts';
import type { ModelChoice } from './atoms.ts';
import type { CallOptions, Cancellable, Progress } from './calls.ts';
import type { MaskOfRun } from './masks.ts';
import type { RunStatus, RunSummary } from './runs.ts';
import type { CheckMethod, Deposition, DepositRequest, RunCheckName, ToldCheck } from './validate.ts';

export interface DeviceReport extends DeviceInfo {
  /** Whether WebGPU exists in this browser. */
  webgpu: 'available' | 'software' | 'absent';
  /** What the missing device costs and how to get it; empty where nothing is missing. */
  advice: string;
  crossOriginIsolated: boolean;
}

export interface Estimate {
  secondsPerEpoch: number;
  secondsTotal: number;
  imagesPerSecond: number;
  /** Peak of device and heap, bytes. */
  memoryBytes: number;
  /** Bytes the run and its images take in the browser's storage. */
  storageBytes: number;
  notices: Notice[];
}

export type RunEvent =
  | { type: 'preparing'; runId: string; progress: Progress }
  | {
      type: 'progress';
      runId: string;
      epoch: number;
      imagesDone: number;
      imagesTotal: number;
      imagesPerSecond: number;
      secondsLeft: number;
      reconstruction: number | null;
      kl: number | null;
    }
  /** The fastest kernels of a device are chosen beside the run; null once that is over. */
  | { type: 'choosing-kernels'; runId: string; progress: ChoosingProgress | null }
  | { type: 'epoch'; runId: string; summary: EpochSummary }
  /**
   * Of a linear model, after each iteration: shares of the components in the variance, percent, and q latents of every `stride`-th
   * image. Its mean map is decoded as that of a model that learns on.
   */
  | {
      type: 'linear';
      runId: string;
      progress: LinearProgress;
      percents: number[];
      latents: Float32Array;
      stride: number;
    }
  /** A chain was fitted after the linear model of `runId`: a run of its own, told before the end of the other. */
  | { type: 'chain'; runId: string; chain: RunSummary }
  /** `device` once it is known what computes the run; `epochsDone` at the end of a linear model's fit. */
  | { type: 'status'; runId: string; status: RunStatus; reason?: string; device?: DeviceInfo; epochsDone?: number }
  /** How the poses stand: often while the start looks for them, then after each search. */
  | { type: 'poses'; runId: string; report: PoseReport }
  /** A setback after which the run goes on by itself, with these parameters. */
  | { type: 'notice'; runId: string; notice: Notice; params: Pick<Params, 'batchSize' | 'precision'> }
  | { type: 'failed'; runId: string; error: ErrorData };

export interface EngineApi extends Cancellable {
  device(): Promise<DeviceReport>;
  /** Measures a few steps of a model of this shape on this device with this dataset. */
  estimate(datasetId: string, params: Params, call: CallOptions): Promise<Estimate>;
  /**
   * Starts in the background; news come as events. One run at a time: an error where one is running. A linear model whose mask is of a
   * file takes the one that was drawn or chosen for the run `maskOf`.
   */
  start(datasetId: string, name: string, params: Params, maskOf?: MaskOfRun): Promise<RunSummary>;
  /** As `start`, a run of an atomic model that begins at a file's. */
  startAtoms(datasetId: string, name: string, params: Params, model: ModelChoice): Promise<RunSummary>;
  /** Goes on from the last checkpoint; with more epochs where `epochs` is given. */
  resume(runId: string, epochs: number | null): Promise<RunSummary>;
  pause(runId: string): Promise<void>;
  continue(runId: string): Promise<void>;
  /** Ends at once after writing a checkpoint of the last whole epoch; the run can be resumed. */
  stop(runId: string): Promise<void>;
  /** Chooses no kernels beside the run: it goes on with the default ones. */
  useDefaultKernels(runId: string): Promise<void>;
  /** What was chosen on this machine, by device and size of model. */
  keptKernels(): Promise<KeptTuning[]>;
  /** Kernels are chosen again when a model is next trained. Error 'usage' while a run goes on. */
  clearKernels(): Promise<void>;
  /** Mirrors a run that is not going on: its field, its poses, its maps of the start. Done twice it is as it was. */
  flipHand(runId: string): Promise<RunSummary>;
  /** Checks of a run, each kept in its folder as it ends; the models that they fit are kept too. */
  checkRun(
    runId: string,
    checks: readonly RunCheckName[],
    method: CheckMethod,
    call: CallOptions,
  ): Promise<ToldCheck[]>;
  /** Map, half maps, mask, FSC, contour and list of a state of a run, by backprojection of exactly its images. */
  deposit(runId: string, request: DepositRequest, call: CallOptions): Promise<Deposition>;
  /** One listener for all runs. */
  subscribe(listener: (event: RunEvent) => void): Promise<void>;
}
