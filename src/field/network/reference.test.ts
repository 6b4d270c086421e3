// cryoDRGN's own models, opened here: maps of its hinge model at its latents, and its weight files read and written.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hingeModel } from '../../../testing/hinge.ts';
import { networkOf } from '../../../testing/network.ts';
import { describeWithReference, referenceBlob, referenceBytes } from '../../../testing/reference.ts';
import type { Engine, FieldModel } from '../../engine/engine.ts';
import { openTfjsEngine } from '../../engine/tfjs/engine.ts';
import { readMrcVolume } from '../../formats/mrc-volume.ts';
import { readTorchCheckpoint, TorchTensor, type CheckpointDict } from '../../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../../formats/torch-checkpoint-write.ts';
import { readYamlConfig } from '../../formats/yaml-config.ts';
import { checkpointDictionary, readCheckpoint } from './checkpoint.ts';
import { configFromField, fieldFromConfig } from '../config.ts';
import { decodeVolume } from '../volume.ts';

describeWithReference('cryoDRGN’s hinge model', () => {
  let engine: Engine;
  let model: FieldModel;
  const hinge = hingeModel();
  const { field, checkpoint, latents, picks } = hinge;
  const zOf = (pick: number) => latents.mu.slice(8 * pick, 8 * pick + 8);

  beforeAll(async () => {
    engine = await openTfjsEngine();
    model = await engine.createModel(checkpoint.field, { weights: checkpoint.weights });
  });
  afterAll(() => engine.dispose());

  it('decodes to the maps cryoDRGN decodes, to 1e-4 of their maximum', async () => {
    for (const [i, pick] of picks.entries()) {
      const expected = await readMrcVolume(
        await referenceBlob(`hinge/cryodrgn/maps/vol_${String(i + 1).padStart(3, '0')}.mrc`),
      );
      const found = await decodeVolume(model, zOf(pick), 32, field.dataset.standardDeviation);
      const most = expected.values.reduce((a, b) => Math.max(a, b), 0);
      const difference = expected.values.reduce((worst, v, k) => Math.max(worst, Math.abs(v - found[k])), 0);
      expect(difference / most).toBeLessThan(1e-4);
    }
  });

  it('decodes a smaller preview with the grey values of the map', async () => {
    const whole = await decodeVolume(model, zOf(0), 32, 1);
    const preview = await decodeVolume(model, zOf(0), 16, 1);
    expect(preview.length).toBe(16 ** 3);
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(preview) / mean(whole)).toBeCloseTo(1, 3);
  });

  it('writes the weights file it read', () => {
    const optimizer = checkpoint.optimizer;
    if (!optimizer) throw new Error('weights.20.pkl has an optimizer');
    expect(optimizer.steps).toBe(5000);
    const dictionary = checkpointDictionary(
      field,
      { ...checkpoint, optimizer },
      { learningRate: 1e-4, weightDecay: 0 },
    );
    const again = readTorchCheckpoint(writeTorchCheckpoint(dictionary), 'weights.20.pkl');
    const plain = (value: unknown): unknown => {
      if (value instanceof TorchTensor) return { shape: value.shape, data: Array.from(value.data as Float32Array) };
      if (value instanceof Map) return new Map([...(value as CheckpointDict)].map(([k, v]) => [k, plain(v)]));
      return Array.isArray(value) ? value.map(plain) : value;
    };
    const entry = (dict: CheckpointDict, ...path: (string | number)[]) =>
      plain(path.reduce<unknown>((at, key) => (at as CheckpointDict).get(key), dict));
    expect(entry(again, 'epoch')).toBe(20);
    expect(entry(again, 'model_state_dict')).toEqual(entry(hinge.dictionary, 'model_state_dict'));
    expect([...(again.get('model_state_dict') as CheckpointDict).keys()]).toEqual([
      ...(hinge.dictionary.get('model_state_dict') as CheckpointDict).keys(),
    ]);
    expect(entry(again, 'optimizer_state_dict', 'state')).toEqual(
      entry(hinge.dictionary, 'optimizer_state_dict', 'state'),
    );
  });

  it('writes the config it read', () => {
    const config = readYamlConfig(referenceBytes('hinge/cryodrgn/config.yaml'), 'config.yaml');
    const written = configFromField(field, field.dataset, 0);
    for (const key of ['lattice_args', 'model_args', 'dataset_args', 'seed']) expect(written[key]).toEqual(config[key]);
  });
});

describeWithReference('a small Hartley model of cryoDRGN', () => {
  it('opens with its moments, of which the encoder has fewer steps', () => {
    const field = networkOf(
      fieldFromConfig(readYamlConfig(referenceBytes('files/het_config.yaml'), 'het_config.yaml')),
    );
    const dictionary = readTorchCheckpoint(referenceBytes('files/het_weights.pkl'), 'het_weights.pkl');
    const read = readCheckpoint(dictionary, field);
    const { weights, optimizer } = read;
    expect(field.spec).toMatchObject({ boxPixels: 64, domain: 'hartley', zDim: 8, encoderLayers: 2, decoderLayers: 3 });
    expect(read.field.encoding.isCosine.length).toBe(48);
    expect(weights.get('decoder.decoder.main.8.weight')?.shape).toEqual([1, 8]);
    expect(optimizer?.steps).toBe(1313);
  });

  it('is refused with the wrong configuration, naming the parameter', () => {
    const field = hingeModel().field;
    const dictionary = readTorchCheckpoint(referenceBytes('files/het_weights.pkl'), 'het_weights.pkl');
    expect(() => readCheckpoint(dictionary, field)).toThrow(/rand_freqs/);
  });
});
