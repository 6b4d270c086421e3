// A training from its parameters to a run folder: writes what each epoch learned before the next begins, goes on from the
// last whole epoch, by itself where the device was lost, and leaves a status that says how it ended.
import type { ChoosingProgress, Engine, FieldModel } from '../engine/engine.ts';
import type { FieldDescription } from '../field/description.ts';
import { throwIfCancelled, VitrineError, type Notice } from '../base/errors.ts';
import { trainAbInitioRun } from './abinit-job.ts';
import { ringWeights } from '../imaging/ring-weights.ts';
import { initialCheckpoint } from '../inference/start.ts';
import { train, turnsOf, type TrainingHooks } from '../inference/train.ts';
import type { Checkpoint, TrainingControl, TrainingData, TrainingEvent } from '../inference/training.ts';
import type { RunRecord } from '../library/run-record.ts';
import { readNoiseByRing } from '../library/noise-by-ring.ts';
import { weighsRings } from '../params/noise.ts';
import { LATENT_START, momentsName } from '../library/latent-learning.ts';
import type { RunFolder } from '../library/runs.ts';
import { toVitrineError } from './failures.ts';
import { beginAtAtoms } from './fold/atoms-start.ts';
import { beginAtLinear } from './linear-start.ts';
import type { JobProgress } from './progress.ts';
import { fieldOfRun, planFrom, trainingData, type RunParticles } from './run-particles.ts';
import { Setbacks, type AdaptedParams } from './setbacks.ts';

const NOTICES_KEPT = 20;

/** What a run tells and is told while it trains. */
export interface TrainJobHooks {
  onEvent: (event: TrainingEvent) => void;
  /** The model as it is being trained: asked for maps between steps. */
  onModel?: (model: FieldModel, field: FieldDescription) => void;
  onIdle?: () => Promise<void> | void;
  /** What is done before the first epoch. */
  onStart?: (progress: JobProgress) => void;
  /** Kernels are being chosen beside; null once that is over. */
  onChoosing?: (progress: ChoosingProgress | null) => void;
  /** Aborted: no kernels are chosen. */
  skipChoosing?: AbortSignal;
  /** The run met a setback and goes on, with these parameters. */
  onNotice?: (notice: Notice, params: AdaptedParams) => void;
}

/**
 * Trains the run of `run` to `record.params.epochs`, from its last checkpoint where it has one. `openEngine` gives the engine
 * that is open, or a new one where that was lost: a run goes on by itself after a loss, with half the batch where the memory did
 * not hold it, and in float32 where float16 did not hold the gradients (setbacks.ts). Resolves to the record as it ended: 'finished', or 'interrupted' where it was
 * stopped or the signal aborted. Errors other than cancellation are written to the record ('failed') and thrown:
 * 'diverged', 'device-lost', 'out-of-memory', 'storage'.
 */
export async function trainRun(
  run: RunFolder,
  openEngine: () => Promise<Engine>,
  particles: RunParticles,
  control: TrainingControl,
  hooks: TrainJobHooks,
): Promise<RunRecord> {
  let record = await run.update({ status: 'running', error: undefined });
  const setbacks = new Setbacks(record.params);
  try {
    for (;;) {
      const engine = await setbacks.open(openEngine, control.signal);
      record = await run.update({ device: engine.device });
      const attempt = { modelStood: false };
      try {
        return await trainOnce(
          { run, record, engine, particles, control },
          {
            ...hooks,
            onEvent(event) {
              if (event.type === 'epoch') setbacks.epochFinished();
              hooks.onEvent(event);
            },
            onModel(model, field) {
              attempt.modelStood = true;
              hooks.onModel?.(model, field);
            },
          },
        );
      } catch (error) {
        throwIfCancelled(control.signal);
        const { epochsDone } = (await run.record()) ?? record;
        const notice = await setbacks.after(error, engine, attempt.modelStood, epochsDone);
        if (!notice) throw error;
        record = await noted(run, notice, setbacks.params);
        hooks.onNotice?.(notice, { ...setbacks.params });
      }
    }
  } catch (error) {
    if (error instanceof VitrineError && error.code === 'cancelled') return run.update({ status: 'interrupted' });
    const known = toVitrineError(error);
    await run.update({ status: 'failed', error: known.toData() }).catch(() => {});
    throw known;
  }
}

/** Keeps in the record what happened, and what the run goes on with. */
async function noted(run: RunFolder, notice: Notice, changed?: AdaptedParams): Promise<RunRecord> {
  const { params, notices = [] } = await run.update({});
  return run.update({
    params: { ...params, ...changed },
    notices: [...notices.slice(1 - NOTICES_KEPT), notice],
  });
}

interface Attempt {
  run: RunFolder;
  record: RunRecord;
  engine: Engine;
  particles: RunParticles;
  control: TrainingControl;
}

/** One attempt: from the last checkpoint to the end, or to what stops it; whatever was learned is on disk then. */
async function trainOnce(
  { run, record, engine, particles, control }: Attempt,
  hooks: TrainJobHooks,
): Promise<RunRecord> {
  const { params } = record;
  const field = fieldOfRun(record, particles);
  const plan = planFrom(params, field);
  const start = await startOf({ run, record, engine, particles, control }, field, hooks);

  const { learningRate, weightDecay, checkpointEvery } = params;
  let saving = Promise.resolve();
  let failure: unknown = null;
  const keep = (work: () => unknown): void => {
    saving = saving
      .then(work)
      .then(() => undefined)
      .catch((error: unknown) => {
        failure ??= error;
      });
  };
  const onEvent = (event: TrainingEvent): void => {
    if (event.type === 'epoch')
      keep(async () => {
        await run.saveCheckpoint(field, event.checkpoint, { learningRate, weightDecay }, checkpointEvery);
        // Told once the epoch is on disk: who hears of it may read it.
        hooks.onEvent(event);
      });
    else if (event.type !== 'finished') hooks.onEvent(event);
  };
  const onIdle = async (): Promise<void> => {
    await saving;
    if (failure) throw failure as Error;
    await hooks.onIdle?.();
  };
  try {
    const data = await weightedData(run, record, trainingData(particles, record.imagePixels), start);
    const trainingHooks: TrainingHooks = {
      onModel: (model: FieldModel) => hooks.onModel?.(model, field),
      onIdle,
      choosing: {
        onProgress: hooks.onChoosing,
        skip: hooks.skipChoosing,
        onNotice(notice) {
          keep(() => noted(run, notice));
          hooks.onNotice?.(notice, { batchSize: params.batchSize, precision: params.precision });
        },
      },
      kernels: record.kernels,
      onKernels(kernels) {
        trainingHooks.kernels = kernels;
        keep(() => run.update({ kernels }));
      },
    };
    const work = { plan, data, engine, control, onEvent, start, hooks: trainingHooks };
    const last =
      record.job === 'ab-initio'
        ? await trainAbInitioRun(
            run,
            record,
            work,
            isTabled(field)
              ? (begun, poses) =>
                  beginTable(begun, { run, record, engine, particles: { ...particles, poses }, control }, hooks)
              : undefined,
          )
        : await train(work);
    await saving;
    if (failure) throw failure as Error;
    return await run.update({ status: last.epoch >= plan.epochs ? 'finished' : 'interrupted' });
  } finally {
    await saving;
  }
}

/** With what the run keeps of how residuals count. Errors: those of reading it. */
async function weightedData(
  run: RunFolder,
  { params, boxPixels }: RunRecord,
  data: TrainingData,
  { latentLearning }: Checkpoint,
): Promise<TrainingData> {
  const contrasts = latentLearning?.contrast;
  const weighted = { ...data, ...(contrasts && { contrasts }) };
  if (!weighsRings(params)) return weighted;
  const { power, groupOf } = await readNoiseByRing(run, boxPixels);
  return { ...weighted, weights: ringWeights(power, groupOf, boxPixels) };
}

/** The last checkpoint, or what the first epoch begins from. */
async function startOf(
  { run, record, engine, particles, control }: Attempt,
  field: FieldDescription,
  hooks: TrainJobHooks,
): Promise<Checkpoint> {
  const { onIdle, onStart } = hooks;
  const tabled = isTabled(field);
  if (record.epochsDone > 0) {
    const last = await lastCheckpoint(run);
    if (!tabled || last.latentLearning) return last;
    throw new VitrineError('file-missing', 'The run’s folder no longer has what is needed to learn its latents on.', {
      file: `${LATENT_START}, ${momentsName(last.epoch)}`,
      advice: 'Copy the run’s folder again, or train anew.',
    });
  }
  const start = initialCheckpoint(field, record.params.seed);
  if (field.kind === 'atoms')
    return beginAtAtoms(start, { run, record, engine, particles, control }, { onIdle, onStart });
  // Ab initio there are no poses yet.
  if (!tabled || record.job === 'ab-initio') return start;
  return beginTable(start, { run, record, engine, particles, control }, hooks);
}

function isTabled(field: FieldDescription): boolean {
  return field.kind === 'network' && field.spec.autodecoder === true;
}

/** A table of latents begins at a linear model of the images at the particles' poses. */
function beginTable(
  start: Checkpoint,
  { run, record, engine, particles, control }: Attempt,
  { onIdle, onStart }: TrainJobHooks,
): Promise<Checkpoint> {
  const turn = turnsOf(control, () => undefined, { ...(onIdle && { onIdle }) });
  return beginAtLinear(
    start,
    { run, record, engine, particles },
    { signal: control.signal, onIdle: turn, onProgress: onStart },
  );
}

async function lastCheckpoint(run: RunFolder): Promise<Checkpoint> {
  return (await run.loadCheckpoint(null)).checkpoint;
}
