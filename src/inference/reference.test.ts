// cryoDRGN's hinge model encodes the hinge images here as it did there.
import { expect, it } from 'vitest';
import { hingeCtf, hingeImages, hingeModel, hingePoses } from '../../testing/hinge.ts';
import { describeWithReference } from '../../testing/reference.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { encodeAll } from './encode-all.ts';

describeWithReference('latents of the hinge set', () => {
  it('are cryoDRGN’s to 1e-4 for 99 % of the values', async () => {
    const { field, checkpoint, latents } = hingeModel();
    const images = await hingeImages();
    expect(images.standardDeviation).toBeCloseTo(field.dataset.standardDeviation, 3);
    const engine = await openWasmEngine({ threads: 2 });
    const model = await engine.createModel(checkpoint.field, { weights: checkpoint.weights });
    const found = await encodeAll(
      model,
      { images, translations: hingePoses().translations, ctf: hingeCtf() },
      { shiftPixels: images.boxPixels + 1 },
    );
    engine.dispose();
    expect(found.mu.length).toBe(latents.mu.length);
    const share = (a: Float32Array, b: Float32Array) =>
      a.reduce((n, v, i) => n + (Math.abs(v - b[i]) < 1e-4 ? 1 : 0), 0) / a.length;
    expect(share(found.mu, latents.mu)).toBeGreaterThan(0.99);
    expect(share(found.logVariance, latents.logVariance ?? new Float32Array(0))).toBeGreaterThan(0.99);
  });
});
