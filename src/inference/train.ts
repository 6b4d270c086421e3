// Learning a field from images with given poses: the homogeneous field and the VAE of cryoDRGN (Zhong et al.
// 2021). Each epoch passes over all images in a new order, then encodes them all and hands out a checkpoint. A run that
// resumes from a checkpoint goes on bit for bit as if it had not stopped, on the same device.
import type { ChoosingOptions, Engine, FieldModel, KernelChoice } from '../engine/engine.ts';
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import { nextTask, wait } from '../base/event-loop.ts';
import { trainEpoch, type Portions } from './epoch.ts';
import { ShuffledImages } from './shuffled-images.ts';
import type { Checkpoint, TrainingControl, TrainingData, TrainingEvent, TrainingPlan } from './training.ts';

/** What a training tells and is told while it computes. */
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

/** What a training works with, all of it told once. */
export interface TrainingWork<Plan = TrainingPlan> {
  plan: Plan;
  data: TrainingData;
  engine: Engine;
  control: TrainingControl;
  onEvent: (event: TrainingEvent) => void;
  /** Where it goes on from; inference/start.ts makes one for a new run. */
  start: Checkpoint;
  hooks?: TrainingHooks;
}

/** A model in training: one epoch at a time, from the data as they are then. */
export interface Trainer {
  /** Made anew between epochs where better kernels were chosen meanwhile. */
  model: FieldModel;
  checkpoint: Checkpoint;
  epoch(portions?: Portions): Promise<Checkpoint>;
  dispose(): void;
}

/**
 * Errors of `epoch`: 'cancelled' when the signal aborts, 'diverged' when the loss is no longer a number, 'precision-too-low' where
 * float16 does not hold the gradients.
 */
export async function openTrainer(work: TrainingWork): Promise<Trainer> {
  const { plan, data, engine, control, onEvent, start, hooks = {} } = work;
  checkCounts(data);
  const modelFrom = async (from: Checkpoint, kernels?: KernelChoice): Promise<FieldModel> => {
    const model = await engine.createModel(from.field, from, {
      precision: plan.precision ?? 'auto',
      batchSize: plan.batchSize,
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
      trainer.checkpoint = await trainEpoch({
        ...{ plan, data, model, shuffled, control, onEvent, portions },
        before: trainer.checkpoint,
        turn: betweenSteps,
      });
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
 * Trains from `start` to `plan.epochs`; returns the last checkpoint.
 * Errors: those of a trainer's epochs, 'count-mismatch'.
 */
export async function train(work: TrainingWork): Promise<Checkpoint> {
  const { plan, control, onEvent } = work;
  const trainer = await openTrainer(work);
  try {
    while (trainer.checkpoint.epoch < plan.epochs && !control.stopAfterEpoch) await trainer.epoch();
    const { checkpoint } = trainer;
    onEvent({ type: 'finished', reason: checkpoint.epoch < plan.epochs ? 'stopped early' : 'all epochs' });
    return checkpoint;
  } finally {
    trainer.dispose();
  }
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
  if (data.contrasts) check('contrasts', data.contrasts.length);
  if (data.weights?.groupOf) check('optics groups', data.weights.groupOf.length);
}
