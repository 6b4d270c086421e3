// What the io worker does, without the worker: understands dropped files, keeps datasets, prepares images, lists runs,
// writes everything that leaves the page. Original files are at hand for this session only.
import { understand } from '../src/formats/assemble.ts';
import { VitrineError } from '../src/base/errors.ts';
import { browserGpu } from '../src/engine/gpu-adapter.ts';
import type { ImageReader, ParticleSet } from '../src/formats/particles.ts';
import { looksLikeCtf } from '../src/imaging/ctf-signs.ts';
import { tiltedOptics } from '../src/imaging/beam-tilt.ts';
import { withEvenBox } from '../src/imaging/even-particles.ts';
import { measureNoiseByGroup, type NoiseSpectra } from '../src/imaging/noise-spectrum.ts';
import { noticesForPoseSearch } from '../src/imaging/search-notices.ts';
import { exportPoses } from '../src/jobs/pose-export.ts';
import { exportSelection, importSelection } from '../src/jobs/export.ts';
import { exportFormats } from '../src/formats/lists/export-formats.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import { told } from '../src/jobs/first-aid-job.ts';
import { demoSet, demoSimulation } from '../src/jobs/demo.ts';
import { imageOptionsOf, prepareParticles, type ImageOptions } from '../src/jobs/prepare.ts';
import { tilesFromImages, tilesFromPrepared, type TileParticles } from '../src/jobs/particle-tiles.ts';
import { fileStem } from '../src/jobs/file-stem.ts';
import { keepDrawnMask, keepMaskFile, keptMasks } from '../src/jobs/kept-masks.ts';
import { readMask } from '../src/jobs/mask-file.ts';
import { componentsReport } from '../src/jobs/linear-words.ts';
import { zipOfFolders } from '../src/jobs/zip.ts';
import { csvColumnsFor, latentsFile, particleColumns, poseColumns } from '../src/jobs/columns.ts';
import { folderBytes } from '../src/library/arrays.ts';
import { DatasetLibrary, type DatasetRecord, type KeptDataset } from '../src/library/datasets.ts';
import { readImageFits, readLinearReport, type ImageFits } from '../src/library/linear-files.ts';
import { readPosterior } from '../src/library/posteriors.ts';
import { cachesOf, fingerprintImages, ParticleCache } from '../src/library/particle-cache.ts';
import type { RunLocks } from '../src/library/run-locks.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { loadSelections, saveSelections } from '../src/library/selections.ts';
import type { Storage } from '../src/library/storage.ts';
import type { Params } from '../src/params/params.ts';
import { describeModel, ShownStructures, writtenStructures } from './atoms.ts';
import { CallsUnderway } from './calls.ts';
import { Drafts } from './drafts.ts';
import { findingsOfRun, firstAidOfDataset, givingWay } from './first-aid.ts';
import type * as contract from './contract.ts';
import type { PreparationApi } from './peer.ts';
import { runSummary } from './run-summary.ts';
import { compareFiles, keptChecksOf } from './validation.ts';

type Call = contract.CallOptions;

export class Io implements contract.IoApi, PreparationApi {
  private readonly calls = new CallsUnderway();
  private readonly drafts = new Drafts(async (...given) => withEvenBox(await understand(...given)));
  private readonly datasets: DatasetLibrary;
  private readonly runs: RunLibrary;
  private readonly shownStructures: ShownStructures;
  /** Images being prepared for a run. */
  private readonly preparing = new Set<Promise<void>>();
  /** Readers of original files by dataset, this session's. */
  private readonly readers = new Map<string, ImageReader>();

  constructor(
    private readonly store: Storage,
    private readonly locks: RunLocks,
  ) {
    this.datasets = new DatasetLibrary(store);
    this.runs = new RunLibrary(store);
    this.shownStructures = new ShownStructures(this.runs);
  }

  cancel(id: string): void {
    this.calls.cancel(id);
  }

  openFiles(files: contract.DroppedFile[], addTo: string | null, call: Call): Promise<contract.DatasetDraft> {
    return this.calls.run(call, (job) => this.drafts.open(files, addTo, job));
  }

  answer(draftId: string, answers: contract.DraftAnswers, call: Call): Promise<contract.DatasetDraft> {
    return this.calls.run(call, (job) => this.drafts.answer(draftId, answers, job));
  }

  async accept(draftId: string): Promise<contract.DatasetSummary> {
    const { set, looksWhite, columns } = this.drafts.accepted(draftId);
    const fingerprint = await fingerprintImages(set.images);
    const extras = { pixelSizeAngstrom: set.pixelSizeAngstrom, isDemo: false, looksWhite, fingerprint };
    const record =
      (await this.datasets.find(set, fingerprint)) ?? (await this.datasets.keep(await withSearchNotices(set), extras));
    if (columns.length > 0) await this.datasets.addColumns(record.id, columns);
    this.readers.set(record.id, set.images);
    this.drafts.forget(draftId);
    return this.summary(record);
  }

  openDemo(call: Call): Promise<contract.DatasetSummary> {
    return this.calls.run(call, async ({ signal, onProgress }) => {
      onProgress({ fraction: null, message: 'Simulating the two-domain molecule' });
      const simulation = demoSimulation();
      const set = demoSet(simulation);
      const fingerprint = await fingerprintImages(set.images, signal);
      const pixelSizeAngstrom = set.pixelSizeAngstrom ?? 1;
      const record =
        (await this.datasets.find(set, fingerprint)) ??
        (await this.datasets.keep(set, { pixelSizeAngstrom, isDemo: true, looksWhite: true, fingerprint }));
      await this.datasets.addColumns(record.id, [
        { name: 'true state', values: Float32Array.from(simulation.state) },
        { name: 'true angle (rad)', values: simulation.anglesRadians[0] },
      ]);
      this.readers.set(record.id, set.images);
      return this.summary(record);
    });
  }

  async listDatasets(): Promise<contract.DatasetSummary[]> {
    return Promise.all((await this.datasets.list()).map((record) => this.summary(record)));
  }

  private async summary(record: DatasetRecord): Promise<contract.DatasetSummary> {
    const { version: _version, fingerprint, tableFileName: _name, opticsGroups, ...rest } = record;
    return {
      ...rest,
      opticsGroups: Math.max(1, opticsGroups.length),
      exportFormats: exportFormats(record),
      // The demo is made from its seed again.
      originalsAtHand: record.isDemo || this.readers.has(record.id),
      imagesKept: (await cachesOf(this.store, fingerprint)).length > 0,
    };
  }

  async removeDataset(id: string): Promise<void> {
    const { record } = await this.dataset(id);
    await this.datasets.remove(id);
    this.readers.delete(id);
    const shared = (await this.datasets.list()).some(({ fingerprint }) => fingerprint === record.fingerprint);
    if (shared) return;
    for (const { folder } of await cachesOf(this.store, record.fingerprint)) await this.store.remove(folder);
  }

  async columns(datasetId: string): Promise<contract.ParticleColumns> {
    return particleColumns(await this.dataset(datasetId), await this.datasets.columns(datasetId));
  }

  firstAid(datasetId: string, call: Call): Promise<contract.ToldFinding[] | null> {
    return this.calls.run(call, async (job) => {
      const dataset = await this.dataset(datasetId);
      const reader = this.reader(dataset.record);
      const images = reader && givingWay(reader, this.preparing);
      const findings = await firstAidOfDataset(this.store, this.datasets, { dataset, images }, job);
      return findings && told(findings);
    });
  }

  async images(datasetId: string, request: contract.ImageRequest): Promise<contract.ImageTiles> {
    const dataset = await this.dataset(datasetId);
    const { record, ctf, optics, poses } = dataset;
    const particles: TileParticles = {
      imagePixels: record.boxPixels,
      pixelSizeAngstrom: record.pixelSizeAngstrom,
      ctf,
      optics,
      translations: poses?.translations ?? null,
    };
    const reader = this.reader(record);
    if (reader) return tilesFromImages(reader, request.indices, particles, request);
    const [kept] = await cachesOf(this.store, record.fingerprint);
    const cache = kept && (await ParticleCache.open(this.store, kept.folder));
    if (!cache) throw this.originalsGone(record);
    const { invert } = kept.meta.options as ImageOptions;
    return tilesFromPrepared(cache, invert, request.indices, particles, request);
  }

  async importColumns(datasetId: string, file: contract.DroppedFile) {
    const { columns, notices } = await csvColumnsFor(await this.dataset(datasetId), named(file));
    await this.datasets.addColumns(datasetId, columns);
    return { names: columns.map(({ name }) => name), notices };
  }

  async exportSelection(
    datasetId: string,
    indices: Uint32Array,
    format: contract.ExportFormat,
    columnsOfRows: contract.NamedColumn[] = [],
  ): Promise<contract.ExportedFile> {
    const dataset = await this.dataset(datasetId);
    const set = await openKeptSet(this.datasets, dataset);
    const columns = format === 'csv' ? await this.datasets.columns(datasetId) : [];
    for (const { name, values } of columnsOfRows) {
      const ofAll = new Float32Array(dataset.record.particles).fill(NaN);
      indices.forEach((row, i) => (ofAll[row] = values[i]));
      columns.push({ name, values: ofAll });
    }
    const bytes = exportSelection(set, indices, format, columns);
    const stem = fileStem(dataset.record.name);
    return { name: format === 'ind.pkl' ? `${stem}_ind.pkl` : `${stem}_selection.${format}`, bytes };
  }

  async importSelection(datasetId: string, file: contract.DroppedFile): Promise<contract.ImportedSelection> {
    const set = await openKeptSet(this.datasets, await this.dataset(datasetId));
    const { rows, notices } = await importSelection(set, named(file));
    const name = file.path.split('/').at(-1) ?? file.path;
    return { name: name.replace(/\.[^.]+$/, ''), indices: rows, notices };
  }

  /** For the engine worker: images into the shared storage. */
  prepare(datasetId: string, params: Params, call: Call): Promise<void> {
    const preparing = this.calls.run(call, async (job) => {
      const { record, ctf, optics } = await this.dataset(datasetId);
      const reader = this.reader(record);
      if (!reader) throw this.originalsGone(record);
      const tilted = tiltedOptics(ctf, optics);
      const options = imageOptionsOf(params, record.boxPixels);
      const gpu = params.device === 'cpu' ? null : browserGpu();
      await prepareParticles(this.store, reader, record.fingerprint, options, { ...job, gpu, tilted });
    });
    this.preparing.add(preparing);
    return preparing.finally(() => this.preparing.delete(preparing));
  }

  /** For the engine worker. */
  measureNoise(datasetId: string, params: Params, call: Call): Promise<NoiseSpectra> {
    return this.calls.run(call, async ({ signal }) => {
      const { record, opticsGroupOf } = await this.dataset(datasetId);
      const reader = this.reader(record);
      if (!reader) throw this.originalsGone(record);
      return measureNoiseByGroup(reader, opticsGroupOf, imageOptionsOf(params, record.boxPixels), signal);
    });
  }

  async listRuns(): Promise<contract.RunSummary[]> {
    const held = await this.locks.held();
    return (await this.runs.list()).map((record) => runSummary(record, held));
  }

  async damagedRecords(): Promise<contract.ErrorData[]> {
    const [runs, datasets] = await Promise.all([this.runs.listAll(), this.datasets.listAll()]);
    return [...runs.damaged, ...datasets.damaged].map((error) => error.toData());
  }

  async removeRun(id: string): Promise<void> {
    if ((await this.locks.held()).has(id))
      throw new VitrineError('usage', 'This run is going on.', { advice: 'Stop it first.' });
    await this.runs.remove(id);
  }

  async renameRun(id: string, name: string): Promise<void> {
    await this.runs.folder(id).rename(name);
  }

  async latents(runId: string, epoch: number | null): Promise<contract.RunLatents | null> {
    const { epochsDone } = await this.runs.record(runId);
    if (epoch === null && epochsDone === 0) return null;
    const latents = await this.runs.folder(runId).latents(epoch ?? epochsDone);
    if (!latents) return null;
    const { mu, zDim, count } = latents;
    const handle = { runId, epoch: latents.epoch, zDim, count };
    return { handle, epoch: latents.epoch, zDim, count, mu };
  }

  posteriorOf(runId: string, epoch: number, row: number): Promise<Float32Array | null> {
    return readPosterior(this.runs.folder(runId), epoch, row);
  }

  async chooseMask(
    runId: string,
    file: contract.DroppedFile,
    drawn?: contract.DrawnMaskOrigin,
  ): Promise<contract.KeptMasks> {
    const mask = named(file);
    await readMask(mask, await this.runs.record(runId));
    const run = this.runs.folder(runId);
    await (drawn ? keepDrawnMask(run, mask, drawn) : keepMaskFile(run, mask));
    return keptMasks(run);
  }

  keptMasks(runId: string): Promise<contract.KeptMasks> {
    return keptMasks(this.runs.folder(runId));
  }

  runChecks(runId: string): Promise<contract.ToldCheck[]> {
    return keptChecksOf(this.runs.folder(runId));
  }

  compareMaps(
    a: contract.DroppedFile,
    b: contract.DroppedFile,
    request: contract.CompareRequest,
    call: contract.CallOptions,
  ): Promise<contract.ComparedMaps> {
    return this.calls.run(call, (job) => compareFiles([named(a), named(b)], request, job));
  }

  imageFits(runId: string): Promise<ImageFits> {
    return readImageFits(this.runs.folder(runId));
  }

  async componentsReport(runId: string): Promise<contract.ComponentsReport | null> {
    const report = await readLinearReport(this.runs.folder(runId));
    return report && componentsReport(report);
  }

  async componentFindings(runId: string): Promise<contract.ToldFinding[]> {
    const { datasetId } = await this.runs.record(runId);
    const dataset = await this.datasets.load(datasetId);
    return dataset ? told(await findingsOfRun(this.store, this.runs.folder(runId), dataset)) : [];
  }

  async poses(runId: string): Promise<contract.RunPoses | null> {
    const { record, folder, epoch, poses } = await this.latestPoses(runId);
    if (!poses) return null;
    const columns = poseColumns(poses, record.boxPixels);
    return { epoch, ...columns, classes: await folder.startClasses() };
  }

  async exportPoses(runId: string, format: contract.PoseFormat): Promise<contract.ExportedFile> {
    const { record, poses } = await this.latestPoses(runId);
    if (!poses)
      throw new VitrineError('poses-missing', 'This run has not found poses yet.', {
        advice: 'Wait until its start is done.',
      });
    const set = await openKeptSet(this.datasets, await this.dataset(record.datasetId));
    const bytes = exportPoses(set, poses, format);
    return { name: format === 'pkl' ? 'pose.pkl' : `${fileStem(record.datasetName)}_poses.${format}`, bytes };
  }

  /** Poses of the last epoch that is whole; 0 is the start's. */
  private async latestPoses(runId: string) {
    const record = await this.runs.record(runId);
    const folder = this.runs.folder(runId);
    return { record, folder, epoch: record.epochsDone, poses: await folder.poses(record.epochsDone) };
  }

  describeModel(choice: contract.ModelChoice): Promise<contract.ModelDescription> {
    return describeModel(choice);
  }

  structures(request: contract.StructuresRequest): Promise<contract.CentreStructures> {
    return this.shownStructures.at(request);
  }

  exportStructures(
    request: contract.StructuresRequest,
    format: contract.StructureFormat,
  ): Promise<contract.ExportedFile> {
    return writtenStructures(this.runs, request, format);
  }

  saveSelections(runId: string, selections: contract.SavedSelection[]): Promise<void> {
    return saveSelections(this.store, this.runs.folder(runId).folder, selections);
  }

  loadSelections(runId: string): Promise<contract.SavedSelection[]> {
    return loadSelections(this.store, this.runs.folder(runId).folder);
  }

  exportRun(runId: string, call: Call): Promise<Blob> {
    return this.calls.run(call, async (job) => {
      const { name, datasetId } = await this.runs.record(runId);
      // With its particles but their images, so that the command line cuts lists of it too.
      const dataset = DatasetLibrary.folderOf(datasetId);
      const folders = [{ folder: this.runs.folder(runId).folder }, { folder: dataset, at: dataset }];
      return zipOfFolders(this.store, folders, fileStem(name), job);
    });
  }

  async exportLatents(
    runId: string,
    format: 'pkl' | 'csv',
    indices: Uint32Array | null,
  ): Promise<contract.ExportedFile> {
    const record = await this.runs.record(runId);
    const latents = await this.runs.folder(runId).latents(null);
    if (!latents) throw new VitrineError('usage', 'This run has no latents.', { field: record.name });
    const dataset = await this.datasets.load(record.datasetId);
    return latentsFile(latents, format, indices, dataset?.originalIndex ?? null);
  }

  async storage(): Promise<{ usedBytes: number; freeBytes: number | null }> {
    return { usedBytes: await folderBytes(this.store, ''), freeBytes: await this.store.freeBytes() };
  }

  private async dataset(id: string): Promise<KeptDataset> {
    const dataset = await this.datasets.load(id);
    if (!dataset)
      throw new VitrineError('file-missing', 'The dataset is no longer kept.', { advice: 'Open its files again.' });
    return dataset;
  }

  private reader(record: DatasetRecord): ImageReader | null {
    const reader = this.readers.get(record.id);
    if (reader || !record.isDemo) return reader ?? null;
    const { images } = demoSimulation();
    this.readers.set(record.id, images);
    return images;
  }

  private originalsGone(record: DatasetRecord): VitrineError {
    return new VitrineError('file-missing', 'The original image files are not open.', {
      file: record.name,
      advice: 'Open the original files again: the studio knows them and goes on where it was.',
    });
  }
}

function named({ path, file }: contract.DroppedFile) {
  return { path, blob: file };
}

/** The set with what a search for its poses would meet, where it has none: few images, a CTF that was not given. */
async function withSearchNotices<S extends ParticleSet>(set: S): Promise<S> {
  if (set.poses && set.ctf) return set;
  const signs = set.ctf ? null : await looksLikeCtf(set.images, set.pixelSizeAngstrom);
  const asked = { count: set.count, hasCtf: set.ctf !== null, looksLikeCtf: signs?.oscillates ?? null };
  const notices = noticesForPoseSearch(asked).filter(({ code }) => !set.poses || code !== 'few-images');
  return { ...set, warnings: [...set.warnings, ...notices] };
}
