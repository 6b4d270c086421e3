// A device that is lost while a run goes on: the run fails with the typed error, keeps its last epoch, and goes on from it
// on an engine opened anew.
import { expect, test, vi } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { VitrineError } from '../src/formats/errors.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { defaultParams } from '../src/params.ts';
import type { RunEvent } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';

/** The CPU's engine as one that can be lost: from then on every step rejects. */
async function losable(): Promise<Engine & { lose(): void }> {
  const engine = await openWasmEngine({ ownThread: true });
  const error = new VitrineError('device-lost', 'The graphics processor was lost.', { advice: 'Resume the run.' });
  let gone = false;
  let tell: (error: Error) => void;
  return {
    device: engine.device,
    lost: new Promise<Error>((resolve) => (tell = resolve)),
    async createModel(...parts) {
      const model = await engine.createModel(...parts);
      const step = model.trainStep.bind(model);
      model.trainStep = async (...of) => {
        if (!gone) await step(...of).catch(() => {});
        if (gone) throw error;
      };
      return model;
    },
    dispose: () => engine.dispose(),
    lose() {
      gone = true;
      tell(error);
    },
  };
}

test('a run whose device is lost fails by name and resumes on a new engine', async () => {
  const [storage, locks] = [new MemoryStorage(), new MemoryRunLocks()];
  const io = new Io(storage, locks);
  const engines: Awaited<ReturnType<typeof losable>>[] = [];
  const host = new EngineHost({
    storage,
    locks,
    async openEngine() {
      const engine = await losable();
      engines.push(engine);
      return engine;
    },
    preparation: () => Promise.resolve(io),
  });
  const events: RunEvent[] = [];
  await host.subscribe((event) => {
    events.push(event);
    if (event.type === 'epoch' && event.summary.epoch === 1) engines[0].lose();
  });
  const files = new MemoryStorage();
  await writeSimulation(simulate({ count: 120, boxPixels: 16, pixelSizeAngstrom: 8, states: 4 }), files, '', {});
  const drop = async (path: string) => ({ path, file: (await files.openBlob(path))! });
  const draft = await io.openFiles([await drop('particles.mrcs'), await drop('particles.star')], null, { id: 'open' });
  const dataset = await io.accept(draft.id);
  const size = { decoderDim: 8, decoderLayers: 1, encoderDim: 8, encoderLayers: 1, zDim: 2 };
  const run = await host.start(dataset.id, 'lost', { ...defaultParams(), ...size, epochs: 40, device: 'gpu' });

  const error = { code: 'device-lost', advice: 'Resume the run.' };
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'failed', error }), 20_000);
  const [kept] = await io.listRuns();
  expect(kept).toMatchObject({ status: 'failed', error: { code: 'device-lost' } });
  expect(kept.epochsDone).toBeGreaterThanOrEqual(1);

  await host.resume(run.id, kept.epochsDone + 1);
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'status', status: 'finished' }), 20_000);
  expect(engines).toHaveLength(2);
});
