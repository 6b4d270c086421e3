// A real GPUDevice, in software, that is lost in the middle of an epoch: the run ends with the very bits of one that was not
// disturbed.
import { describe, expect, it } from 'vitest';
import { openTestAdapter } from '../../testing/adapter.ts';
import { newRecord, noiseParticles } from '../../testing/noise-run.ts';
import { openWgslEngine, type WgslEngine } from '../engine/wgsl/engine.ts';
import { MemoryStorage } from '../library/memory.ts';
import { tuningStore } from '../library/tuning-store.ts';
import { RunFolder } from '../library/runs.ts';
import { trainRun } from './train-job.ts';
import { writeRunFolder } from './run-particles.ts';

/** The kernels that were chosen once are those that a run goes on with. */
const tuning = tuningStore(new MemoryStorage());
const here = (await openTestAdapter()) !== null;

/** Trains to the end; the first engine's device is lost during the second epoch where `lose` says so. */
async function learned(lose: boolean) {
  const run = new RunFolder(new MemoryStorage(), '');
  await run.writeRecord(newRecord());
  await writeRunFolder(run, newRecord(), noiseParticles());
  const engines: WgslEngine[] = [];
  let open: WgslEngine | null = null;
  const openEngine = async () => {
    if (open) return open;
    const adapter = await openTestAdapter();
    if (!adapter) throw new Error('the adapter is gone');
    const engine = await openWgslEngine(adapter, { tuning });
    engines.push(engine);
    open = engine;
    void engine.lost.then(() => (open = null));
    return engine;
  };
  const ended = await trainRun(
    run,
    openEngine,
    noiseParticles(),
    {},
    {
      onEvent(event) {
        if (lose && event.type === 'progress' && event.epoch === 2) engines[0].gpu.device.destroy();
      },
    },
  );
  for (const engine of engines) engine.dispose();
  const { checkpoint } = await run.loadCheckpoint(null);
  const { weights, optimizer, latents, epoch } = checkpoint;
  return { ended, engines: engines.length, learned: { weights, optimizer, latents, epoch } };
}

describe.skipIf(!here)('a GPUDevice that is lost', () => {
  it('leaves no trace in what is learned', async () => {
    const whole = await learned(false);
    const resumed = await learned(true);
    expect([whole.engines, resumed.engines]).toEqual([1, 2]);
    expect(resumed.ended).toMatchObject({ status: 'finished', notices: [{ code: 'device-recovered' }] });
    expect(resumed.learned).toEqual(whole.learned);
  });
});
