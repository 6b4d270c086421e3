// The boundary between the screen and the science: one API per worker, plain data both ways, large arrays transferred.
// Nothing here runs. The screen imports these types and client.ts; the worker entries expose classes that satisfy them.
//
// Long calls take a `CallOptions` whose `id` can be cancelled with `cancel(id)`; the client makes both from an
// AbortSignal and a progress callback. A cancelled call rejects with VitrineError 'cancelled'. Errors cross as ErrorData.
import type { ErrorData, Notice } from '../src/base/errors.ts';
import type { OriginalIndices } from '../src/base/particle-identity.ts';
import type { Answers, FileRole, Question, UnderstoodFile } from '../src/formats/drop/understanding.ts';
import type { ExportChoice } from '../src/formats/lists/export-formats.ts';
import type { ChoosingProgress, DeviceInfo } from '../src/engine/engine.ts';
import type { KeptTuning } from '../src/engine/wgsl/tuning/store.ts';
import type { FieldKindName } from '../src/field/description.ts';
import type { EpochSummary } from '../src/inference/training.ts';
import type { PoseReport } from '../src/inference/pose-report.ts';
import type { MapStatistics } from '../src/isosurface/statistics.ts';
import type { RunJob } from '../src/library/run-record.ts';
import type { Params } from '../src/params/params.ts';

export type {
  ChoosingProgress,
  ErrorData,
  Notice,
  DeviceInfo,
  KeptTuning as KeptKernels,
  EpochSummary,
  Params,
  PoseReport,
  ExportChoice,
  Answers as DraftAnswers,
  FileRole,
  Question,
  UnderstoodFile as FileReport,
  MapStatistics as VolumeStatistics,
};

export interface Progress {
  /** 0 … 1, or null while the end is unknown. */
  fraction: number | null;
  /** What is being done, for people: "Reading 3,000 of 4,000 images". */
  message: string;
}
export interface CallOptions {
  id: string;
  onProgress?: (progress: Progress) => void;
}
interface Cancellable {
  cancel(id: string): void;
}

// ---------------------------------------------------------------- io worker: files, datasets, runs kept, exports

/** A file as it was dropped; `path` includes folders of the drop. */
export interface DroppedFile {
  path: string;
  file: Blob;
}

/** What a drop adds up to, before it is accepted as a dataset. */
export interface DatasetDraft {
  id: string;
  name: string;
  files: UnderstoodFile[];
  /** Null until a stack (or a table with its stacks) was found. */
  particles: number | null;
  boxPixels: number | null;
  pixelSizeAngstrom: number | null;
  hasPoses: boolean;
  hasCtf: boolean;
  opticsGroups: number;
  /** Present where an index list selects from the original stack. */
  selectedOf: number | null;
  questions: Question[];
  /** What keeps it from being accepted; empty when it can be. A set without poses can. */
  missing: string[];
  warnings: Notice[];
  /** Whether images look white on dark (true), dark on white, or undecided (null). */
  looksWhite: boolean | null;
}

export interface DatasetSummary {
  id: string;
  name: string;
  created: string;
  particles: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
  hasPoses: boolean;
  hasCtf: boolean;
  opticsGroups: number;
  warnings: Notice[];
  /** Whether the original files are at hand (this session); after a reload images come from the cache. */
  originalsAtHand: boolean;
  /** Whether the images are kept in the browser, so that runs can start and resume without the files. */
  imagesKept: boolean;
  tableKind: 'star' | 'cs' | null;
  /** In which formats lists of its particles can be written, and why not in the others. */
  exportFormats: ExportChoice[];
  isDemo: boolean;
  looksWhite: boolean | null;
}

/** Per-particle numbers for histograms, colours and the direction map; all of length `particles`. */
export interface ParticleColumns {
  /** Viewing direction: rot and tilt in degrees; null without poses. */
  rotDegrees: Float32Array | null;
  tiltDegrees: Float32Array | null;
  /** Mean of U and V, Å; null without CTF. */
  defocusAngstrom: Float32Array | null;
  /** Shift length in pixels; null without poses or shifts. */
  shiftPixels: Float32Array | null;
  /** Places in the original stack, from 0: the number by which a particle is called. */
  originalIndex: OriginalIndices;
  /** Known truth of a simulated set and columns of a dropped CSV. */
  extra: { name: string; values: Float32Array }[];
}

export interface ImageRequest {
  /** 0-based within the dataset. */
  indices: number[];
  /** Å; null for none. */
  lowPassAngstrom: number | null;
  /** Correct the sign of the CTF and centre by the pose, so that particles look alike. */
  flipPhases: boolean;
}
export interface ImageTiles {
  boxPixels: number;
  /** n×D×D, each image scaled to mean 0 and standard deviation 1. */
  pixels: Float32Array;
}

/** A column of a table to be written: a value a row. */
export interface NamedColumn {
  name: string;
  values: Float32Array;
}
export type ExportFormat = ExportChoice['format'];
export interface ExportedFile {
  name: string;
  bytes: Uint8Array;
}

/** As ExportedFile, where the bytes may lie on disk. */
export interface ExportedBlob {
  name: string;
  blob: Blob;
}

export type RunStatus = 'running' | 'paused' | 'interrupted' | 'finished' | 'failed';

/** What can be asked of a run, whatever its field and however it learned. */
export interface RunAbilities {
  /** Maps at latents; one map where there are none. */
  decode: boolean;
  /** Latents of other images. */
  encode: boolean;
  searchPoses: boolean;
  resume: boolean;
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

export interface IoApi extends Cancellable {
  /** Understands any mix of files; `addTo` adds them to an earlier draft. */
  openFiles(files: DroppedFile[], addTo: string | null, call: CallOptions): Promise<DatasetDraft>;
  answer(draftId: string, answers: Answers, call: CallOptions): Promise<DatasetDraft>;
  /** Keeps the draft as a dataset: metadata now, images when training first asks for them. */
  accept(draftId: string): Promise<DatasetSummary>;
  /** Simulates the demo set (built-in two-domain molecule, hinge motion) and accepts it. */
  openDemo(call: CallOptions): Promise<DatasetSummary>;
  listDatasets(): Promise<DatasetSummary[]>;
  removeDataset(id: string): Promise<void>;
  columns(datasetId: string): Promise<ParticleColumns>;
  images(datasetId: string, request: ImageRequest): Promise<ImageTiles>;
  /** Adds the numeric columns of a CSV (a row a particle) to the dataset's extra columns. */
  importColumns(datasetId: string, file: DroppedFile): Promise<{ names: string[]; notices: Notice[] }>;
  /** A CSV also holds `columnsOfRows`: a value a particle of the list, beside what the dataset says of it. */
  exportSelection(
    datasetId: string,
    indices: Uint32Array,
    format: ExportFormat,
    columnsOfRows?: NamedColumn[],
  ): Promise<ExportedFile>;
  /** A list written by any export (STAR, .cs, ind.pkl, CSV) back as rows of the dataset. */
  importSelection(datasetId: string, file: DroppedFile): Promise<ImportedSelection>;

  /** Those whose records can be read; `damagedRecords` names the others. */
  listRuns(): Promise<RunSummary[]>;
  /** Runs and datasets whose records cannot be read: damaged, or written by a newer version. */
  damagedRecords(): Promise<ErrorData[]>;
  removeRun(id: string): Promise<void>;
  renameRun(id: string, name: string): Promise<void>;
  /** Latest epoch where `epoch` is null. Null where the run has no latents. */
  latents(runId: string, epoch: number | null): Promise<RunLatents | null>;
  /** Poses of an ab initio run, the latest kept; null where it has none (yet). */
  poses(runId: string): Promise<RunPoses | null>;
  /**
   * Found poses as cryoDRGN's pose.pkl, or in the columns of RELION's STAR or cryoSPARC's .cs; '.cs' only for sets that came
   * from one.
   */
  exportPoses(runId: string, format: PoseFormat): Promise<ExportedFile>;
  saveSelections(runId: string, selections: SavedSelection[]): Promise<void>;
  loadSelections(runId: string): Promise<SavedSelection[]>;
  /** The run folder as one zip: a cryoDRGN work directory plus vitrine.json. */
  exportRun(runId: string, call: CallOptions): Promise<Blob>;
  /** z.N.pkl or CSV of the latents of all particles, or of `indices`. */
  exportLatents(runId: string, format: 'pkl' | 'csv', indices: Uint32Array | null): Promise<ExportedFile>;
  /** Bytes used and available, for the storage line of the screen. */
  storage(): Promise<{ usedBytes: number; freeBytes: number | null }>;
}

// ---------------------------------------------------------------- engine worker: owns the device, trains and decodes;
// maps go from it to the analysis worker over a port of their own (peer.ts)

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
  /** `device` once it is known what computes the run. */
  | { type: 'status'; runId: string; status: RunStatus; reason?: string; device?: DeviceInfo }
  /** How the poses stand: often while the start looks for them, then after each search. */
  | { type: 'poses'; runId: string; report: PoseReport }
  /** A setback after which the run goes on by itself, with these parameters. */
  | { type: 'notice'; runId: string; notice: Notice; params: Pick<Params, 'batchSize' | 'precision'> }
  | { type: 'failed'; runId: string; error: ErrorData };

export interface EngineApi extends Cancellable {
  device(): Promise<DeviceReport>;
  /** Measures a few steps of a model of this shape on this device with this dataset. */
  estimate(datasetId: string, params: Params, call: CallOptions): Promise<Estimate>;
  /** Starts in the background; news come as events. One run at a time: an error where one is running. */
  start(datasetId: string, name: string, params: Params): Promise<RunSummary>;
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
  /** One listener for all runs. */
  subscribe(listener: (event: RunEvent) => void): Promise<void>;
}

// ---------------------------------------------------------------- analysis workers: numbers about latents and maps

export interface PcaResult {
  /** count×components, projections. */
  projections: Float32Array;
  components: number;
  /** components×zDim, unit rows. */
  axes: Float32Array;
  mean: Float32Array;
  /** Share of the variance, one a component, descending. */
  explainedVariance: Float32Array;
}
export interface KMeansResult {
  labels: Int32Array;
  /** k on-data centres: the particle nearest each centre, 0-based. */
  centreIndices: Uint32Array;
  /** k×zDim, z of those particles. */
  centres: Float32Array;
  counts: Uint32Array;
}
export interface TrajectoryRequest {
  latents: LatentsHandle;
  /** Along a principal component between percentiles, or through chosen particles in straight segments. */
  along:
    | { kind: 'component'; component: number; fromPercentile: number; toPercentile: number }
    | { kind: 'points'; points: number[][] };
  steps: number;
}
/** What a map is decoded from. */
export interface DecodeRequest {
  runId: string;
  /** Latest epoch where null. */
  epoch: number | null;
  z: number[];
  /** Side of the map: the training box, or smaller for a preview. */
  boxPixels: number;
}

/** Names a map in the analysis worker. The screen makes the key, so that the map of a call given up can be released by it. */
export interface MapReference {
  key: string;
  /** What it can be decoded from again; null of a model that was being trained and of a map of the start. */
  source: DecodeRequest | null;
}
/** A map that the analysis worker keeps, as the screen holds it. */
export interface MapHandle extends MapReference {
  /** The z it was decoded at; empty for a homogeneous field. */
  z: number[];
  boxPixels: number;
  pixelSizeAngstrom: number;
  statistics: MapStatistics;
}

export interface MapToExport extends MapReference {
  z: number[];
  /** For people, in the file's header. */
  label: string;
}

/** Where to contour: the level that statistics suggest, a value in map units, or standard deviations above the mean. */
export type ContourLevel = { kind: 'suggested' } | { kind: 'value'; value: number } | { kind: 'sigmas'; value: number };

export interface ContouredMap {
  map: MapHandle;
  /** Map units. */
  level: number;
  mesh: IsosurfaceMesh;
}
export interface MapRequest extends DecodeRequest {
  key: string;
  level: ContourLevel;
}
export interface MapSeriesRequest extends Omit<DecodeRequest, 'z'> {
  maps: { key: string; z: number[] }[];
  level: ContourLevel;
  /** All maps at the level of the first, or each at its own. */
  sameLevel: boolean;
}

export type MapAxis = 'x' | 'y' | 'z';
/** A plane of voxels D×D across an axis; rows upwards: z shows (x, y), y shows (x, z), x shows (y, z). */
export interface MapPlane {
  axis: MapAxis;
  index: number;
  values: Float32Array;
}

/** What the analysis worker keeps. */
export interface MapsKept {
  count: number;
  bytes: number;
}

export interface IsosurfaceMesh {
  /** Vertices in Å from the centre of the box, x y z interleaved. */
  positions: Float32Array;
  normals: Float32Array;
  indices: Uint32Array;
}
/** An analysis that an earlier visit has kept: asked for again it is read, not computed. */
export interface KeptAnalysis {
  method: 'pca' | 'umap' | 'kmeans';
  /** k of k-means, by name. */
  parameters: Record<string, number>;
  /** Null where nothing is random. */
  seed: number | null;
}
/** PCA, UMAP and k-means of opened latents are kept in the run's folder, and read from there while the latents are the same. */
export interface AnalysisApi extends Cancellable {
  /**
   * Reads the latents into every analysis worker, where they stay until `releaseLatents` was called as often. Calls answer
   * without it too, while the run's folder holds that epoch. Error 'file-missing' where it no longer does.
   */
  openLatents(latents: LatentsHandle): Promise<void>;
  releaseLatents(latents: LatentsHandle): Promise<void>;
  /** What is kept of these latents, oldest first. */
  keptAnalyses(latents: LatentsHandle): Promise<KeptAnalysis[]>;
  pca(latents: LatentsHandle, call: CallOptions): Promise<PcaResult>;
  /** count×2. 15 neighbours, minimum distance 0.1. */
  umap(latents: LatentsHandle, seed: number, call: CallOptions): Promise<Float32Array>;
  kMeans(latents: LatentsHandle, k: number, seed: number, call: CallOptions): Promise<KMeansResult>;
  /** steps×zDim. */
  trajectory(request: TrajectoryRequest): Promise<Float32Array>;
  /** Particle nearest to each z (m×zDim): m indices. */
  nearest(latents: LatentsHandle, z: Float32Array): Promise<Uint32Array>;
  /**
   * Decodes in the engine worker, between training steps while a run goes on (while an ab initio run starts, with the map
   * of the start), takes statistics and contours. The map stays in the analysis worker under the request's key until it is
   * released. Tells of progress where the map takes long.
   */
  decode(request: MapRequest, call: CallOptions): Promise<ContouredMap>;
  /** Maps at several z in order, each handed over as it is ready. */
  decodeSeries(
    request: MapSeriesRequest,
    onMap: (index: number, contoured: ContouredMap) => void,
    call: CallOptions,
  ): Promise<void>;
  /** `level` in map units. This and what follows: a map that was let go is decoded again; error 'map-gone' where it cannot be. */
  isosurface(map: MapReference, level: number): Promise<IsosurfaceMesh>;
  planes(map: MapReference, planes: Omit<MapPlane, 'values'>[]): Promise<MapPlane[]>;
  /** Sum along z, D×D, rows upwards. */
  projection(map: MapReference): Promise<Float32Array>;
  /** Fourier shell correlation of two maps of one box: D/2 values, shell i at i/D per pixel; shell 0 is 1. */
  fsc(a: MapReference, b: MapReference): Promise<Float32Array>;
  /** One map as MRC, several as a zip of vol_001.mrc … and their z. Maps that are not kept are decoded for it one by one. */
  exportMaps(maps: MapToExport[], baseName: string, call: CallOptions): Promise<ExportedBlob>;
  /** What the screen shows now: never let go for room, as other maps are, the longest unused first. */
  showMaps(keys: string[]): Promise<void>;
  /** Forgets maps; keys that are not known are no error. */
  releaseMaps(keys: string[]): Promise<void>;
  mapsKept(): Promise<MapsKept>;
}
