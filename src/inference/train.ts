// Learning a field from images with given poses: the homogeneous field (zDim 0) and the VAE of cryoDRGN (Zhong et al.
// 2021). Each epoch passes over all images in a new order, then encodes them all and hands out a checkpoint. A run that
// resumes from a checkpoint goes on bit for bit as if it had not stopped, on the same device.
import type { ChoosingOptions, Engine, FieldModel, KernelChoice, Latents, Losses } from '../engine/engine.ts';
import { throwIfCancelled, VitrineError } from '../formats/errors.ts';
import { betaAt } from './beta.ts';
import { encodeAll } from './encode-all.ts';
import { nextTask, wait } from '../engine/event-loop.ts';
import { encodedData, trainingBatch } from './image-batches.ts';
import { LossMeter } from './loss-meter.ts';
import { shuffleRandom } from './seeds.ts';
import { ShuffledImages } from './shuffled-images.ts';
import type { DrawnImages } from './shuffled-images.ts';
import type { Checkpoint, TrainingControl, TrainingData, TrainingEvent, TrainingPlan } from './training.ts';

export interface TrainingHooks {
  /** The model being trained, as soon as it stands; it may be asked to evaluate between steps. Disposed at the end. */
  onModel?: (model: FieldModel) => void;
  /** How the engine's choosing of kernels goes on beside, and how it is ended. */
  choosing?: Pick<ChoosingOptions, 'onProgress' | 'onNotice' | 'skip'>;
  /** What the run computed with when it came to where it starts from. */
  kernels?: KernelChoice | undefined;
  /** What epochs are computed with from now on; told before a step of theirs. */
  onKernels?: (kernels: KernelChoice) => void;
  /** Awaited between steps, after the event loop has turned. */
  onIdle?: () => Promise<void> | void;
  /** Bytes of images held in memory (tests). */
  residentBytes?: number;
}

const EVENT_MILLISECONDS = 250;

/** Images drawn together within an epoch, and what is done with them before they are learned from. */
export interface Portions {
  images: number;
  prepare(drawn: DrawnImages, model: FieldModel): Promise<void>;
}

/** A model in training: one epoch at a time, from the data as they are then. */
export interface Trainer {
  /** Made anew between epochs where better kernels were chosen meanwhile. */
  model: FieldModel;
  checkpoint: Checkpoint;
  epoch(portions?: Portions): Promise<Checkpoint>;
  dispose(): void;
}

/** Errors of `epoch`: 'cancelled' when the signal aborts, 'diverged' when the loss is no longer a number. */
export async function openTrainer(
  plan: TrainingPlan,
  data: TrainingData,
  engine: Engine,
  control: TrainingControl,
  onEvent: (event: TrainingEvent) => void,
  start: Checkpoint,
  hooks: TrainingHooks = {},
): Promise<Trainer> {
  checkCounts(data);
  const modelFrom = async (from: Checkpoint, kernels?: KernelChoice): Promise<FieldModel> => {
    const model = await engine.createModel(plan.spec, from.encoding, from, {
      precision: plan.precision ?? 'auto',
      choosing: { when: 'beside', ...hooks.choosing },
      kernels,
      signal: control.signal,
    });
    if (model.kernels) hooks.onKernels?.(model.kernels);
    hooks.onModel?.(model);
    return model;
  };
  const shuffled = new ShuffledImages(data.images, hooks.residentBytes);
  const turn = turnsOf(control, onEvent, hooks);
  let begun = false;
  const trainer: Trainer = {
    model: await modelFrom(start, hooks.kernels),
    checkpoint: start,
    async epoch(portions) {
      const { model: before } = trainer;
      // Only where an epoch ends can a run be resumed: from there on both compute alike. Not before the first: that may be
      // one that was begun before.
      if (begun && before.outdated) {
        before.dispose();
        trainer.model = await modelFrom(trainer.checkpoint);
      }
      begun = true;
      const { model } = trainer;
      const betweenSteps = async (): Promise<void> => {
        await model.beside?.();
        await turn();
      };
      trainer.checkpoint = await trainEpoch(
        plan,
        data,
        model,
        shuffled,
        trainer.checkpoint,
        control,
        onEvent,
        betweenSteps,
        portions,
      );
      return trainer.checkpoint;
    },
    dispose: () => trainer.model.dispose(),
  };
  return trainer;
}

/** Gives way to the event loop and to a pause; to be awaited between pieces of work. */
export function turnsOf(
  control: TrainingControl,
  onEvent: (event: TrainingEvent) => void,
  hooks: Pick<TrainingHooks, 'onIdle'>,
): () => Promise<void> {
  let lastTurn = performance.now();
  return async () => {
    if (performance.now() - lastTurn > 8) {
      await nextTask();
      lastTurn = performance.now();
    }
    await hooks.onIdle?.();
    await pausePoint(control, onEvent);
  };
}

/**
 * Trains from `start` (inference/start.ts makes one for a new run) to `plan.epochs`; returns the last checkpoint.
 * Errors: 'cancelled' when the signal aborts, 'diverged' when the loss is no longer a number, 'poses-missing'.
 */
export async function train(
  plan: TrainingPlan,
  data: TrainingData,
  engine: Engine,
  control: TrainingControl,
  onEvent: (event: TrainingEvent) => void,
  start: Checkpoint,
  hooks: TrainingHooks = {},
): Promise<Checkpoint> {
  const trainer = await openTrainer(plan, data, engine, control, onEvent, start, hooks);
  try {
    while (trainer.checkpoint.epoch < plan.epochs && !control.stopAfterEpoch) await trainer.epoch();
    const { checkpoint } = trainer;
    onEvent({ type: 'finished', reason: checkpoint.epoch < plan.epochs ? 'stopped early' : 'all epochs' });
    return checkpoint;
  } finally {
    trainer.dispose();
  }
}

async function trainEpoch(
  plan: TrainingPlan,
  data: TrainingData,
  model: FieldModel,
  shuffled: ShuffledImages,
  before: Checkpoint,
  control: TrainingControl,
  onEvent: (event: TrainingEvent) => void,
  turn: () => Promise<void>,
  portions?: Portions,
): Promise<Checkpoint> {
  const epoch = before.epoch + 1;
  const total = data.images.count;
  const steps = Math.ceil(total / plan.batchSize);
  // Losses are taken at fixed steps, not by the clock: their sums then round alike in every run.
  const takeEvery = Math.min(64, Math.ceil(steps / 10));
  const meter = new LossMeter();
  let step = 0;
  let imagesDone = 0;
  let lastEvent = performance.now();
  const started = lastEvent;
  const atATime = portions ? Math.ceil(portions.images / plan.batchSize) * plan.batchSize : plan.batchSize;
  for await (const portion of shuffled.draw(atATime, shuffleRandom(plan.seed, epoch), control.signal)) {
    await portions?.prepare(portion, model);
    for (const drawn of batchesOf(portion, plan.batchSize, data.images.points)) {
      throwIfCancelled(control.signal);
      const progress = (before.epoch + step / steps) / plan.epochs;
      await model.trainStep(trainingBatch(drawn, data, plan, epoch), {
        learningRate: plan.learningRate,
        weightDecay: plan.weightDecay,
        beta: betaAt(plan, progress),
      });
      step++;
      imagesDone += drawn.indices.length;
      let losses: Losses | null = null;
      if (step % takeEvery === 0 || step === steps) {
        losses = await model.takeLosses();
        meter.add(losses);
        watch(plan, losses, epoch, imagesDone);
      }
      const now = performance.now();
      if (losses || now - lastEvent > EVENT_MILLISECONDS) {
        lastEvent = now;
        const imagesPerSecond = (1000 * imagesDone) / (now - started);
        onEvent({ type: 'progress', epoch, imagesDone, imagesTotal: total, imagesPerSecond, losses });
      }
      await turn();
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const latents = await latentsOf(plan, data, model, epoch, control, onEvent, turn);
  const summary = { epoch, ...meter.mean(), seconds, imagesPerSecond: total / seconds };
  const checkpoint: Checkpoint = {
    epoch,
    weights: await model.exportWeights(),
    encoding: before.encoding,
    optimizer: await model.exportOptimizer(),
    latents,
    history: [...before.history, summary],
  };
  onEvent({ type: 'epoch', summary, checkpoint });
  return checkpoint;
}

/** A portion in batches; the last may be smaller. */
function* batchesOf({ indices, values }: DrawnImages, batchSize: number, points: number): Generator<DrawnImages> {
  for (let from = 0; from < indices.length; from += batchSize) {
    const to = Math.min(indices.length, from + batchSize);
    yield { indices: indices.subarray(from, to), values: values.subarray(from * points, to * points) };
  }
}

async function latentsOf(
  plan: TrainingPlan,
  data: TrainingData,
  model: FieldModel,
  epoch: number,
  control: TrainingControl,
  onEvent: (event: TrainingEvent) => void,
  turn: () => Promise<void>,
): Promise<Latents | null> {
  if (plan.spec.zDim === 0) return null;
  const latents = await encodeAll(
    model,
    { images: data.images, ...encodedData(data) },
    {
      onProgress: (imagesDone) => onEvent({ type: 'encoding', epoch, imagesDone, imagesTotal: data.images.count }),
      onIdle: turn,
      ...(control.signal && { signal: control.signal }),
    },
  );
  if (!latents.mu.every(Number.isFinite)) throw diverged(plan, epoch, 'latents that are not numbers');
  return latents;
}

async function pausePoint(control: TrainingControl, onEvent: (event: TrainingEvent) => void): Promise<void> {
  throwIfCancelled(control.signal);
  if (!control.paused) return;
  onEvent({ type: 'paused' });
  while (control.paused) {
    await wait(50);
    throwIfCancelled(control.signal);
  }
  onEvent({ type: 'resumed' });
}

function watch(plan: TrainingPlan, losses: Losses, epoch: number, imagesDone: number): void {
  if (!Number.isFinite(losses.total))
    throw diverged(plan, epoch, `a loss of ${losses.total} after ${imagesDone} images of the epoch`);
}

function diverged(plan: TrainingPlan, epoch: number, found: string): VitrineError {
  return new VitrineError('diverged', `Training diverged in epoch ${epoch}.`, {
    field: '--lr',
    expected: 'a finite loss',
    found,
    advice:
      `Go on from the last checkpoint with a smaller learning rate (${plan.learningRate / 10} instead of ` +
      `${plan.learningRate}), and look whether some images or CTF values are extreme.`,
  });
}

function checkCounts(data: TrainingData): void {
  const { count } = data.images;
  const check = (what: string, found: number) => {
    if (found !== count)
      throw new VitrineError('count-mismatch', `There are not as many ${what} as images.`, {
        expected: String(count),
        found: String(found),
      });
  };
  check('poses', data.poses.rotations.length / 9);
  if (data.poses.translations) check('translations', data.poses.translations.length / 2);
  if (data.ctf) check('CTF rows', data.ctf.length / 9);
}
