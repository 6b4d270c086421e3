// How long a training will take and how much memory, from a few timed steps of the very model on the very images.
import type { ChoosingOptions, Engine } from '../engine/engine.ts';
import { throwIfCancelled } from '../base/errors.ts';
import { betaAt } from './beta.ts';
import { nextTask } from '../base/event-loop.ts';
import { trainingBatch } from './image-batches.ts';
import { ShuffledImages } from './shuffled-images.ts';
import type { Checkpoint, TrainingData, TrainingPlan } from './training.ts';

/** Measured speed of a training and the memory that it takes. */
export interface TrainingEstimate {
  imagesPerSecond: number;
  /** One epoch with its encoding pass. */
  secondsPerEpoch: number;
  /** Model, activations and images held, bytes. */
  memoryBytes: number;
  /** The plan's, or less where the memory did not hold that. */
  batchSize: number;
}

/** `choosing` is told while the kernels are chosen; an aborted signal ends the estimate with error 'cancelled'. */
export interface EstimateOptions {
  signal?: AbortSignal | undefined;
  choosing?: Pick<ChoosingOptions, 'onProgress' | 'onNotice'>;
}

const MEASURE_MILLISECONDS = 1500;
const STEPS_AT_MOST = 20;

/**
 * Two steps to warm up, then at most 20 or 1.5 s, with the kernels that a training settles on: chosen before where nothing is kept.
 * `start` is left as it is.
 */
export async function estimateTraining(
  plan: TrainingPlan,
  data: TrainingData,
  engine: Engine,
  start: Checkpoint,
  { signal, choosing }: EstimateOptions = {},
): Promise<TrainingEstimate> {
  const model = await engine.createModel(start.field, start, {
    precision: plan.precision ?? 'auto',
    batchSize: plan.batchSize,
    choosing: { when: 'first', ...choosing },
    signal,
  });
  try {
    const { images, points, shardSize } = {
      images: data.images,
      points: data.images.points,
      shardSize: data.images.shardSize,
    };
    const shard = await images.readShard(0, signal);
    const size = Math.min(plan.batchSize, shard.count, shardSize);
    const options = {
      learningRate: plan.learningRate,
      weightDecay: plan.weightDecay,
      beta: betaAt(plan, 0),
    };
    const step = async (number: number) => {
      throwIfCancelled(signal);
      const first = (number * size) % Math.max(1, shard.count - size + 1);
      const indices = Uint32Array.from({ length: size }, (_, i) => shard.first + first + i);
      const values = shard.values.subarray(first * points, (first + size) * points);
      const batch = trainingBatch({ indices, values }, data, plan, 0);
      // Where z is given, any does for measuring.
      await model.trainStep({ ...batch, ...(batch.noise && { latents: batch.noise }) }, options);
      await nextTask();
    };
    for (let i = 0; i < 2; i++) await step(i);
    await model.takeLosses();
    const started = performance.now();
    let steps = 0;
    while (steps < STEPS_AT_MOST && (steps < 2 || performance.now() - started < MEASURE_MILLISECONDS))
      await step(2 + steps++);
    await model.takeLosses();
    const imagesPerSecond = (1000 * steps * size) / (performance.now() - started);
    // The encoder's pass is a few percent of an epoch: two products of the size of its first layer an image.
    return {
      batchSize: plan.batchSize,
      imagesPerSecond,
      secondsPerEpoch: (1.05 * images.count) / imagesPerSecond,
      memoryBytes: model.memoryBytes() + new ShuffledImages(images).residentBytes,
    };
  } finally {
    model.dispose();
  }
}
