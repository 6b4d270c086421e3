// Tilt pairs: the tfjs model against the float64 twin (its loss, its latents, central differences of it), in pieces of any
// size; what the other engines are held against in gradients.test.ts.
import { beforeAll, describe, expect, it } from 'vitest';
import { fromFirstMoment, gradientErrors } from '../proof/gradient.ts';
import { makeCase, pairShapes, type ModelCase } from '../proof/model-cases.ts';
import { lossTwin } from '../proof/twin.ts';
import { makeSliceLayout } from '../slices.ts';
import { openTfjsEngine } from './engine.ts';
import { TfjsModel, type TfjsModelOptions } from './model.ts';

const beta = 0.7;
const still = { learningRate: 0, weightDecay: 0, beta };

beforeAll(async () => {
  await openTfjsEngine();
});

async function stepped({ spec, encoding, weights, batch }: ModelCase, options?: TfjsModelOptions) {
  const model = new TfjsModel(spec, encoding, { weights }, options);
  await model.trainStep(batch, still);
  const losses = await model.takeLosses();
  const gradient = fromFirstMoment((await model.exportOptimizer()).first);
  const latents = spec.zDim > 0 ? await model.encode(batch) : null;
  model.dispose();
  return { losses, gradient, latents };
}

describe.each(pairShapes)('$name', (shape) => {
  const sample = makeCase(shape);
  const { spec, encoding, weights, batch } = sample;

  it('has the loss and the latents of the twin, a row a pair', async () => {
    const { losses, latents } = await stepped(sample);
    const twin = lossTwin(spec, encoding, weights, batch, beta);
    // float32 sums of some hundred terms.
    expect(losses.images).toBe(batch.count);
    expect(losses.reconstruction / twin.reconstruction).toBeCloseTo(1, 5);
    expect(losses.total / twin.total).toBeCloseTo(1, 5);
    expect(losses.kl).toBeCloseTo(twin.kl, 4);
    expect(latents?.mu.length ?? 0).toBe((batch.count / 2) * spec.zDim * (latents ? 1 : 0));
    twin.mu.flat().forEach((mu, i) => expect(latents?.mu[i]).toBeCloseTo(mu, 4));
    twin.logVariance.flat().forEach((v, i) => expect(latents?.logVariance[i]).toBeCloseTo(v, 4));
  });

  it('has the gradient of the twin by central differences, in every parameter group', async () => {
    const { gradient } = await stepped(sample);
    expect([...gradient.keys()]).toEqual([...weights.keys()]);
    expect(gradientErrors(sample, gradient, beta)).toEqual([]);
  });

  it('has one gradient whatever is computed at a time: pairs, images, parts of images', async () => {
    const { rowsPerImage } = makeSliceLayout(spec);
    const whole = await stepped(sample);
    // What one binding shows decides the rows: a pair and a half, an image and a half, a part of an image.
    const widest = 4 * Math.max((encoding.isCosine.length || 3) + 64, spec.decoderDim);
    for (const rows of [3 * rowsPerImage, 1.5 * rowsPerImage, 17]) {
      const parts = await stepped(sample, { bindingBytes: Math.max(widest * rows, 4 * parametersOf(sample)) });
      expect(parts.losses.total / whole.losses.total).toBeCloseTo(1, 5);
      for (const [name, { data }] of whole.gradient) {
        const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        data.forEach((g, i) =>
          expect(Math.abs(g - (parts.gradient.get(name)?.data[i] ?? NaN)), name).toBeLessThan(1e-5 * most + 1e-9),
        );
      }
    }
  });
});

const parametersOf = ({ weights }: ModelCase) => [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);

describe('a torn pair', () => {
  it('is refused in training and in encoding', async () => {
    const { spec, encoding, weights, batch } = makeCase(pairShapes[0]);
    const model = new TfjsModel(spec, encoding, { weights });
    const torn = { ...batch, count: 5 };
    await expect(model.trainStep(torn, still)).rejects.toMatchObject({ code: 'usage' });
    await expect(model.encode(torn)).rejects.toMatchObject({ code: 'usage' });
    model.dispose();
  });
});

describe('two views without z', () => {
  it('train as single images do', async () => {
    const sample = makeCase(pairShapes[3]);
    const single = await stepped({ ...sample, spec: { ...sample.spec, tilts: 1 } });
    expect(await stepped(sample)).toEqual(single);
  });
});
