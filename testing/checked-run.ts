// A run of a linear model on a few simulated images in memory, for proofs of the checks of runs: a molecule whose arm swings, or stands still.
import type { Engine } from '../src/engine/engine.ts';
import { countedInOriginal, everyRow } from '../src/base/particle-identity.ts';
import { measureNoiseByGroup } from '../src/imaging/noise-spectrum.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { linearRun } from '../src/jobs/linear-job.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import type { CheckWork } from '../src/jobs/run-checks/check-work.ts';
import { writeRunFolder } from '../src/jobs/run-particles.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { RunFolder } from '../src/library/runs.ts';
import { LINEAR_DEFAULTS, validateParams } from '../src/params/params.ts';
import { imagesInMemory } from './blobs.ts';

const BOX = 16;
export const COUNT = 240;
const pixelSizeAngstrom = 8;

/** Not fitted yet. `states` 1: nothing moves. */
export async function unfittedWork(engine: Engine, { states = 5 } = {}): Promise<CheckWork> {
  const simulation = simulate({
    ...{ count: COUNT, boxPixels: BOX, pixelSizeAngstrom, states, snr: 1, seed: 4 },
    spanRadians: 2,
  });
  const { images, poses, ctf } = simulation;
  const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 2, epochs: 4, boxPixels: BOX, chain: 'none' });
  const originalIndex = countedInOriginal(everyRow(COUNT));
  const prepare = { boxPixels: BOX, window: params.window, windowRadius: params.windowRadius, invert: false };
  const noise = await measureNoiseByGroup(images, null, prepare);
  const particles = {
    images: await imagesInMemory(images, 64, prepare),
    poses,
    ctf,
    optics: null,
    originalIndex,
    noise,
  };
  const record = newRunRecord({
    name: 'run',
    params,
    set: {
      ...{ datasetId: '', datasetName: 'simulated', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom, fingerprint: '' },
    },
  });
  const run = new RunFolder(new MemoryStorage(), '');
  await run.writeRecord(record);
  await writeRunFolder(run, record, particles);
  return { run, record, openEngine: () => Promise.resolve(engine), particles, set: null };
}

/** The same with its model. */
export async function fittedWork(engine: Engine): Promise<CheckWork> {
  const work = await unfittedWork(engine);
  const chainFolder = (): never => {
    throw new Error('a chain that nobody asked for');
  };
  const { openEngine, particles } = work;
  await linearRun(work.run, { openEngine, particles, chainFolder }, {}, { onEvent: () => undefined });
  return { ...work, record: (await work.run.record()) ?? work.record };
}
