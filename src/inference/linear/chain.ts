// A chain of structures through a linear model's images (linear.md, section 5): V(s) = Σ_b φ_b(s) U_b. It starts from diffusion
// coordinates of the linear model's latents; one step of EM over nodes of s is best, more overfit. Line, circle or sheet, whichever
// tells images better that its maps were not made from.
import type { Engine, Latents, Weights } from '../../engine/engine.ts';
import {
  chainBasis,
  chainDimension,
  chainNodes,
  CHAIN_SHAPES,
  defaultTerms,
  type ChainShape,
} from '../../engine/factors/chain-basis.ts';
import type { FactorSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap } from '../../engine/factors/half-cube-transform.ts';
import { triangle } from '../../engine/factors/points.ts';
import { diffusionMap } from '../../landscape/diffusion-map.ts';
import { openSums, type EmHooks } from './em.ts';
import type { LinearData, LinearFit } from './fit.ts';
import { imageStream, type HalfSet } from './image-stream.ts';
import { priorDamping, solveGrid } from './solve-grid.ts';

/** What a chain is asked for. */
export interface ChainPlan {
  shape: 'auto' | ChainShape;
}

/** Held-out evidence of a shape: mean log evidence of an image under maps of the half that it is not in, less the line's. */
export interface ShapeEvidence {
  shape: ChainShape;
  gain: number;
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
/** Spread of an image's start around its place, in s. */
const START_SPREAD = 0.12;
/** Places of the start leave the ends of the chain free. */
const START_REACH = 0.95;

/** Posterior over the nodes of every image, N×K. */
type NodeWeights = Float32Array;

/** Nodes and functions of a shape. */
interface ChainTable {
  shape: ChainShape;
  terms: number;
  nodes: Float32Array;
  /** K×B. */
  basis: Float64Array;
  count: number;
}

function chainTable(shape: ChainShape): ChainTable {
  const terms = defaultTerms(shape);
  const nodes = chainNodes(shape);
  const width = chainDimension(shape);
  const count = nodes.length / width;
  const basis = new Float64Array(count * terms);
  for (let k = 0; k < count; k++)
    basis.set(chainBasis(shape, terms, nodes.subarray(k * width, (k + 1) * width)), k * terms);
  return { shape, terms, nodes, basis, count };
}

/** Errors: 'cancelled', 'out-of-memory'. */
export async function fitChain(
  engine: Engine,
  { shape }: ChainPlan,
  data: LinearData,
  linear: LinearFit,
  hooks: EmHooks = {},
): Promise<ChainFit> {
  const q = linear.latents.mu.length / data.images.count;
  const work = hooks.signal ? { signal: hooks.signal } : {};
  // Distances between latents as those between their maps.
  const inMaps = linear.latents.mu.map((z, at) => z * linear.scree[at % q]);
  const { coordinates } = await diffusionMap(inMaps, q, 2, work);
  const evidence: ShapeEvidence[] = [];
  for (const tried of shape === 'auto' ? CHAIN_SHAPES : []) {
    const fitting = await ChainFitting.open(engine, data, linear, chainTable(tried), hooks);
    try {
      const start = fitting.start(coordinates);
      const gains = [await fitting.heldOut(start, 'even', 'odd'), await fitting.heldOut(start, 'odd', 'even')];
      evidence.push({ shape: tried, gain: (gains[0] + gains[1]) / 2 });
    } finally {
      fitting.dispose();
    }
  }
  const line = evidence[0]?.gain ?? 0;
  for (const one of evidence) one.gain -= line;
  const chosen = shape === 'auto' ? evidence.reduce((a, b) => (b.gain > a.gain ? b : a)).shape : shape;
  const fitting = await ChainFitting.open(engine, data, linear, chainTable(chosen), hooks);
  try {
    const maps = await fitting.maps(fitting.start(coordinates), 'all');
    const { weights } = await fitting.posterior(maps, 'all');
    return { ...fitting.result(maps, weights), evidence };
  } finally {
    fitting.dispose();
  }
}

class ChainFitting {
  private readonly contrast: Float32Array;
  private readonly sums: FactorSums;
  private readonly grid: HalfCube;

  private constructor(
    opened: { sums: FactorSums; grid: HalfCube },
    private readonly data: LinearData,
    private readonly linear: LinearFit,
    private readonly table: ChainTable,
    private readonly hooks: EmHooks,
  ) {
    this.sums = opened.sums;
    this.grid = opened.grid;
    this.contrast = linear.contrast;
    const noise = this.part('noise');
    this.sums.setPrecision(noise.map((value) => 1 / value));
  }

  static async open(engine: Engine, data: LinearData, linear: LinearFit, table: ChainTable, hooks: EmHooks) {
    const { boxPixels } = data.images;
    const settings = { mapPixels: boxPixels, bandPixels: boxPixels / 2 - 1 };
    return new ChainFitting(await openSums(engine, data, settings, table.terms), data, linear, table, hooks);
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
          let away = Math.abs(nodes[k * width + d] - places[i * width + d]);
          if (shape === 'circle') away = Math.min(away, 2 - away);
          squared += away * away;
        }
        const weight = Math.exp(-0.5 * (squared / START_SPREAD ** 2));
        weights[i * count + k] = weight;
        total += weight;
      }
      for (let k = 0; k < count; k++) weights[i * count + k] /= total;
    }
    return weights;
  }

  /** The M step: one map a function. */
  async maps(weights: NodeWeights, half: HalfSet): Promise<Float32Array[]> {
    const { sums, grid, table, hooks } = this;
    const { terms, basis, count } = table;
    const entries = triangle(terms, 0);
    sums.clear();
    const { signal, onIdle } = hooks;
    for await (const { numbers, images } of imageStream(this.data, { half, signal, onIdle })) {
      const first = new Float32Array(numbers.length * terms);
      const second = new Float32Array(numbers.length * entries);
      numbers.forEach((number, i) => {
        const gamma = this.contrast[number];
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
    const power = this.part('power');
    const variances = Array.from({ length: terms }, (_, b) =>
      b === 0 ? power : power.map((value) => PRIOR_OF_TERMS * value),
    );
    const mask = this.part('mask');
    return solveGrid(sums.sums(), grid, terms, priorDamping(grid, variances)).map((map) =>
      map.map((value, i) => value * mask[i]),
    );
  }

  /** The E step: nodes of each image of a half, and the mean of its log evidence. */
  async posterior(maps: Float32Array[], half: HalfSet): Promise<{ weights: NodeWeights; evidence: number }> {
    const { sums, grid, table, hooks } = this;
    const { terms, basis, count } = table;
    const width = triangle(terms, terms) + 1;
    const weights = new Float32Array(this.data.images.count * count);
    sums.setFactors(maps.map((map) => cubeOfMap(map, grid)));
    let evidence = 0;
    let images = 0;
    const { signal, onIdle } = hooks;
    for await (const batch of imageStream(this.data, { half, signal, onIdle })) {
      await sums.setImages(batch.images);
      const products = await sums.products();
      batch.numbers.forEach((number, i) => {
        const own = weights.subarray(number * count, (number + 1) * count);
        const gamma = this.contrast[number];
        let most = -Infinity;
        for (let k = 0; k < count; k++) {
          let [linear, square] = [0, 0];
          for (let a = 0; a < terms; a++) {
            const phi = basis[k * terms + a];
            linear += phi * products[i * width + triangle(terms, a)];
            for (let b = 0; b <= a; b++)
              square += (a === b ? 0.5 : 1) * phi * basis[k * terms + b] * products[i * width + triangle(a, b)];
          }
          own[k] = gamma * linear - gamma * gamma * square;
          most = Math.max(most, own[k]);
        }
        let total = 0;
        for (let k = 0; k < count; k++) total += own[k] = Math.exp(own[k] - most);
        for (let k = 0; k < count; k++) own[k] /= total;
        evidence += most + Math.log(total / count);
      });
      images += batch.numbers.length;
    }
    return { weights, evidence: evidence / images };
  }

  /** Mean log evidence of one half's images under maps of the other half. */
  async heldOut(start: NodeWeights, of: HalfSet, asked: HalfSet): Promise<number> {
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
    return { shape, terms, weights: new Map([['terms', tensor], ...kept]), latents: this.latents(weights) };
  }

  /** Means and variances of s; of a circle around the mean direction. */
  private latents(weights: NodeWeights): Latents {
    const { shape, nodes, count } = this.table;
    const width = chainDimension(shape);
    const images = weights.length / count;
    const mu = new Float32Array(images * width);
    const logVariance = new Float32Array(images * width);
    for (let i = 0; i < images; i++)
      for (let d = 0; d < width; d++) {
        const at = (k: number) => nodes[k * width + d];
        let mean = 0;
        if (shape === 'circle') {
          let [cosine, sine] = [0, 0];
          for (let k = 0; k < count; k++) {
            cosine += weights[i * count + k] * Math.cos(Math.PI * at(k));
            sine += weights[i * count + k] * Math.sin(Math.PI * at(k));
          }
          mean = Math.atan2(sine, cosine) / Math.PI;
        } else for (let k = 0; k < count; k++) mean += weights[i * count + k] * at(k);
        let variance = 0;
        for (let k = 0; k < count; k++) {
          let away = Math.abs(at(k) - mean);
          if (shape === 'circle') away = Math.min(away, 2 - away);
          variance += weights[i * count + k] * away * away;
        }
        mu[i * width + d] = mean;
        logVariance[i * width + d] = Math.log(Math.max(variance, 1e-8));
      }
    return { mu, logVariance };
  }
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
