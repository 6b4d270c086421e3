// Progress of maps, and batches that a device's limits ask for, without a device.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Engine, FieldModel } from '../engine/engine.ts';
import { decodeSeries, whereLong, type LoadedRun } from './decode-job.ts';
import { fittingBatch } from './estimate-job.ts';
import type { JobProgress } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells of a map only once it takes long, and then not too often', () => {
  const told: number[] = [];
  const tell = whereLong((fraction) => told.push(fraction));
  for (let i = 1; i <= 100; i++) {
    vi.advanceTimersByTime(10);
    tell(i / 100);
  }
  expect(told).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1]);
});

it('counts a long map among those of a series', async () => {
  const spec = { boxPixels: 4, zDim: 1, domain: 'hartley' } as FieldModel['spec'];
  const model = {
    spec,
    volume: (_z, _box, _deviation, options) => {
      vi.advanceTimersByTime(700);
      options?.onProgress?.(0.5);
      return Promise.resolve({ values: new Float32Array(64) });
    },
  } as Partial<FieldModel> as FieldModel;
  const run = {
    model,
    field: { kind: 'network', spec, dataset: { standardDeviation: 1 } },
    epoch: 1,
  } as unknown as LoadedRun;
  const told: JobProgress[] = [];
  await decodeSeries(run, [[0], [1]], null, () => undefined, { onProgress: (progress) => told.push(progress) });
  expect(told.map(({ fraction }) => fraction)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(told[3].message).toBe('Decoding map 2 of 2');
});

it('halves a batch that the limits do not allow for, down to one image', () => {
  const engineOf = (most: number) =>
    ({ fits: (_field: unknown, images: number) => ({ fits: images <= most }) }) as unknown as Engine;
  const batch = (engine: Engine) => fittingBatch(engine, {} as never, 16);
  expect(batch(engineOf(64))).toBe(16);
  expect(batch(engineOf(5))).toBe(4);
  expect(batch(engineOf(0))).toBe(1);
  expect(batch({} as Engine)).toBe(16);
});
