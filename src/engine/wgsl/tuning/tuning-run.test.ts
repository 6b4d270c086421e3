import { describe, expect, it } from 'vitest';
import { TuningRun } from './tuning-run.ts';
import type { TuneOptions } from './tune.ts';
import type { Tuning } from './tuned.ts';

const TUNING: Tuning = { adapter: 'a', version: 1, choices: {} };

/** A device whose pieces take 10 ms each of a clock that stands otherwise. */
function device(pieces: number) {
  const state = { now: 0, done: 0, options: {} as TuneOptions };
  const tune = async (options: TuneOptions): Promise<Tuning> => {
    state.options = options;
    for (let i = 0; i < pieces; i++) {
      options.signal?.throwIfAborted();
      await options.turn!(async () => {
        state.now += 10;
        state.done++;
      });
      options.onProgress?.({ done: i + 1, total: pieces, secondsLeft: null });
    }
    return TUNING;
  };
  return { state, tune, now: () => state.now };
}
const settle = () => Promise.resolve();
const listener = () => {
  const told: unknown[] = [];
  const add = (value: unknown) => void told.push(value);
  return { told, onProgress: add, onNotice: add };
};

describe('choosing beside a training', () => {
  it('takes a tenth of the time', async () => {
    const { state, tune, now } = device(1000);
    const choosing = new TuningRun(tune, { beside: true }, now);
    for (let step = 0; step < 200; step++) {
      state.now += 20;
      await choosing.beside(settle);
    }
    const share = (10 * state.done) / state.now;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.11);
    expect(state.options.warmSeconds).toBe(0);
  });

  it('is put down by who cancels and taken up where it was', async () => {
    const { state, tune, now } = device(20);
    const choosing = new TuningRun(tune, { beside: false }, now);
    const cancel = new AbortController();
    const heard = listener();
    const leave = choosing.listen({
      onProgress(progress) {
        heard.onProgress(progress);
        if (progress?.done === 5) cancel.abort();
      },
    });
    await expect(choosing.finish(cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    leave();
    const { done } = state;
    expect(done).toBeLessThan(20);
    await new Promise((turned) => setTimeout(turned, 10));
    // One that was let through before may end.
    expect(state.done).toBeLessThanOrEqual(done + 1);
    expect(heard.told.at(-1)).toBeNull();
    await choosing.finish();
    expect(state.done).toBe(20);
    expect(choosing.chosen).toBe(TUNING);
  });

  it('given up chooses nothing and says nothing; failed it says so, to who comes later too', async () => {
    const { tune, now, state } = device(20);
    const given = new TuningRun(tune, { beside: true }, now);
    const heard = listener();
    given.listen(heard);
    await given.beside(settle);
    await given.giveUp();
    expect([given.chosen, given.over]).toEqual([null, true]);
    expect(state.done).toBeLessThan(20);
    expect(heard.told.at(-1)).toBeNull();
    const failed = new TuningRun(() => Promise.reject(new Error('no clock')), { beside: true }, now);
    await failed.finish();
    const late = listener();
    failed.listen(late);
    expect(late.told).toMatchObject([{ code: 'kernels-not-chosen', found: 'no clock' }]);
  });
});
