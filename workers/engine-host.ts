// What the engine worker does, without the worker: owns the device, trains one run at a time in the background, and
// decodes maps between its steps. States of a run: running ⇄ paused → finished | interrupted | failed → running (resume).
// A device that is lost is opened anew by who asks next, a run that goes on first of all.
import type { Engine, EngineRequest, LongCall } from '../src/engine/engine.ts';
import { clearTunings, keptTunings, type TuningStore } from '../src/engine/wgsl/tuning/store.ts';
import { boxPixelsOf } from '../src/field/kinds.ts';
import { throwIfCancelled, VitrineError, type Notice } from '../src/base/errors.ts';
import { withSuggestedLevel } from '../src/isosurface/statistics.ts';
import { decodeAt, loadModel, whereLong, type LoadedRun } from '../src/jobs/decode-job.ts';
import { estimateRun } from '../src/jobs/estimate-job.ts';
import { flipHand } from '../src/jobs/flip-hand.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { DatasetLibrary } from '../src/library/datasets.ts';
import type { RunLocks } from '../src/library/run-locks.ts';
import { jobOf, type RunRecord } from '../src/library/run-record.ts';
import { mapPixelSize, RunLibrary } from '../src/library/runs.ts';
import type { Storage } from '../src/library/storage.ts';
import { tuningStore } from '../src/library/tuning-store.ts';
import { validateParams, type Params } from '../src/params/params.ts';
import { ActiveRun } from './active-run.ts';
import { CallsUnderway } from './calls.ts';
import type {
  MaskOfRun,
  CallOptions,
  CheckMethod,
  DecodeRequest,
  Deposition,
  DepositRequest,
  DeviceReport,
  EngineApi,
  Estimate,
  KeptKernels,
  ModelChoice,
  RunCheckName,
  RunEvent,
  RunSummary,
  ToldCheck,
  WindowsRequest,
} from './contract.ts';
import { depositionOfRun } from './deposition.ts';
import { deviceReport } from './device-report.ts';
import { MapFinishing } from './map-finishing.ts';
import type { DecodedMap, DecodingApi, PreparationApi } from './peer.ts';
import { reconstructedMap, selectionMap, windowMaps, type ReconstructionParts } from './reconstruction.ts';
import { newAtomsRun, newRun, resumedRun } from './run-starts.ts';
import { runSummary } from './run-summary.ts';
import { checkKeptRun } from './validation.ts';
import { TaskLine } from './task-line.ts';

export interface EngineHostParts {
  storage: Storage;
  locks: RunLocks;
  openEngine(request: EngineRequest): Promise<Engine>;
  /** The io worker, once it has been introduced. */
  preparation(): Promise<PreparationApi>;
}

export class EngineHost implements EngineApi, DecodingApi {
  private readonly calls = new CallsUnderway();
  private readonly listeners: ((event: RunEvent) => void)[] = [];
  private readonly line = new TaskLine();
  private readonly datasets: DatasetLibrary;
  private readonly runs: RunLibrary;
  private readonly tuning: TuningStore;
  private readonly finishing: MapFinishing;
  private opened: { device: Params['device']; engine: Promise<Engine> } | null = null;
  private active: ActiveRun | null = null;
  private ended: Promise<void> = Promise.resolve();
  /** The model decoded from last, kept for the next map. */
  private loaded: (LoadedRun & { runId: string }) | null = null;

  constructor(private readonly parts: EngineHostParts) {
    this.datasets = new DatasetLibrary(parts.storage);
    this.runs = new RunLibrary(parts.storage);
    this.tuning = tuningStore(parts.storage);
    this.finishing = new MapFinishing(this.runs);
  }

  cancel(id: string): void {
    this.calls.cancel(id);
  }

  /** The engine for a device, or whichever is open; a change of device closes the one before. */
  private async engine(device: Params['device'] | 'open'): Promise<Engine> {
    if (this.opened && (device === 'open' || device === this.opened.device)) return this.opened.engine;
    if (this.opened) {
      const before = await this.opened.engine.catch(() => null);
      this.unload();
      before?.dispose();
    }
    const wanted = device === 'open' ? 'auto' : device;
    const opened = { device: wanted, engine: this.parts.openEngine({ device: wanted }) };
    this.opened = opened;
    const forget = (): void => {
      if (this.opened === opened) this.opened = null;
    };
    opened.engine.then((engine) => {
      // A lost device takes its models with it; what comes next opens another.
      void engine.lost?.then(() => {
        if (this.opened === opened) this.unload();
        forget();
        engine.dispose();
      });
    }, forget);
    return opened.engine;
  }

  async device(): Promise<DeviceReport> {
    return deviceReport((await this.engine('open')).device);
  }

  async estimate(datasetId: string, params: Params, call: CallOptions): Promise<Estimate> {
    return this.calls.run(call, async ({ signal, onProgress }) => {
      this.refuseWhileActive();
      const dataset = await this.dataset(datasetId);
      const checked = validateParams(params);
      const openEngine = () => this.engine(checked.device);
      const measured = await this.line.run(() => estimateRun(openEngine, dataset, checked, { signal, onProgress }));
      const { secondsPerEpoch, secondsTotal, imagesPerSecond, memoryBytes, storageBytes } = measured;
      const free = await this.parts.storage.freeBytes();
      const notices: Notice[] = [...measured.notices];
      if (free !== null && storageBytes > free)
        notices.push({
          code: 'storage',
          message: 'The run does not fit into what is left of the storage.',
          expected: `${Math.round(storageBytes / 2 ** 20)} MiB`,
          found: `${Math.round(free / 2 ** 20)} MiB`,
          advice: 'Remove runs that are no longer needed, keep fewer epochs, or train at a smaller box.',
        });
      if (jobOf(checked) === 'ab-initio')
        notices.push({
          code: 'search-not-timed',
          message: 'The start and the searches for poses come on top of this estimate.',
          advice:
            'The start takes minutes without a graphics card, a search about as long as learning from the images.',
        });
      return { secondsPerEpoch, secondsTotal, imagesPerSecond, memoryBytes, storageBytes, notices };
    });
  }

  async start(datasetId: string, name: string, params: Params, maskOf?: MaskOfRun): Promise<RunSummary> {
    this.refuseWhileActive();
    const { record } = await this.dataset(datasetId);
    return this.go(await newRun(this.runs, record, { name, params }, maskOf));
  }

  async startAtoms(datasetId: string, name: string, params: Params, model: ModelChoice): Promise<RunSummary> {
    this.refuseWhileActive();
    const { record } = await this.dataset(datasetId);
    return this.go(await newAtomsRun(this.runs, record, { name, params }, model));
  }

  async resume(runId: string, epochs: number | null): Promise<RunSummary> {
    this.refuseWhileActive();
    return this.go(await resumedRun(this.runs, runId, epochs));
  }

  async useDefaultKernels(runId: string): Promise<void> {
    this.activeRun(runId).useDefaultKernels();
  }

  async keptKernels(): Promise<KeptKernels[]> {
    return keptTunings(this.tuning);
  }

  async clearKernels(): Promise<void> {
    this.refuseWhileActive();
    await clearTunings(this.tuning);
    const engine = await this.opened?.engine.catch(() => null);
    engine?.forgetKernels?.();
  }

  /** Takes the run's lock and trains it in the background. */
  private async go(record: RunRecord): Promise<RunSummary> {
    const release = await this.parts.locks.hold(record.id);
    if (!release)
      throw new VitrineError('usage', 'Another tab is training this run.', { advice: 'Go on in that tab.' });
    const folder = this.runs.folder(record.id);
    try {
      this.refuseWhileActive();
      await folder.writeRecord(record);
    } catch (error) {
      release();
      throw error;
    }
    if (this.loaded?.runId === record.id) this.unload();
    const active = new ActiveRun(record.id, folder, {
      dataset: () => this.dataset(record.datasetId),
      engine: () => this.engine(record.params.device),
      preparation: this.parts.preparation,
      storage: this.parts.storage,
      runs: this.runs,
      line: this.line,
      tell: (event) => this.tell(event),
    });
    this.active = active;
    this.ended = active.run(record).then((last) => {
      this.active = null;
      release();
      // Told last: who hears of the end may start the next.
      this.tell(last);
    });
    return runSummary(record, new Set([record.id]));
  }

  async flipHand(runId: string): Promise<RunSummary> {
    if (this.active?.id === runId)
      throw new VitrineError('usage', 'This run is going on.', { advice: 'Stop it first.' });
    const release = await this.parts.locks.hold(runId);
    if (!release)
      throw new VitrineError('usage', 'Another tab is training this run.', { advice: 'Flip the hand once it ends.' });
    try {
      if (this.loaded?.runId === runId) this.unload();
      return runSummary(await flipHand(this.runs.folder(runId)), new Set());
    } finally {
      release();
    }
  }

  async pause(runId: string): Promise<void> {
    this.activeRun(runId).pause();
  }

  async continue(runId: string): Promise<void> {
    await this.activeRun(runId).continue();
  }

  async stop(runId: string): Promise<void> {
    this.activeRun(runId).stop();
    await this.ended;
  }

  checkRun(
    runId: string,
    checks: readonly RunCheckName[],
    method: CheckMethod,
    call: CallOptions,
  ): Promise<ToldCheck[]> {
    return this.calls.run(call, async (job) => {
      // Networks train where the run's own did.
      const parts = await this.imagesOf(runId, ({ params }) => (method === 'network' ? params.device : 'cpu'));
      return checkKeptRun(parts, { names: checks, method }, job);
    });
  }

  deposit(runId: string, request: DepositRequest, call: CallOptions): Promise<Deposition> {
    return this.calls.run(call, async (job) =>
      depositionOfRun(await this.imagesOf(runId, this.besideTraining), request, job),
    );
  }

  /** The run's device, or the CPU while another run learns: what learns is not held up. */
  private readonly besideTraining = ({ params }: RunRecord): Params['device'] => (this.active ? 'cpu' : params.device);

  /** A kept run and its set, with an engine of its own for long work on its images. */
  private async imagesOf(
    runId: string,
    deviceFor: (record: RunRecord) => Params['device'] = () => 'cpu',
  ): Promise<ReconstructionParts> {
    const record = await this.runs.record(runId);
    const dataset = await this.dataset(record.datasetId);
    const openEngine = (device = deviceFor(record)) => this.parts.openEngine({ device });
    const { storage } = this.parts;
    return { storage, record, run: this.runs.folder(runId), datasets: this.datasets, dataset, openEngine };
  }

  async subscribe(listener: (event: RunEvent) => void): Promise<void> {
    this.listeners.push(listener);
  }

  private tell(event: RunEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  async decode(request: DecodeRequest, call: CallOptions): Promise<DecodedMap> {
    return this.calls.run(call, ({ signal, onProgress }) => {
      if (request.from === 'mask') return this.finishing.mask(request);
      if (request.from === 'landscape') return this.finishing.ofLandscape(request);
      const finish = (map: DecodedMap) => this.finishing.finish(map, request);
      if (request.from === 'images' || request.from === 'selection')
        return this.reconstruct(request, { signal, onProgress }).then(finish);
      if (request.from === 'window') return this.oneWindow(request, { signal, onProgress });
      const message = `Decoding ${request.boxPixels}³`;
      const tell = (fraction: number) => onProgress({ fraction, message });
      const options = { signal, onProgress: whereLong(tell) };
      return this.line.run((turn) => this.decodeNow(request, { ...options, turn })).then(finish);
    });
  }

  private async reconstruct(request: DecodeRequest, job: JobOptions): Promise<DecodedMap> {
    const { runId } = request;
    if (request.from === 'selection')
      return selectionMap(await this.imagesOf(runId, this.besideTraining), request, job);
    return reconstructedMap(await this.imagesOf(runId), request, job);
  }

  private async oneWindow({ z, ...request }: DecodeRequest, job: JobOptions): Promise<DecodedMap> {
    const found: DecodedMap[] = [];
    await this.windows({ ...request, zs: [z] }, (_, map) => void found.push(map), job);
    return found[0];
  }

  decodeWindows(
    request: WindowsRequest,
    onMap: (index: number, map: DecodedMap) => void,
    call: CallOptions,
  ): Promise<void> {
    return this.calls.run(call, (job) => this.windows(request, onMap, job));
  }

  private async windows(
    { zs, windowImages = 0, ...request }: WindowsRequest,
    onMap: (index: number, map: DecodedMap) => void,
    job: JobOptions,
  ): Promise<void> {
    const { runId } = request;
    const parts = await this.imagesOf(runId, this.besideTraining);
    const { boxPixels, epochsDone } = parts.record;
    const epoch = request.epoch ?? epochsDone;
    const modelAt = async (z: number[]): Promise<Float32Array> => {
      const at = { runId, epoch, z, boxPixels };
      return (await this.line.run((turn) => this.decodeNow(at, { signal: job.signal, turn }))).values;
    };
    await windowMaps(
      parts,
      { zs, images: windowImages, epoch, modelAt },
      {
        ...job,
        onMap: async (index, map) =>
          onMap(index, await this.finishing.finish(map, { ...request, epoch, z: zs[index] })),
      },
    );
  }

  private async decodeNow({ runId, epoch, z, boxPixels }: DecodeRequest, options: LongCall): Promise<DecodedMap> {
    throwIfCancelled(options.signal);
    const record = await this.runs.record(runId);
    const start = this.active?.id === runId && epoch === null ? this.active.startMap : null;
    if (start) return startVolume(start, record);
    const { model, field, epoch: ofEpoch } = await this.modelOf(runId, epoch, record);
    // Between parts of its own map the model that is trained would change.
    if (model === this.active?.model?.model) options = { ...options, turn: undefined };
    const map = await decodeAt({ model, field }, z, boxPixels, options);
    const pixelSizeAngstrom = mapPixelSize(boxPixelsOf(field), record.pixelSizeAngstrom, boxPixels);
    const volume = { boxPixels, pixelSizeAngstrom, values: map.values, epoch: ofEpoch };
    if (!map.statistics) return volume;
    const { minimum: min, maximum: max, ...rest } = map.statistics;
    const statistics = withSuggestedLevel({ min, max, ...rest });
    return statistics ? { ...volume, statistics } : volume;
  }

  /** The model that is being trained where it is the one wanted, else the one loaded last, else the one on storage. */
  private async modelOf(
    runId: string,
    epoch: number | null,
    record: RunRecord,
  ): Promise<Pick<LoadedRun, 'model' | 'field'> & { epoch: number | null }> {
    const live = this.active?.id === runId ? this.active.model : null;
    if (live && epoch === null) return { model: live.model, field: live.field, epoch: null };
    const wanted = epoch ?? (record.epochsDone > 0 ? record.epochsDone : null);
    if (this.loaded?.runId === runId && this.loaded.epoch === wanted) return this.loaded;
    this.unload();
    const engine = await this.engine('open');
    this.loaded = { runId, ...(await loadModel(engine, this.runs.folder(runId), wanted)) };
    return this.loaded;
  }

  private unload(): void {
    this.loaded?.model.dispose();
    this.loaded = null;
  }

  private async dataset(id: string) {
    const dataset = await this.datasets.load(id);
    if (!dataset)
      throw new VitrineError('file-missing', 'The dataset is no longer kept.', { advice: 'Open its files again.' });
    return dataset;
  }

  private activeRun(runId: string): ActiveRun {
    if (this.active?.id === runId) return this.active;
    throw new VitrineError('usage', 'This run is not going on.', { advice: 'Resume it.' });
  }

  private refuseWhileActive(): void {
    if (this.active)
      throw new VitrineError('usage', 'A run is going on already.', {
        advice: 'Stop it, or wait until it has finished.',
      });
  }
}

/** The map of a start in the grey values of the field's maps. */
function startVolume(
  { values, mapPixels }: { values: Float32Array; mapPixels: number },
  record: RunRecord,
): DecodedMap {
  const scale = (record.standardDeviation || 1) * (mapPixels / record.boxPixels) ** 3;
  return {
    boxPixels: mapPixels,
    pixelSizeAngstrom: mapPixelSize(record.boxPixels, record.pixelSizeAngstrom, mapPixels),
    values: values.map((value) => value * scale),
    epoch: null,
  };
}
