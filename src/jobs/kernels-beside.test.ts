// Kernels that are chosen beside a run, on a device in software that is tried on request: the run begins with the defaults, takes
// what was chosen when an epoch ends, keeps which it computes with, and repeats its bits from there.
import { describe, expect, it } from 'vitest';
import { openTestAdapter } from '../../testing/adapter.ts';
import { newRecord, noiseParticles } from '../../testing/noise-run.ts';
import { wait } from '../base/event-loop.ts';
import type { ChoosingProgress } from '../engine/engine.ts';
import { openWgslEngine } from '../engine/wgsl/engine.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import { tuningStore } from '../library/tuning-store.ts';
import { trainRun } from './train-job.ts';
import { writeRunFolder } from './run-particles.ts';

const here = (await openTestAdapter()) !== null;
const tuneSoftware = { rows: 256, candidates: 1 };

async function newRun() {
  const run = new RunFolder(new MemoryStorage(), '');
  await run.writeRecord(newRecord());
  await writeRunFolder(run, newRecord(), noiseParticles());
  return run;
}

/** Trains, broken off within the epoch after `stopAt`; kernels are chosen beside, which steps wait for where `until` says so. */
async function train(
  run: RunFolder,
  storage: MemoryStorage,
  { until, stopAt = Infinity, skip }: { until?: 'chosen'; stopAt?: number; skip?: AbortSignal } = {},
) {
  const adapter = await openTestAdapter();
  const engine = await openWgslEngine(adapter!, { tuning: tuningStore(storage), tuneSoftware });
  const told: (ChoosingProgress | null)[] = [];
  const stop = new AbortController();
  let choosing = true;
  let between: () => Promise<void> | undefined = () => undefined;
  const training = trainRun(
    run,
    () => Promise.resolve(engine),
    noiseParticles(),
    { signal: stop.signal },
    {
      onChoosing(progress) {
        told.push(progress);
        choosing = progress !== null;
      },
      ...(skip && { skipChoosing: skip }),
      onModel(model) {
        between = () => model.beside?.();
      },
      // An epoch of a few steps is over before compilers are: its first step lasts until they are.
      onIdle: async () => {
        while (until === 'chosen' && choosing) {
          await between();
          await wait(5);
        }
      },
      onEvent(event) {
        if (event.type === 'progress' && event.epoch > stopAt) stop.abort();
      },
    },
  );
  await training.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  engine.dispose();
  return told;
}

async function learned(run: RunFolder) {
  const { weights, optimizer, latents } = (await run.loadCheckpoint(null)).checkpoint;
  return { weights, optimizer, latents };
}

const choicesOf = async (run: RunFolder) =>
  Object.keys(((await run.record())?.kernels as { choices: object } | undefined)?.choices ?? {}).length;

describe.skipIf(!here)('kernels chosen beside a run', () => {
  it('are taken when an epoch ends, and a run resumed from there has the same bits', async () => {
    const whole = await newRun();
    const kept = new MemoryStorage();
    const told = await train(whole, kept, { until: 'chosen' });
    expect(told.at(-1)).toBeNull();
    expect(await choicesOf(whole)).toBeGreaterThan(5);
    expect((await tuningStore(kept).list()).length).toBe(1);
    // The same again, stopped where it went over to them; what the machine keeps is gone meanwhile.
    const resumed = await newRun();
    const again = new MemoryStorage();
    await tuningStore(again).save((await tuningStore(kept).list())[0], 'spoiled');
    await train(resumed, again, { stopAt: 1 });
    expect(await choicesOf(resumed)).toBe(0);
    expect((await resumed.record())?.epochsDone).toBe(1);
    await resumed.update({ kernels: (await whole.record())!.kernels! });
    await train(resumed, new MemoryStorage());
    expect(await learned(resumed)).toEqual(await learned(whole));
  }, 180_000);

  it('are not where it was asked for defaults, and nothing is kept', async () => {
    const run = await newRun();
    const storage = new MemoryStorage();
    expect(await train(run, storage, { skip: AbortSignal.abort() })).toEqual([]);
    expect(await choicesOf(run)).toBe(0);
    expect(await tuningStore(storage).list()).toEqual([]);
  });
});
