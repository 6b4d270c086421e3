// Models that PyTorch trained on the reference set, opened on every engine that this machine has: latents, maps, one training step
// against PyTorch in float64 (testing/reference-set/make/network.py, which reproduces cryoDRGN's maps and latents of its own
// weights); and the files as they go out again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeDifference } from '../../../testing/relative-difference.ts';
import { openTestAdapter } from '../../../testing/adapter.ts';
import {
  SET,
  setBlob,
  setCtf,
  setImages,
  setLatents,
  setModel,
  setPoses,
  setText,
  type SetModel,
} from '../../../testing/reference-set/set.ts';
import type { Engine, FieldModel } from '../../engine/engine.ts';
import { fromFirstMoment } from '../../engine/proof/gradient.ts';
import { openTfjsEngine } from '../../engine/tfjs/engine.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { openWgslEngine } from '../../engine/wgsl/engine.ts';
import { readMrcVolume } from '../../formats/mrc-volume.ts';
import { readTorchCheckpoint, TorchTensor, type CheckpointDict } from '../../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../../formats/torch-checkpoint-write.ts';
import type { HartleyImages } from '../../imaging/hartley-images.ts';
import { encodeAll } from '../../inference/encode-all.ts';
import { checkpointDictionary, readCheckpoint } from './checkpoint.ts';
import { configFromField } from '../config.ts';
import { decodeVolume } from '../volume.ts';

const expected = JSON.parse(setText('expected.json')) as {
  fourier: {
    picks: number[];
    step: {
      images: number[];
      noise: number[];
      error: number;
      kl: number;
      gradients: Record<string, { norm: number; every97th: number[] }>;
    };
  };
  hartley: { points: number[]; z: number[]; values: number[] };
};

/** Milliseconds: software graphics compile kernels while the models open. */
const PATIENCE = 300_000;

const ENGINES: Record<string, () => Promise<Engine | null>> = {
  wasm: () => openWasmEngine({ threads: 1 }),
  tfjs: () => openTfjsEngine(),
  // In software it takes a minute over a map: those are held to the twin's by the kernels' own tests.
  wgsl: async () => {
    const adapter = await openTestAdapter();
    return adapter && openWgslEngine(adapter);
  },
};

describe.each(Object.keys(ENGINES))('models of the reference set on %s', (name) => {
  let engine: Engine | null;
  let images: HartleyImages;
  const opened = new Map<SetModel, FieldModel>();
  const { field, checkpoint } = setModel('fourier');
  const latents = setLatents();

  beforeAll(async () => {
    images = await setImages();
    engine = await ENGINES[name]();
    for (const kind of name === 'wgsl' ? (['fourier'] as const) : (['fourier', 'hartley'] as const)) {
      const kept = setModel(kind);
      const model = await engine?.createModel(kept.checkpoint.field, { weights: kept.checkpoint.weights });
      if (model) opened.set(kind, model);
    }
  }, PATIENCE);
  afterAll(() => engine?.dispose());
  const modelOf = (kind: SetModel, skip: (note: string) => never): FieldModel =>
    opened.get(kind) ?? skip('no graphics processor here');

  it('encodes every image to the latents of PyTorch', async ({ skip }) => {
    const { translations } = setPoses();
    const found = await encodeAll(modelOf('fourier', skip), { images, translations, ctf: setCtf() });
    // Where the CTF is zero to rounding its sign is anyone's: such values are few.
    for (const [ours, theirs] of [
      [found.mu, latents.mu],
      [found.logVariance, latents.logVariance],
    ]) {
      const close = ours.filter((value, i) => Math.abs(value - theirs[i]) < 2e-5).length;
      expect(ours.length).toBe(4 * SET.count);
      expect(close / ours.length).toBeGreaterThan(0.995);
    }
  });

  it.skipIf(name === 'wgsl')('decodes the maps of PyTorch, to 1e-5 of their maximum', async ({ skip }) => {
    const model = modelOf('fourier', skip);
    for (const [i, pick] of expected.fourier.picks.entries()) {
      const z = latents.mu.slice(4 * pick, 4 * pick + 4);
      const { values } = await readMrcVolume(setBlob(`fourier/vol_00${i + 1}.mrc`));
      const found = await decodeVolume(model, z, SET.boxPixels, field.dataset.standardDeviation);
      expect(relativeDifference(found, values)).toBeLessThan(1e-5);
    }
  });

  it.skipIf(name === 'wgsl')('decodes a smaller preview with the grey values of the map', async ({ skip }) => {
    const model = modelOf('fourier', skip);
    const z = latents.mu.slice(0, 4);
    const [whole, preview] = [await decodeVolume(model, z, 32, 1), await decodeVolume(model, z, 16, 1)];
    expect(preview.length).toBe(16 ** 3);
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(preview) / mean(whole)).toBeCloseTo(1, 3);
  });

  it('exports the weights it was given, bit for bit and in their order', async ({ skip }) => {
    const exported = await modelOf('fourier', skip).exportWeights();
    expect([...exported.keys()]).toEqual([...checkpoint.weights.keys()]);
    for (const [parameter, { shape, data }] of checkpoint.weights)
      expect([exported.get(parameter)?.shape, exported.get(parameter)?.data], parameter).toEqual([shape, data]);
  });

  it.skipIf(name === 'wgsl')('gives the Hartley model’s values', async ({ skip }) => {
    const { points, z, values } = expected.hartley;
    const found = await modelOf('hartley', skip).evaluate(Float32Array.from(points), Float32Array.from(z));
    expect(relativeDifference(found, values)).toBeLessThan(1e-5);
  });

  it('takes the training step of PyTorch: error, KL and gradients', async ({ skip }) => {
    modelOf('fourier', skip);
    const { images: rows, noise, error, kl, gradients } = expected.fourier.step;
    // Adam anew: its first moment after one step is a tenth of the gradient.
    const model = await engine?.createModel(checkpoint.field, { weights: checkpoint.weights });
    if (!model) throw new Error('no model');
    const { rotations, translations } = setPoses();
    const { values } = await images.readShard(0);
    const [first, past] = [rows[0], rows[0] + rows.length];
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, i) => first + i));
    const part = (all: Float32Array, width: number) => all.slice(first * width, past * width);
    await model.trainStep(
      {
        count: rows.length,
        images: part(values, model.points),
        rotations: part(rotations, 9),
        translations: part(translations, 2),
        ctf: part(setCtf(), 9),
        noise: Float32Array.from(noise),
      },
      { learningRate: 1e-4, weightDecay: 0, beta: 1 / field.spec.zDim },
    );
    const losses = await model.takeLosses();
    expect(losses.reconstruction / error).toBeCloseTo(1, 5);
    expect(losses.kl / kl).toBeCloseTo(1, 5);
    const found = fromFirstMoment((await model.exportOptimizer()).first);
    const names = Object.keys(gradients);
    expect([...found.keys()].sort()).toEqual([...names].sort());
    for (const parameter of names) {
      const data = found.get(parameter)?.data ?? new Float32Array(0);
      const { norm, every97th } = gradients[parameter];
      expect(Math.hypot(...data) / norm, parameter).toBeCloseTo(1, 4);
      const ours = every97th.map((_, i) => data[97 * i]);
      ours.forEach((value, i) => expect(Math.abs(value - every97th[i]) / norm, parameter).toBeLessThan(1e-5));
    }
    model.dispose();
  });
});

describe('the models’ files', () => {
  const plain = (value: unknown): unknown => {
    if (value instanceof TorchTensor) return { shape: value.shape, data: Array.from(value.data as Float32Array) };
    if (value instanceof Map) return new Map([...(value as CheckpointDict)].map(([key, v]) => [key, plain(v)]));
    return Array.isArray(value) ? value.map(plain) : value;
  };

  it.each(['fourier', 'hartley'] as const)('%s: weights, moments and config are written as they were read', (kind) => {
    const { config, field, checkpoint, dictionary } = setModel(kind);
    const { optimizer } = checkpoint;
    if (!optimizer) throw new Error('no optimizer');
    expect(optimizer.steps).toBe((30 * SET.count) / (kind === 'fourier' ? 8 : 16));
    const written = checkpointDictionary(field, { ...checkpoint, optimizer }, { learningRate: 2e-3, weightDecay: 0 });
    const again = readTorchCheckpoint(writeTorchCheckpoint(written), 'weights.30.pkl');
    const [ours, theirs] = [again, dictionary].map((dict) => dict.get('model_state_dict') as CheckpointDict);
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    expect(plain(ours)).toEqual(plain(theirs));
    const states = (dict: CheckpointDict) =>
      (dict.get('optimizer_state_dict') as CheckpointDict).get('state') as CheckpointDict;
    const frozen = [...states(again)].filter(([key]) => !states(dictionary).has(key));
    // PyTorch keeps no moments of parameters that never had a gradient; here they are zero.
    expect(frozen.length).toBe(kind === 'fourier' ? 0 : 6);
    for (const [key, moments] of states(dictionary))
      expect(plain(states(again).get(key)), String(key)).toEqual(plain(moments));
    for (const [, moments] of frozen)
      expect(((moments as CheckpointDict).get('exp_avg') as TorchTensor).data.every((v) => v === 0)).toBe(true);
    const config2 = configFromField(field, field.dataset, 0);
    for (const section of ['lattice_args', 'model_args', 'dataset_args', 'seed'])
      expect(config2[section]).toEqual(config[section as keyof typeof config]);
  });

  it('weights of another model are refused, naming the parameter', () => {
    expect(() => readCheckpoint(setModel('hartley').dictionary, setModel('fourier').field)).toThrow(
      expect.objectContaining({ code: 'checkpoint-syntax' }) as Error,
    );
  });
});
