// A linear model from images to what is kept of it: coarse to fine, the posterior of every image, variances calibrated, and what half of
// the images say of the other half's components.
import { VitrineError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { cubeOfMap } from '../../engine/factors/half-cube-transform.ts';
import { triangle } from '../../engine/factors/points.ts';
import { CONTRAST_DEVIATION, logVariances, posteriors } from '../../engine/factors/posterior.ts';
import type { Matrix } from 'ml-matrix';
import { calibration, combine, dot, ordering, subspaceCorrelations, turnProducts } from './components.ts';
import { openSums, runEm, type EmHooks, type EmSettings, type LinearModel } from './em.ts';
import {
  noiseRows,
  type LinearData,
  type LinearFit,
  type LinearIteration,
  type LinearPlan,
  type LinearReproducibility,
} from './fit.ts';
import type { LinearProgress } from './progress.ts';
import { imageStream, type ImageSubset } from './image-stream.ts';
import { bandLimited, coarseBox, resampledMask } from './resample.ts';
import { signalPower } from './signal-power.ts';

/** Iterations at the end that see all images; those before them see a part of many. */
const ALL_IMAGES_ITERATIONS = 3;
const HALF_SET_ITERATIONS = 5;
/** Two halves agree on a direction that correlates by more than this. */
const REPRODUCES = 0.5;
/** Held-out evidence of heterogeneity: standard errors above none. */
const SURE = 3;

/** What a fit tells and is told. */
export interface FitOptions extends EmHooks {
  onProgress?: (progress: LinearProgress, model: LinearModel) => void;
}

/** Errors: 'count-mismatch' for fewer images than components could be told from, 'cancelled', 'out-of-memory', those of reading images. */
export async function fitLinear(
  engine: Engine,
  plan: LinearPlan,
  data: LinearData,
  { onProgress, onLatents, ...hooks }: FitOptions = {},
): Promise<LinearFit> {
  const { boxPixels, count } = data.images;
  if (count < 4 * plan.components)
    throw new VitrineError('count-mismatch', 'There are too few images for so many components.', {
      expected: `at least ${4 * plan.components} images`,
      found: String(count),
      advice: 'Ask for fewer components.',
    });
  const began = Date.now();
  const band = boxPixels / 2 - 1;
  const power = await signalPower(data, band, hooks.signal);
  const coarse = coarseBox(boxPixels);
  const { components, seed, contrast, mask } = plan;
  const common = { components, seed, contrast, power, ...(mask && { mask }) };
  const first = coarse < boxPixels ? Math.ceil(plan.iterations / 2) : 0;
  const history: LinearIteration[] = [];
  const tell = (model: LinearModel, isLast: boolean): void => {
    const iteration = history.length + 1;
    const { bandPixels, evidenceGain, scree } = model;
    const seconds = (Date.now() - began) / 1000;
    history.push({ iteration, bandPixels, evidenceGain, seconds });
    const iterations = isLast ? iteration : plan.iterations;
    onProgress?.({ iteration, iterations, bandPixels, evidenceGain, scree, seconds }, model);
  };
  let start: LinearModel | undefined;
  if (first > 0) {
    const settings = {
      ...common,
      mapPixels: coarse,
      bandPixels: coarse / 2 - 1,
      iterations: first,
      subset: 'part' as const,
    };
    const found = await runEm(engine, data, settings, {
      ...hooks,
      onLatents,
      onIteration: (found) => tell(found, false),
    });
    start = enlarged(found, boxPixels);
  }
  const model = await runEm(
    engine,
    data,
    {
      ...common,
      mapPixels: boxPixels,
      bandPixels: band,
      iterations: plan.iterations - first,
      subset: 'part',
      thenAll: ALL_IMAGES_ITERATIONS,
      ...(start && { start }),
    },
    { ...hooks, onLatents, onIteration: tell },
  );
  const fitting: Fitting = { engine, data, contrast, hooks };
  const reproducibility = await reproduced(fitting, { ...common, iterations: plan.iterations });
  return finished(fitting, plan, { model, power, history, reproducibility });
}

/** On the voxels of a larger box of the same field of view. */
function enlarged(model: LinearModel, boxPixels: number): LinearModel {
  const grow = (map: Float32Array) => bandLimited(map, model.mapPixels, model.bandPixels, boxPixels);
  const mask = resampledMask(model.mask, model.mapPixels, model.bandPixels, boxPixels);
  return {
    ...model,
    mapPixels: boxPixels,
    mean: grow(model.mean),
    components: model.components.map(grow),
    mask,
  };
}

/** What a fit computes on and from. */
interface Fitting {
  engine: Engine;
  data: LinearData;
  contrast: boolean;
  hooks: EmHooks;
}

/** Fits both halves of the images by themselves, and asks each model of the images that it has not seen. */
async function reproduced(
  fitting: Fitting,
  plan: Pick<EmSettings, 'components' | 'seed' | 'power' | 'iterations' | 'mask'>,
): Promise<LinearReproducibility> {
  const { engine, data, contrast, hooks } = fitting;
  const mapPixels = coarseBox(data.images.boxPixels);
  const bandPixels = mapPixels / 2 - 1;
  const fitted = (subset: ImageSubset) => {
    const iterations = Math.min(plan.iterations, HALF_SET_ITERATIONS);
    return runEm(engine, data, { ...plan, contrast, mapPixels, bandPixels, subset, iterations }, hooks);
  };
  const even = await fitted('even');
  const odd = await fitted('odd');
  const correlations = subspaceCorrelations(even.components, odd.components);
  const gains = [...(await gainOf(fitting, even, 'odd')), ...(await gainOf(fitting, odd, 'even'))];
  const mean = gains.reduce((a, b) => a + b, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length;
  const heldOutError = Math.sqrt(variance / gains.length);
  const found = correlations.filter((value) => value >= REPRODUCES).length;
  return {
    reproducible: mean > SURE * heldOutError ? found : 0,
    correlations,
    heldOutGain: mean,
    heldOutError,
  };
}

/** Log evidence of each image of a half over that of the mean alone. */
async function gainOf(fitting: Fitting, model: LinearModel, subset: ImageSubset): Promise<number[]> {
  const gains: number[] = [];
  const deviation = fitting.contrast ? CONTRAST_DEVIATION : 0;
  await eachProducts(fitting, model, subset, (products) => {
    for (const gain of posteriors(products, model.components.length, { deviation }).evidenceGain) gains.push(gain);
  });
  return gains;
}

async function eachProducts(
  { engine, data, hooks: { signal, onIdle } }: Fitting,
  model: LinearModel,
  subset: ImageSubset,
  visit: (products: Float32Array, numbers: Uint32Array) => void,
): Promise<void> {
  const { sums, grid } = await openSums(engine, data, model, model.components.length + 1);
  try {
    sums.setFactors([model.mean, ...model.components].map((map) => cubeOfMap(map, grid)));
    sums.setPrecision(model.noise.map((value) => 1 / value));
    for await (const { numbers, images } of imageStream(data, {
      subset,
      batchImages: sums.batchImages,
      signal,
      onIdle,
    })) {
      await sums.setImages(images);
      visit(await sums.products(), numbers);
    }
  } finally {
    sums.dispose();
  }
}

/** Posteriors of all images under the final maps, once as fitted and, variances calibrated, once more. */
async function finished(
  fitting: Fitting,
  plan: LinearPlan,
  { model, ...known }: Pick<LinearFit, 'history' | 'reproducibility'> & { model: LinearModel; power: Float32Array },
): Promise<LinearFit> {
  const { power, history, reproducibility } = known;
  const q = plan.components;
  const { boxPixels, count } = fitting.data.images;
  const width = triangle(q + 1, q + 1) + 1;
  const products = new Float32Array(count * width);
  await eachProducts(fitting, model, 'all', (found, numbers) => {
    numbers.forEach((number, i) => products.set(found.subarray(i * width, (i + 1) * width), number * width));
  });
  const deviation = plan.contrast ? CONTRAST_DEVIATION : 0;
  const fitted = posteriors(products, q, { deviation });
  const spread = calibration(products, q, fitted.contrast);
  const { turn } = ordering(combine(model.components, spread));
  const change: Matrix = spread.mmul(turn);
  const components = combine(model.components, change);
  const found = posteriors(turnProducts(products, q, change), q, { deviation });
  const shape = [boxPixels, boxPixels, boxPixels];
  const all = new Float32Array(q * boxPixels ** 3);
  components.forEach((map, a) => all.set(map, a * boxPixels ** 3));
  const scale = Math.sqrt(dot(model.mean, model.mean));
  const rows = noiseRows(fitting.data);
  return {
    weights: new Map([
      ['mean', { shape, data: model.mean }],
      ['components', { shape: [q, ...shape], data: all }],
      ['mask', { shape, data: model.mask }],
      ['noise', { shape: [rows, model.noise.length / rows], data: model.noise }],
      ['power', { shape: [power.length], data: power }],
    ]),
    latents: { mu: found.mean, logVariance: logVariances(found.covariance, q) },
    covariance: found.covariance,
    contrast: found.contrast,
    evidenceGain: Float32Array.from(found.evidenceGain),
    scree: Float32Array.from(components, (map) => Math.sqrt(dot(map, map)) / scale),
    iterations: history.length,
    history,
    reproducibility,
  };
}
