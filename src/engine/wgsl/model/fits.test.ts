// What fits: planned buffers are those that are made, and what is advised fits where the next larger does not. On Dawn without
// a device, which makes all buffers and computes nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNullGpu } from '../../../../testing/null-gpu.ts';
import { makeEncoding } from '../../../field/network/encodings.ts';
import { initialWeights } from '../../../field/network/initialise.ts';
import { Random } from '../../../geometry/random.ts';
import type { EncodingTable, ImageBatch, ModelSpec } from '../../engine.ts';
import { memoryFull } from '../../gpu-device.ts';
import { makeSliceLayout } from '../../slices.ts';
import { WgslEngine } from '../engine.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { Tuned } from '../tuning/tuned.ts';
import { buffersOf, fitOf, USUAL_BOXES, USUAL_WIDTHS } from './fits.ts';
import { WgslModel } from './model.ts';
import { Network } from './network.ts';

const step = { learningRate: 1e-3, weightDecay: 0, beta: 1 };

function specOf(given: Partial<ModelSpec>): ModelSpec {
  const spec: ModelSpec = {
    ...{ boxPixels: 24, zDim: 4, domain: 'fourier', activation: 'relu', encoderMaskRadius: 12 },
    ...{ decoderLayers: 2, decoderDim: 40, encoderLayers: 2, encoderDim: 24 },
    ...given,
  };
  return { ...spec, encoderMaskRadius: given.encoderMaskRadius ?? spec.boxPixels / 2 };
}

function encodingOf({ boxPixels }: ModelSpec): EncodingTable {
  return makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, boxPixels, new Random(1));
}

function batchOf(spec: ModelSpec, count: number): ImageBatch {
  const { points } = makeSliceLayout(spec).lattice;
  return {
    ...{ count, images: new Float32Array(count * points), rotations: new Float32Array(9 * count) },
    ...{ translations: null, ctf: null, noise: new Float32Array(count * spec.zDim) },
  };
}

describe('what fits', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    const opened = await openNullGpu({ kernels: 'hardware', limits: 'default' });
    if (!opened) throw new Error('Dawn cannot be loaded');
    gpu = opened;
  });
  afterAll(() => gpu.close());

  it.each([
    { given: {}, images: 3 },
    { given: { zDim: 0, domain: 'hartley' }, images: 2 },
    { given: { tilts: 2, encoderMaskRadius: 8 }, images: 4 },
    { given: { boxPixels: 32, decoderLayers: 4, encoderDim: 48 }, images: 1 },
  ] as const)('is planned by the very buffers that are made: %o', async ({ given, images }) => {
    const spec = specOf(given);
    const encoding = encodingOf(spec);
    const tuned = Tuned.defaults(gpu);
    const made: string[] = [];
    const { device } = gpu;
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      made.push(`${descriptor.label} ${descriptor.size}`);
      return createBuffer(descriptor);
    };
    const weights = initialWeights(spec, encoding, new Random(2));
    const model = await WgslModel.create(gpu, tuned, { spec, encoding }, { weights }, { budgetBytes: 1 });
    await model.trainStep(batchOf(spec, images), step);
    device.createBuffer = createBuffer;
    model.dispose();
    await model.settled;

    const planned = buffersOf(new Network(spec, encoding, 'f32'), images, tuned);
    const labels = planned.map(({ label, bytes }) => `${label} ${bytes}`);
    expect(made).toEqual(expect.arrayContaining(labels));
    // A batch has no others, and what else a model has is small.
    expect(made.filter((one) => one.startsWith('batch')).sort()).toEqual(
      labels.filter((one) => one.startsWith('batch')).sort(),
    );
    const bytesOf = (one: string) => Number(one.slice(one.lastIndexOf(' ')));
    const others = made.filter((one) => one.startsWith('model') && !labels.includes(one)).map(bytesOf);
    expect(Math.max(...others)).toBeLessThanOrEqual(Math.max(...planned.map(({ bytes }) => bytes)));
  });

  it('is advised: a box and a width of which the next larger do not fit', () => {
    const options = { scalar: 'f32' as const, tuned: Tuned.defaults(gpu) };
    const fit = (given: Partial<ModelSpec>) => {
      const spec = specOf({ boxPixels: 256, decoderDim: 1024, encoderDim: 1024, ...given });
      return fitOf(gpu, spec, encodingOf(spec), 1, options);
    };
    // WebGPU promises bindings of 128 MiB; the first layer of 51,432 values × 1024 takes 201.
    const found = fit({});
    expect(found.fits).toBe(false);
    expect(found.largest).toEqual({
      label: 'the encoder’s first layer',
      bytes: 4 * 51440 * 1024,
      mostBytes: 2 ** 27,
    });
    expect(found.instead).toEqual({ boxPixels: 192, width: 512 });
    const { boxPixels = 0, width = 0 } = found.instead;
    const larger = (list: readonly number[], than: number) => list[list.indexOf(than) + 1];
    expect(fit({ boxPixels }).fits).toBe(true);
    expect(fit({ boxPixels: larger(USUAL_BOXES, boxPixels) }).fits).toBe(false);
    expect(fit({ decoderDim: width, encoderDim: width }).fits).toBe(true);
    const wide = larger(USUAL_WIDTHS, width);
    expect(fit({ decoderDim: wide, encoderDim: wide }).fits).toBe(false);
    // Without an encoder nothing is too large.
    expect(fit({ zDim: 0 })).toMatchObject({ fits: true, instead: {} });
  });

  it('is said by the engine before a model is made', async () => {
    const engine = new WgslEngine(gpu);
    const spec = specOf({ boxPixels: 256, decoderDim: 1024, encoderDim: 1024 });
    const refused = engine.createModel({ kind: 'network', spec, encoding: encodingOf(spec) }, { weights: new Map() });
    await expect(refused).rejects.toMatchObject({
      code: 'out-of-memory',
      message: 'The graphics processor cannot hold a model of box 256 and width 1024.',
      detail: {
        expected: 'at most 128 MiB in one piece',
        found: '201 MiB for the encoder’s first layer',
        advice: 'Take a box of 192 pixels at width 1024, or width 512 at a box of 256; or choose the CPU.',
        instead: { boxPixels: 192, width: 512 },
      },
    });
  });

  it('is said of half the memory where it did not hold one image', async () => {
    const full = Object.create(gpu, {
      allocate: {
        value: ((label, make) =>
          label === 'batch' ? Promise.reject(memoryFull('')) : gpu.allocate(label, make)) as Gpu['allocate'],
      },
    }) as Gpu;
    const spec = specOf({ boxPixels: 128, decoderDim: 512, encoderDim: 512 });
    const encoding = encodingOf(spec);
    const weights = initialWeights(spec, encoding, new Random(2));
    const model = await WgslModel.create(full, Tuned.defaults(gpu), { spec, encoding }, { weights });
    const two = await model.trainStep(batchOf(spec, 2), step).catch((error: unknown) => error);
    expect(two).toMatchObject({ code: 'out-of-memory', detail: {} });
    expect((two as { detail: object }).detail).not.toHaveProperty('instead');
    await expect(model.trainStep(batchOf(spec, 1), step)).rejects.toMatchObject({
      code: 'out-of-memory',
      detail: { instead: { boxPixels: 64, width: 256 } },
    });
    model.dispose();
    await model.settled;
  });
});
