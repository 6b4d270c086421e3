// The run of a linear model: what it leaves in its folder, how it ends, and encoding at given poses.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNT, noiseParticles } from '../../testing/noise-run.ts';
import { refusalOf } from '../../testing/refusal.ts';
import { VitrineError } from '../base/errors.ts';
import type { EncodedBatch, Engine, FieldModel } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { readCryodrgnPickle } from '../formats/cryodrgn-pickles.ts';
import { readNpy } from '../formats/npy.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import type { ParticleSet } from '../formats/particles.ts';
import { softSphere } from '../inference/linear/solvent-mask.ts';
import type { TrainingEvent } from '../inference/training.ts';
import { readImageFits, readLinearReport } from '../library/linear-files.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import { LINEAR_DEFAULTS, validateParams, type Params } from '../params/params.ts';
import { decodeAt, loadModel } from './decode-job.ts';
import { encodeParticles } from './encode-job.ts';
import { keepGivenMask } from './given-mask.ts';
import { linearRun } from './linear-job.ts';
import { componentsReport, reproducibleWords, screePercents, screeWords } from './linear-words.ts';
import { newRunRecord } from './new-run.ts';
import { linearPlan } from './linear-plan.ts';
import { writeRunFolder } from './run-particles.ts';

const BOX = 16;
const Q = 2;
const params = validateParams({ ...LINEAR_DEFAULTS, zDim: Q, epochs: 2, boxPixels: BOX });
const whole = new Float32Array(BOX / 2 + 1).fill(1);
const noise = { whole, groups: whole, groupOf: null };

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
});
afterAll(() => engine.dispose());

async function newRun(own: Partial<Params> = {}): Promise<RunFolder> {
  const run = new RunFolder(new MemoryStorage(), '');
  const record = newRunRecord({
    name: 'run',
    params: { ...params, ...own },
    set: {
      ...{ datasetId: '', datasetName: 'noise', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: 1, fingerprint: '' },
    },
  });
  await run.writeRecord(record);
  await writeRunFolder(run, record, noiseParticles());
  return run;
}

interface Asked {
  signal?: AbortSignal;
  onEvent?: (event: TrainingEvent) => void;
  openEngine?: () => Promise<Engine>;
}

/** Of images of noise no component reproduces: there is no chain to keep. */
const nowhere = (): never => {
  throw new Error('a chain of noise');
};

const fitted = (run: RunFolder, { signal, onEvent = () => undefined, openEngine }: Asked = {}) =>
  linearRun(
    run,
    {
      openEngine: openEngine ?? (() => Promise.resolve(engine)),
      particles: { ...noiseParticles(), noise },
      chainFolder: nowhere,
    },
    { ...(signal && { signal }) },
    { onEvent },
  );

describe('a run', () => {
  it('is of a linear model by its method, and leaves its files', async () => {
    const run = await newRun();
    const events: string[] = [];
    const told: number[] = [];
    const ended = await fitted(run, {
      onEvent: (event) => {
        events.push(event.type);
        if (event.type === 'linear') told.push(event.progress.evidenceGain);
      },
    });
    expect(ended).toMatchObject({ status: 'finished', kind: 'linear', job: 'linear', history: [] });
    expect(ended.device?.engine).toBe('wasm');
    expect(new Set(events)).toEqual(new Set(['linear']));
    const epoch = ended.epochsDone;
    expect([epoch > 0, epoch <= 2, await run.epochs()]).toEqual([true, true, [epoch]]);
    const latents = await run.latents(null);
    expect(latents).toMatchObject({ epoch, zDim: Q, count: COUNT });
    const means = readCryodrgnPickle((await run.storage.read('z.pkl'))!, 'z.pkl');
    expect(means).toEqual({ kind: 'latents', count: COUNT, zDim: Q, mu: latents!.mu, logVariance: null });
    const covariance = readNpy((await run.storage.read('covariance.npy'))!, 'covariance.npy');
    expect(covariance.shape).toEqual([COUNT, (Q * (Q + 1)) / 2]);
    expect((await run.storage.read('pose.pkl'))?.length).toBeGreaterThan(0);
    const report = (await readLinearReport(run))!;
    expect(report).toMatchObject({ components: Q, iterations: epoch });
    expect([report.scree.length, report.correlations.length]).toEqual([Q, Q]);
    const { contrast, evidenceGain } = await readImageFits(run);
    expect([contrast!.length, evidenceGain!.length]).toEqual([COUNT, COUNT]);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(evidenceGain!)).toBeCloseTo(report.evidenceGain, 5);
    expect(mean(contrast!)).toBeCloseTo(report.contrast.mean, 5);
    expect(report.history).toHaveLength(epoch);
    expect(report.history!.map(({ evidenceGain: gain }) => gain)).toEqual(told);
    expect(componentsReport(report).evidence.at(-1)).toEqual({ iteration: epoch, gain: told.at(-1) });
  });

  it('of an older version has neither a curve nor numbers of images', async () => {
    const run = await newRun();
    await fitted(run);
    const { history: _, ...older } = (await readLinearReport(run))!;
    await run.storage.write('linear.json', JSON.stringify(older));
    for (const name of ['contrast.npy', 'evidence.npy']) await run.storage.remove(name);
    expect(componentsReport((await readLinearReport(run))!).evidence).toEqual([]);
    expect(await readImageFits(run)).toEqual({ contrast: null, evidenceGain: null, quality: null });
  });

  it('lies inside the mask that it was told', async () => {
    const maskOf = async (run: RunFolder) => {
      await fitted(run);
      const { weights } = (await run.loadCheckpoint(null)).checkpoint;
      return [weights.get('mask')!.data, weights.get('mean')!.data];
    };
    const [sphere] = await maskOf(await newRun({ mask: 'sphere', maskDilate: -2 }));
    expect(sphere).toEqual(softSphere(BOX, -2));
    const given = Float32Array.from({ length: BOX ** 3 }, (_, i) => (i % BOX < BOX / 2 ? 1 : 0));
    const bytes = writeMrcVolume({ boxPixels: BOX, pixelSizeAngstrom: 1, values: given }) as Uint8Array<ArrayBuffer>;
    const run = await newRun({ mask: 'file' });
    await keepGivenMask(run, { blob: new Blob([bytes]) });
    const [mask, mean] = await maskOf(run);
    expect(mask).toEqual(given);
    expect(mean.some((value, i) => value !== 0 && given[i] === 0)).toBe(false);
    expect(mean.some((value) => value !== 0)).toBe(true);
  });

  it('whose mask is gone says so', async () => {
    const run = await newRun({ mask: 'file' });
    expect(await refusalOf(fitted(run))).toMatchObject({ code: 'file-missing', detail: { file: 'given_mask.mrc' } });
    expect(await run.record()).toMatchObject({ status: 'failed' });
  });

  it('decodes to the mean map at the middle of its latents', async () => {
    const run = await newRun();
    await fitted(run);
    const loaded = await loadModel(engine, run, null);
    const { values } = await decodeAt(loaded, [0, 0], BOX);
    const { checkpoint } = await run.loadCheckpoint(null);
    expect(values).toEqual(checkpoint.weights.get('mean')!.data);
    expect(checkpoint.optimizer).toEqual({ steps: 0, first: new Map(), second: new Map() });
    loaded.model.dispose();
  });

  it('that is stopped leaves nothing, and begins anew', async () => {
    const run = await newRun();
    const stop = new AbortController();
    const ended = await fitted(run, { signal: stop.signal, onEvent: () => stop.abort() });
    expect(ended).toMatchObject({ status: 'interrupted', epochsDone: 0 });
    expect([await run.epochs(), await run.storage.read('z.pkl'), await readLinearReport(run)]).toEqual([
      [],
      null,
      null,
    ]);
    expect(await fitted(run)).toMatchObject({ status: 'finished' });
  });

  it('that fails says why in its record', async () => {
    const run = await newRun();
    const lost = new VitrineError('device-lost', 'No device.');
    await expect(fitted(run, { openEngine: () => Promise.reject(lost) })).rejects.toBe(lost);
    expect(await run.record()).toMatchObject({ status: 'failed', error: { code: 'device-lost' } });
    await expect(fitted(run, { openEngine: () => Promise.reject(new Error('odd')) })).rejects.toMatchObject({
      code: 'device-lost',
      detail: { advice: 'Start the run anew.' },
    });
  });

  it('cannot have no components, or more than can be solved for', () => {
    for (const zDim of [0, 17])
      expect(() => linearPlan({ ...params, zDim })).toThrow(
        expect.objectContaining({ code: 'value-out-of-range' }) as Error,
      );
    expect(linearPlan(params)).toEqual({ components: Q, iterations: 2, seed: 0, contrast: true });
  });

  it('is refused for a record of another kind', async () => {
    const run = await newRun();
    await run.update({ kind: 'network' });
    await expect(fitted(run)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('encoding', () => {
  const set = {
    ...{ name: 'some', count: 3, boxPixels: BOX, pixelSizeAngstrom: 1, ctf: null, optics: null },
    images: {
      ...{ count: 3, boxPixels: BOX, pixelSizeAngstrom: 1 },
      read: (rows: ArrayLike<number>) =>
        Promise.resolve(Float32Array.from({ length: rows.length * BOX ** 2 }, (_, i) => Math.sin(i))),
    },
  } as unknown as ParticleSet;
  const rotations = Float32Array.from({ length: 27 }, (_, i) => i);
  const poses = { rotations, translations: null };

  it('gives the model each image’s rotation, and refuses images without poses', async () => {
    const run = await newRun();
    await fitted(run);
    const field = await run.field();
    const batches: EncodedBatch[] = [];
    const model = {
      spec: { boxPixels: BOX, zDim: Q, domain: 'fourier' },
      encode(batch: EncodedBatch) {
        batches.push(batch);
        return Promise.resolve({
          mu: new Float32Array(Q * batch.count),
          logVariance: new Float32Array(Q * batch.count),
        });
      },
    } as unknown as FieldModel;
    const loaded = { model, field, epoch: 1 };
    await encodeParticles(loaded, { ...set, poses });
    expect(batches.map(({ count }) => count)).toEqual([3]);
    expect(batches[0].rotations).toEqual(rotations);
    await expect(encodeParticles(loaded, { ...set, poses: null })).rejects.toMatchObject({ code: 'poses-missing' });
  });
});

describe('words', () => {
  it('say shares of variance, the squares of the norms', () => {
    expect(screePercents([2, 1, 0])).toEqual([80, 20, 0]);
    expect(screePercents([0])).toEqual([0]);
    expect(screeWords([3, 1])).toBe('Variance along the components: 90 %, 10 %');
  });

  it('say how many components reproduce, and that none does', () => {
    const report = { version: 1, components: 4, reproducible: 3 } as Parameters<typeof reproducibleWords>[0];
    expect(reproducibleWords(report)).toBe('3 of 4 components reproduce between halves of the images');
    expect(reproducibleWords({ ...report, reproducible: 1 })).toMatch(/^1 of 4 components reproduces/);
    expect(reproducibleWords({ ...report, reproducible: 0 })).toBe('One structure explains these images.');
  });
});
