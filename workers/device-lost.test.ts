// Devices that fail the engine worker: a run whose device is lost goes on by itself from its last epoch, fails by name where
// that keeps happening, takes a smaller batch where the memory is full and float32 where float16 does not hold the gradients.
import { expect, test, vi } from 'vitest';
import { simulate } from '../src/imaging/simulate.ts';
import { MAX_DEVICE_LOSSES } from '../src/jobs/setbacks.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { defaultParams } from '../src/params/params.ts';
import { openFailingEngine, type FailingEngine, type InjectedFault } from '../testing/failing-engine.ts';
import type { RunEvent } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';

const SMALL = { decoderDim: 8, decoderLayers: 1, encoderDim: 8, encoderLayers: 1, zDim: 2 };

/** A host with a small dataset, whose n-th engine meets the n-th trouble. */
async function hostWith(troubles: InjectedFault[]) {
  const [storage, locks] = [new MemoryStorage(), new MemoryRunLocks()];
  const io = new Io(storage, locks);
  const engines: FailingEngine[] = [];
  const host = new EngineHost({
    storage,
    locks,
    async openEngine() {
      const engine = await openFailingEngine(troubles[engines.length]);
      engines.push(engine);
      return engine;
    },
    preparation: () => Promise.resolve(io),
  });
  const files = new MemoryStorage();
  await writeSimulation(simulate({ count: 120, boxPixels: 16, pixelSizeAngstrom: 8, states: 4 }), files, '', {});
  const drop = async (path: string) => ({ path, file: (await files.openBlob(path))! });
  const draft = await io.openFiles([await drop('particles.mrcs'), await drop('particles.star')], null, { id: 'open' });
  const dataset = await io.accept(draft.id);
  const events: RunEvent[] = [];
  await host.subscribe((event) => events.push(event));
  return { host, io, dataset, engines, events };
}

const said = (events: RunEvent[]) => events.flatMap((event) => (event.type === 'notice' ? [event.notice.code] : []));

test('a run whose device is lost goes on by itself on a new engine', async () => {
  const { host, io, dataset, engines, events } = await hostWith([]);
  await host.subscribe((event) => {
    if (event.type === 'epoch' && event.summary.epoch === 1) engines[0].lose();
  });
  const run = await host.start(dataset.id, 'lost', { ...defaultParams(), ...SMALL, epochs: 4, device: 'gpu' });
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'status', status: 'finished' }), 20_000);
  expect(said(events)).toEqual(['device-recovered']);
  expect(engines.map(({ disposed }) => disposed)).toEqual([true, false]);
  const [kept] = await io.listRuns();
  expect(kept).toMatchObject({
    id: run.id,
    status: 'finished',
    epochsDone: 4,
    notices: [{ code: 'device-recovered' }],
  });
  expect(kept.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
});

test('a run whose device is lost time and again fails by name and can be resumed', async () => {
  const { host, io, dataset, engines, events } = await hostWith(
    Array.from({ length: 1 + MAX_DEVICE_LOSSES }, () => (call) => (call === 'trainStep' ? 'lost' : null)),
  );
  const run = await host.start(dataset.id, 'lost', { ...defaultParams(), ...SMALL, epochs: 2, device: 'gpu' });
  await vi.waitFor(
    () => expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'device-lost' } }),
    20_000,
  );
  expect(said(events)).toHaveLength(MAX_DEVICE_LOSSES);
  expect((await io.listRuns())[0]).toMatchObject({ status: 'failed', error: { code: 'device-lost' } });

  await host.resume(run.id, null);
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'status', status: 'finished' }), 20_000);
  expect(engines).toHaveLength(2 + MAX_DEVICE_LOSSES);
});

test('a batch that does not fit is halved, by estimate and run, and the record says so', async () => {
  const fits: InjectedFault = (call, images) => (call === 'trainStep' && images > 10 ? 'memory' : null);
  const { host, io, dataset, events } = await hostWith([fits]);
  const params = { ...defaultParams(), ...SMALL, epochs: 1, batchSize: 32, device: 'gpu' as const };
  const { notices } = await host.estimate(dataset.id, params, { id: 'estimate' });
  expect(notices.map(({ message }) => message)).toEqual([
    'The graphics memory did not hold a batch of 32; training would go on with 16.',
    'The graphics memory did not hold a batch of 16; training would go on with 8.',
  ]);
  await host.start(dataset.id, 'small', params);
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'status', status: 'finished' }), 20_000);
  expect(events.flatMap((event) => (event.type === 'notice' ? [event.params.batchSize] : []))).toEqual([16, 8]);
  expect((await io.listRuns())[0]).toMatchObject({ params: { batchSize: 8 }, notices: [{}, {}] });
});

test('a run whose gradients overflow float16 goes on in float32, which is told and kept', async () => {
  const { host, io, dataset, events } = await hostWith([(call) => (call === 'trainStep' ? 'overflow' : null)]);
  await host.start(dataset.id, 'overflow', { ...defaultParams(), ...SMALL, epochs: 1, device: 'gpu' });
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'status', status: 'finished' }), 20_000);
  expect(events.filter(({ type }) => type === 'notice')).toMatchObject([
    { notice: { code: 'precision-raised' }, params: { precision: 'float32' } },
  ]);
  expect(events.flatMap((event) => (event.type === 'epoch' ? [event.summary] : []))).toMatchObject([{ images: 120 }]);
  expect((await io.listRuns())[0]).toMatchObject({
    ...{ status: 'finished', params: { precision: 'float32' }, notices: [{ code: 'precision-raised' }] },
  });
});
