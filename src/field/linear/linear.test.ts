// A linear model in a run's files and back, and its other hand.
import { describe, expect, it } from 'vitest';
import { blobModel } from '../../../testing/linear-model.ts';
import { relativeDifference } from '../../../testing/relative-difference.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { readTorchCheckpoint, type CheckpointDict } from '../../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../../formats/torch-checkpoint-write.ts';
import { readYamlConfig, writeYamlConfig } from '../../formats/yaml-config.ts';
import { Random } from '../../geometry/random.ts';
import { LINEAR_DEFAULTS, validateParams } from '../../params/params.ts';
import { configFromField, fieldFromConfig, type DatasetArguments } from '../config.ts';
import { fieldCoefficients } from '../fourier-cube.ts';
import { abilitiesOf, boxPixelsOf, fieldFromParams, kindOf, latentDimension } from '../kinds.ts';
import { noOptimizer } from '../maps/checkpoint.ts';
import { mirrorMaps } from '../maps/mirror.ts';
import { LINEAR } from './kind.ts';

const D = 12;
const { field, weights } = blobModel(D, 2);
const state = { field, weights, optimizer: noOptimizer() };
const dataset: DatasetArguments = {
  ...{ particles: 'a.mrcs', poses: 'pose.pkl', ctf: null, indices: null, dataDirectory: null },
  ...{ invertData: true, window: true, windowRadius: 0.85, standardDeviation: 3 },
};
const adam = { learningRate: 0, weightDecay: 0 };

describe('what a run says of it', () => {
  const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 3 });

  it('follows from the method, with the latent dimensions as components', () => {
    const described = fieldFromParams(params, D);
    expect(described).toEqual({ kind: 'linear', boxPixels: D, components: 3, contrast: true });
    expect([latentDimension(described), boxPixelsOf(described), kindOf(described).title]).toEqual([
      3,
      D,
      'linear model',
    ]);
    expect(abilitiesOf(described)).toMatchObject({
      ...{ decodes: true, encodes: true, encodesByPose: true, turnsHand: true },
      ...{ searchesPoses: false, resumes: false, learnsAbInitio: false },
    });
  });

  it('config.yaml keeps', () => {
    const bytes = writeYamlConfig(configFromField(field, dataset, 4));
    expect(fieldFromConfig(readYamlConfig(bytes, 'config.yaml'))).toEqual({ ...field, dataset });
    const without = { ...field, contrast: false };
    expect(fieldFromConfig(configFromField(without, dataset, 4))).toEqual({ ...without, dataset });
  });

  it('a configuration without a whole number of components is refused by name', () => {
    const config = configFromField(field, dataset, 4);
    for (const zdim of [null, 1.5, -1])
      expect(() => fieldFromConfig({ ...config, model_args: { kind: 'linear', zdim } })).toThrow(
        expect.objectContaining({ code: 'yaml-syntax' }) as Error,
      );
  });
});

describe('its checkpoint', () => {
  const bytes = writeTorchCheckpoint(LINEAR.toCheckpoint(field, { ...state, epoch: 7 }, adam), 'weights.7');
  const dict = () => readTorchCheckpoint(bytes, 'weights.7.pkl');

  it('comes back as it was', () => {
    expect(LINEAR.fromCheckpoint(dict(), field)).toEqual({ ...state, epoch: 7 });
  });

  it('keeps a noise for each group of images', () => {
    const noise = { shape: [3, D / 2], data: Float32Array.from({ length: (3 * D) / 2 }, (_, i) => i) };
    const grouped = { ...state, weights: new Map(weights).set('noise', noise), epoch: 1 };
    expect(LINEAR.fromCheckpoint(LINEAR.toCheckpoint(field, grouped, adam), field).weights.get('noise')).toEqual(noise);
  });

  it.each(['mean', 'components', 'mask', 'noise', 'power'])('is refused without %s', (name) => {
    const torn = dict();
    (torn.get('model_state_dict') as CheckpointDict).delete(name);
    expect(() => LINEAR.fromCheckpoint(torn, field)).toThrow(
      expect.objectContaining({
        code: 'checkpoint-syntax',
        detail: expect.objectContaining({ field: name }) as object,
      }) as Error,
    );
  });

  it('is refused where its spectra differ in their rings, or reach beyond the box', () => {
    for (const rings of [D / 2 + 1, D])
      expect(() =>
        LINEAR.toCheckpoint(
          field,
          {
            ...state,
            weights: new Map(weights).set('noise', { shape: [1, rings], data: new Float32Array(rings) }),
            epoch: 1,
          },
          adam,
        ),
      ).toThrow(expect.objectContaining({ code: 'checkpoint-syntax' }) as Error);
  });

  it('of other components is refused', () => {
    expect(() => LINEAR.fromCheckpoint(dict(), { ...field, components: 3 })).toThrow(
      expect.objectContaining({ code: 'checkpoint-syntax' }) as Error,
    );
  });
});

describe('its other hand', () => {
  it('has at k what the other had at its mirror image', async () => {
    const engine = await openWasmEngine({ ownThread: true });
    const z = Float32Array.of(0.8, -0.4);
    const random = new Random(4);
    const points = Float32Array.from({ length: 60 }, () => 0.5 * (random.uniform() - 0.5));
    const valuesOf = async (of: typeof state, at: Float32Array) =>
      fieldCoefficients(await engine.createModel(of.field, { weights: of.weights }), z, at);
    const expected = await valuesOf(
      state,
      points.map((k, i) => (i % 3 === 2 ? -k : k)),
    );
    const turned = { ...mirrorMaps(state), field };
    // Plane −D/2 has no mirror image in the box: what the blobs leave there counts on the wrong side.
    expect(relativeDifference(await valuesOf(turned, points), expected)).toBeLessThan(0.003);
    expect(relativeDifference(await valuesOf(state, points), expected)).toBeGreaterThan(0.1);
    engine.dispose();
  });

  it('is what it was after two turns, and leaves what it was made of', () => {
    const before = weights.get('mean')!.data.slice();
    expect(mirrorMaps(mirrorMaps(state))).toEqual(state);
    expect(weights.get('mean')!.data).toEqual(before);
    expect(mirrorMaps(state).weights.get('power')).toBe(weights.get('power'));
  });
});
