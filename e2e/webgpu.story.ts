// Learning on WebGPU in the engine worker, told to use it by name: Chromium's adapter in software (SwiftShader) is slow but
// takes the same way as a graphics processor. A small simulated stack, one epoch.
import { describe, expect, it } from 'vitest';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { studioOfStory } from './story.ts';

const PARTICLES = 32;

async function simulatedFiles(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = new MemoryStorage();
  const images = simulate({ count: PARTICLES, boxPixels: 16, pixelSizeAngstrom: 8, states: 3 });
  await writeSimulation(images, files, '', {});
  return Promise.all(
    ['particles.mrcs', 'particles.star'].map(async (name) => ({ name, bytes: (await files.read(name))! })),
  );
}

describe('Learning on WebGPU', () => {
  const studio = studioOfStory();

  it('finds an adapter and says that it is in software', async () => {
    const device = await studio.get().until('the device', ({ device: found }) => found());
    expect(device).toMatchObject({ webgpu: 'software', processor: 'cpu', engine: 'wasm' });
  });

  it('learns on it when it is asked for', async () => {
    const byId = (testId: string) => studio.get().byId(testId);
    await studio.get().drop(await simulatedFiles());
    expect(await studio.get().accept()).toMatchObject({ particles: PARTICLES });
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(1, 16);
    await studio.get().enter('param-encoderLayers', 1);
    await studio.get().enter('param-decoderLayers', 1);
    await byId('group-device').locator('summary').click();
    await byId('param-device').click();
    await byId('param-device-gpu').click();
    await byId('start').click();
    await studio.get().finished();
    const run = (await studio.get().ask(({ run: current }) => current()))!;
    expect(run.device).toMatchObject({ engine: 'tfjs', software: true });
    expect(run.device?.description).toContain('WebGPU');
    expect(run.history).toHaveLength(1);
    expect(Number.isFinite(run.history[0].total)).toBe(true);
    expect(run.history[0].reconstruction).toBeGreaterThan(0);
    await studio.get().until('landscape and map', ({ live }) => live().hasLandscape && live().hasMap, { seconds: 60 });
    // The badge says what computes now, and is honest about what that is.
    expect(await studio.get().ask(({ device }) => device())).toMatchObject({ engine: 'tfjs', webgpu: 'software' });
    expect(await byId('device-badge').innerText()).toContain('CPU');
  });

  it('did this without an error', () => {
    expect(studio.get().errors).toEqual([]);
  });
});
