// A tuning on paper, on a device of a given speed: what is timed has the rows of the model's step, and what is timed differs.
import { expect, it } from 'vitest';
import { dryRunGpu } from '../../../../testing/dry-run-gpu.ts';
import type { ModelSpec } from '../../engine.ts';
import { makeEncoding } from '../../../field/network/encodings.ts';
import { Random } from '../../../geometry/random.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { productVariants } from '../product/product.ts';
import { differingVariants } from './rows.ts';
import { stepShapes, tuningSizes } from './sizes.ts';
import { plannedTrials, tuneEngine } from './tune.ts';
import type { TrialNote } from './tuner.ts';

const spec: ModelSpec = {
  ...{ boxPixels: 128, zDim: 8, domain: 'fourier', activation: 'relu', decoderLayers: 3, decoderDim: 256 },
  ...{ encoderLayers: 3, encoderDim: 256, encoderMaskRadius: 64 },
};
const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, 128, new Random(0));
const sizesOf = (batchSize?: number) => tuningSizes(spec, encoding, batchSize);
const FEATURES = 384;
const WIDTH = 256;

/** Each dispatch takes as long as its work at this rate; outputs are zeros, all alike. */
async function tunedAt(flopsPerSecond: number, batchSize?: number) {
  const { gpu: paper } = dryRunGpu({ flops: flopsPerSecond, bytes: 1e12 });
  const timed: Dispatch[] = [];
  const secondsOf = (dispatches: readonly Dispatch[]) =>
    dispatches.reduce((sum, { flops, bytes }) => sum + Math.max(flops / flopsPerSecond, bytes / 1e15, 1e-6), 0);
  const measure = (dispatches: readonly Dispatch[]) => {
    timed.push(...dispatches);
    return Promise.resolve(secondsOf(dispatches));
  };
  const gpu = Object.create(paper, {
    measure: { value: measure },
    guarded: { value: { info: {} } },
    bindingBytes: { value: 2 ** 31 },
  }) as Gpu;
  const trials: TrialNote[] = [];
  const counts: { done: number; total: number }[] = [];
  const sizes = sizesOf(batchSize);
  const tuning = await tuneEngine(gpu, sizes, {
    warmSeconds: 0,
    onTrial: (trial) => void trials.push(trial),
    onProgress: ({ done, total }) => void counts.push({ done, total }),
  });
  // Those of the first layer are timed after all others; a product by waves is two dispatches.
  const rows = timed.filter(({ label }) => label.startsWith('first encoding tile 128×64')).map(rowsOf);
  return { gpu, sizes, tuning, rows: new Set(rows), trials, counts };
}
const rowsOf = ({ flops }: Dispatch) => flops / (2 * FEATURES * WIDTH);

const done = new Map<string, ReturnType<typeof tunedAt>>();
/** Once each: a tuning on paper takes the better part of a second. */
function tunedOnPaper(...device: Parameters<typeof tunedAt>): ReturnType<typeof tunedAt> {
  const key = device.join();
  const tuned = done.get(key) ?? tunedAt(...device);
  done.set(key, tuned);
  return tuned;
}

it('times the rows of a batch of the run where the device does them in time, else fewer', async () => {
  expect([...(await tunedOnPaper(2e13)).rows]).toEqual([8 * 6426]);
  expect([...(await tunedOnPaper(2e13, 2)).rows]).toEqual([2 * 6426]);
  const slow = [...(await tunedOnPaper(2e11)).rows];
  expect(slow).toHaveLength(1);
  // 3 ms at 0.2 TFLOP/s.
  expect(slow[0]).toBeLessThan(8000);
}, 120_000);

it('counts to the variants that it tries', async () => {
  const { gpu, sizes, counts } = await tunedOnPaper(2e13);
  expect(counts.at(-1)).toEqual({ done: counts.length - 1, total: counts.length - 1 });
  expect(plannedTrials(gpu, sizes)).toBe(counts.length - 1);
}, 120_000);

it('tries whole waves where rows are left over, and not where they would do what the tile does', () => {
  const { gpu } = dryRunGpu({ flops: 1e12, bytes: 1e12 });
  const shape = stepShapes(sizesOf(), 'f32').hidden.forward;
  const wavesAt = (rows: number) =>
    differingVariants(productVariants(gpu, shape, rows), shape, rows).flatMap((one) =>
      one.kind === 'waves' ? [one.wave] : [],
    );
  // Two tiles of 128 × 128 across: 804 of them are 3 waves of 264 and 12, 6 of 128 and 36; 1024 are 3 and 232, 8 and none.
  expect(wavesAt(8 * 6426)).toEqual([264, 128]);
  expect(wavesAt(65536)).toEqual([]);
  // Two waves of 264 and one more tile down.
  expect(wavesAt(128 * 265)).toEqual([264, 128]);
  expect(wavesAt(128 * 100)).toEqual([]);
});

it('tries them in a tuning only there', async () => {
  const triesWaves = ({ trials }: { trials: TrialNote[] }) => trials.some(({ variant }) => variant.includes('"waves"'));
  expect(triesWaves(await tunedOnPaper(2e13))).toBe(true);
  // 12852 rows are 202 tiles: no whole wave of 264, and 74 beyond one of 128.
  expect(triesWaves(await tunedOnPaper(2e13, 2))).toBe(false);
}, 120_000);
