// Which shape a chain takes: motions along a line, around a circle and in two directions at once, from images of each.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Blobs, imagesInMemory } from '../../../testing/blobs.ts';
import type { Engine } from '../../engine/engine.ts';
import { CHAIN_SHAPES, type ChainShape } from '../../engine/factors/chain-basis.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { measureNoise } from '../../imaging/noise-spectrum.ts';
import type { Simulation } from '../../imaging/simulate.ts';
import { fitChain } from './chain.ts';
import type { LinearData } from './fit.ts';
import { fitLinear } from './fit-linear.ts';

const BOX = 16;
const COUNT = 600;
const STATES = 25;

/** Where the moving blobs are, pixels along y and x. */
const MOTIONS: Record<ChainShape, (state: number) => [number, number]> = {
  line: (state) => [5 * (state / (STATES - 1) - 0.5), 0],
  circle: (state) => [2.5 * Math.cos((2 * Math.PI * state) / STATES), 2.5 * Math.sin((2 * Math.PI * state) / STATES)],
  sheet: (state) => [1.25 * ((state % 5) - 2), 1.25 * (Math.floor(state / 5) - 2)],
};

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
});
afterAll(() => engine.dispose());

async function imagesOf(motion: (state: number) => [number, number]): Promise<LinearData> {
  const states = Array.from({ length: STATES }, (_, state) => {
    const [y, x] = motion(state);
    const blobs = new Blobs(BOX);
    for (let b = 12; b < 18; b++) {
      blobs.positions[3 * b + 1] += y;
      blobs.positions[3 * b] += x;
    }
    return blobs.simulate({ count: COUNT, snr: 2, shiftPixels: 1, seed: 3 });
  });
  const reader: Simulation['images'] = {
    ...{ count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 6 },
    async read(indices: ArrayLike<number>) {
      const out = new Float32Array(indices.length * BOX * BOX);
      for (let at = 0; at < indices.length; at++)
        out.set(await states[indices[at] % STATES].images.read([indices[at]]), at * BOX * BOX);
      return out;
    },
  };
  const images = await imagesInMemory(reader);
  const noise = await measureNoise(reader, { boxPixels: BOX, window: true, windowRadius: 0.85 });
  const { poses, ctf } = states[0];
  return { images, poses, ctf, noise: noise.map((power) => power / images.standardDeviation ** 2) };
}

it.each(CHAIN_SHAPES)('a %s is found', async (shape) => {
  const data = await imagesOf(MOTIONS[shape]);
  const linear = await fitLinear(engine, { components: 4, iterations: 8, seed: 0, contrast: false }, data);
  const chain = await fitChain(engine, { shape: 'auto', contrast: false }, data, linear);
  expect(chain.shape).toBe(shape);
  expect(chain.evidence.map((one) => one.shape)).toEqual(CHAIN_SHAPES);
});
