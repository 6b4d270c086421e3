import { describe, expect, it } from 'vitest';
import type { FieldModel, VolumeStatistics } from '../engine/engine.ts';
import { VitrineError } from '../base/errors.ts';
import { decodeMap } from './volume.ts';

const spec: FieldModel['spec'] = { boxPixels: 4, zDim: 0, domain: 'hartley' };
const statistics: VolumeStatistics = {
  mean: 0,
  standardDeviation: 1,
  minimum: -1,
  maximum: 1,
  histogram: new Uint32Array(256),
};
const whole = { values: new Float32Array(64).fill(7), statistics };

function modelWith(volume?: FieldModel['volume']): FieldModel {
  const evaluate = (coordinates: Float32Array) => Promise.resolve(new Float32Array(coordinates.length / 3).fill(1));
  return { spec, evaluate, operationsPerPoint: 256, ...(volume && { volume }) } as unknown as FieldModel;
}

describe('a map', () => {
  it('is made by the model where it can', async () => {
    expect(
      await decodeMap(
        modelWith(() => Promise.resolve(whole)),
        null,
        4,
        1,
      ),
    ).toBe(whole);
  });

  it('is made of points where the model cannot, or its device is too small', async () => {
    const points = await decodeMap(modelWith(), null, 4, 1);
    expect(points.statistics).toBeNull();
    // One everywhere within |k| ≤ ½: the centre voxel is the share of the points in the box.
    expect(points.values[(2 * 4 + 2) * 4 + 2]).toBeCloseTo(30 / 64, 6);
    const full = () => Promise.reject(new VitrineError('out-of-memory', 'full'));
    expect((await decodeMap(modelWith(full), null, 4, 1)).values).toEqual(points.values);
  });

  it('of many points tells how far it is, and is given up between two parts', async () => {
    const asked: number[] = [];
    const controller = new AbortController();
    const evaluate = (coordinates: Float32Array) => {
      asked.push(coordinates.length / 3);
      return Promise.resolve(new Float32Array(coordinates.length / 3));
    };
    // As a network of 3 hidden layers 1024 wide.
    const operationsPerPoint = 2 * 1024 ** 2 * 4;
    const model = { spec: { ...spec, boxPixels: 32 }, operationsPerPoint, evaluate } as unknown as FieldModel;
    const told: number[] = [];
    const onProgress = (fraction: number) => told.push(fraction);
    await decodeMap(model, null, 32, 1, { onProgress });
    expect(asked.length).toBeGreaterThan(20);
    expect(told.length).toBe(asked.length);
    expect(told.at(-1)).toBe(1);
    expect(told.every((fraction, i) => i === 0 || fraction > told[i - 1])).toBe(true);
    const all = asked.length;
    // The cancel comes as a worker hears of it: in a task between two parts.
    setTimeout(() => controller.abort());
    await expect(decodeMap(model, null, 32, 1, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(asked.length).toBeLessThan(2 * all);
  });

  it('is not made anew after another failure', async () => {
    const lost = () => Promise.reject(new VitrineError('device-lost', 'lost'));
    await expect(decodeMap(modelWith(lost), null, 4, 1)).rejects.toMatchObject({ code: 'device-lost' });
  });
});
