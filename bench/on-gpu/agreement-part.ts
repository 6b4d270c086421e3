// Do the engines learn alike here? The same batches of simulated images, weights and noise from one seed: the CPU's kernels,
// then each kind of the device's.
import { openWasmEngine } from '../../src/engine/wasm/engine.ts';
import { scalarOf, tunedFor, modesOf } from './kernels-kept.ts';
import { WgslModel } from '../../src/engine/wgsl/model/model.ts';
import type { FieldModel, ModelSpec } from '../../src/engine/engine.ts';
import type { NetworkDescription } from '../../src/field/network/description.ts';
import { trainingBatch } from '../../src/inference/image-batches.ts';
import { shuffleRandom } from '../../src/inference/seeds.ts';
import { ShuffledImages } from '../../src/inference/shuffled-images.ts';
import { initialCheckpoint } from '../../src/inference/start.ts';
import type { Checkpoint, TrainingData } from '../../src/inference/training.ts';
import { Blobs, imagesInMemory } from '../../testing/blobs.ts';
import { networkOf } from '../../testing/network.ts';
import type { PartContext, Part } from './part-context.ts';

const IMAGES = 200;
const BATCH = 8;
const EVERY = 10;

async function dataOf(boxPixels: number): Promise<TrainingData> {
  const simulation = new Blobs(boxPixels).simulate({ count: IMAGES, snr: 0.5, shiftPixels: 1, seed: 3 });
  return { images: await imagesInMemory(simulation.images), poses: simulation.poses, ctf: simulation.ctf };
}

/** Mean loss of every ten steps. */
async function lossesOf(
  model: FieldModel,
  field: NetworkDescription,
  data: TrainingData,
  steps: number,
): Promise<number[]> {
  const shuffled = new ShuffledImages(data.images);
  const losses: number[] = [];
  for (let epoch = 1, step = 0; step < steps; epoch++)
    for await (const drawn of shuffled.draw(BATCH, shuffleRandom(0, epoch))) {
      const batch = trainingBatch(drawn, data, { field, seed: 0 }, epoch);
      await model.trainStep(batch, { learningRate: 1e-4, weightDecay: 0, beta: 1 / model.spec.zDim });
      if (++step % EVERY === 0) losses.push((await model.takeLosses()).total);
      if (step === steps) break;
    }
  return losses;
}

function startOf(context: PartContext): { field: NetworkDescription; start: Checkpoint; steps: number } {
  const boxPixels = context.small ? 16 : 32;
  const width = context.small ? 32 : 128;
  const spec: ModelSpec = {
    ...{ boxPixels, zDim: 8, domain: 'fourier', activation: 'relu' },
    ...{ decoderLayers: 3, decoderDim: width, encoderLayers: 3, encoderDim: width, encoderMaskRadius: boxPixels / 2 },
  };
  const field = { kind: 'network', spec, encoding: { type: 'gaussian', frequencies: null, sigma: 0.5 } } as const;
  return { field, start: initialCheckpoint(field, 0), steps: context.small ? 30 : 100 };
}

export const agreement: Part = {
  name: 'agreement',
  seconds: 15,
  async steps(context) {
    const { field, start, steps } = startOf(context);
    const data = await dataOf(field.spec.boxPixels);
    const modes = modesOf(await context.gpu());
    const finish = async (model: FieldModel) => {
      try {
        return { every: EVERY, losses: await lossesOf(model, field, data, steps) };
      } finally {
        model.dispose();
      }
    };
    return [
      {
        name: 'wasm',
        patienceSeconds: 12,
        async run() {
          // A bundle has no entry for threads.
          const engine = await openWasmEngine({ ownThread: true });
          const model = await engine.createModel(start.field, start);
          return finish(model).finally(() => engine.dispose());
        },
      },
      ...modes.map((mode) => ({
        name: mode,
        patienceSeconds: 8,
        async run() {
          const gpu = await context.gpu();
          const scalar = scalarOf(mode);
          const tuned = tunedFor(gpu, context.folder, mode);
          const { spec, encoding } = networkOf(start.field);
          return finish(await WgslModel.create(gpu, tuned, { spec, encoding }, start, scalar ? { scalar } : {}));
        },
      })),
    ];
  },
};
