// The linear model against what is known: one factor is a damped backprojection; two states without noise; the hinge set of the
// reference data; images of one structure.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory } from '../../../testing/blobs.ts';
import { setStates, simulateSet } from '../../../testing/reference-set/set.ts';
import type { Engine } from '../../engine/engine.ts';
import { chainBasis } from '../../engine/factors/chain-basis.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { Random } from '../../geometry/random.ts';
import type { Simulation } from '../../imaging/simulate.ts';
import { measureNoise } from '../../imaging/noise-spectrum.ts';
import { scoreLatents } from '../../validation/latent-score.ts';
import { pearson, spearman } from '../../validation/rank-correlation.ts';
import { fitChain } from './chain.ts';
import type { LinearData, LinearFit, LinearPlan } from './fit.ts';
import { fitLinear } from './fit-linear.ts';
import type { LinearProgress } from './progress.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine();
});
afterAll(() => engine.dispose());

const PLAN: LinearPlan = { components: 2, iterations: 6, seed: 0, contrast: false };

async function dataOf({
  images: reader,
  poses,
  ctf,
}: Pick<Simulation, 'images' | 'poses' | 'ctf'>): Promise<LinearData> {
  const images = await imagesInMemory(reader);
  const noise = await measureNoise(reader, { boxPixels: images.boxPixels, window: true, windowRadius: 0.85 });
  return { images, poses, ctf, noise: noise.map((value) => value / images.standardDeviation ** 2) };
}

const map = (fit: LinearFit, name: string, at = 0): Float32Array => {
  const data = fit.weights.get(name)?.data ?? new Float32Array(0);
  const voxels = fit.weights.get('mean')?.data.length ?? 0;
  return data.subarray(at * voxels, (at + 1) * voxels);
};

describe('a linear model', () => {
  it('of two states without noise has two values of z, and their difference map', async () => {
    const away = 2.5;
    const noiseless = { count: 400, snr: 0, shiftPixels: 1, seed: 3 };
    const simulations = [0, away].map((z) => {
      const moved = new Blobs(20);
      const shifted = moved.positions;
      for (let b = 12; b < 18; b++) shifted[3 * b + 1] += z;
      return moved.simulate(noiseless);
    });
    const [first, second] = simulations;
    const pixels = 20 * 20;
    const reader = {
      ...{ count: 400, boxPixels: 20, pixelSizeAngstrom: 6 },
      async read(indices: ArrayLike<number>, signal?: AbortSignal) {
        const both = [await first.images.read(indices, signal), await second.images.read(indices, signal)];
        const out = both[0].slice();
        for (let i = 0; i < indices.length; i++)
          if (indices[i] % 2 === 1) out.set(both[1].subarray(i * pixels, (i + 1) * pixels), i * pixels);
        return out;
      },
    };
    const data = await dataOf({ images: reader, poses: first.poses, ctf: first.ctf });
    const fit = await fitLinear(engine, { ...PLAN, components: 1 }, data);
    const z = fit.latents.mu;
    const of = (parity: number) => Array.from(z).filter((_, i) => i % 2 === parity);
    const [even, odd] = [of(0), of(1)];
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = (values: number[]) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));
    const apart = Math.abs(mean(odd) - mean(even));
    expect(deviation(even) + deviation(odd)).toBeLessThan(0.2 * apart);
    const difference = second.truth(0).map((value, i) => value - first.truth(0)[i]);
    expect(Math.abs(pearson(map(fit, 'components'), difference))).toBeGreaterThan(0.98);
  });

  it('of the reference set follows the hinge, and both halves of the images say so', async () => {
    const data = await dataOf(simulateSet());
    const fit = await fitLinear(engine, PLAN, data);
    const score = await scoreLatents(fit.latents.mu, 2, setStates());
    expect(score.spearmanNeighbours).toBeGreaterThan(0.97);
    expect(fit.reproducibility.reproducible).toBeGreaterThanOrEqual(1);
    expect(fit.reproducibility.heldOutGain).toBeGreaterThan(0);

    const chain = await fitChain(engine, { shape: 'auto', contrast: false }, data, fit);
    expect(chain.shape).toBe('line');
    expect(Math.abs(spearman(chain.latents.mu, setStates()))).toBeGreaterThan(0.98);
    const ends = [
      chain.latents.mu.indexOf(Math.min(...chain.latents.mu)),
      chain.latents.mu.indexOf(Math.max(...chain.latents.mu)),
    ];
    const [low, high] = ends.map((image) => {
      const basis = chainBasis('line', chain.terms, [chain.latents.mu[image]]);
      const terms = chain.weights.get('terms')?.data ?? new Float32Array(0);
      return Float32Array.from({ length: 32 ** 3 }, (_, v) =>
        basis.reduce((sum, phi, b) => sum + phi * terms[b * 32 ** 3 + v], 0),
      );
    });
    const truth = simulateSet(0);
    const [own, other] = [truth.truth(setStates()[ends[0]]), truth.truth(setStates()[ends[1]])];
    expect(pearson(low, own)).toBeGreaterThan(pearson(low, other));
    expect(pearson(high, other)).toBeGreaterThan(pearson(high, own));
  });

  it('measures the noise of each optics group, and of all images', async () => {
    // Every third image is of a group with three times the noise's power.
    const count = 240;
    const groupOf = Int32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const data = await dataOf(new Blobs(16).simulate({ count, snr: 0.5, shiftPixels: 0, seed: 4 }));
    const random = new Random(9);
    const { values } = await data.images.readShard(0);
    const noisy = values.map((value, at) => {
      const image = Math.floor(at / data.images.points);
      return groupOf[image] === 1 ? value + Math.SQRT2 * random.normal() : value;
    });
    const images = { ...data.images, readShard: () => Promise.resolve({ first: 0, count, values: noisy }) };
    const power = Float32Array.from([...data.noise, ...data.noise.map((value) => value + 2)]);
    const plan = { ...PLAN, iterations: 5, components: 1 };
    const fit = await fitLinear(engine, plan, { ...data, images, groupNoise: { power, groupOf } });
    const { shape, data: noise } = fit.weights.get('noise')!;
    expect(shape).toEqual([3, 8]);
    const row = (at: number) => noise.subarray(at * 8 + 1, at * 8 + 8);
    row(0).forEach((all, i) => {
      expect(row(2)[i] / row(1)[i]).toBeGreaterThan(2);
      expect(all / ((2 * row(1)[i] + row(2)[i]) / 3)).toBeCloseTo(1, 4);
    });
  });

  it('says how many iterations it took, and is a number where images are empty around the particle', async () => {
    const data = await dataOf(new Blobs(48).simulate({ count: 60, snr: 1, seed: 2 }));
    const told: LinearProgress[] = [];
    const fit = await fitLinear(
      engine,
      { ...PLAN, components: 1, iterations: 3 },
      { ...data, noise: new Float32Array(25) },
      { onProgress: (progress) => told.push({ ...progress }) },
    );
    expect(told.map(({ iteration }) => iteration)).toEqual([1, 2, 3]);
    expect(told.at(-1)).toMatchObject({ iterations: fit.iterations, bandPixels: 23 });
    for (const { data: values } of fit.weights.values()) expect(values.every(Number.isFinite)).toBe(true);
    expect(fit.latents.mu.every(Number.isFinite)).toBe(true);
  });

  it('of one structure finds nothing that reproduces', async () => {
    const data = await dataOf(new Blobs(24).simulate({ count: 1500, snr: 0.1, seed: 8 }));
    const fit = await fitLinear(engine, { ...PLAN, iterations: 6 }, data);
    expect(fit.reproducibility.reproducible).toBe(0);
  });
});
