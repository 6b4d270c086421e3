// A training from its parameters to a run folder: writes what each epoch learned before the next begins, goes on from the
// last whole epoch, by itself where the device was lost, and leaves a status that says how it ended.
import type { ChoosingProgress, Engine, FieldModel } from '../engine/engine.ts';
import type { FieldDescription } from '../field/description.ts';
import { boxPixelsOf } from '../field/kinds.ts';
import { throwIfCancelled, VitrineError, type Notice } from '../base/errors.ts';
import type { OriginalIndices } from '../base/particle-identity.ts';
import { writeCtfPickle, writeIndexPickle, writePosePickle } from '../formats/cryodrgn-pickles.ts';
import { CTF_WIDTH, type Poses } from '../formats/particles.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { formationOf } from '../imaging/image-optics.ts';
import { trainAbInitioRun } from './abinit-job.ts';
import { initialCheckpoint } from '../inference/start.ts';
import { train, type TrainingHooks } from '../inference/train.ts';
import type { Checkpoint, TrainingControl, TrainingData, TrainingEvent, TrainingPlan } from '../inference/training.ts';
import { fieldOfRecord, type RunRecord } from '../library/run-record.ts';
import { writeRunOptics } from '../library/run-optics.ts';
import type { RunFolder } from '../library/runs.ts';
import { resolveAuto } from '../params/auto.ts';
import type { Params } from '../params/params.ts';
import { Setbacks, type AdaptedParams } from './setbacks.ts';

const NOTICES_KEPT = 20;

/** The particles of a run, images prepared. */
export interface RunParticles {
  images: HartleyImages;
  poses: Poses;
  /** N×9 of the original images. */
  ctf: Float32Array | null;
  /** N×10 as OPTICS_COLUMNS; null where every row is ordinary. */
  optics: Float32Array | null;
  originalIndex: OriginalIndices;
  /** Tilt pairs: `images` hold both views; CTF (N×9) and optics (N×10) of the second stack's images. */
  tiltCtf?: Float32Array | null;
  tiltOptics?: Float32Array | null;
  isTiltPairs?: boolean;
}

/** What a run tells and is told while it trains. */
export interface TrainJobHooks {
  onEvent: (event: TrainingEvent) => void;
  /** The model as it is being trained: asked for maps between steps. */
  onModel?: (model: FieldModel, field: FieldDescription) => void;
  onIdle?: () => Promise<void> | void;
  /** Kernels are being chosen beside; null once that is over. */
  onChoosing?: (progress: ChoosingProgress | null) => void;
  /** Aborted: no kernels are chosen. */
  skipChoosing?: AbortSignal;
  /** The run met a setback and goes on, with these parameters. */
  onNotice?: (notice: Notice, params: AdaptedParams) => void;
}

/** The run's field; of tilt pairs its encoder joins two views. */
export function fieldOfRun(
  record: RunRecord,
  { isTiltPairs = false }: Pick<RunParticles, 'isTiltPairs'>,
): FieldDescription {
  return fieldOfRecord(record, isTiltPairs ? 2 : 1);
}

/** The training that parameters ask for of a field; β of 'auto' is 1/zDim (cryoDRGN). */
export function planFrom(params: Params, field: FieldDescription): TrainingPlan {
  const { epochs, batchSize, learningRate, rateSchedule, weightDecay, betaSchedule, seed, precision } = params;
  const { beta } = resolveAuto(params, { boxPixels: boxPixelsOf(field) });
  return { field, epochs, batchSize, learningRate, rateSchedule, weightDecay, beta, betaSchedule, seed, precision };
}

/** CTF rows of images cropped to another box: the field of view stays, so the pixel grows. */
export function ctfForBox(ctf: Float32Array, imagePixels: number, boxPixels: number): Float32Array {
  const rows = ctf.slice();
  for (let at = 0; at < rows.length; at += CTF_WIDTH) {
    rows[at] = boxPixels;
    rows[at + 1] *= imagePixels / boxPixels;
  }
  return rows;
}

/** Error 'ctf-missing' where only one stack of tilt pairs has a CTF. */
export function trainingData(particles: RunParticles, imagePixels: number): TrainingData {
  const { images, poses, ctf, optics, isTiltPairs, tiltCtf, tiltOptics } = particles;
  const formation = (rows: Float32Array | null | undefined, table: Float32Array | null | undefined) =>
    formationOf(rows ? ctfForBox(rows, imagePixels, images.boxPixels) : null, table, images.boxPixels);
  const data: TrainingData = { images, poses, ...formation(ctf, optics) };
  if (isTiltPairs)
    data.tilt = {
      rotation: new Float32Array(9),
      translations: new Float32Array(2 * images.count),
      ...formation(tiltCtf, tiltOptics),
    };
  if (data.tilt && (data.ctf === null) !== (data.tilt.ctf === null))
    throw new VitrineError(
      'ctf-missing',
      'Only one of the two stacks of tilt pairs has a CTF, or scales of its images.',
      {
        advice: 'Give the CTF of both stacks, or of neither.',
      },
    );
  return data;
}

/** Writes the parts of a new run that do not change: config.yaml, poses, CTF, optics and the rows of the original stack. */
export async function writeRunFolder(run: RunFolder, record: RunRecord, particles: RunParticles): Promise<void> {
  const { params, files } = record;
  const field = fieldOfRun(record, particles);
  const { originalIndex, poses, ctf, optics } = particles;
  const isPart = originalIndex.some((row, i) => row !== i);
  // An ab initio run writes its poses as it finds them.
  if (record.job !== 'ab-initio') await run.storage.write(run.path('pose.pkl'), writePosePickle(poses));
  if (ctf) await run.storage.write(run.path('ctf.pkl'), writeCtfPickle(ctf));
  if (optics) await writeRunOptics(run, optics);
  if (isPart) await run.storage.write(run.path('ind.pkl'), writeIndexPickle(originalIndex));
  const dataset = {
    particles: files?.particles ?? record.datasetName,
    poses: files?.poses ?? 'pose.pkl',
    ctf: ctf ? (files?.ctf ?? 'ctf.pkl') : null,
    indices: isPart ? (files?.ind ?? 'ind.pkl') : null,
    dataDirectory: files?.datadir ?? null,
    invertData: params.invertData,
    window: params.window,
    windowRadius: params.windowRadius,
    standardDeviation: particles.images.standardDeviation,
    ...(files?.tilt && { tilted: { particles: files.tilt, degrees: params.tiltDegrees } }),
  };
  await run.writeConfig(field, dataset, params.seed);
  await run.writeRecord({ ...record, standardDeviation: particles.images.standardDeviation });
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
  const start = record.epochsDone > 0 ? await lastCheckpoint(run) : initialCheckpoint(field, params.seed);

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
    const data = trainingData(particles, record.imagePixels);
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
    const last = await (record.job === 'ab-initio' ? trainAbInitioRun(run, record, work) : train(work));
    await saving;
    if (failure) throw failure as Error;
    return await run.update({ status: last.epoch >= plan.epochs ? 'finished' : 'interrupted' });
  } finally {
    await saving;
  }
}

async function lastCheckpoint(run: RunFolder): Promise<Checkpoint> {
  return (await run.loadCheckpoint(null)).checkpoint;
}

/** What to do where a computation failed: of a training. */
const TRAINING_ADVICE = {
  memory: 'Train at a smaller box, with a smaller batch or a narrower network.',
  device: 'Resume the run: it goes on from its last epoch.',
};

/** The error as a typed one: failed allocations become 'out-of-memory', whatever else 'device-lost'. */
export function toVitrineError(error: unknown, advice = TRAINING_ADVICE): VitrineError {
  if (error instanceof VitrineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /allocation|array length/i.test(message))
    return new VitrineError('out-of-memory', 'There was not enough memory.', {
      found: message,
      advice: advice.memory,
    });
  return new VitrineError('device-lost', `The computation stopped: ${message}`, {
    advice: advice.device,
  });
}
