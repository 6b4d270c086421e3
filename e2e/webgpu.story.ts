// Learning on WebGPU in the engine worker, told to use it by name: Chromium's adapter in software (SwiftShader) is slow but
// takes the same way as a graphics processor. A small simulated stack, one epoch; then a device that is lost.
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

  it('fails by name when the device is lost, and resumes on another', async () => {
    const byId = (testId: string) => studio.get().byId(testId);
    await studio.get().enter('param-epochs', 3);
    await byId('start').click();
    // The device of the worker that has one, as its next buffer is made on it.
    for (const worker of studio.get().page.workers())
      await worker.evaluate(() => {
        const device = (globalThis as { GPUDevice?: typeof GPUDevice }).GPUDevice?.prototype;
        if (!device) return;
        const make = device.createBuffer;
        device.createBuffer = function (this: GPUDevice, description) {
          (globalThis as { lose?: () => void }).lose = () => this.destroy();
          return make.call(this, description);
        };
      });
    await studio
      .get()
      .until('the second epoch', ({ run, progress }) => run()?.epochsDone === 1 && progress()?.epoch === 2);
    for (const worker of studio.get().page.workers())
      await worker.evaluate(() => (globalThis as { lose?: () => void }).lose?.());
    await studio.get().until('the failure', ({ status }) => status() === 'failed');
    expect(await studio.get().ask(({ errors }) => errors())).toEqual(['device-lost']);
    await byId('resume').click();
    await studio.get().until('going on', ({ status }) => status() !== 'failed');
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(run?.device?.description).toContain('WebGPU');
  });
});
