// Maps from images of runs whose latents a network gave, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNT, noiseParticles } from '../../testing/noise-run.ts';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { writeLatentsPickle } from '../formats/cryodrgn-pickles.ts';
import { Random } from '../geometry/random.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import { defaultParams, validateParams } from '../params/params.ts';
import { newRunRecord } from './new-run.ts';
import { reconstructMaps, writeReconstructions } from './reconstruct-job.ts';
import { writeRunFolder } from './run-particles.ts';

const BOX = 16;

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
});
afterAll(() => engine.dispose());

/** A run of a network with latents of chance, their variances known or not. */
async function networkRun(zDim: number, { count = COUNT, sure = true } = {}): Promise<RunFolder> {
  const run = new RunFolder(new MemoryStorage(), '');
  const params = validateParams({ ...defaultParams(), zDim, boxPixels: BOX });
  const record = newRunRecord({
    name: 'run',
    params,
    set: {
      ...{ datasetId: '', datasetName: 'noise', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: 2, fingerprint: '' },
    },
  });
  await run.writeRecord(record);
  await writeRunFolder(run, record, noiseParticles());
  if (zDim === 0) return run;
  const mu = new Random(3).fillNormal(new Float32Array(count * zDim));
  const logVariance = sure ? new Float32Array(count * zDim).fill(-2) : null;
  await run.storage.write('z.1.pkl', writeLatentsPickle(zDim, mu, logVariance));
  return run;
}

const made = (run: RunFolder, z: number[], particles = noiseParticles()) =>
  reconstructMaps({ engine, run, particles, imagePixels: BOX, pixelSizeAngstrom: 2, epoch: 1 }, [z]);

describe('maps from images', () => {
  it.each([true, false])('are made where a network gave the latents, variances known: %s', async (sure) => {
    const [found] = await made(await networkRun(3, { sure }), [0.1, 0, -0.2]);
    expect(found.map.every(Number.isFinite)).toBe(true);
    expect(found.map.some((value) => value !== 0)).toBe(true);
    expect([found.boxPixels, found.map.length, found.shells.length]).toEqual([BOX, BOX ** 3, BOX / 2]);
    expect(found.shells[4].resolutionAngstrom).toBe((BOX * 2) / 4);
    expect(found.images).toBeGreaterThan(0);
    const storage = new MemoryStorage();
    const [written] = await writeReconstructions([found], [[0.1, 0, -0.2]], { storage, pixelSizeAngstrom: 2 });
    const kept = JSON.parse(new TextDecoder().decode((await storage.read('reconstruct.json'))!)) as object;
    expect(kept).toEqual({ version: 1, maps: [written] });
    for (const half of written.halves) expect(await storage.read(half)).not.toBeNull();
  });

  it('are refused for what has no latents of these images', async () => {
    await expect(made(await networkRun(0), [])).rejects.toMatchObject({ code: 'usage' });
    await expect(made(await networkRun(2, { count: COUNT - 1 }), [0, 0])).rejects.toMatchObject({
      code: 'count-mismatch',
    });
    const without = await networkRun(2);
    await without.storage.remove('z.1.pkl');
    await expect(made(without, [0, 0])).rejects.toMatchObject({ code: 'file-missing' });
    const run = await networkRun(2);
    await expect(made(run, [0])).rejects.toMatchObject({ code: 'count-mismatch' });
    await expect(made(run, [0, 0], { ...noiseParticles(), isTiltPairs: true })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});
