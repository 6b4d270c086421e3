// The one run that goes on: prepares its images through the io worker, trains into its folder, tells what happens.
import type { Engine, FieldModel } from '../src/engine/engine.ts';
import { VitrineError } from '../src/base/errors.ts';
import { tiltedOptics } from '../src/imaging/beam-tilt.ts';
import { unknownPoses } from '../src/jobs/abinit-job.ts';
import { linearRun } from '../src/jobs/linear-job.ts';
import { screePercents } from '../src/jobs/linear-words.ts';
import { findPrepared, imageOptionsOf } from '../src/jobs/prepare.ts';
import { trainRun } from '../src/jobs/train-job.ts';
import { needsNoise, writeRunFolder, type RunParticles } from '../src/jobs/run-particles.ts';
import { toVitrineError } from '../src/jobs/failures.ts';
import type { TrainingControl, TrainingEvent } from '../src/inference/training.ts';
import type { KeptDataset } from '../src/library/datasets.ts';
import type { RunRecord, RunStatus } from '../src/library/run-record.ts';
import type { RunField, RunFolder, RunLibrary } from '../src/library/runs.ts';
import type { Storage } from '../src/library/storage.ts';
import type { CallOptions, Progress, RunEvent } from './contract.ts';
import type { PreparationApi } from './peer.ts';
import { runSummary } from './run-summary.ts';
import type { TaskLine } from './task-line.ts';

export interface ActiveRunParts {
  dataset(): Promise<KeptDataset>;
  /** The engine that is open, or a new one where that was lost. */
  engine(): Promise<Engine>;
  preparation(): Promise<PreparationApi>;
  storage: Storage;
  runs: RunLibrary;
  line: TaskLine;
  tell(event: RunEvent): void;
}

export class ActiveRun {
  /** The model between steps, for maps of the run as it learns. */
  model: { model: FieldModel; field: RunField } | null = null;
  /** Before there is a model to ask: the map of an ab initio run's start, or the mean of a linear model, as it stands. */
  startMap: { values: Float32Array; mapPixels: number } | null = null;
  private readonly abort = new AbortController();
  private readonly skipChoosing = new AbortController();
  private readonly control: TrainingControl = { signal: this.abort.signal };

  constructor(
    readonly id: string,
    private readonly folder: RunFolder,
    private readonly parts: ActiveRunParts,
  ) {}

  /** Never rejects: resolves to the event that says how it ended, which is for the host to tell. */
  async run(record: RunRecord): Promise<RunEvent> {
    try {
      return await this.work(record);
    } catch (error) {
      if (error instanceof VitrineError && error.code === 'cancelled') {
        await this.mark('interrupted');
        return this.status('interrupted', this.stopReason(record.epochsDone));
      }
      const known = toVitrineError(error).toData();
      await this.mark('failed', known);
      return { type: 'failed', runId: this.id, error: known };
    } finally {
      this.model = null;
      this.parts.line.held = false;
      void this.parts.line.drain();
    }
  }

  private async work(record: RunRecord): Promise<RunEvent> {
    this.parts.tell(this.status('running'));
    const particles = await this.prepare(record);
    if (record.epochsDone === 0) await writeRunFolder(this.folder, record, particles);
    if (record.job === 'linear') return this.fit(record, particles);
    const field = await this.folder.field();
    const ended = await trainRun(this.folder, () => this.openEngine(), particles, this.control, {
      onEvent: (event) => this.onEvent(event, record),
      onModel: (model) => {
        this.model = { model, field };
        this.startMap = null;
        this.parts.line.held = true;
      },
      onStart: (progress) => this.parts.tell({ type: 'preparing', runId: this.id, progress }),
      onChoosing: (progress) => this.parts.tell({ type: 'choosing-kernels', runId: this.id, progress }),
      skipChoosing: this.skipChoosing.signal,
      onIdle: () => this.parts.line.drain(),
      onNotice: (notice, params) => this.parts.tell({ type: 'notice', runId: this.id, notice, params }),
    });
    return ended.status === 'finished'
      ? this.status('finished')
      : this.status(ended.status, this.stopReason(ended.epochsDone));
  }

  private async fit(record: RunRecord, particles: RunParticles): Promise<RunEvent> {
    const { id: runId } = this;
    const { line } = this.parts;
    const tell = (event: RunEvent): void => this.parts.tell(event);
    line.held = true;
    const ended = await linearRun(
      this.folder,
      { openEngine: () => this.openEngine(), particles, chainFolder: (id) => this.parts.runs.folder(id) },
      this.control,
      {
        onEvent: (event) => this.onEvent(event, record),
        onIdle: () => line.drain(),
        // What came out is explored while a chain is fitted.
        onFitted: ({ epochsDone }) => tell({ ...this.status('running'), epochsDone }),
        onChainShape: (shape) =>
          tell({ type: 'preparing', runId, progress: { fraction: null, message: `Fitting a chain: ${shape}` } }),
        onChain: (chain) => tell({ type: 'chain', runId, chain: runSummary(chain, new Set()) }),
      },
    );
    const without = this.abort.signal.aborted
      ? 'Stopped before a chain was fitted; the linear model is whole.'
      : ended.notices?.at(-1)?.message;
    return ended.status === 'finished'
      ? { ...this.status('finished', without), epochsDone: ended.epochsDone }
      : this.status(ended.status, 'Stopped before the model was fitted.');
  }

  private async openEngine(): Promise<Engine> {
    const engine = await this.parts.engine();
    this.parts.tell({ ...this.status('running'), device: engine.device });
    return engine;
  }

  private async prepare(record: RunRecord): Promise<RunParticles> {
    const { storage } = this.parts;
    const { record: set, poses, ctf, optics, originalIndex } = await this.parts.dataset();
    const options = imageOptionsOf(record.params, set.boxPixels);
    const tilted = tiltedOptics(ctf, optics);
    let images = await findPrepared(storage, set.fingerprint, options, tilted);
    if (!images) {
      await this.asked((preparation, call) => preparation.prepare(set.id, record.params, call));
      images = await findPrepared(storage, set.fingerprint, options, tilted);
    }
    const known = poses ?? (record.job === 'ab-initio' ? unknownPoses(set.particles) : null);
    if (!images || !known)
      throw new VitrineError('file-missing', 'The images or poses of the dataset are not kept.', {
        file: set.name,
        advice: 'Open the original files again, then resume.',
      });
    const particles: RunParticles = { images, poses: known, ctf, optics, originalIndex };
    if (needsNoise(record.params) && record.epochsDone === 0)
      particles.noise = await this.asked((preparation, call) =>
        preparation.measureNoise(record.datasetId, record.params, call),
      );
    return particles;
  }

  /** What the io worker is asked for ends with the run. Error 'cancelled'. */
  private async asked<T>(ask: (preparation: PreparationApi, call: CallOptions) => Promise<T>): Promise<T> {
    const preparation = await this.parts.preparation();
    const id = `prepare-${this.id}`;
    const onProgress = (progress: Progress): void => this.parts.tell({ type: 'preparing', runId: this.id, progress });
    const stopped = new Promise<never>((_, reject) => {
      this.abort.signal.addEventListener('abort', () => {
        void preparation.cancel(id);
        reject(new VitrineError('cancelled', 'Cancelled.'));
      });
    });
    return Promise.race([ask(preparation, { id, onProgress }), stopped]);
  }

  private onEvent(event: TrainingEvent, record: RunRecord): void {
    const runId = this.id;
    if (event.type === 'progress') {
      const { epoch, imagesDone, imagesTotal, imagesPerSecond, losses } = event;
      const imagesLeft = (record.params.epochs - epoch) * imagesTotal + imagesTotal - imagesDone;
      this.parts.tell({
        ...{ type: 'progress', runId, epoch, imagesDone, imagesTotal, imagesPerSecond },
        secondsLeft: imagesLeft / Math.max(1e-9, imagesPerSecond),
        reconstruction: losses?.reconstruction ?? null,
        kl: losses?.kl ?? null,
      });
    } else if (event.type === 'epoch') this.parts.tell({ type: 'epoch', runId, summary: event.summary });
    else if (event.type === 'linear') {
      const { progress, picture } = event;
      const { latents, stride, mean, mapPixels } = picture;
      this.startMap = { values: mean, mapPixels };
      const percents = screePercents(progress.scree);
      // What is told is given away: the fit keeps its own.
      const own = { ...progress, scree: progress.scree.slice() };
      this.parts.tell({ type: 'linear', runId, progress: own, percents, latents, stride });
    } else if (event.type === 'poses') {
      if (event.maps) this.startMap = { values: event.maps.maps[0], mapPixels: event.maps.mapPixels };
      this.parts.tell({ type: 'poses', runId, report: event.report });
    } else if (event.type === 'paused') {
      // Nothing steps now: maps need not wait for a gap.
      this.parts.line.held = false;
      void this.mark('paused').then(() => this.parts.tell(this.status('paused')));
      void this.parts.line.drain();
    } else if (event.type === 'resumed') {
      this.parts.line.held = true;
      void this.mark('running').then(() => this.parts.tell(this.status('running')));
    }
  }

  pause(): void {
    this.control.paused = true;
  }

  /** Waits for a map that is being decoded, so that it and a step never share the device. */
  async continue(): Promise<void> {
    this.parts.line.held = true;
    await this.parts.line.drain();
    this.control.paused = false;
  }

  useDefaultKernels(): void {
    this.skipChoosing.abort();
  }

  /** Ends now; `run` resolves soon after. */
  stop(): void {
    this.abort.abort();
    this.control.paused = false;
  }

  private async mark(status: RunStatus, error?: RunRecord['error']): Promise<void> {
    // A run that was removed meanwhile has no record to mark.
    await this.folder.update({ status, ...(error && { error }) }).catch(() => {});
  }

  private status(status: RunStatus, reason?: string): Extract<RunEvent, { type: 'status' }> {
    return { type: 'status', runId: this.id, status, ...(reason !== undefined && { reason }) };
  }

  private stopReason(epochs: number): string {
    return epochs > 0
      ? `Stopped after epoch ${epochs}; resume to go on from there.`
      : 'Stopped before the first epoch was done.';
  }
}
