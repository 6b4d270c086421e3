// Which weights and contrasts go with the images of a batch.
import { describe, expect, it } from 'vitest';
import { makeLattice } from '../imaging/lattice.ts';
import { trainingBatch } from './image-batches.ts';
import type { TrainingData, TrainingPlan } from './training.ts';

const COUNT = 4;
const boxPixels = 8;
const rings = boxPixels / 2 + 1;
const { points } = makeLattice(boxPixels);
const images = {
  ...{ count: COUNT, boxPixels, points, shardSize: COUNT, standardDeviation: 1 },
  readShard: () => Promise.reject(new Error('not asked')),
};
const plain: TrainingData = {
  images,
  poses: { rotations: new Float32Array(9 * COUNT), translations: null },
  ctf: null,
};
const plan: Pick<TrainingPlan, 'field' | 'seed'> = {
  field: { kind: 'linear', boxPixels, components: 0, contrast: false },
  seed: 1,
};
const drawn = { indices: Uint32Array.of(3, 1), values: new Float32Array(2 * points) };
const amplitudes = Float32Array.from({ length: 2 * rings }, (_, i) => 1 + i);
const [first, second] = [amplitudes.subarray(0, rings), amplitudes.subarray(rings)];

describe('how residuals of a batch count', () => {
  it('is not said where all count alike', () => {
    expect(trainingBatch(drawn, plain, plan, 1).residuals).toBeUndefined();
  });

  it('is by the group of each image, at its own contrast', () => {
    const weights = { amplitudes, groupOf: Int32Array.of(0, 0, 1, 1) };
    const contrasts = Float32Array.of(0.9, 1.1, 1.2, 0.8);
    const { residuals } = trainingBatch(drawn, { ...plain, weights, contrasts }, plan, 1);
    expect(residuals).toEqual({
      amplitudes: Float32Array.of(...second, ...first),
      contrast: Float32Array.of(0.8, 1.1),
    });
    const one = trainingBatch(drawn, { ...plain, weights: { amplitudes: first, groupOf: null } }, plan, 1);
    expect(one.residuals).toEqual({ amplitudes: Float32Array.of(...first, ...first), contrast: Float32Array.of(1, 1) });
  });

  it('is alike of both views of a pair', () => {
    const tilt = { rotation: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), translations: new Float32Array(8), ctf: null };
    const pairs = { ...drawn, values: new Float32Array(4 * points) };
    const { residuals } = trainingBatch(pairs, { ...plain, tilt, contrasts: Float32Array.of(1, 2, 3, 4) }, plan, 1);
    expect(residuals?.contrast).toEqual(Float32Array.of(4, 4, 2, 2));
    expect(residuals?.amplitudes).toEqual(new Float32Array(4 * rings).fill(1));
  });
});
