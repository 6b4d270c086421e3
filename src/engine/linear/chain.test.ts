// A chain decodes to the sum of its maps by its functions under every maker, and encoding finds the positions that made images.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobChain } from '../../../testing/linear-model.ts';
import { openTestGpu } from '../../../testing/node-gpu.ts';
import { relativeDifference } from '../../../testing/relative-difference.ts';
import { sliceImages } from '../../../testing/slice-images.ts';
import { decodeMap } from '../../field/volume.ts';
import { Random } from '../../geometry/random.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import type { Engine } from '../engine.ts';
import type { ChainShape } from '../factors/chain-basis.ts';
import { distanceAlong } from '../factors/node-posterior.ts';
import { openTfjsEngine } from '../tfjs/engine.ts';
import { openWasmEngine } from '../wasm/engine.ts';
import { WgslEngine } from '../wgsl/engine.ts';

const D = 16;
const COUNT = 6;
const SHAPES: readonly ChainShape[] = ['line', 'circle', 'sheet'];

/** √(2n + 1) P_n(x), n ≤ 3, as they are written. */
const legendre = (x: number) => [
  1,
  Math.sqrt(3) * x,
  (Math.sqrt(5) * (3 * x * x - 1)) / 2,
  (Math.sqrt(7) * (5 * x ** 3 - 3 * x)) / 2,
];

const fourth = (x: number) => (3 * (35 * x ** 4 - 30 * x * x + 3)) / 8;

/** Functions at one position of each shape. */
const POSITIONS: Record<ChainShape, { s: number[]; phi: number[] }> = {
  line: { s: [0.4], phi: [...legendre(0.4), fourth(0.4)] },
  circle: {
    s: [-0.3],
    phi: [1, ...[1, 2, 3].flatMap((m) => [Math.cos, Math.sin].map((f) => Math.SQRT2 * f(-0.3 * m * Math.PI)))],
  },
  sheet: {
    s: [0.5, -0.2],
    phi: [0, 1, 2, 3].flatMap((sum) =>
      Array.from({ length: sum + 1 }, (_, b) => legendre(0.5)[sum - b] * legendre(-0.2)[b]),
    ),
  },
};

const gpu = await openTestGpu();
const makers: [string, (() => Promise<Engine>) | null][] = [
  ['wasm', () => openWasmEngine({ ownThread: true })],
  ['tfjs', () => openTfjsEngine()],
  ['wgsl', gpu && (() => Promise.resolve(new WgslEngine(gpu)))],
];

describe.each(makers)('under %s', (_, open) => {
  let engine: Engine;
  beforeAll(async () => {
    if (open) engine = await open();
  });
  afterAll(() => engine?.dispose());

  it.skipIf(!open).each(SHAPES)('a %s decodes to the sum of its maps', async (shape) => {
    const { field, weights } = blobChain(D, shape);
    const { s, phi } = POSITIONS[shape];
    expect(phi).toHaveLength(field.terms);
    const model = await engine.createModel(field, { weights });
    expect(model.spec).toEqual({ boxPixels: D, zDim: s.length, domain: 'fourier' });
    expect(engine.fits?.(field, 8).fits ?? true).toBe(true);
    const { data } = weights.get('terms')!;
    const written = Float32Array.from({ length: D ** 3 }, (_, i) =>
      phi.reduce((sum, value, b) => sum + 3 * value * data[b * D ** 3 + i], 0),
    );
    expect(relativeDifference((await decodeMap(model, Float32Array.from(s), D, 3)).values, written)).toBeLessThan(1e-5);
    expect(await model.exportWeights()).toEqual(weights);
    model.dispose();
  });
});

describe('encoding', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openWasmEngine({ ownThread: true });
  });
  afterAll(() => engine.dispose());

  it.each(SHAPES)('finds where on a %s images were made, bright or dim', async (shape) => {
    const { field, weights } = blobChain(D, shape);
    const quiet = new Map(weights).set('noise', { shape: [1, D / 2], data: new Float32Array(D / 2).fill(1e-2) });
    const model = await engine.createModel(field, { weights: quiet });
    const random = new Random(8);
    const rotations = randomRotations(random, COUNT);
    const s = Float32Array.from({ length: COUNT * model.spec.zDim }, () => 1.8 * random.uniform() - 0.9);
    const images = await sliceImages(model, rotations, s);
    const batch = { ...{ count: COUNT, translations: null, ctf: null }, rotations };
    for (const contrast of [1, 0.7]) {
      const { mu } = await model.encode({ ...batch, images: images.map((value) => contrast * value) });
      // No further than the nodes are apart.
      const apart = shape === 'line' ? 1 / 12 : shape === 'circle' ? 1 / 18 : 1 / 6;
      expect(Math.max(...mu.map((value, i) => distanceAlong(shape, value, s[i])))).toBeLessThan(apart);
    }
    await expect(model.encode({ ...batch, images, rotations: undefined as never })).rejects.toMatchObject({
      code: 'poses-missing',
    });
    model.dispose();
  });
});
