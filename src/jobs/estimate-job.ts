// How long a training will take before any image is prepared: the very model on noise of the set's size, since speed does
// not depend on what the images show.
import type { ChoosingProgress, Engine, EngineField } from '../engine/engine.ts';
import { fieldFromParams, latentDimension } from '../field/kinds.ts';
import type { Notice } from '../base/errors.ts';
import { Random } from '../geometry/random.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { makeLattice } from '../imaging/lattice.ts';
import { estimateTraining, type TrainingEstimate } from '../inference/estimate.ts';
import { initialCheckpoint } from '../inference/start.ts';
import type { KeptDataset } from '../library/datasets.ts';
import { cacheBytes, SHARD_SIZE } from '../library/particle-cache.ts';
import { learnsTable } from '../params/latents.ts';
import { weighsRings } from '../params/noise.ts';
import type { Params } from '../params/params.ts';
import { imageOptionsOf } from './prepare.ts';
import { choosingProgress, type JobOptions } from './progress.ts';
import { batchNotice, halvedBatch, isLost } from './setbacks.ts';
import { planFrom, trainingData } from './run-particles.ts';

/** What a whole run would take. */
export interface RunEstimate extends TrainingEstimate {
  /** What did not fit into the memory on the way. */
  notices: Notice[];
  secondsTotal: number;
  /** Images and the epochs that are kept. */
  storageBytes: number;
}

/** Images of standard normal noise: one shard stands for all. */
function noiseImages(count: number, boxPixels: number): HartleyImages {
  const { points } = makeLattice(boxPixels);
  const random = new Random(1);
  const held = Math.min(256, count);
  const values = Float32Array.from({ length: held * points }, () => random.normal());
  return {
    ...{ count, boxPixels, points, shardSize: SHARD_SIZE, standardDeviation: 1 },
    readShard: () => Promise.resolve({ first: 0, count: held, values }),
  };
}

/** The batch, halved as often as the device's limits ask for; one image is tried in any case, and refused with advice. */
export function fittingBatch(engine: Engine, field: EngineField, batchSize: number): number {
  let batch = batchSize;
  while (batch > 1 && engine.fits && !engine.fits(field, batch).fits) batch = Math.floor(batch / 2);
  return batch;
}

/**
 * As a training would (setbacks.ts), halves a batch that the memory does not hold. `openEngine` gives the engine that is open,
 * or a new one where that was lost. Errors: 'cancelled', 'device-lost', 'out-of-memory'.
 */
export async function estimateRun(
  openEngine: () => Promise<Engine>,
  dataset: KeptDataset,
  params: Params,
  { signal, onProgress }: JobOptions = {},
): Promise<RunEstimate> {
  const { record, ctf, optics, originalIndex } = dataset;
  const { boxPixels } = imageOptionsOf(params, record.boxPixels);
  const field = fieldFromParams(params, boxPixels);
  const start = initialCheckpoint(field, params.seed);
  const images = noiseImages(record.particles, boxPixels);
  const poses = dataset.poses ?? {
    // Any rotations do for measuring.
    rotations: Float32Array.from({ length: record.particles * 9 }, (_, i) =>
      i % 9 === 0 || i % 9 === 4 || i % 9 === 8 ? 1 : 0,
    ),
    translations: null,
  };
  const data = trainingData({ images, poses, ctf, optics, originalIndex }, record.boxPixels);
  // Any weights do for measuring.
  if (weighsRings(params) || (learnsTable(params) && params.contrast))
    data.contrasts = new Float32Array(record.particles).fill(1);
  const plan = planFrom(params, field);
  const notices: Notice[] = [];
  const measuring = { fraction: null, message: 'Measuring a few steps' };
  onProgress?.(measuring);
  const choosing = {
    onProgress: (progress: ChoosingProgress | null) => onProgress?.(progress ? choosingProgress(progress) : measuring),
    onNotice: (notice: Notice) => void notices.push(notice),
  };
  let measured: TrainingEstimate | null = null;
  while (!measured) {
    const engine = await openEngine();
    const fitting = fittingBatch(engine, start.field, plan.batchSize);
    if (fitting < plan.batchSize) notices.push(batchNotice(engine, plan.batchSize, fitting, false));
    plan.batchSize = fitting;
    try {
      measured = await estimateTraining(plan, data, engine, start, { signal, choosing });
    } catch (error) {
      const half = halvedBatch(error, plan.batchSize);
      if (half === null) throw error;
      notices.push(batchNotice(engine, plan.batchSize, half, false));
      plan.batchSize = half;
      // Memory that was refused unasked spoils its device: the next one is opened once that is known.
      await isLost(engine);
    }
  }
  const parameters = [...start.weights.values()].reduce((sum, { data: values }) => sum + values.length, 0);
  const kept = Math.ceil(params.epochs / params.checkpointEvery);
  // Weights and two moments of Adam; μ and log σ².
  const epochBytes = 4 * (3 * parameters + 2 * record.particles * latentDimension(field));
  return {
    ...measured,
    notices,
    secondsTotal: measured.secondsPerEpoch * params.epochs,
    storageBytes: cacheBytes(record.particles, images.points) + kept * epochBytes,
  };
}
