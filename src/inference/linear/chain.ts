// A chain of structures through a linear model's images (linear.md, section 5): V(s) = Σ_b φ_b(s) U_b. It starts from diffusion
// coordinates of the linear model's latents; one step of EM over nodes of s is best, more overfit. Line, circle or sheet: the simplest
// that no other clearly beats in telling images that its maps were not made from.
import type { Engine, Latents, Weights } from '../../engine/engine.ts';
import { chainDimension, CHAIN_SHAPES, defaultTerms, type ChainShape } from '../../engine/factors/chain-basis.ts';
import type { FactorSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap } from '../../engine/factors/half-cube-transform.ts';
import {
  chainLatents,
  chainTable,
  distanceAlong,
  nodePosteriors,
  type ChainTable,
} from '../../engine/factors/node-posterior.ts';
import { triangle } from '../../engine/factors/points.ts';
import { CONTRAST_DEVIATION } from '../../engine/factors/posterior.ts';
import { diffusionMap } from '../../landscape/diffusion-map.ts';
import { openSums, type EmHooks } from './em.ts';
import { noiseRows, type LinearData, type LinearFit } from './fit.ts';
import { imageStream, type ImageSubset } from './image-stream.ts';
import { coarseBox, resampledMask } from './resample.ts';
import { priorDamping, solveGrid } from './solve-grid.ts';

/** What a chain is asked for. */
export interface ChainPlan {
  shape: 'auto' | ChainShape;
  /** Whether each image's contrast is unknown, as the linear model had it. */
  contrast: boolean;
}

/** Held-out evidence of a shape: mean log evidence of an image under maps of the half that it is not in, less the line's. */
export interface ShapeEvidence {
  shape: ChainShape;
  gain: number;
  /** Standard error of the gain. */
  error: number;
}

/** A fitted chain. */
export interface ChainFit {
  shape: ChainShape;
  terms: number;
  /** `terms` [B, D, D, D] in the units of the prepared images, real space; `mask`, `noise` and `power` as the linear model's. */
  weights: Weights;
  /** Posterior means of s, N×dimension, and logarithms of their variances. */
  latents: Latents;
  /** Of the shapes that were tried. */
  evidence: ShapeEvidence[];
}

const PRIOR_OF_TERMS = 0.5;
/** Spread of an image's start around its place, in s; a circle's s is π times as long as that of a line across. */
const START_SPREAD = { line: 0.12, circle: 0.12 / Math.PI, sheet: 0.12 } as const;
/**
 * A shape is preferred to a simpler one where its gain is so many standard errors, and such a share of what components gain over one
 * structure: a sheet always bends a little better along a line than the line does.
 */
const SURE = 3;
const WORTH = 0.05;
/** Places of the start leave the ends of the chain free. */
const START_REACH = 0.95;

/** Posterior over the nodes of every image, N×K. */
type NodeWeights = Float32Array;

/** What a chain tells and is told. */
export interface ChainHooks extends Omit<EmHooks, 'onIteration'> {
  /** Before each shape that is tried. */
  onShape?: ((shape: ChainShape) => void) | undefined;
}

/** Errors: 'cancelled', 'out-of-memory'. */
export async function fitChain(
  engine: Engine,
  { shape, contrast }: ChainPlan,
  data: LinearData,
  linear: LinearFit,
  { onShape, ...hooks }: ChainHooks = {},
): Promise<ChainFit> {
  const q = linear.latents.mu.length / data.images.count;
  const work = hooks.signal ? { signal: hooks.signal } : {};
  // Distances between latents as those between their maps.
  const inMaps = linear.latents.mu.map((z, at) => z * linear.scree[at % q]);
  const { coordinates } = await diffusionMap(inMaps, q, 2, work);
  const trials: ShapeTrial[] = [];
  const { boxPixels } = data.images;
  const open = (tried: ChainShape, mapPixels: number) => {
    onShape?.(tried);
    const table = chainTable(tried, defaultTerms(tried));
    return ChainFitting.open(engine, data, linear, { table, mapPixels, contrast, hooks });
  };
  for (const tried of shape === 'auto' ? CHAIN_SHAPES : []) {
    const fitting = await open(tried, coarseBox(boxPixels));
    try {
      const start = fitting.start(coordinates);
      const images = [
        ...(await fitting.heldOut(start, 'even', 'odd')),
        ...(await fitting.heldOut(start, 'odd', 'even')),
      ];
      trials.push({ shape: tried, images });
    } finally {
      fitting.dispose();
    }
  }
  const evidence = trials.map(({ shape: tried, images }) => ({ shape: tried, ...gainOver(trials[0].images, images) }));
  const chosen = shape === 'auto' ? simplest(trials, WORTH * linear.reproducibility.heldOutGain) : shape;
  const fitting = await open(chosen, boxPixels);
  try {
    const maps = await fitting.maps(fitting.start(coordinates), 'all');
    const { weights } = await fitting.posterior(maps, 'all');
    return { ...fitting.result(maps, weights), evidence };
  } finally {
    fitting.dispose();
  }
}

/** Held-out log evidence of images under a shape, one after the other. */
interface ShapeTrial {
  shape: ChainShape;
  images: number[];
}

/** The first shape that none after it surely beats by so much. */
function simplest([first, ...others]: readonly ShapeTrial[], worth: number): ChainShape {
  let chosen = first;
  for (const other of others) {
    const { gain, error } = gainOver(chosen.images, other.images);
    if (gain > worth && gain > SURE * error) chosen = other;
  }
  return chosen.shape;
}

/** Mean gain in evidence of the same images, and its standard error. */
function gainOver(before: readonly number[], after: readonly number[]): { gain: number; error: number } {
  const gains = after.map((value, i) => value - before[i]);
  const gain = gains.reduce((sum, value) => sum + value, 0) / gains.length;
  const variance = gains.reduce((sum, value) => sum + (value - gain) ** 2, 0) / gains.length;
  return { gain, error: Math.sqrt(variance / gains.length) };
}

/** One shape and how it is fitted. */
interface Fitting {
  table: ChainTable;
  /** Box of its maps: that of the images, or a smaller one of the same field of view. */
  mapPixels: number;
  contrast: boolean;
  hooks: EmHooks;
}

class ChainFitting {
  private readonly table: ChainTable;
  private readonly hooks: EmHooks;
  private readonly sums: FactorSums;
  private readonly grid: HalfCube;
  private readonly mask: Float32Array;
  private readonly power: Float32Array;

  private constructor(
    opened: { sums: FactorSums; grid: HalfCube },
    private readonly data: LinearData,
    private readonly linear: LinearFit,
    private readonly fitting: Fitting,
  ) {
    this.table = fitting.table;
    this.hooks = fitting.hooks;
    this.sums = opened.sums;
    this.grid = opened.grid;
    const { mapPixels } = fitting;
    const { boxPixels } = data.images;
    const rings = mapPixels / 2;
    const mask = this.part('mask');
    this.mask = mapPixels === boxPixels ? mask : resampledMask(mask, boxPixels, rings - 1, mapPixels);
    this.power = this.part('power').subarray(0, rings);
    this.sums.setPrecision(precisions(this.part('noise'), noiseRows(data), rings));
  }

  static async open(engine: Engine, data: LinearData, linear: LinearFit, fitting: Fitting) {
    const { mapPixels } = fitting;
    const settings = { mapPixels, bandPixels: mapPixels / 2 - 1 };
    return new ChainFitting(await openSums(engine, data, settings, fitting.table.terms), data, linear, fitting);
  }

  dispose(): void {
    this.sums.dispose();
  }

  private part(name: string): Float32Array {
    return this.linear.weights.get(name)?.data ?? new Float32Array(0);
  }

  /** Nodes around the rank of each image's diffusion coordinates; even where an image has none. */
  start(coordinates: Float32Array): NodeWeights {
    const { shape, nodes, count } = this.table;
    const width = chainDimension(shape);
    const images = coordinates.length / 2;
    const places = placesOf(coordinates, shape);
    const weights = new Float32Array(images * count).fill(1 / count);
    for (let i = 0; i < images; i++) {
      if (Number.isNaN(places[i * width])) continue;
      let total = 0;
      for (let k = 0; k < count; k++) {
        let squared = 0;
        for (let d = 0; d < width; d++) {
          squared += distanceAlong(shape, nodes[k * width + d], places[i * width + d]) ** 2;
        }
        const weight = Math.exp(-0.5 * (squared / START_SPREAD[shape] ** 2));
        weights[i * count + k] = weight;
        total += weight;
      }
      for (let k = 0; k < count; k++) weights[i * count + k] /= total;
    }
    return weights;
  }

  /** The M step: one map a function. */
  async maps(weights: NodeWeights, half: ImageSubset): Promise<Float32Array[]> {
    const { sums, grid, table, hooks, power, mask } = this;
    const { terms, basis, count } = table;
    const entries = triangle(terms, 0);
    sums.clear();
    const { signal, onIdle } = hooks;
    const { batchImages } = sums;
    for await (const { numbers, images } of imageStream(this.data, { subset: half, batchImages, signal, onIdle })) {
      const first = new Float32Array(numbers.length * terms);
      const second = new Float32Array(numbers.length * entries);
      numbers.forEach((number, i) => {
        const gamma = this.linear.contrast[number];
        for (let k = 0; k < count; k++) {
          const weight = weights[number * count + k];
          if (weight < 1e-7) continue;
          for (let a = 0; a < terms; a++) {
            const share = weight * gamma * basis[k * terms + a];
            first[i * terms + a] += share;
            for (let b = 0; b <= a; b++) second[i * entries + triangle(a, b)] += share * gamma * basis[k * terms + b];
          }
        }
      });
      await sums.setImages(images);
      await sums.insert(first, second);
    }
    const variances = Array.from({ length: terms }, (_, b) =>
      b === 0 ? power : power.map((value) => PRIOR_OF_TERMS * value),
    );
    return solveGrid(await sums.sums(), grid, terms, priorDamping(grid, variances)).map((map) =>
      map.map((value, i) => value * mask[i]),
    );
  }

  /** The E step: nodes of each image of a half, and its log evidence. */
  async posterior(maps: Float32Array[], half: ImageSubset): Promise<{ weights: NodeWeights; evidence: number[] }> {
    const { sums, grid, table, hooks } = this;
    const deviation = this.fitting.contrast ? CONTRAST_DEVIATION : 0;
    const weights = new Float32Array(this.data.images.count * table.count);
    sums.setFactors(maps.map((map) => cubeOfMap(map, grid)));
    const evidence: number[] = [];
    const { signal, onIdle } = hooks;
    const { batchImages } = sums;
    for await (const batch of imageStream(this.data, { subset: half, batchImages, signal, onIdle })) {
      await sums.setImages(batch.images);
      const found = nodePosteriors(await sums.products(), table, { deviation });
      batch.numbers.forEach((number, i) => {
        weights.set(found.weights.subarray(i * table.count, (i + 1) * table.count), number * table.count);
        evidence.push(found.evidence[i]);
      });
    }
    return { weights, evidence };
  }

  /** Log evidence of one half's images under maps of the other half. */
  async heldOut(start: NodeWeights, of: ImageSubset, asked: ImageSubset): Promise<number[]> {
    return (await this.posterior(await this.maps(start, of), asked)).evidence;
  }

  result(maps: Float32Array[], weights: NodeWeights): Omit<ChainFit, 'evidence'> {
    const { shape, terms } = this.table;
    const { boxPixels } = this.data.images;
    const voxels = boxPixels ** 3;
    const all = new Float32Array(terms * voxels);
    maps.forEach((map, b) => all.set(map, b * voxels));
    const kept = (['mask', 'noise', 'power'] as const).flatMap((name) => {
      const tensor = this.linear.weights.get(name);
      return tensor ? [[name, tensor] as const] : [];
    });
    const tensor = { shape: [terms, boxPixels, boxPixels, boxPixels], data: all };
    return { shape, terms, weights: new Map([['terms', tensor], ...kept]), latents: chainLatents(weights, this.table) };
  }
}

/** 1/σ² of the first rings of each row of noise. */
function precisions(noise: Float32Array, rows: number, rings: number): Float32Array {
  const width = noise.length / rows;
  return Float32Array.from(
    { length: rows * rings },
    (_, at) => 1 / noise[Math.floor(at / rings) * width + (at % rings)],
  );
}

/** Where images begin on a shape: ranks of diffusion coordinates, or the angle of the first two; NaN where there are none. */
function placesOf(coordinates: Float32Array, shape: ChainShape): Float32Array {
  const images = coordinates.length / 2;
  if (shape === 'circle')
    return Float32Array.from(
      { length: images },
      (_, i) => Math.atan2(coordinates[2 * i + 1], coordinates[2 * i]) / Math.PI,
    );
  const width = chainDimension(shape);
  const out = new Float32Array(images * width).fill(NaN);
  for (let d = 0; d < width; d++) {
    const rows = Array.from({ length: images }, (_, i) => i).filter((i) => !Number.isNaN(coordinates[2 * i + d]));
    rows.sort((a, b) => coordinates[2 * a + d] - coordinates[2 * b + d]);
    rows.forEach((row, place) => {
      out[row * width + d] = START_REACH * (2 * ((place + 0.5) / rows.length) - 1);
    });
  }
  return out;
}
