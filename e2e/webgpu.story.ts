// Learning on WebGPU in the engine worker, told to use it by name: Chromium's adapter in software (SwiftShader) is slow but
// takes the same way as a graphics processor. A small simulated stack, one epoch; then a device that is lost, lost time and
// again, and one whose memory is full.
import { describe, expect, it } from 'vitest';
import type { VitrineTestApi } from '../src/app/test-api.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { studioOfStory } from './story.ts';
import type { Studio } from './studio.ts';

const PARTICLES = 32;

async function simulatedFiles(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = new MemoryStorage();
  const images = simulate({ count: PARTICLES, boxPixels: 16, pixelSizeAngstrom: 8, states: 3 });
  await writeSimulation(images, files, '', {});
  return Promise.all(
    ['particles.mrcs', 'particles.star'].map(async (name) => ({ name, bytes: (await files.read(name))! })),
  );
}

/** What the story does to the devices of a worker. */
interface Trouble {
  /** Ends the device that is open. */
  lose(): void;
  /** From now on every device ends as soon as it has a buffer; or it holds no batch as large as the next; or all is well. */
  loseAll(): void;
  fill(): void;
  leave(): void;
}
type Troubled = typeof globalThis & { trouble?: Trouble };

/** Puts the trouble between the engine and the devices of each worker. */
async function makeTroublesome({ page }: Studio): Promise<void> {
  for (const worker of page.workers())
    await worker.evaluate(() => {
      const device = (globalThis as { GPUDevice?: typeof GPUDevice }).GPUDevice?.prototype;
      if (!device) return;
      const { createBuffer, pushErrorScope, popErrorScope } = device;
      const filters: GPUErrorFilter[] = [];
      let end = (): void => undefined;
      let mode: 'well' | 'lose' | 'fill' = 'well';
      let bytesHeld = Infinity;
      let refused = false;
      (globalThis as Troubled).trouble = {
        lose: () => end(),
        loseAll: () => (mode = 'lose'),
        fill: () => (mode = 'fill'),
        leave: () => (mode = 'well'),
      };
      device.createBuffer = function (this: GPUDevice, description) {
        end = () => this.destroy();
        if (mode === 'fill' && description.label?.endsWith('batch: images')) {
          if (bytesHeld === Infinity) bytesHeld = 0.75 * description.size;
          refused ||= description.size > bytesHeld;
        }
        const buffer = createBuffer.call(this, description);
        if (mode === 'lose') end();
        return buffer;
      };
      device.pushErrorScope = function (this: GPUDevice, filter) {
        filters.push(filter);
        return pushErrorScope.call(this, filter);
      };
      device.popErrorScope = async function (this: GPUDevice) {
        const ours = filters.pop() === 'out-of-memory' && refused;
        const error = await popErrorScope.call(this);
        if (!ours) return error;
        refused = false;
        return new GPUOutOfMemoryError('full');
      };
    });
}

async function inWorkers({ page }: Studio, verb: keyof Trouble): Promise<void> {
  for (const worker of page.workers())
    await worker.evaluate((name) => (globalThis as Troubled).trouble?.[name as keyof Trouble](), verb);
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
    expect(run.device).toMatchObject({ engine: 'wgsl', software: true });
    expect(run.device?.description).toContain('WebGPU');
    expect(run.history).toHaveLength(1);
    expect(Number.isFinite(run.history[0].total)).toBe(true);
    expect(run.history[0].reconstruction).toBeGreaterThan(0);
    await studio.get().until('landscape and map', ({ live }) => live().hasLandscape && live().hasMap, { seconds: 60 });
    // The badge says what computes now, and is honest about what that is.
    expect(await studio.get().ask(({ device }) => device())).toMatchObject({ engine: 'wgsl', webgpu: 'software' });
    expect(await byId('device-badge').innerText()).toContain('CPU');
  });

  it('makes the map of a selection on a device of its own there', async () => {
    const { page } = studio.get();
    for (const worker of page.workers())
      await worker.evaluate(() => {
        const adapter = (globalThis as { GPUAdapter?: typeof GPUAdapter }).GPUAdapter?.prototype;
        if (!adapter) return;
        const { requestDevice } = adapter;
        adapter.requestDevice = function (...of) {
          const counted = globalThis as { devices?: number };
          counted.devices = (counted.devices ?? 0) + 1;
          return requestDevice.apply(this, of);
        };
      });
    await studio.get().go('explore');
    await studio.get().until('a map', ({ explore }) => !explore().decoding && explore().a && !explore().a?.preview);
    await studio.get().ask(({ exploreVerbs }) => exploreVerbs.selectRows(Array.from({ length: 20 }, (_, row) => row)));
    await studio.get().byId('reconstruct-selection').click();
    const isMade = ({ explore }: VitrineTestApi) => !explore().decoding && explore().a?.label === 'Selection, images';
    await studio.get().until('the map of the selection', isMade, { seconds: 60 });
    const counts = await Promise.all(
      page.workers().map((worker) => worker.evaluate(() => (globalThis as { devices?: number }).devices ?? 0)),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await studio.get().byId('map-label-a').textContent()).toContain('20 images');
    await studio.get().go('learn');
  });

  it('did this without an error', () => {
    expect(studio.get().errors).toEqual([]);
  });

  it('goes on by itself when the device is lost', async () => {
    await makeTroublesome(studio.get());
    await startRun(30);
    await studio.get().until('an epoch', ({ run }) => (run()?.epochsDone ?? 0) > 0);
    await inWorkers(studio.get(), 'lose');
    await studio.get().byId('run-notice').first().waitFor();
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.notices).toMatchObject([{ code: 'device-recovered' }]);
    expect(run?.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(run?.device).toMatchObject({ engine: 'wgsl' });
    expect(await studio.get().ask(({ errors }) => errors())).toEqual([]);
  });

  it('fails by name when it is lost time and again, and resumes when told to', async () => {
    await inWorkers(studio.get(), 'loseAll');
    await startRun(2);
    await studio.get().until('the failure', ({ status }) => status() === 'failed', { seconds: 60 });
    expect(await studio.get().ask(({ errors }) => errors())).toEqual(['device-lost']);
    await inWorkers(studio.get(), 'leave');
    await studio.get().byId('resume').click();
    await studio.get().until('going on', ({ status }) => status() !== 'failed');
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('takes half the batch where the memory does not hold it, and says so', async () => {
    await inWorkers(studio.get(), 'fill');
    await startRun(1);
    await studio.get().byId('run-notice').first().waitFor();
    expect(await studio.get().byId('run-notice').first().innerText()).toContain('did not hold a batch of 16');
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.params.batchSize).toBe(8);
    expect(run?.notices).toMatchObject([{ code: 'batch-halved' }]);
  });

  async function startRun(epochs: number): Promise<void> {
    await studio.get().enter('param-epochs', epochs);
    await studio.get().byId('start').click();
    await studio.get().until('the run', ({ status }) => status() === 'running');
  }
});
