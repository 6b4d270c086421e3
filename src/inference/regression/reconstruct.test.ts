// Maps at latents from images: against the formula, against known structures, and that nothing is found where there is nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory } from '../../../testing/blobs.ts';
import { setStates, simulateSet } from '../../../testing/reference-set/set.ts';
import type { Engine } from '../../engine/engine.ts';
import { FactorTwin } from '../../engine/factors/twin.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { Random } from '../../geometry/random.ts';
import { measureNoise } from '../../imaging/noise-spectrum.ts';
import type { Simulation } from '../../imaging/simulate.ts';
import { pearson } from '../../validation/rank-correlation.ts';
import { fitLinear } from '../linear/fit-linear.ts';
import type { LinearData } from '../linear/fit.ts';
import { imageStream, rowsOf } from '../linear/image-stream.ts';
import { openSums } from '../linear/em.ts';
import { priorDamping, solveGrid } from '../linear/solve-grid.ts';
import { surroundingsOf } from './bandwidths.ts';
import { affineBasis, type UncertainLatents } from './latents.ts';
import { fitMeanModel, halfOf, leastSquares, type MeanModel, type RegressionData } from './mean-model.ts';
import { orthonormal, projectedOff, reconstructAt } from './reconstruct.ts';
import { residualMaps } from './residual-maps.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openWasmEngine();
});
afterAll(() => engine.dispose());

async function dataOf({
  images: reader,
  poses,
  ctf,
}: Pick<Simulation, 'images' | 'poses' | 'ctf'>): Promise<LinearData> {
  const images = await imagesInMemory(reader);
  const noise = await measureNoise(reader, { boxPixels: images.boxPixels, window: true, windowRadius: 0.85 });
  return { images, poses, ctf, noise: noise.map((value) => value / images.standardDeviation ** 2) };
}

const difference = (a: Float32Array, b: Float32Array): number => {
  let [most, scale] = [0, 0];
  a.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  });
  return most / scale;
};

/** Latents of chance, a dimension each. */
function chance(count: number, dimension: number, seed: number): UncertainLatents {
  const random = new Random(seed);
  const pairs = (dimension * (dimension + 1)) / 2;
  const covariance = new Float32Array(count * pairs);
  for (let i = 0; i < count; i++) for (let a = 0; a < dimension; a++) covariance[i * pairs + (a * (a + 3)) / 2] = 0.3;
  return { dimension, mean: random.fillNormal(new Float32Array(count * dimension)), covariance };
}

const BOX = 12;
const COUNT = 60;

async function tiny(): Promise<RegressionData> {
  const data = await dataOf(new Blobs(BOX).simulate({ count: COUNT, snr: 1, shiftPixels: 1, seed: 4 }));
  return { ...data, latents: chance(COUNT, 2, 9), basis: affineBasis(2), contrast: true };
}

describe('what is left of images', () => {
  it('is the backprojection of the weighted images where nothing is taken from them', async () => {
    const data = await tiny();
    const around = surroundingsOf([0.2, -0.1], data, 30);
    const fitted = await fitMeanModel(engine, data, {});
    const model: MeanModel = { ...fitted, apparent: new Float32Array(3 * COUNT) };
    const found = new Map<string, Float32Array>();
    await residualMaps(engine, data, model, [around], { onMap: (_target, half, _width, map) => found.set(half, map) });
    const { sums, grid } = await openSums(engine, data, { mapPixels: BOX, bandPixels: BOX / 2 - 1 }, 1);
    sums.setPrecision(model.noise.map((value) => 1 / value));
    for (const half of ['even', 'odd'] as const) {
      sums.clear();
      for await (const { numbers, images } of imageStream(data, { batchImages: COUNT })) {
        const { part, rows } = rowsOf(
          images,
          numbers,
          (number) => halfOf(number) === half && around.binOf[number] === 0,
        );
        const weight = 1 - around.middle[0] / around.widths[0];
        await sums.setImages(part);
        await sums.insert(
          Float32Array.from(rows, (number) => weight * model.contrast[number]),
          Float32Array.from(rows, (number) => weight * model.contrast[number] ** 2),
        );
      }
      const [wanted] = solveGrid(await sums.sums(), grid, 1, priorDamping(grid, [model.power]));
      expect(difference(found.get(half)!, wanted)).toBeLessThan(2e-4);
    }
    sums.dispose();
  });

  it('is that of the formula in double precision', async () => {
    const data = await tiny();
    const twin = Object.assign(Object.create(engine) as Engine, {
      createFactorSums: (request: ConstructorParameters<typeof FactorTwin>[0]) =>
        Promise.resolve(new FactorTwin(request)),
    });
    const [own, other] = [
      await reconstructAt(engine, data, [[0.2, -0.1]], { images: 30 }),
      await reconstructAt(twin, data, [[0.2, -0.1]], { images: 30 }),
    ];
    expect(difference(own[0].map, other[0].map)).toBeLessThan(1e-3);
    expect(own[0].shells.images).toEqual(other[0].shells.images);
  });

  it('has nothing of the noise by which the latents were found, where the images themselves have', async () => {
    const count = 1200;
    const box = 16;
    const data = await dataOf(new Blobs(box).simulate({ count, snr: 0.05, seed: 6 }));
    const fit = await fitLinear(engine, { components: 2, iterations: 5, seed: 0, contrast: false }, data);
    const latents = { dimension: 2, mean: fit.latents.mu, covariance: fit.covariance };
    const regressed: RegressionData = { ...data, latents, basis: affineBasis(2), contrast: false };
    const model = await fitMeanModel(engine, regressed, {});
    const far = [0, 1].map((a) => {
      const own = Array.from({ length: count }, (_, i) => latents.mean[2 * i + a]).sort((x, y) => x - y);
      return own[Math.floor(0.97 * count)];
    });
    // What turns its sign with the latent: the maps at both ends, one less the other.
    const ends = [far, far.map((value) => -value)].map((z) => surroundingsOf(z, regressed, 200));
    const basis = orthonormal(model.terms);
    const common = async (apparent: Float32Array): Promise<number> => {
      const halves = { even: new Float32Array(box ** 3), odd: new Float32Array(box ** 3) };
      await residualMaps(engine, regressed, { ...model, apparent }, ends, {
        onMap: (target, half, _width, map) =>
          map.forEach((value, i) => (halves[half][i] += (target === 0 ? 1 : -1) * value * model.mask[i])),
      });
      return pearson(halves.even, halves.odd);
    };
    // The mean map alone taken from images: what is left is W times the noise of chosen images, alike in both halves.
    const overshot = await common(Float32Array.from({ length: 3 * count }, (_, i) => (i % 3 === 0 ? 1 : 0)));
    const rest = await common(model.apparent);
    expect(overshot).toBeGreaterThan(0.3);
    expect(Math.abs(rest)).toBeLessThan(overshot / 3);
    const map = basis[0].map((value, i) => 2 * value + 3 * basis[1][i]);
    expect(projectedOff(map, basis).every((value) => Math.abs(value) < 1e-5)).toBe(true);
  });

  it('is told of, and ends where it is cancelled', async () => {
    const data = await tiny();
    const told: number[] = [];
    await reconstructAt(engine, data, [[0, 0]], { images: 30, onImages: (done, total) => told.push(done / total) });
    expect([Math.max(...told), told.length > 3]).toEqual([1, true]);
    const control = new AbortController();
    const ended = reconstructAt(engine, data, [[0, 0]], {
      signal: control.signal,
      onStage: (stage) => stage === 'residuals' && control.abort(),
    });
    await expect(ended).rejects.toThrow(/cancel|abort/i);
  });
});

describe('a map at a latent', () => {
  it('is nearer to the structure of its particle than the linear model’s', async () => {
    const data = await dataOf(simulateSet());
    const states = setStates();
    const fit = await fitLinear(engine, { components: 2, iterations: 6, seed: 0, contrast: false }, data);
    const latents = { dimension: 2, mean: fit.latents.mu, covariance: fit.covariance };
    const regressed: RegressionData = { ...data, latents, basis: affineBasis(2), contrast: false };
    const picks = [0, 8, 31, 50];
    const truth = simulateSet(0);
    const at = (i: number) => Array.from(fit.latents.mu.subarray(2 * i, 2 * i + 2));
    const found = await reconstructAt(engine, regressed, picks.map(at));
    const mean = fit.weights.get('mean')!.data;
    const components = fit.weights.get('components')!.data;
    const gains = picks.map((pick, k) => {
      const [a, b] = at(pick);
      const linear = mean.map((value, v) => value + a * components[v] + b * components[mean.length + v]);
      const own = truth.truth(states[pick]);
      return pearson(found[k].map, own) - pearson(linear, own);
    });
    expect(gains.reduce((x, y) => x + y, 0)).toBeGreaterThan(0);
    expect(found[0].images).toBeGreaterThan(100);
    expect(found[0].images).toBeLessThanOrEqual(states.length);
    expect(pearson(...found[0].halves)).toBeGreaterThan(0.9);
  });
});

describe('least squares of an image', () => {
  it('gives the coefficients that it was made with', () => {
    // ⟨u, u⟩ = ((4, 1), (1, 2)), y = 3 u0 − u1: ⟨y, u⟩ = (11, 1), ⟨y, y⟩ = 32.
    const found = leastSquares(Float32Array.of(4, 1, 2, 11, 1, 32), 2);
    expect(found[0]).toBeCloseTo(3, 2);
    expect(found[1]).toBeCloseTo(-1, 2);
  });
});
