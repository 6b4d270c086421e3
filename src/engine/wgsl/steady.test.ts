// A long run holds steady, in short: what Node holds after many reads, maps, batches and epochs is what it held after a tenth of
// them. The long form is bench/memory.ts.
import { afterAll, describe, expect, it } from 'vitest';
import { bytesHeld } from '../../../testing/bytes-held.ts';
import { openTestGpu } from '../../../testing/node-gpu.ts';
import { makeCase } from '../proof/model-cases.ts';
import { GpuPreprocessor } from './preprocess/preprocessor.ts';
import { Tuned } from './tuning/tuned.ts';
import { WgslModel } from './model/model.ts';

const MEGABYTE = 1e6;
const gpu = await openTestGpu({ kernels: 'software' });

/** Bytes held after `count` times `work`, less those after the first tenth. */
async function growth(count: number, work: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < count / 10; i++) await work();
  const before = await bytesHeld();
  for (let i = count / 10; i < count; i++) await work();
  return (await bytesHeld()) - before;
}

describe.skipIf(!gpu)('nothing is held', () => {
  afterAll(() => gpu?.close());

  it('of 30 reads of 8 MB', async () => {
    if (!gpu) return;
    const arena = gpu.arena('reads');
    const view = arena.floats('numbers', 2 ** 21);
    expect(await growth(30, () => gpu.readFloats(view))).toBeLessThan(MEGABYTE);
    arena.destroy();
  });

  it('of maps, steps, exported weights and latents', async () => {
    if (!gpu) return;
    const { spec, encoding, weights, batch } = makeCase({ name: 'steady', spec: { zDim: 2 }, features: 8, images: 2 });
    const model = await WgslModel.create(gpu, Tuned.defaults(gpu), { spec, encoding }, { weights });
    const epoch = async () => {
      for (let step = 0; step < 3; step++)
        await model.trainStep(batch, { learningRate: 1e-4, weightDecay: 0, beta: 1 });
      await model.takeLosses();
      await model.encode(batch);
      await model.exportWeights();
      await model.exportOptimizer();
      await model.volume(new Float32Array(2), 8, 1);
    };
    expect(await growth(30, epoch)).toBeLessThan(MEGABYTE);
    model.dispose();
  });

  it('of prepared images', async () => {
    if (!gpu) return;
    const preprocessor = await GpuPreprocessor.open(gpu, 16, {}, 16);
    const images = new Float32Array(16 * 256).fill(1);
    expect(await growth(100, () => preprocessor.run(images, 16, 1))).toBeLessThan(MEGABYTE);
    preprocessor.dispose();
  });
});
