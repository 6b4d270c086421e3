// Steps of training from one seed, for comparing engines: all see the same batches, weights and noise.
import type { Engine, ModelSpec, Precision } from '../src/engine/engine.ts';
import { initialCheckpoint } from '../src/inference/start.ts';
import { trainingBatch } from '../src/inference/image-batches.ts';
import { shuffleRandom } from '../src/inference/seeds.ts';
import { ShuffledImages } from '../src/inference/shuffled-images.ts';
import type { TrainingData } from '../src/inference/training.ts';

export interface StepsOfTraining {
  width: number;
  layers: number;
  zDim: number;
  batchSize: number;
  steps: number;
  /** Losses are means over this many steps. */
  every: number;
}

/** The mean loss (reconstruction + β·KL/P) of each `every` steps. */
export async function trainingLosses(
  engine: Engine,
  data: TrainingData,
  training: StepsOfTraining,
  precision: Precision = 'float32',
): Promise<number[]> {
  const { width, layers, zDim, batchSize, steps, every } = training;
  const { images } = data;
  const spec: ModelSpec = {
    boxPixels: images.boxPixels,
    zDim,
    domain: 'fourier',
    activation: 'relu',
    decoderLayers: layers,
    decoderDim: width,
    encoderLayers: layers,
    encoderDim: width,
    encoderMaskRadius: images.boxPixels / 2,
  };
  const field = { kind: 'network', spec, encoding: { type: 'gaussian', frequencies: null, sigma: 0.5 } } as const;
  const start = initialCheckpoint(field, 0);
  const model = await engine.createModel(start.field, start, { precision });
  const losses: number[] = [];
  try {
    const shuffled = new ShuffledImages(images);
    let step = 0;
    for (let epoch = 1; step < steps; epoch++)
      for await (const drawn of shuffled.draw(batchSize, shuffleRandom(0, epoch))) {
        const batch = trainingBatch(drawn, data, { field, seed: 0 }, epoch);
        await model.trainStep(batch, { learningRate: 1e-4, weightDecay: 0, beta: 1 / zDim });
        if (++step % every === 0) losses.push((await model.takeLosses()).total);
        if (step === steps) break;
      }
  } finally {
    model.dispose();
  }
  return losses;
}

/** The largest |a/b − 1|. */
export function worstRatio(a: readonly number[], b: readonly number[]): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value / b[i] - 1)), 0);
}
