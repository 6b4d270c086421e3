// A linear model and a chain fitted with the sums of the WGSL kernels are those fitted with WebAssembly's.
import { afterAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory, relativeError } from '../../../testing/blobs.ts';
import { openTestGpu } from '../../../testing/node-gpu.ts';
import type { Engine } from '../../engine/engine.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { WgslEngine } from '../../engine/wgsl/engine.ts';
import { fitChain } from './chain.ts';
import type { LinearData } from './fit.ts';
import { fitLinear } from './fit-linear.ts';

const BOX = 12;
const COUNT = 60;
/** Measured: maps by 5e-7, latents by 2e-6. */
const AGREEMENT = 1e-4;

const gpu = await openTestGpu({ kernels: 'hardware', limits: 'default' });
const wgsl = gpu && new WgslEngine(gpu);
const wasm = await openWasmEngine({ ownThread: true });
afterAll(() => [wgsl, wasm].forEach((engine) => engine?.dispose()));

/** Blobs of which a third moves to either side, in a third of the images each. */
async function movingBlobs(): Promise<LinearData> {
  const states = [-2, 0, 2].map((z) => {
    const blobs = new Blobs(BOX);
    for (let b = 12; b < 18; b++) blobs.positions[3 * b + 1] += z;
    return blobs.simulate({ count: COUNT, snr: 2, shiftPixels: 1, seed: 3 });
  });
  const images = await imagesInMemory({
    ...{ count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 6 },
    async read(indices: ArrayLike<number>) {
      const out = new Float32Array(indices.length * BOX * BOX);
      for (let i = 0; i < indices.length; i++)
        out.set(await states[indices[i] % 3].images.read([indices[i]]), i * BOX * BOX);
      return out;
    },
  });
  const { poses, ctf } = states[0];
  const noise = new Float32Array(BOX / 2 + 1).fill(0.2);
  return { images, poses, ctf, noise };
}

async function fitted(engine: Engine, data: LinearData) {
  const plan = { components: 2, iterations: 3, seed: 0, contrast: true };
  const linear = await fitLinear(engine, plan, data);
  const chain = await fitChain(engine, { shape: 'line', contrast: true }, data, linear);
  return { linear, chain };
}

describe.skipIf(!wgsl)('on a graphics processor', () => {
  it('a linear model and a chain are those of the CPU', async () => {
    if (!wgsl) return;
    const data = await movingBlobs();
    const [found, wanted] = [await fitted(wgsl, data), await fitted(wasm, data)];
    for (const kind of ['linear', 'chain'] as const) {
      for (const [name, { data: values }] of wanted[kind].weights)
        expect(relativeError(found[kind].weights.get(name)?.data ?? [], values), name).toBeLessThan(AGREEMENT);
      expect(relativeError(found[kind].latents.mu, wanted[kind].latents.mu)).toBeLessThan(AGREEMENT);
    }
    const [own, other] = [found.linear.reproducibility, wanted.linear.reproducibility];
    expect(relativeError(own.correlations, other.correlations)).toBeLessThan(AGREEMENT);
  });
});
