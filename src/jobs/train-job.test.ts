// A training whose device fails it: lost in the middle of an epoch, while encoding or while a checkpoint is read back, or with
// too little memory; gradients that overflow float16. It goes on by itself, ends where an undisturbed one ends, bit for bit, and says what happened.
import { describe, expect, it } from 'vitest';
import { BATCH, COUNT, EPOCHS, newRecord, noiseParticles, params } from '../../testing/noise-run.ts';
import {
  openFailingEngine,
  type EngineCall,
  type FailingEngine,
  type InjectedFault,
} from '../../testing/failing-engine.ts';
import { MOST_LEFT_OUT } from '../engine/precision.ts';
import { VitrineError, type Notice } from '../base/errors.ts';
import type { TrainingControl, TrainingEvent } from '../inference/training.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import type { Params } from '../params/params.ts';
import { MAX_DEVICE_LOSSES, type AdaptedParams } from './setbacks.ts';
import { trainRun } from './train-job.ts';
import { writeRunFolder } from './run-particles.ts';

const STEPS = Math.ceil(COUNT / BATCH);

/** Trains with one trouble an engine, in order; engines after the last have none. */
async function trainWith(
  troubles: InjectedFault[],
  control: TrainingControl = {},
  onEvent: (event: TrainingEvent, engines: FailingEngine[]) => void = () => undefined,
  absences: number[] = [],
  changed: Partial<Params> = {},
) {
  const run = new RunFolder(new MemoryStorage(), '');
  const record = { ...newRecord(), params: { ...params, ...changed } };
  await run.writeRecord(record);
  await writeRunFolder(run, record, noiseParticles());
  const engines: FailingEngine[] = [];
  const heard: string[] = [];
  const notices: [Notice, AdaptedParams][] = [];
  let open: FailingEngine | null = null;
  let asked = 0;
  const openEngine = async () => {
    if (open) return open;
    // The n-th time that it is asked for, the device is not there.
    if (absences.includes(++asked)) throw new VitrineError('device-lost', 'No graphics processor can be used here.');
    const engine = await openFailingEngine(troubles[engines.length]);
    engines.push(engine);
    open = engine;
    void engine.lost?.then(() => {
      open = null;
      engine.dispose();
    });
    return engine;
  };
  const ended = await trainRun(run, openEngine, noiseParticles(), control, {
    onEvent(event) {
      if (event.type === 'epoch') heard.push(`epoch ${event.summary.epoch}`);
      onEvent(event, engines);
    },
    onNotice(notice, changed) {
      heard.push(notice.code);
      notices.push([notice, changed]);
    },
  }).catch((error: unknown) => error);
  const kept = (await run.record())!;
  const bytes = async (name: string) => run.storage.read(run.path(name));
  return { ended, kept, engines, heard, notices, bytes, run };
}

/** What was learned, without how long it took. */
async function learned({ kept, run }: Awaited<ReturnType<typeof trainWith>>) {
  const { checkpoint } = await run.loadCheckpoint(null);
  const losses = kept.history.map((h) => [h.epoch, h.images, h.reconstruction, h.kl, h.total]);
  return [checkpoint.epoch, checkpoint.weights, checkpoint.optimizer, checkpoint.latents, losses];
}

/** InjectedFault at the n-th call of a kind, counted from 1. */
function at(call: EngineCall, n: number, trouble: ReturnType<InjectedFault>): InjectedFault {
  let calls = 0;
  return (name) => (name === call && ++calls === n ? trouble : null);
}

describe('a device that is lost', () => {
  it.each<[string, EngineCall, number, number]>([
    ['at the first step', 'trainStep', 1, 0],
    ['in the middle of the second epoch', 'trainStep', STEPS + 2, 1],
    ['while losses are taken', 'takeLosses', STEPS + 1, 1],
    ['while the images are encoded', 'encode', 2, 1],
    ['while the weights are read back', 'exportWeights', 2, 1],
    ['while the state of Adam is read back', 'exportOptimizer', 3, 2],
  ])('%s is opened anew and ends as if nothing had been', async (_, call, n, epochsKept) => {
    const whole = await trainWith([]);
    const resumed = await trainWith([at(call, n, 'lost')]);
    expect(resumed.kept.status).toBe('finished');
    expect(resumed.engines.map(({ disposed }) => disposed)).toEqual([true, false]);
    const epochs = Array.from({ length: EPOCHS }, (_, i) => `epoch ${i + 1}`);
    expect(resumed.heard).toEqual([...epochs.slice(0, epochsKept), 'device-recovered', ...epochs.slice(epochsKept)]);
    expect(await learned(resumed)).toEqual(await learned(whole));
    expect(resumed.kept.notices).toEqual(resumed.notices.map(([notice]) => notice));
    expect(resumed.notices[0][0].message).toContain(epochsKept > 0 ? `the end of epoch ${epochsKept}` : 'the start');
    expect(resumed.kept.params).toEqual(params);
  });

  it('fails by name where it is lost again and again, and keeps its epochs', async () => {
    const troubles = [
      at('trainStep', STEPS + 1, 'lost'),
      ...Array.from({ length: 9 }, () => at('trainStep', 2, 'lost')),
    ];
    const { ended, kept, engines, heard } = await trainWith(troubles);
    expect(ended).toMatchObject({ code: 'device-lost', detail: { advice: 'Resume.' } });
    expect(kept).toMatchObject({ status: 'failed', epochsDone: 1, error: { code: 'device-lost' } });
    expect(engines).toHaveLength(1 + MAX_DEVICE_LOSSES);
    expect(heard.filter((word) => word === 'device-recovered')).toHaveLength(MAX_DEVICE_LOSSES);
  });

  it('bears more losses than that where epochs come between them', async () => {
    const troubles = Array.from({ length: 2 }, () => at('trainStep', STEPS + 1, 'lost'));
    const early = Array.from({ length: MAX_DEVICE_LOSSES - 1 }, () => at('trainStep', 1, 'lost'));
    const { kept, engines } = await trainWith([...early, ...troubles]);
    expect(kept).toMatchObject({ status: 'finished', epochsDone: EPOCHS });
    expect(engines).toHaveLength(MAX_DEVICE_LOSSES + 2);
  });

  it('waits for a device that is not back at once, but not for one that was never there', async () => {
    const back = await trainWith([at('trainStep', 1, 'lost')], {}, undefined, [2]);
    expect(back.kept.status).toBe('finished');
    const absent = await trainWith([], {}, undefined, [1]);
    expect(absent.kept).toMatchObject({ status: 'failed', error: { code: 'device-lost' } });
  });

  it('does not go on where it was told to stop', async () => {
    const abort = new AbortController();
    const { kept, engines } = await trainWith([], { signal: abort.signal }, (event, [engine]) => {
      if (event.type !== 'epoch') return;
      abort.abort();
      engine.lose();
    });
    expect(kept).toMatchObject({ status: 'interrupted', epochsDone: 1 });
    expect(engines).toHaveLength(1);
  });
});

describe('memory that does not hold the batch', () => {
  /** Holds this many images a step. */
  const holds =
    (images: number, trouble: 'memory' | 'spoilt'): InjectedFault =>
    (call, count) =>
      call === 'trainStep' && count > images ? trouble : null;

  it('halves it on the same device, says so, and keeps what was used', async () => {
    const { kept, engines, notices } = await trainWith([holds(2, 'memory')]);
    expect(kept).toMatchObject({ status: 'finished', params: { batchSize: 2 } });
    expect(engines).toHaveLength(1);
    expect(notices.map(([{ message }, { batchSize }]) => [message, batchSize])).toEqual([
      ['The graphics memory did not hold a batch of 8; training goes on with 4.', 4],
      ['The graphics memory did not hold a batch of 4; training goes on with 2.', 2],
    ]);
    expect(kept.history.map(({ images }) => images)).toEqual([COUNT, COUNT, COUNT]);
  });

  it('halves it on a device opened anew where the old one was spoilt', async () => {
    const { kept, engines } = await trainWith([holds(4, 'spoilt')]);
    expect(kept).toMatchObject({ status: 'finished', params: { batchSize: 4 } });
    expect(engines).toHaveLength(2);
  });

  it('encodes fewer images at a time where it does not hold them, with the same batch', async () => {
    const few: InjectedFault = (call, count) => (call === 'encode' && count > 4 ? 'memory' : null);
    const { kept, notices, ...rest } = await trainWith([few]);
    expect(kept).toMatchObject({ status: 'finished', params: { batchSize: BATCH } });
    expect(notices).toEqual([]);
    expect(await learned({ kept, notices, ...rest })).toEqual(await learned(await trainWith([])));
  });

  it('goes on from the last checkpoint', async () => {
    const { kept, heard } = await trainWith([at('trainStep', STEPS + 2, 'memory')]);
    expect(heard).toEqual(['epoch 1', 'batch-halved', 'epoch 2', 'epoch 3']);
    expect(kept.params.batchSize).toBe(BATCH / 2);
  });

  it('fails by name where one image is too much, or the model itself', async () => {
    const one = await trainWith([holds(0, 'memory')]);
    expect(one.ended).toMatchObject({ code: 'out-of-memory' });
    expect(one.kept).toMatchObject({ status: 'failed', params: { batchSize: 1 } });
    const model = await trainWith([at('createModel', 1, 'memory')]);
    expect(model.ended).toMatchObject({ code: 'out-of-memory' });
    expect(model.notices).toEqual([]);
  });
});

describe('gradients that overflow float16', () => {
  /** From the n-th step on, or `count` steps of them. */
  function overflows(from: number, count = Infinity): InjectedFault {
    let steps = 0;
    return (call) => {
      if (call !== 'trainStep') return null;
      steps++;
      return steps >= from && steps < from + count ? 'overflow' : null;
    };
  }

  it.each([
    ['from the first step on', 1, 'the start', ['precision-raised', 'epoch 1', 'epoch 2', 'epoch 3']],
    [
      'from the second epoch on',
      STEPS + 1,
      'the end of epoch 1',
      ['epoch 1', 'precision-raised', 'epoch 2', 'epoch 3'],
    ],
  ])('%s: it goes on in float32 as if it always had, and says so', async (_, from, where, told) => {
    const whole = await trainWith([]);
    const raised = await trainWith([overflows(from)]);
    expect(raised.heard).toEqual(told);
    expect(raised.engines).toHaveLength(1);
    expect(raised.kept).toMatchObject({ status: 'finished', epochsDone: EPOCHS });
    expect(raised.kept.params).toEqual({ ...params, precision: 'float32' });
    const message =
      `The gradients of float16 arithmetic overflowed in ${MOST_LEFT_OUT} steps in a row. ` +
      `Training goes on in float32 from ${where}.`;
    expect(raised.notices).toEqual([
      [
        { code: 'precision-raised', message },
        { batchSize: BATCH, precision: 'float32' },
      ],
    ]);
    expect(raised.kept.notices).toEqual([raised.notices[0][0]]);
    expect(await learned(raised)).toEqual(await learned(whole));
  });

  it('fewer in a row are borne: an epoch that taught nothing is begun again', async () => {
    const borne = await trainWith([overflows(STEPS + 1, STEPS * Math.floor((MOST_LEFT_OUT - 1) / STEPS))]);
    expect(borne.heard).toEqual(['epoch 1', 'epoch 2', 'epoch 3']);
    expect(borne.kept.params).toEqual(params);
    expect(await learned(borne)).toEqual(await learned(await trainWith([])));
  });

  it('an epoch in which some steps counted is done, and its loss is theirs', async () => {
    const borne = await trainWith([overflows(1, STEPS - 1)]);
    const [first, second] = borne.kept.history;
    expect(first.images).toBe(COUNT - (STEPS - 1) * BATCH);
    expect(first.total).toBeGreaterThan(0.5 * second.total);
    expect(second.images).toBe(COUNT);
  });

  it('and a batch that is too large: both are changed', async () => {
    const overflow = overflows(1);
    const both: InjectedFault = (call, count) => (call === 'trainStep' && count > 4 ? 'memory' : overflow(call, count));
    const { kept, heard } = await trainWith([both]);
    expect(heard).toEqual(['batch-halved', 'precision-raised', 'epoch 1', 'epoch 2', 'epoch 3']);
    expect(kept.params).toEqual({ ...params, batchSize: 4, precision: 'float32' });
  });

  it('ends as diverged where float32 does not help', async () => {
    const { ended, kept, heard } = await trainWith([overflows(1)], {}, undefined, [], { learningRate: 1e30 });
    expect(ended).toMatchObject({ code: 'diverged' });
    expect(kept).toMatchObject({ status: 'failed', params: { precision: 'float32' } });
    expect(heard).toEqual(['precision-raised']);
  });
});
