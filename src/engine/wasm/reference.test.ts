// cryoDRGN's hinge model on the CPU engine: its decoder against float64, its encoder against cryoDRGN's latents.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hingeCtf, hingeImages, hingeModel, hingePoses } from '../../../testing/hinge.ts';
import { describeWithReference } from '../../../testing/reference.ts';
import type { Engine, FieldModel } from '../engine.ts';
import { decoderChain } from '../parameters.ts';
import { openWasmEngine } from './engine.ts';
import { randomArray, randomFrom } from '../proof/model-cases.ts';
import { featuresTwin, networkTwin } from '../proof/twin.ts';

describeWithReference('cryoDRGN’s hinge model on the CPU engine', () => {
  let engine: Engine;
  let model: FieldModel;
  const { field, checkpoint, latents, picks } = hingeModel();
  beforeAll(async () => {
    engine = await openWasmEngine({ threads: 2 });
    model = await engine.createModel(checkpoint.field, { weights: checkpoint.weights });
  });
  afterAll(() => engine.dispose());

  it('decodes as float64 does, to 1e-5 of the largest value', async () => {
    const coordinates = randomArray(randomFrom(5), 3 * 200, 0.28);
    for (const pick of picks.slice(0, 3)) {
      const z = latents.mu.slice(8 * pick, 8 * pick + 8);
      const values = await model.evaluate(coordinates, z);
      const chain = decoderChain(field.spec, checkpoint.field.encoding.isCosine.length);
      const twin = Array.from({ length: 200 }, (_, m) => {
        const features = featuresTwin(checkpoint.field.encoding, [...coordinates.subarray(3 * m, 3 * m + 3)]);
        return networkTwin(chain, checkpoint.weights, [...features, ...z], false);
      }).flat();
      const most = Math.max(...twin.map(Math.abs));
      const worst = Math.max(...twin.map((value, i) => Math.abs(value - values[i])));
      expect(worst / most).toBeLessThan(1e-5);
    }
  });

  it('encodes 500 images to the latents of cryoDRGN: 99 % of the values within 1e-4', async () => {
    const count = 500;
    const { values } = await (await hingeImages(count)).readShard(0);
    const { translations } = hingePoses();
    // cryoDRGN shifts by fraction × (D + 1) pixels.
    const shifts = translations && translations.slice(0, 2 * count).map((t) => (t * 33) / 32);
    const found = await model.encode({
      count,
      images: values,
      translations: shifts,
      ctf: hingeCtf().slice(0, 9 * count),
    });
    for (const [ours, theirs] of [
      [found.mu, latents.mu],
      [found.logVariance, latents.logVariance],
    ] as const) {
      if (!theirs) throw new Error('z.20.pkl holds the variance too');
      const close = ours.filter((value, i) => Math.abs(value - theirs[i]) < 1e-4).length;
      expect(close / ours.length).toBeGreaterThan(0.99);
    }
  });

  it('exports the weights it was given, bit for bit and in their order', async () => {
    const exported = await model.exportWeights();
    expect([...exported.keys()]).toEqual([...checkpoint.weights.keys()]);
    for (const [name, { shape, data }] of checkpoint.weights) {
      const found = exported.get(name);
      expect(found?.shape).toEqual(shape);
      expect(
        found?.data.every((value, i) => value === data[i]),
        name,
      ).toBe(true);
    }
  });
});
