// What is sent off at once on a slow chip and on a usual one: no submission of a step is planned longer than a page's frame
// or two bear. Recorded on Dawn without a device, which computes nothing: sizes are those of real runs.
import { describe, expect, it } from 'vitest';
import { openNullGpu } from '../../../../testing/null-gpu.ts';
import { makeEncoding } from '../../../field/encodings.ts';
import { initialWeights } from '../../../field/initialise.ts';
import { Random } from '../../../geometry/random.ts';
import type { ImageBatch, ModelSpec } from '../../engine.ts';
import { makeSliceLayout } from '../../slices.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { Tuned, TUNING_VERSION } from '../tuning/tuned.ts';
import { WgslModel } from './model.ts';

const LONGEST_SECONDS = 0.016;
const SPEC: ModelSpec = {
  boxPixels: 128,
  zDim: 8,
  domain: 'fourier',
  activation: 'relu',
  decoderLayers: 3,
  decoderDim: 1024,
  encoderLayers: 3,
  encoderDim: 1024,
  encoderMaskRadius: 64,
};

function batchOf(count: number): ImageBatch {
  const { points } = makeSliceLayout(SPEC).lattice;
  return {
    count,
    images: new Float32Array(count * points),
    rotations: new Float32Array(9 * count),
    translations: new Float32Array(2 * count),
    ctf: new Float32Array(9 * count),
    noise: new Float32Array(SPEC.zDim * count),
  };
}

/** All submissions of one step, with the seconds that are planned for each. */
async function submissionsOf(gpu: Gpu, flopsPerSecond: number, images: number): Promise<number[]> {
  const rates = { flops: flopsPerSecond, bytes: flopsPerSecond / 20 };
  gpu.pace.set(rates);
  const planned: number[] = [];
  const listening = Object.create(gpu, {
    run: {
      value(commands: readonly Command[]) {
        planned.push(...gpu.pace.submissionsOf(commands).map((part) => gpu.pace.plannedSeconds(part)));
        return Promise.resolve();
      },
    },
  }) as Gpu;
  const tuning = { adapter: '', version: TUNING_VERSION, choices: {}, rate: flopsPerSecond };
  const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, SPEC.boxPixels, new Random(0));
  const weights = initialWeights(SPEC, encoding, new Random(1));
  const model = await WgslModel.create(listening, new Tuned(gpu, tuning), SPEC, encoding, { weights });
  await model.trainStep(batchOf(images), { learningRate: 1e-4, weightDecay: 0, beta: 1 });
  model.dispose();
  await model.settled;
  return planned;
}

describe('a step of D = 128, 1024×3', () => {
  it.each([
    [0.2e12, 8],
    [2e12, 8],
    [2e12, 64],
  ])('at %d operations a second, batches of %d, is sent in frames', async (rate, images) => {
    const gpu = await openNullGpu({ kernels: 'hardware' });
    expect(gpu, 'Dawn without a device').not.toBeNull();
    if (!gpu) return;
    const planned = await submissionsOf(gpu, rate, images);
    const total = planned.reduce((sum, seconds) => sum + seconds, 0);
    // 1.05 TFLOP for eight images (docs/ENGINE.md).
    expect(total).toBeGreaterThan((1e12 * images) / 8 / rate);
    expect(Math.max(...planned)).toBeLessThanOrEqual(LONGEST_SECONDS);
    expect(planned.length).toBeLessThan((2 * total) / 0.012 + 10);
    gpu.close();
  });
});
