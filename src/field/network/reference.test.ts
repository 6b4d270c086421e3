// cryoDRGN's own models, opened here: maps of its hinge model at its latents, its config and a Hartley model's weights.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hingeModel } from '../../../testing/hinge.ts';
import { networkOf } from '../../../testing/network.ts';
import { describeWithReference, referenceBlob, referenceBytes } from '../../../testing/reference.ts';
import type { Engine, FieldModel } from '../../engine/engine.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { readMrcVolume } from '../../formats/mrc-volume.ts';
import { readTorchCheckpoint } from '../../formats/torch-checkpoint.ts';
import { readYamlConfig } from '../../formats/yaml-config.ts';
import { readCheckpoint } from './checkpoint.ts';
import { configFromField, fieldFromConfig } from '../config.ts';
import { decodeVolume } from '../volume.ts';

describeWithReference('cryoDRGN’s hinge model', () => {
  let engine: Engine;
  let model: FieldModel;
  const hinge = hingeModel();
  const { field, checkpoint, latents, picks } = hinge;
  const zOf = (pick: number) => latents.mu.slice(8 * pick, 8 * pick + 8);

  beforeAll(async () => {
    engine = await openWasmEngine({ threads: 2 });
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
