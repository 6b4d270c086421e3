// Maps in parts: what is planned for a weak chip, without a device that computes; and a map that is given up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGpu } from '../../../../testing/node-gpu.ts';
import { dryRunGpu } from '../../../../testing/dry-run-gpu.ts';
import { caseShapes, makeCase } from '../../proof/model-cases.ts';
import type { ModelSpec } from '../../engine.ts';
import { initialWeights } from '../../../field/network/initialise.ts';
import { makeEncoding } from '../../../field/network/encodings.ts';
import { Random } from '../../../geometry/random.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { Tuned, TUNING_VERSION } from '../tuning/tuned.ts';
import { WgslModel } from './model.ts';

const MOST_PLANNED_SECONDS = 0.016;
/** Of a weak chip, bytes a second; a stronger one has ten times as much of both. */
const WEAK = { flops: 2e11, bytes: 1e10 };

describe('a map of 256³ of a wide network', () => {
  it.each([1, 10])('is planned in submissions of a frame at %i × 0.2 TFLOP/s', async (times) => {
    const rates = { flops: times * WEAK.flops, bytes: times * WEAK.bytes };
    const { gpu, sent } = dryRunGpu(rates);
    const spec: ModelSpec = {
      ...{ boxPixels: 256, zDim: 8, domain: 'fourier', activation: 'relu', encoderMaskRadius: 16 },
      ...{ decoderLayers: 3, decoderDim: 1024, encoderLayers: 1, encoderDim: 16 },
    };
    const random = new Random(1);
    const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, 256, random);
    const weights = initialWeights(spec, encoding, random);
    const tuned = new Tuned(gpu, { adapter: '', version: TUNING_VERSION, choices: {}, rate: rates.flops });
    const model = await WgslModel.create(gpu, tuned, { spec, encoding }, { weights });
    const told: number[] = [];
    const options = { onProgress: (fraction: number) => told.push(fraction) };
    sent.length = 0;
    await model.volume(new Float32Array(8), 256, 1, options);
    const planned = gpu.pace.submissionsOf(sent).map((part) => gpu.pace.plannedSeconds(part));
    expect(planned.reduce((most, seconds) => Math.max(most, seconds), 0)).toBeLessThan(MOST_PLANNED_SECONDS);
    // 4.39 million points, 7.86 million operations of their products each.
    const points = sent.reduce((sum, command) => sum + ('flops' in command ? command.flops : 0), 0) / 7.86e6;
    expect(points).toBeGreaterThan(4.3e6);
    expect(told.length).toBeGreaterThan(100);
    expect(told.at(-1)).toBe(1);
  });
});

describe('a map that is given up', () => {
  let gpu: Gpu | null;
  beforeAll(async () => {
    gpu = await openTestGpu({ kernels: 'software' });
  });
  afterAll(() => gpu?.close());

  it('ends between two parts, and the next is as if nothing had been', async (context) => {
    if (!gpu) return context.skip('no adapter');
    const { spec, encoding, weights } = makeCase({ ...caseShapes[0], spec: { ...caseShapes[0].spec, boxPixels: 20 } });
    const model = await WgslModel.create(gpu, Tuned.defaults(gpu), { spec, encoding }, { weights }, { budgetBytes: 1 });
    const z = new Float32Array(spec.zDim).fill(0.5);
    const wanted = await model.volume(z, 20, 2);
    // A ten-thousandth of its speed: a submission a dispatch.
    gpu.pace.set({ flops: gpu.pace.flopsPerSecond / 10000, bytes: gpu.pace.bytesPerSecond / 10000 });
    const told: number[] = [];
    const stop = new AbortController();
    const onProgress = (fraction: number) => {
      told.push(fraction);
      if (fraction > 0.3) stop.abort();
    };
    const given = model.volume(new Float32Array(spec.zDim), 20, 1, { signal: stop.signal, onProgress });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect(told.length).toBeGreaterThan(5);
    expect(told.at(-1)).toBeLessThan(0.6);
    expect(await model.volume(z, 20, 2)).toEqual(wanted);
    model.dispose();
  });
});
