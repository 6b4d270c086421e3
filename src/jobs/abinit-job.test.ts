// Ab initio runs end to end on tiny sets: what is kept, told and gone on from, for each kind of start and for tilt pairs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFailingEngine } from '../../testing/failing-engine.ts';
import { newRecord, noiseParticles, params } from '../../testing/noise-run.ts';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import type { NoiseSpectra } from '../imaging/noise-spectrum.ts';
import { pairedImages } from '../imaging/paired-images.ts';
import type { TrainingControl, TrainingEvent } from '../inference/training.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import { validateParams, type Params } from '../params/params.ts';
import { abInitioPlan } from './abinit-job.ts';
import { flipHand } from './flip-hand.ts';
import { linearStartOf } from './linear-start.ts';
import { trainRun } from './train-job.ts';
import { planFrom, writeRunFolder, fieldOfRun, type RunParticles } from './run-particles.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
});
afterAll(() => engine.dispose());

/** A search that is soon done. */
const QUICK: Partial<Params> = {
  ...{ method: 'ab-initio', start: 'random', searchEvery: 2, baseGridDegrees: '30', searchLevels: 1, keptPoses: 2 },
  ...{ shiftExtent: 1, shiftGrid: 3, bandStart: 4, bandEnd: 6, zDim: 0 },
};

function tiltPairs(): RunParticles {
  const particles = noiseParticles();
  return { ...particles, images: pairedImages(particles.images, particles.images), isTiltPairs: true, tiltCtf: null };
}

/** Pairs are of the command line alone. */
const PAIRED_FILES = {
  ...{ particles: 'first.mrcs', poses: null, ctf: null, ind: null, datadir: null },
  ...{ tilt: 'second.mrcs', tiltCtf: null },
};

/** Of `noiseParticles`: white, one group. */
function flatNoise(): NoiseSpectra {
  const whole = new Float32Array(9).fill(1);
  return { whole, groups: whole.slice(), groupOf: null };
}

async function begin(changes: Partial<Params>, particles: RunParticles): Promise<RunFolder> {
  const run = new RunFolder(new MemoryStorage(), '');
  const record = {
    ...newRecord(),
    job: 'ab-initio' as const,
    params: validateParams({ ...params, ...QUICK, ...changes }),
    ...(particles.isTiltPairs && { files: PAIRED_FILES }),
  };
  await run.writeRecord(record);
  await writeRunFolder(run, record, particles);
  return run;
}
async function go(
  run: RunFolder,
  particles: RunParticles,
  control: TrainingControl = {},
  until: TrainingEvent['type'] | ((event: TrainingEvent) => boolean) = () => false,
  on: Engine = engine,
) {
  const events: TrainingEvent[] = [];
  const abort = new AbortController();
  const ended = await trainRun(
    run,
    () => Promise.resolve(on),
    particles,
    { signal: abort.signal, ...control },
    {
      onEvent(event) {
        events.push(event);
        if (typeof until === 'string' ? event.type === until : until(event)) abort.abort();
      },
    },
  );
  return { ended, events };
}
async function train(changes: Partial<Params>, particles: RunParticles = noiseParticles()) {
  const run = await begin(changes, particles);
  return { run, ...(await go(run, particles)) };
}
async function learned(run: RunFolder) {
  const { checkpoint } = await run.loadCheckpoint(null);
  return { weights: checkpoint.weights, poses: await run.poses(checkpoint.epoch) };
}

describe('an ab initio run', () => {
  it('finds poses of every image, tells how they stand and keeps them with each epoch', async () => {
    const { run, ended, events } = await train({ epochs: 4 });
    expect(ended.status).toBe('finished');
    const reports = events.flatMap((event) => (event.type === 'poses' ? [event.report] : []));
    expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(reports[0].moving).toBeNull();
    expect(reports[1].moving).not.toBeNull();
    for (const report of reports) expect(report.directions.reduce((a, b) => a + b)).toBe(22);
    expect(ended.poseReports?.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    for (const epoch of [0, 1, 2, 3, 4]) {
      const poses = await run.poses(epoch);
      for (let i = 0; i < 22; i++) {
        const r = poses!.rotations.subarray(9 * i, 9 * i + 9);
        expect(r[0] ** 2 + r[1] ** 2 + r[2] ** 2).toBeCloseTo(1, 5);
      }
    }
    expect(await run.storage.read(run.path('pose.pkl'))).toEqual(await run.storage.read(run.path('pose.4.pkl')));
  });

  it('goes on after being broken off as if it had not been', async () => {
    const whole = await train({ epochs: 4 });
    const particles = noiseParticles();
    const broken = await begin({ epochs: 4 }, particles);
    const { ended } = await go(broken, particles, {}, 'epoch');
    expect(ended.status).toBe('interrupted');
    expect((await go(broken, particles)).ended.status).toBe('finished');
    expect(await learned(broken)).toEqual(await learned(whole.run));
  });

  it('goes on in float32 from its last epoch where float16 does not hold the gradients', async () => {
    const whole = await train({ epochs: 4 });
    const particles = noiseParticles();
    const run = await begin({ epochs: 4 }, particles);
    let epochs = 0;
    const failing = await openFailingEngine((call) => (call === 'trainStep' && epochs >= 2 ? 'overflow' : null));
    const countEpochs = (event: TrainingEvent): boolean => {
      if (event.type === 'epoch') epochs = event.summary.epoch;
      return false;
    };
    const { ended, events } = await go(run, particles, {}, countEpochs, failing);
    failing.dispose();
    expect(ended).toMatchObject({
      ...{ status: 'finished', params: { precision: 'float32' } },
      notices: [{ code: 'precision-raised', message: expect.stringContaining('from the end of epoch 2') as string }],
    });
    const searched = events.flatMap((event) => (event.type === 'poses' ? [event.report.epoch] : []));
    expect(searched).toEqual([1, 2, 3, 4]);
    expect(await learned(run)).toEqual(await learned(whole.run));
  });

  it('keeps a start that was found, and does not look for it again', async () => {
    const particles = noiseParticles();
    const run = await begin({ epochs: 1, start: 'em', searchEvery: 5 }, particles);
    const first = await go(run, particles, {}, 'started');
    expect(first.ended.status).toBe('interrupted');
    const start = await run.poses(0);
    expect(start).not.toBeNull();
    expect(await run.storage.read(run.path('start_1.mrc'))).not.toBeNull();
    const second = await go(run, particles);
    expect(second.events.some(({ type }) => type === 'started')).toBe(false);
    expect(await run.poses(0)).toEqual(start);
  });

  it('goes on within a start of several classes, from the last of its parts that was done', async () => {
    const several: Partial<Params> = { epochs: 1, start: 'em', classes: 3, patience: 0.1, searchEvery: 5 };
    const particles = noiseParticles();
    const whole = await train(several, particles);
    expect(whole.ended.status).toBe('finished');
    expect(await whole.run.startBookmark()).toBeNull();
    const broken = await begin(several, particles);
    const isIn = (part: string) => (event: TrainingEvent) =>
      event.type === 'poses' && event.report.message.startsWith(`${part}, step `);
    const first = await go(broken, particles, {}, isIn('Copies'));
    expect(first.ended.status).toBe('interrupted');
    expect((await broken.startBookmark())?.part).toBe(2);
    const second = await go(broken, particles);
    expect(second.ended.status).toBe('finished');
    expect(second.events.some(isIn('Other classes'))).toBe(false);
    expect(second.events.some(isIn('Copies'))).toBe(true);
    expect(await broken.poses(0)).toEqual(await whole.run.poses(0));
    expect(await learned(broken)).toEqual(await learned(whole.run));
    expect(await broken.storage.read(broken.path('start_bookmark.pkl'))).toBeNull();
  }, 120_000);

  it('takes given poses as they are until its first search', async () => {
    const { run, ended } = await train({ epochs: 1, start: 'given', searchEvery: 3, polish: 0 });
    expect(ended.status).toBe('finished');
    expect((await run.poses(0))?.rotations).toEqual(noiseParticles().poses.rotations);
  });

  it('draws the model anew where it is asked to, with the poses it has', async () => {
    const kept = await train({ epochs: 3, searchEvery: 3, start: 'given' });
    const reset = await train({ epochs: 3, searchEvery: 3, start: 'given', resetEvery: 1 });
    expect(await reset.run.poses(2)).toEqual(await kept.run.poses(2));
    const loss = async ({ run }: typeof kept) => (await run.record())?.history[1].reconstruction;
    expect(await loss(reset)).not.toBe(await loss(kept));
  });

  it.each([0, 2])('searches and learns tilt pairs, z of %i', async (zDim) => {
    const { run, ended } = await train({ epochs: 2, zDim, tiltDegrees: 45 }, tiltPairs());
    expect(ended.status).toBe('finished');
    const poses = await run.poses(2);
    const tilted = await run.poses(2, 'pose_tilted');
    // The second view's viewing axis, seen from the first's, stands at the tilt.
    const along = (a: Float32Array, b: Float32Array) => a[6] * b[6] + a[7] * b[7] + a[8] * b[8];
    expect(along(poses!.rotations, tilted!.rotations)).toBeCloseTo(Math.SQRT1_2, 4);
    if (zDim > 0) expect((await run.latents(2))?.count).toBe(22);
  });

  describe('with latents that begin at a linear model of the poses that a start found', () => {
    const table: Partial<Params> = {
      start: 'em',
      searchRange: 'auto',
      latents: 'linear',
      zDim: 2,
      classes: 1,
      epochs: 2,
    };

    it.each(['single images', 'tilt pairs'])(
      'of %s: kept, gone on from, turned with its linear model',
      async (kind) => {
        const particles = () => ({ ...(kind === 'tilt pairs' ? tiltPairs() : noiseParticles()), noise: flatNoise() });
        const whole = await train(table, particles());
        expect(whole.ended).toMatchObject({ status: 'finished', epochsDone: 2 });
        expect((await whole.run.latents(2))?.zDim).toBe(2);
        const linear = linearStartOf(whole.run);
        const given = () => linear.storage.read(linear.path('pose.pkl'));
        const found = await given();
        // Its poses are those that the start found.
        expect(found).toEqual(await whole.run.storage.read(whole.run.path('pose.0.pkl')));
        const run = await begin(table, particles());
        await go(run, particles(), {}, 'epoch');
        expect((await run.record())?.status).toBe('interrupted');
        await go(run, particles());
        expect(await learned(run)).toEqual(await learned(whole.run));
        const before = (await linear.loadCheckpoint(null)).checkpoint.weights;
        await flipHand(whole.run);
        expect((await linear.loadCheckpoint(null)).checkpoint.weights).not.toEqual(before);
        expect(await given()).not.toEqual(found);
        await flipHand(whole.run);
        expect(await given()).toEqual(found);
        expect((await linear.loadCheckpoint(null)).checkpoint.weights).toEqual(before);
      },
      60_000,
    );

    it('reads z by an encoder where poses are searched again', async () => {
      const { run } = await train({ ...table, start: 'random', epochs: 1 });
      expect(await run.field()).toMatchObject({ kind: 'network', spec: { zDim: 2 } });
      expect(await linearStartOf(run).record()).toBeNull();
    });
  });

  it.each([
    ['direct' as const, 'subdivide' as const, 2],
    ['interpolated' as const, 'branch-and-bound' as const, 2],
    ['direct' as const, 'subdivide' as const, 0],
  ])(
    'searches with %s slices by %s, z of %i',
    async (slices, searchMethod, zDim) => {
      const { ended } = await train({ epochs: 1, slices, searchMethod, zDim, bandStart: 2, bandEnd: 3 });
      expect(ended.status).toBe('finished');
    },
    30_000,
  );

  it('has its hand turned, and turned back', async () => {
    const { run } = await train({ epochs: 2, zDim: 2 });
    const before = await learned(run);
    expect((await flipHand(run)).mirrored).toBe(true);
    const between = await learned(run);
    expect(between.poses?.rotations[2]).toBe(-before.poses!.rotations[2]);
    expect(between.weights).not.toEqual(before.weights);
    expect((await flipHand(run)).mirrored).toBe(false);
    expect(await learned(run)).toEqual(before);
  });

  it('refuses a band limit beyond the box, and the hand of poses that were given', async () => {
    const record = {
      ...newRecord(),
      job: 'ab-initio' as const,
      params: validateParams({ ...params, ...QUICK, bandEnd: 20 }),
    };
    const plan = planFrom(record.params, fieldOfRun(record, noiseParticles()));
    expect(() => abInitioPlan(record.params, plan)).toThrow('beyond the images');
    const run = new RunFolder(new MemoryStorage(), '');
    await run.writeRecord(newRecord());
    await expect(flipHand(run)).rejects.toThrow('came with its particles');
  });
});
