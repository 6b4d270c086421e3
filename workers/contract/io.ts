// io worker: files, datasets, runs kept, exports.
import type { ErrorData, Notice } from '../../src/base/errors.ts';
import type { ToldFinding } from '../../src/jobs/first-aid-job.ts';
import type { ImageFits } from '../../src/library/linear-files.ts';
import type { ComponentsReport } from '../../src/jobs/linear-words.ts';
import type { Answers } from '../../src/formats/drop/understanding.ts';
import type { CentreStructures, ModelChoice, ModelDescription, StructureFormat, StructuresRequest } from './atoms.ts';
import type { CallOptions, Cancellable } from './calls.ts';
import type {
  DatasetDraft,
  DatasetSummary,
  DroppedFile,
  ExportFormat,
  ExportedFile,
  ImageRequest,
  ImageTiles,
  NamedColumn,
  ParticleColumns,
} from './datasets.ts';
import type { DrawnMaskOrigin, KeptMasks } from './masks.ts';
import type { CompareRequest, ComparedMaps, ToldCheck } from './validate.ts';
import type { ImportedSelection, PoseFormat, RunLatents, RunPoses, RunSummary, SavedSelection } from './runs.ts';

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
  /**
   * What first aid found of a dataset: as it is kept, else by looking at its images, which gives way to preparing them for a run.
   * Null where it was not looked at and its files are not open.
   */
  firstAid(datasetId: string, call: CallOptions): Promise<ToldFinding[] | null>;
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
  /**
   * Posterior covariance of one particle's latents, lower triangle row by row: the run's own where it keeps them, else the variances
   * of its latents alone. Null where it has neither.
   */
  posteriorOf(runId: string, epoch: number, row: number): Promise<Float32Array | null>;
  /**
   * Keeps a mask for a run, for its maps, its landscape and a fit to come: the file of one, or one that was drawn, which has a place of its
   * own and says what was drawn. Errors where it is no mask of their field of view.
   */
  chooseMask(runId: string, file: DroppedFile, drawn?: DrawnMaskOrigin): Promise<KeptMasks>;
  /** The masks that are kept for a run. */
  keptMasks(runId: string): Promise<KeptMasks>;
  /** What a run's fit and its checks say of each particle, N each; nulls where they say nothing. */
  imageFits(runId: string): Promise<ImageFits>;
  /** Of a run whose field has components; null where it has none (yet). */
  componentsReport(runId: string): Promise<ComponentsReport | null>;
  /** What the components of a linear model's run follow beside motion; empty where the run has none (yet). */
  componentFindings(runId: string): Promise<ToldFinding[]>;
  /** Poses of an ab initio run, the latest kept; null where it has none (yet). */
  poses(runId: string): Promise<RunPoses | null>;
  /**
   * Found poses as cryoDRGN's pose.pkl, or in the columns of RELION's STAR or cryoSPARC's .cs; '.cs' only for sets that came
   * from one.
   */
  exportPoses(runId: string, format: PoseFormat): Promise<ExportedFile>;
  /** What is in a file of atoms that a run may begin at. */
  describeModel(choice: ModelChoice): Promise<ModelDescription>;
  /** Structures of a run of an atomic model at latents. */
  structures(request: StructuresRequest): Promise<CentreStructures>;
  /** As PDB or mmCIF with all atoms, a model each. */
  exportStructures(request: StructuresRequest, format: StructureFormat): Promise<ExportedFile>;
  saveSelections(runId: string, selections: SavedSelection[]): Promise<void>;
  loadSelections(runId: string): Promise<SavedSelection[]>;
  /** The run folder as one zip: a cryoDRGN work directory plus vitrine.json. */
  exportRun(runId: string, call: CallOptions): Promise<Blob>;
  /** z.N.pkl or CSV of the latents of all particles, or of `indices`. */
  exportLatents(runId: string, format: 'pkl' | 'csv', indices: Uint32Array | null): Promise<ExportedFile>;
  /** Checks of a run that were made, as they are kept. */
  runChecks(runId: string): Promise<ToldCheck[]>;
  /** Two dropped maps, shell by shell. */
  compareMaps(a: DroppedFile, b: DroppedFile, request: CompareRequest, call: CallOptions): Promise<ComparedMaps>;
  /** Bytes used and available, for the storage line of the screen. */
  storage(): Promise<{ usedBytes: number; freeBytes: number | null }>;
}
