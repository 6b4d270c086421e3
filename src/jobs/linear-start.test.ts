// A network whose latents begin at a linear model's posteriors: what its run keeps, that it resumes bit for bit, and what reads latents for it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { movingBlobs } from '../../testing/moving-blobs.ts';
import { refusalOf } from '../../testing/refusal.ts';
import { VitrineError } from '../base/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { abilitiesOf } from '../field/kinds.ts';
import { readTorchCheckpoint } from '../formats/torch-checkpoint.ts';
import { readYamlConfig } from '../formats/yaml-config.ts';
import { encodeAll } from '../inference/encode-all.ts';
import type { TrainingControl } from '../inference/training.ts';
import { momentsName } from '../library/latent-learning.ts';
import { MemoryStorage } from '../library/memory.ts';
import type { RunRecord } from '../library/run-record.ts';
import { RunFolder } from '../library/runs.ts';
import { validateParams, type Params } from '../params/params.ts';
import { linearStartOf, loadEncoder } from './linear-start.ts';
import { newRunRecord } from './new-run.ts';
import { maskOfRun } from './run-mask.ts';
import { writeRunFolder, type RunParticles } from './run-particles.ts';
import { trainRun } from './train-job.ts';

const BOX = 16;
const COUNT = 96;
const EPOCHS = 3;
const params = validateParams({
  ...{ zDim: 2, latents: 'linear', epochs: EPOCHS, boxPixels: BOX, contrast: false, decoderDim: 16, decoderLayers: 1 },
  ...{ learningRate: 1e-3, rateSchedule: 'cosine' },
});

let engine: Engine;
let particles: RunParticles;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  ({ particles } = await movingBlobs({ boxPixels: BOX, count: COUNT }));
});
afterAll(() => engine.dispose());

async function newRun(changed: Partial<Params> = {}): Promise<RunFolder> {
  const run = new RunFolder(new MemoryStorage(), 'runs/one');
  const record = newRunRecord({
    ...{ name: 'blobs', params: { ...params, ...changed } },
    set: {
      ...{ datasetId: 'kept', datasetName: 'blobs', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: 6, fingerprint: 'f' },
    },
  });
  await run.writeRecord(record);
  await writeRunFolder(run, record, particles);
  return run;
}

const trained = (run: RunFolder, { stopAfter = EPOCHS }: { stopAfter?: number } = {}): Promise<RunRecord> => {
  const control: TrainingControl = {};
  return trainRun(run, () => Promise.resolve(engine), particles, control, {
    onEvent(event) {
      if (event.type === 'progress' && event.epoch === stopAfter) control.stopAfterEpoch = true;
    },
  });
};

let kept: Promise<RunFolder> | null = null;
/** A run that was trained to its end, once for all tests. */
const wholeRun = (): Promise<RunFolder> =>
  (kept ??= newRun().then(async (run) => {
    await trained(run);
    return run;
  }));

const stateOf = async (run: RunFolder) => {
  const { checkpoint } = await run.loadCheckpoint(null);
  return [checkpoint.epoch, checkpoint.weights, checkpoint.optimizer, checkpoint.latents, checkpoint.latentLearning];
};

describe('a run whose latents begin at a linear model', () => {
  it('keeps the model, a table of latents and a network without encoder, as cryoDRGN’s train_dec lays it out', async () => {
    const whole = await wholeRun();
    const record = await whole.record();
    expect(record).toMatchObject({ status: 'finished', epochsDone: EPOCHS, kind: 'network' });
    const config = readYamlConfig((await whole.storage.read(whole.path('config.yaml')))!, 'config.yaml');
    expect(Object.keys(config['model_args'] as object).sort()).toEqual(
      ['activation', 'dim', 'domain', 'feat_sigma', 'layers', 'pe_dim', 'pe_type', 'zdim'].sort(),
    );
    const bytes = (await whole.storage.read(whole.path(`weights.${EPOCHS}.pkl`)))!;
    const names = [...(readTorchCheckpoint(bytes, 'weights').get('model_state_dict') as Map<string, unknown>).keys()];
    expect(names.slice(0, 3)).toEqual(['rand_freqs', 'decoder.main.0.weight', 'decoder.main.0.bias']);
    expect(names.some((name) => name.includes('encoder.'))).toBe(false);
    const field = await whole.field();
    expect(field).toMatchObject({ kind: 'network', spec: { autodecoder: true, zDim: 2, decoderDim: 16 } });
    expect(abilitiesOf(field)).toMatchObject({ decodes: true, encodesByPose: true, searchesPoses: false });
    const linear = linearStartOf(whole);
    expect(await linear.record()).toMatchObject({ kind: 'linear', job: 'linear', status: 'finished' });
    // Learned on, not far from where they began.
    const [began, ended] = [(await linear.latents(null))!, (await whole.latents(null))!];
    const moved = ended.mu.map((value, i) => Math.abs(value - began.mu[i]));
    expect(Math.max(...moved)).toBeGreaterThan(1e-3);
    expect(Math.max(...moved)).toBeLessThan(0.2);
    expect(record?.history.at(-1)?.kl).toBeGreaterThan(0);
  });

  it('goes on from an epoch bit for bit as if it had not stopped', async () => {
    const run = await newRun();
    expect(await trained(run, { stopAfter: 1 })).toMatchObject({ status: 'interrupted', epochsDone: 1 });
    await trained(run);
    expect(await stateOf(run)).toEqual(await stateOf(await wholeRun()));
  });

  it('learns with the contrasts that the linear model estimated, and goes on with them', async () => {
    const estimated = { contrast: true };
    const [whole, parts] = [await newRun(estimated), await newRun(estimated)];
    await trained(whole);
    const { checkpoint } = await whole.loadCheckpoint(null);
    const contrast = checkpoint.latentLearning?.contrast ?? new Float32Array();
    expect(contrast.length).toBe(COUNT);
    expect(new Set(contrast).size).toBeGreaterThan(COUNT / 2);
    await trained(parts, { stopAfter: 1 });
    await trained(parts);
    expect(await stateOf(parts)).toEqual(await stateOf(whole));
    // The same beginning, all contrasts taken as 1: another network.
    const without = await newRun(estimated);
    await trained(without, { stopAfter: 1 });
    await without.storage.remove(without.path('latent_contrast.npy'));
    await trained(without);
    const other = (await without.loadCheckpoint(null)).checkpoint;
    expect(other.latentLearning?.contrast).toBeUndefined();
    expect(other.weights).not.toEqual(checkpoint.weights);
    expect((await (await wholeRun()).loadCheckpoint(null)).checkpoint.latentLearning?.contrast).toBeUndefined();
  });

  it('is refused where what its latents need to learn on is gone', async () => {
    const run = await newRun();
    await trained(run, { stopAfter: 1 });
    await run.storage.remove(run.path(momentsName(1)));
    const error = await trained(run).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(VitrineError);
    expect(error).toMatchObject({ code: 'file-missing', detail: { file: `latent_start.npy, ${momentsName(1)}` } });
  });

  it('has latents of images read by the linear model', async () => {
    const whole = await wholeRun();
    const { model, field } = await loadEncoder(engine, whole, null);
    expect(field.kind).toBe('linear');
    const { images, poses, ctf } = particles;
    const found = await encodeAll(model, { images, rotations: poses.rotations, translations: poses.translations, ctf });
    model.dispose();
    const began = (await linearStartOf(whole).latents(null))!;
    found.mu.forEach((value, i) => expect(value).toBeCloseTo(began.mu[i], 2));
  });

  it('has the linear model’s mask', async () => {
    const whole = await wholeRun();
    const { weights } = (await linearStartOf(whole).loadCheckpoint(null)).checkpoint;
    expect(await maskOfRun(whole, null, BOX)).toEqual(weights.get('mask')!.data);
    expect(await maskOfRun(whole, null, 2 * BOX)).toHaveLength((2 * BOX) ** 3);
  });

  it('of cryoDRGN, without a linear model beside it, has no mask', async () => {
    expect(await refusalOf(maskOfRun(await newRun(), null, BOX))).toMatchObject({
      code: 'usage',
      detail: { advice: 'Give the file of a mask instead.' },
    });
  });

  it('of cryoDRGN, without a linear model beside it, says that nothing reads latents', async () => {
    const run = await newRun();
    await expect(loadEncoder(engine, run, null)).rejects.toMatchObject({ code: 'usage' });
  });
});
