// Training as a whole on a tiny set: same seed same weights, resume equals uninterrupted, events, pause, stop, cancel,
// divergence. Images are noise around a slice, so that there is something to learn.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, FieldModel } from '../engine/engine.ts';
import { openTfjsEngine } from '../engine/tfjs/engine.ts';
import { VitrineError } from '../base/errors.ts';
import type { NetworkDescription } from '../field/network/description.ts';
import { Random } from '../geometry/random.ts';
import { makeLattice } from '../imaging/lattice.ts';
import { betaAt } from './beta.ts';
import { learningRateAt } from './learning-rate.ts';
import { estimateTraining } from './estimate.ts';
import { initialCheckpoint } from './start.ts';
import { ShuffledImages } from './shuffled-images.ts';
import { train, type TrainingHooks } from './train.ts';
import type { Checkpoint, TrainingControl, TrainingData, TrainingEvent, TrainingPlan } from './training.ts';

const boxPixels = 8;
const field: NetworkDescription = {
  kind: 'network',
  spec: {
    boxPixels,
    zDim: 2,
    domain: 'fourier',
    activation: 'relu',
    decoderLayers: 1,
    decoderDim: 16,
    encoderLayers: 1,
    encoderDim: 16,
    encoderMaskRadius: 4,
  },
  encoding: { type: 'gaussian', frequencies: null, sigma: 0.5 },
};
const plan: TrainingPlan = {
  field,
  epochs: 3,
  batchSize: 5,
  learningRate: 3e-3,
  weightDecay: 0,
  beta: 0.5,
  betaSchedule: 'linear-half',
  seed: 7,
};

function tinySet(count: number, shardSize: number): TrainingData {
  const { points } = makeLattice(boxPixels);
  const random = new Random(9);
  const values = Float32Array.from({ length: count * points }, (_, i) => Math.sin(i % points) + 0.3 * random.normal());
  const rotations = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) rotations.set([1, 0, 0, 0, 1, 0, 0, 0, 1], 9 * i);
  return {
    images: {
      count,
      boxPixels,
      points,
      shardSize,
      standardDeviation: 1,
      readShard: (shard) => {
        const first = shard * shardSize;
        const size = Math.min(shardSize, count - first);
        return Promise.resolve({ first, count: size, values: values.slice(first * points, (first + size) * points) });
      },
    },
    poses: { rotations, translations: null },
    ctf: null,
  };
}

describe('training', () => {
  let engine: Engine;
  const data = tinySet(23, 6);
  const start = initialCheckpoint(field, plan.seed);
  beforeAll(async () => {
    engine = await openTfjsEngine();
  });
  afterAll(() => engine.dispose());

  async function run(
    options: { plan?: Partial<TrainingPlan>; from?: Checkpoint; control?: TrainingControl; hooks?: TrainingHooks } = {},
    onEvent: (event: TrainingEvent) => void = () => undefined,
  ) {
    const { from = start, control = {}, hooks = {} } = options;
    return train({
      plan: { ...plan, ...options.plan },
      data,
      engine,
      control,
      onEvent,
      start: from,
      ...(hooks && { hooks }),
    });
  }
  const learned = ({ weights, optimizer, latents }: Checkpoint) => ({ weights, optimizer, latents });
  const losses = ({ history }: Checkpoint) => history.map((h) => [h.epoch, h.images, h.reconstruction, h.kl, h.total]);

  it('gives the same weights for the same seed, others for another, and learns', async () => {
    const once = await run();
    const again = await run();
    expect(learned(again)).toEqual(learned(once));
    expect(losses(again)).toEqual(losses(once));
    expect(learned(await run({ plan: { seed: 8 } }))).not.toEqual(learned(once));
    expect(once.history.map((h) => h.images)).toEqual([23, 23, 23]);
    expect(once.history[2].reconstruction).toBeLessThan(0.9 * once.history[0].reconstruction);
    expect(once.latents?.mu.length).toBe(46);
  });

  it.each([undefined, 4000])('goes on from a checkpoint bit for bit (%s bytes held)', async (residentBytes) => {
    const hooks = residentBytes === undefined ? {} : { residentBytes };
    const whole = await run({ hooks });
    const control: TrainingControl = {};
    const events: TrainingEvent[] = [];
    const stopped = await run({ control, hooks }, (event) => {
      events.push(event);
      if (event.type === 'epoch') control.stopAfterEpoch = true;
    });
    expect(stopped.epoch).toBe(1);
    expect(events.at(-1)).toEqual({ type: 'finished', reason: 'stopped early' });
    const resumed = await run({ from: stopped, hooks });
    expect(learned(resumed)).toEqual(learned(whole));
    expect(losses(resumed)).toEqual(losses(whole));
  });

  it('pauses between steps, answers meanwhile, and goes on', async () => {
    const control: TrainingControl = { paused: true };
    const seen: string[] = [];
    let evaluated = 0;
    let live: FieldModel | null = null;
    const hooks: TrainingHooks = { onModel: (model) => (live = model) };
    await run({ control, hooks, plan: { epochs: 1 } }, (event) => {
      seen.push(event.type);
      if (event.type !== 'paused') return;
      void live?.evaluate(new Float32Array(3), new Float32Array(2)).then((values) => {
        evaluated = values.length;
        control.paused = false;
      });
    });
    expect(evaluated).toBe(2);
    expect(seen.indexOf('paused')).toBeGreaterThanOrEqual(0);
    expect(seen.indexOf('resumed')).toBeGreaterThan(seen.indexOf('paused'));
    expect(seen.at(-1)).toBe('finished');
  });

  it('is cancelled between steps', async () => {
    const abort = new AbortController();
    const running = run({ control: { signal: abort.signal } }, (event) => {
      if (event.type === 'epoch') abort.abort();
    });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('stops with advice when the loss is no longer a number', async () => {
    const running = run({ plan: { learningRate: 1e30 } });
    await expect(running).rejects.toBeInstanceOf(VitrineError);
    await expect(run({ plan: { learningRate: 1e30 } })).rejects.toMatchObject({
      code: 'diverged',
      detail: { field: '--lr' },
    });
  });

  it('refuses fewer poses than images', async () => {
    const fewer = { ...data, poses: { rotations: data.poses.rotations.subarray(9), translations: null } };
    await expect(
      train({ plan, data: fewer, engine, control: {}, onEvent: () => undefined, start }),
    ).rejects.toMatchObject({
      code: 'count-mismatch',
    });
  });

  it('learns a homogeneous field without latents', async () => {
    const homogeneous = { ...field, spec: { ...field.spec, zDim: 0 } };
    const result = await train({
      plan: { ...plan, field: homogeneous },
      ...{ data, engine, control: {}, onEvent: () => undefined },
      start: initialCheckpoint(homogeneous, 1),
    });
    expect(result.latents).toBeNull();
    expect(result.history[2].kl).toBe(0);
    expect(result.history[2].total).toBeLessThan(result.history[0].total);
  });

  it('estimates a field whose latents are a table, before there is one', async () => {
    const { spec } = field;
    const tabled = { ...field, spec: { ...spec, autodecoder: true, encoderLayers: 0, encoderDim: 1 } };
    const estimate = await estimateTraining({ ...plan, field: tabled }, data, engine, initialCheckpoint(tabled, 1));
    expect(estimate.imagesPerSecond).toBeGreaterThan(0);
  });

  it('estimates from a few steps', async () => {
    const estimate = await estimateTraining(plan, data, engine, start);
    expect(estimate.imagesPerSecond).toBeGreaterThan(0);
    expect(estimate.secondsPerEpoch).toBeGreaterThanOrEqual(23 / estimate.imagesPerSecond);
    expect(estimate.memoryBytes).toBeGreaterThan(4 * 23 * data.images.points);
  });
});

describe('shuffled images', () => {
  const draw = async (residentBytes: number, seed: number) => {
    const { images } = tinySet(23, 4);
    const seen: number[] = [];
    const sizes: number[] = [];
    for await (const { indices, values } of new ShuffledImages(images, residentBytes).draw(5, new Random(seed))) {
      const whole = (await images.readShard(0)).values.length / 4;
      for (const [i, index] of indices.entries()) {
        const shard = await images.readShard(Math.floor(index / 4));
        const at = (index % 4) * whole;
        expect(values.slice(i * whole, (i + 1) * whole)).toEqual(shard.values.slice(at, at + whole));
      }
      seen.push(...indices);
      sizes.push(indices.length);
    }
    return { seen, sizes };
  };

  it.each([2 ** 20, 2000])('give every image once with its values, %d bytes held', async (bytes) => {
    const { seen, sizes } = await draw(bytes, 1);
    expect(sizes).toEqual([5, 5, 5, 5, 3]);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i));
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
    expect((await draw(bytes, 2)).seen).not.toEqual(seen);
  });
});

describe('β', () => {
  const at = (betaSchedule: TrainingPlan['betaSchedule'], progress: number) =>
    betaAt({ beta: 2, betaSchedule }, progress);
  it('comes in as its schedule says', () => {
    expect(at('constant', 0)).toBe(2);
    expect([0, 0.125, 0.25, 0.9].map((p) => at('linear-quarter', p))).toEqual([0, 1, 2, 2]);
    expect([0, 0.25, 0.5, 1].map((p) => at('linear-half', p))).toEqual([0, 1, 2, 2]);
    expect([0, 0.0625, 0.125, 0.2, 0.25, 0.3125].map((p) => at('cyclic', p))).toEqual([0, 1, 2, 2, 0, 1]);
  });
});

describe('the learning rate', () => {
  const at = (rateSchedule: TrainingPlan['rateSchedule'], progress: number) =>
    learningRateAt({ learningRate: 1e-3, rateSchedule }, progress);
  it('rises shortly and falls along a cosine, or stays', () => {
    expect(at('constant', 0)).toBe(1e-3);
    expect(at(undefined, 0.9)).toBe(1e-3);
    expect(at('cosine', 0)).toBeCloseTo(1e-5, 9);
    expect(at('cosine', 0.03)).toBeCloseTo(1e-3, 9);
    expect(at('cosine', 0.515)).toBeCloseTo(5.05e-4, 6);
    expect(at('cosine', 1)).toBeCloseTo(1e-5, 9);
    expect(at('cosine', 1.2)).toBeCloseTo(1e-5, 9);
  });
});
