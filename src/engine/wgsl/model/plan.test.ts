// What is sent off at once on a slow chip and on a usual one: no submission of a step is planned longer than a page's frame
// or two bear. On paper, at the sizes of real runs.
import { describe, expect, it } from 'vitest';
import { dryRunGpu } from '../../../../testing/dry-run-gpu.ts';
import { makeEncoding } from '../../../field/network/encodings.ts';
import { initialWeights } from '../../../field/network/initialise.ts';
import { Random } from '../../../geometry/random.ts';
import type { ImageBatch, ModelSpec } from '../../engine.ts';
import { makeSliceLayout } from '../../slices.ts';
import { SUBMISSION_SECONDS } from '../gpu/pace.ts';
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

/** All dispatches and copies of one step. */
async function stepOf(images: number, flopsPerSecond: number) {
  const { gpu, sent } = dryRunGpu({ flops: flopsPerSecond, bytes: flopsPerSecond / 20 });
  const tuning = { adapter: '', version: TUNING_VERSION, choices: {}, rate: flopsPerSecond };
  const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, SPEC.boxPixels, new Random(0));
  const weights = initialWeights(SPEC, encoding, new Random(1));
  const model = await WgslModel.create(gpu, new Tuned(gpu, tuning), { spec: SPEC, encoding }, { weights });
  sent.length = 0;
  await model.trainStep(batchOf(images), { learningRate: 1e-4, weightDecay: 0, beta: 1 });
  return { gpu, commands: sent };
}

describe('a step of D = 128, 1024×3', () => {
  it.each([
    [0.2, 8],
    [0.2, 64],
    [2, 8],
    [2, 64],
  ])('at %d TFLOP/s, batches of %d, is sent in frames', async (rate, images) => {
    const { gpu, commands } = await stepOf(images, 1e12 * rate);
    const planned = gpu.pace.submissionsOf(commands).map((part) => gpu.pace.plannedSeconds(part));
    const total = planned.reduce((sum, seconds) => sum + seconds, 0);
    // 1.05 TFLOP for eight images (docs/ENGINE.md).
    expect(total).toBeGreaterThan(images / 8 / rate);
    expect(Math.max(...planned)).toBeLessThanOrEqual(LONGEST_SECONDS);
    // Full ones, but for dispatches that do not fit beside another.
    expect(planned.length).toBeLessThan((2 * total) / SUBMISSION_SECONDS + 10);
  });
});
