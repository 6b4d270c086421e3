// One epoch of a training: a step with each batch, in a new order, then all images encoded, and what is kept of it.
import type { FieldModel, Latents, Losses } from '../engine/engine.ts';
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import { isHeterogeneous, latentDimension } from '../field/kinds.ts';
import { betaAt } from './beta.ts';
import { encodeAll } from './encode-all.ts';
import { encodedData, trainingBatch } from './image-batches.ts';
import { LatentTable } from './latent-table.ts';
import { learningRateAt, tableRateAt } from './learning-rate.ts';
import { LossMeter } from './loss-meter.ts';
import { shuffleRandom } from './seeds.ts';
import type { DrawnImages, ShuffledImages } from './shuffled-images.ts';
import type { Checkpoint, TrainingControl, TrainingData, TrainingEvent, TrainingPlan } from './training.ts';

const EVENT_MILLISECONDS = 250;

/** Images drawn together within an epoch, and what is done with them before they are learned from. */
export interface Portions {
  images: number;
  prepare(drawn: DrawnImages, model: FieldModel): Promise<void>;
}

/** What one epoch works on. */
export interface EpochWork {
  plan: TrainingPlan;
  data: TrainingData;
  model: FieldModel;
  shuffled: ShuffledImages;
  /** At the end of the epoch before. */
  before: Checkpoint;
  control: TrainingControl;
  onEvent: (event: TrainingEvent) => void;
  /** Awaited between steps. */
  turn: () => Promise<void>;
  portions?: Portions | undefined;
}

/**
 * The checkpoint at the epoch's end. Errors: 'cancelled', 'diverged' when the loss is no longer a number, 'precision-too-low' where
 * float16 does not hold the gradients, those of the engine.
 */
export async function trainEpoch(work: EpochWork): Promise<Checkpoint> {
  const { data, model, before, onEvent } = work;
  const epoch = before.epoch + 1;
  const total = data.images.count;
  const table = tableOf(work);
  let learned = await passOver(work, table);
  // An epoch of whose steps none counted taught nothing: it is begun again, at a lower loss scale, until one counts or the model
  // says that float16 is too little. What was prepared for it still holds for a model that did not change.
  const prepared = work.portions && { ...work.portions, prepare: () => Promise.resolve() };
  while (learned.meter.images === 0 && total > 0) learned = await passOver({ ...work, portions: prepared }, table);
  const { meter, seconds } = learned;
  const latents = table?.latents ?? (await latentsOf(work, epoch));
  const summary = {
    ...{ epoch, ...meter.mean(), ...(table && { kl: table.divergence() }) },
    ...{ seconds, imagesPerSecond: total / seconds },
  };
  const checkpoint: Checkpoint = {
    epoch,
    weights: await model.exportWeights(),
    field: before.field,
    optimizer: await model.exportOptimizer(),
    latents,
    ...(table && { latentLearning: table.learning }),
    history: [...before.history, summary],
  };
  onEvent({ type: 'epoch', summary, checkpoint });
  return checkpoint;
}

/** The latents of the epoch before, to be learned on, of a field without encoder; null of others. */
function tableOf({ plan, before }: EpochWork): LatentTable | null {
  const { latents, latentLearning } = before;
  if (!latents || !latentLearning) return null;
  return new LatentTable(latents, latentLearning, latentDimension(plan.field), before.epoch + 1);
}

/** A step with each batch of the epoch after `before`. */
async function passOver(work: EpochWork, table: LatentTable | null): Promise<{ meter: LossMeter; seconds: number }> {
  const { plan, data, model, shuffled, before, control, onEvent, turn, portions } = work;
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
      const batch = trainingBatch(drawn, data, plan, epoch);
      if (table && batch.noise) batch.latents = table.sampled(drawn.indices, batch.noise);
      await model.trainStep(batch, {
        learningRate: learningRateAt(plan, progress),
        weightDecay: plan.weightDecay,
        beta: betaAt(plan, progress),
      });
      step++;
      imagesDone += drawn.indices.length;
      let losses: Losses | null = null;
      if (step % takeEvery === 0 || step === steps) {
        const taken = await model.takeLosses();
        meter.add(taken);
        table?.learn((await model.takeLatentGradients?.()) ?? new Float32Array(0), {
          learningRate: tableRateAt(plan, progress),
          noiseVariance: taken.reconstruction,
          points: model.points,
        });
        watch(plan, taken, epoch, imagesDone);
        if (taken.images > 0) losses = taken;
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
  return { meter, seconds: (performance.now() - started) / 1000 };
}

/** A portion in batches; the last may be smaller. */
function* batchesOf({ indices, values }: DrawnImages, batchSize: number, points: number): Generator<DrawnImages> {
  for (let from = 0; from < indices.length; from += batchSize) {
    const to = Math.min(indices.length, from + batchSize);
    yield { indices: indices.subarray(from, to), values: values.subarray(from * points, to * points) };
  }
}

async function latentsOf(
  { plan, data, model, control, onEvent, turn }: EpochWork,
  epoch: number,
): Promise<Latents | null> {
  if (!isHeterogeneous(plan.field)) return null;
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

/** Steps that float16 left out are not in the losses: what is not a number here was learned from, in any precision. */
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
