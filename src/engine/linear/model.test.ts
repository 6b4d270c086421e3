// A linear model decodes to the sum of its maps under every maker, at any box; its coefficients are those of the map.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobModel } from '../../../testing/linear-model.ts';
import { openTestGpu } from '../../../testing/node-gpu.ts';
import { relativeDifference } from '../../../testing/relative-difference.ts';
import { sliceImages } from '../../../testing/slice-images.ts';
import { decodeMap } from '../../field/volume.ts';
import { Random } from '../../geometry/random.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import type { Engine, FieldModel } from '../engine.ts';
import { openTfjsEngine } from '../tfjs/engine.ts';
import { openWasmEngine } from '../wasm/engine.ts';
import { WgslEngine } from '../wgsl/engine.ts';

const D = 16;
const Q = 3;
const { field, weights } = blobModel(D, Q);
const z = Float32Array.of(0.5, -1.25, 2);
const tensor = (name: string) => weights.get(name)!.data;

/** μ + Σ z_a W_a as it is written. */
const written = Float32Array.from({ length: D ** 3 }, (_, i) =>
  z.reduce((sum, factor, a) => sum + factor * tensor('components')[a * D ** 3 + i], tensor('mean')[i]),
);

/** Σ v(x) exp(−2πi k·x) at lattice coordinates, over all voxels. */
function transformAt(map: Float32Array, coordinates: Float32Array): Float32Array {
  const out = new Float32Array((2 * coordinates.length) / 3);
  for (let p = 0; 3 * p < coordinates.length; p++) {
    let [re, im] = [0, 0];
    map.forEach((value, i) => {
      const place = [i % D, Math.floor(i / D) % D, Math.floor(i / D ** 2)].map((n) => n - D / 2);
      const turn = place.reduce((sum, n, axis) => sum + n * coordinates[3 * p + axis], 0);
      re += value * Math.cos(2 * Math.PI * turn);
      im -= value * Math.sin(2 * Math.PI * turn);
    });
    out[2 * p] = re;
    out[2 * p + 1] = im;
  }
  return out;
}

/** Inside |k| ≤ ½, on both halves of space. */
function somewhere(count: number): Float32Array {
  const random = new Random(2);
  const places: number[] = [];
  while (places.length < 3 * count) {
    const k = [0, 1, 2].map(() => random.uniform() - 0.5);
    if (Math.hypot(...k) < 0.5) places.push(...k);
  }
  return Float32Array.from(places);
}

const gpu = await openTestGpu();
const makers: [string, (() => Promise<Engine>) | null][] = [
  ['wasm', () => openWasmEngine({ ownThread: true })],
  ['tfjs', () => openTfjsEngine()],
  ['wgsl', gpu && (() => Promise.resolve(new WgslEngine(gpu)))],
];

describe.each(makers)('under %s', (_, open) => {
  let engine: Engine;
  let model: FieldModel;
  beforeAll(async () => {
    if (!open) return;
    engine = await open();
    model = await engine.createModel(field, { weights });
  });
  afterAll(() => {
    model?.dispose();
    engine?.dispose();
  });

  it.skipIf(!open)('says its shape', () => {
    expect(model.spec).toEqual({ boxPixels: D, zDim: Q, domain: 'fourier' });
    expect(engine.fits?.(field, 8).fits ?? true).toBe(true);
  });

  it.skipIf(!open)('decodes to the sum of its maps', async () => {
    const { values, statistics } = await decodeMap(model, z, D, 2);
    expect(statistics).toBeNull();
    const wanted = written.map((value) => 2 * value);
    expect(relativeDifference(values, wanted)).toBeLessThan(1e-6);
    expect((await decodeMap(model, new Float32Array(Q), D, 1)).values).toEqual(tensor('mean'));
  });

  it.skipIf(!open)('gives its weights back', async () => {
    expect(await model.exportWeights()).toEqual(weights);
    expect(model.memoryBytes()).toBeGreaterThan(4 * (Q + 1) * D ** 3);
  });

  it.skipIf(!open)('is not trained by steps', async () => {
    for (const call of [() => model.trainStep(null as never, null as never), () => model.takeLosses()])
      await expect(call()).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('coefficients and smaller boxes', () => {
  let engine: Engine;
  let model: FieldModel;
  beforeAll(async () => {
    engine = await openWasmEngine({ ownThread: true });
    model = await engine.createModel(field, { weights });
  });
  afterAll(() => engine.dispose());

  it('are those of the map, anywhere inside its band', async () => {
    const coordinates = somewhere(60);
    const wanted = transformAt(written, coordinates);
    const found = await model.evaluate(coordinates, z);
    // Trilinear reading of a grid of twice the density, its window divided out, errs by 0.02 of the largest here.
    expect(relativeDifference(found, wanted)).toBeLessThan(0.03);
    expect(relativeDifference(await model.evaluate(coordinates, null), wanted)).toBeGreaterThan(0.2);
  });

  it('on points of the grid are those of the map divided by the window, and nothing beyond it', async () => {
    const onGrid = Float32Array.of(1 / D, -2 / D, 3 / D, 0, 0, 0, -4 / D, 1 / D, -1 / D);
    expect(relativeDifference(await model.evaluate(onGrid, z), windowless(onGrid))).toBeLessThan(1e-5);
    expect([...(await model.evaluate(Float32Array.of(0.5, 0.5, 0.5), z))]).toEqual([0, 0]);
  });

  it('follow the latent that they are asked for', async () => {
    const coordinates = somewhere(5);
    const before = await model.evaluate(coordinates, z);
    await model.evaluate(coordinates, Float32Array.of(0, 1, 0));
    expect(await model.evaluate(coordinates, z)).toEqual(before);
  });

  it('a smaller box holds the same map, low-passed', async () => {
    const small = 8;
    const { values } = await decodeMap(model, z, small, 1);
    // The inverse transform of the coefficients inside the smaller ball, at its voxels.
    const inside: number[] = [];
    const limit = small / 2;
    for (let k = 0; k < 9 ** 3; k++) {
      const place = [k % 9, Math.floor(k / 9) % 9, Math.floor(k / 81)].map((n) => n - limit);
      if (Math.hypot(...place) <= limit && place.every((n) => n < limit)) inside.push(...place.map((n) => n / D));
    }
    const coefficients = transformAt(written, Float32Array.from(inside));
    const wanted = Float32Array.from({ length: small ** 3 }, (_, i) => {
      const place = [i % small, Math.floor(i / small) % small, Math.floor(i / small ** 2)].map((n) => n - limit);
      let sum = 0;
      for (let p = 0; 3 * p < inside.length; p++) {
        const turn = place.reduce((total, n, axis) => total + (D / small) * n * inside[3 * p + axis], 0);
        const [cos, sin] = [Math.cos(2 * Math.PI * turn), Math.sin(2 * Math.PI * turn)];
        sum += coefficients[2 * p] * cos - coefficients[2 * p + 1] * sin;
      }
      return sum / D ** 3;
    });
    // Of the ball's six poles at d/2 the lattice keeps one side, whose imaginary part is lost.
    expect(relativeDifference(values, wanted)).toBeLessThan(0.005);
    expect((await decodeMap(model, z, small, 1)).values).toEqual(values);
    await expect(decodeMap(model, z, 7, 1)).rejects.toMatchObject({ code: 'value-out-of-range' });
  });

  it('refuses weights of another shape', async () => {
    const other = new Map(weights).set('mean', { shape: [4, 4, 4], data: new Float32Array(64) });
    await expect(engine.createModel(field, { weights: other })).rejects.toMatchObject({
      code: 'checkpoint-syntax',
      detail: { field: 'mean' },
    });
  });
});

describe('encoding', () => {
  const COUNT = 5;
  const rotations = randomRotations(new Random(3), COUNT);
  /** Of a magnification that the images do not have. */
  const enlarged = rotations.map((r) => 1.1 * r);
  const random = new Random(6);
  const latents = Float32Array.from({ length: COUNT * Q }, () => random.normal());
  const known = { ...field, contrast: false };
  const quiet = new Map(weights).set('noise', { shape: [1, D / 2], data: new Float32Array(D / 2).fill(1e-4) });

  /** Images without CTF or noise: slices of the maps. */
  async function images(engine: Engine): Promise<Float32Array> {
    const model = await engine.createModel(known, { weights: quiet });
    const values = await sliceImages(model, rotations, latents);
    model.dispose();
    return values;
  }
  const batchOf = (values: Float32Array) => ({
    ...{ count: COUNT, images: values, translations: null, ctf: null },
    rotations,
  });

  it('finds the latents that made the images, with kernels and without, and with a magnification', async () => {
    const [wasm, tfjs] = await Promise.all([openWasmEngine({ ownThread: true }), openTfjsEngine()]);
    const batch = batchOf(await images(wasm));
    for (const engine of [wasm, tfjs]) {
      const model = await engine.createModel(known, { weights: quiet });
      const { mu, logVariance } = await model.encode(batch);
      expect(relativeDifference(mu, latents)).toBeLessThan(0.01);
      expect(Math.max(...logVariance)).toBeLessThan(-4);
      // Two batches at once wait for each other.
      const [one, other] = await Promise.all([model.encode(batch), model.encode({ ...batch, rotations: enlarged })]);
      expect(one.mu).toEqual(mu);
      expect(relativeDifference(other.mu, latents)).toBeGreaterThan(0.05);
      await expect(model.encode({ ...batch, rotations: undefined as never })).rejects.toMatchObject({
        code: 'poses-missing',
      });
      model.dispose();
    }
    wasm.dispose();
    tfjs.dispose();
  });
});

/** On points of the cube only the map divided by the interpolation's window counts. */
function windowless(coordinates: Float32Array): Float32Array {
  const window = (n: number) => {
    const u = (n - D / 2) / (2 * D);
    return u === 0 ? 1 : (Math.sin(Math.PI * u) / (Math.PI * u)) ** 2;
  };
  const divided = written.map(
    (value, i) => value / (window(i % D) * window(Math.floor(i / D) % D) * window(Math.floor(i / D ** 2))),
  );
  return transformAt(divided, coordinates);
}
