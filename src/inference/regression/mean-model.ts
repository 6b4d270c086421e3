// What maps at latents are compared with: maps U_b whose sums Σ_b φ_b(z) U_b fit all images best, given the images' latents with
// their uncertainty. Fitted to each half of the images by itself too: what is left of images after a fit that has seen them is a
// little opposite in the two halves, which would hide what they have in common.
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Engine } from '../../engine/engine.ts';
import type { FactorSums, GridSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap } from '../../engine/factors/half-cube-transform.ts';
import { triangle } from '../../engine/factors/points.ts';
import { CONTRAST_DEVIATION } from '../../engine/factors/posterior.ts';
import type { TrainingData } from '../training.ts';
import { openSums, type EmHooks } from '../linear/em.ts';
import { imageStream, rowsOf } from '../linear/image-stream.ts';
import { signalPower } from '../linear/signal-power.ts';
import { priorDamping, solveGrid } from '../linear/solve-grid.ts';
import { solventMask } from '../linear/solvent-mask.ts';
import { BasisMoments, type LatentBasis, type UncertainLatents } from './latents.ts';

/** What is told while it works. */
export interface PassHooks extends Pick<EmHooks, 'signal' | 'onIdle'> {
  /** Images of `total` that have passed, over all passes. */
  onImages?: (done: number, total: number) => void;
}

/** What maps are regressed from. */
export interface RegressionData extends TrainingData {
  latents: UncertainLatents;
  basis: LatentBasis;
  /** Whether each image's contrast is unknown. */
  contrast: boolean;
  /** Mean |·|² of a coefficient by ring 0 … D/2 − 1 of the noise and of the particles, prepared units; absent: measured. */
  spectra?: Spectra | undefined;
  /** The run's own maps of the basis, D³ each, and their mask; absent: fitted to all images. */
  maps?: { terms: Float32Array[]; mask: Float32Array } | undefined;
}

/** How much is believed of maps and images, by ring 0 … band. */
export type Spectra = Record<'noise' | 'power', Float32Array>;

/** Maps D³ in the units of the prepared images, real space, masked. */
export interface MeanModel {
  terms: Float32Array[];
  halves: Record<'even' | 'odd', Float32Array[]>;
  mask: Float32Array;
  noise: Float32Array;
  power: Float32Array;
  /** N, 1 in the mean. */
  contrast: Float32Array;
  /**
   * N×F: by how much of its half's maps each image is explained best, with nothing else known of it. What is left of an image then has
   * nothing of the noise by which its latent was found.
   */
  apparent: Float32Array;
}

/** The number of an image says its half. */
export function halfOf(number: number): 'even' | 'odd' {
  return number % 2 === 0 ? 'even' : 'odd';
}

/** Passes over the images that a fit takes. */
function passesOfMeanModel({ contrast, spectra }: RegressionData): number {
  return 2 + (contrast ? 2 : 0) + (spectra ? 0 : 2);
}

/** Errors: 'cancelled', 'out-of-memory', 'usage' for an engine without factor sums. */
export async function fitMeanModel(engine: Engine, data: RegressionData, hooks: PassHooks): Promise<MeanModel> {
  const { boxPixels } = data.images;
  const settings = { mapPixels: boxPixels, bandPixels: boxPixels / 2 - 1 };
  const opened = await openSums(engine, data, settings, data.basis.terms);
  const other = await openSums(engine, data, settings, data.basis.terms).catch((error: unknown) => {
    opened.sums.dispose();
    throw error;
  });
  const fit = new Fit({ even: opened.sums, odd: other.sums }, opened.grid, data, hooks);
  try {
    return await fit.model();
  } finally {
    opened.sums.dispose();
    other.sums.dispose();
  }
}

class Fit {
  private terms: Float32Array[] = [];
  private halves: MeanModel['halves'] = { even: [], odd: [] };
  private mask: Float32Array = new Float32Array(0);
  private contrast: Float32Array;
  private readonly moments: BasisMoments;
  private readonly bandPixels: number;
  private done = 0;

  constructor(
    private readonly sums: Record<'even' | 'odd', FactorSums>,
    private readonly grid: HalfCube,
    private readonly data: RegressionData,
    private readonly hooks: PassHooks,
  ) {
    this.bandPixels = grid.bandPixels;
    this.contrast = new Float32Array(data.images.count).fill(1);
    this.moments = new BasisMoments(data.basis, data.latents);
  }

  async model(): Promise<MeanModel> {
    const spectra = this.data.spectra ?? (await this.measuredSpectra());
    await this.fit(spectra);
    if (this.data.contrast) {
      await this.measureContrast();
      await this.fit(spectra);
    }
    const apparent = await this.explained();
    const { terms, halves, mask, contrast } = this;
    return { terms, halves, mask, contrast, apparent, ...spectra };
  }

  /** From what a fit without any prior leaves of the images, at white noise. */
  private async measuredSpectra(): Promise<Spectra> {
    const flat = new Float32Array(this.bandPixels + 1);
    await this.fit({ noise: flat.fill(1), power: flat.slice().fill(Infinity) });
    const noise = await this.left();
    const power = await signalPower({ ...this.data, noise }, this.bandPixels, this.hooks.signal);
    return { noise, power };
  }

  private async *stream() {
    const { data, hooks } = this;
    const total = passesOfMeanModel(data) * data.images.count;
    const { batchImages } = this.sums.even;
    for await (const batch of imageStream(data, { batchImages, signal: hooks.signal, onIdle: hooks.onIdle })) {
      yield batch;
      this.done += batch.numbers.length;
      hooks.onImages?.(this.done, total);
    }
  }

  /** Maps of both halves and of all images. */
  private async fit({ noise, power }: Spectra): Promise<void> {
    const { sums, grid, data, moments, contrast } = this;
    const { terms, share } = data.basis;
    const entries = triangle(terms, 0);
    const middle = new Float64Array(terms);
    for (const half of HALVES) {
      sums[half].setPrecision(noise.map((value) => 1 / value));
      sums[half].clear();
    }
    for await (const { numbers, images } of this.stream())
      for (const half of HALVES) {
        const { part, rows } = rowsOf(images, numbers, (number) => halfOf(number) === half);
        if (rows.length === 0) continue;
        const first = new Float32Array(rows.length * terms);
        const second = new Float32Array(rows.length * entries);
        rows.forEach((number, i) => {
          const gamma = contrast[number];
          moments.take(number);
          for (let a = 0; a < terms; a++) {
            middle[a] += moments.first[a] / data.images.count;
            first[i * terms + a] = gamma * moments.first[a];
          }
          for (let e = 0; e < entries; e++) second[i * entries + e] = gamma * gamma * moments.second[e];
        });
        await sums[half].setImages(part);
        await sums[half].insert(first, second);
      }
    const damping = priorDamping(
      grid,
      Array.from({ length: terms }, (_, b) => (b === 0 ? power : power.map((value) => share * value))),
    );
    const [even, odd] = [await sums.even.sums(), await sums.odd.sums()];
    const masked = (found: Float32Array[]) => found.map((map) => map.map((value, i) => value * this.mask[i]));
    if (data.maps) {
      this.mask = data.maps.mask;
      this.terms = data.maps.terms;
    } else {
      const all: GridSums = { ...even, values: even.values.map((value, i) => value + odd.values[i]) };
      const maps = solveGrid(all, grid, terms, damping);
      this.mask = solventMask(combined(maps, middle), grid.boxPixels);
      this.terms = masked(maps);
    }
    this.halves = {
      even: masked(solveGrid(even, grid, terms, damping)),
      odd: masked(solveGrid(odd, grid, terms, damping)),
    };
  }

  /** Mean |·|² by ring of what the maps leave of the images. */
  private async left(): Promise<Float32Array> {
    const { sums, grid, data, moments } = this;
    const { terms } = data.basis;
    const totals = new Float64Array(this.bandPixels + 1);
    sums.even.setFactors(this.terms.map((map) => cubeOfMap(map, grid)));
    for await (const { numbers, images } of this.stream()) {
      const coefficients = new Float32Array(numbers.length * terms);
      numbers.forEach((number, i) => {
        moments.take(number);
        coefficients.set(moments.first, i * terms);
      });
      await sums.even.setImages(images);
      const rows = await sums.even.residuals(coefficients);
      for (let at = 0; at < rows.length; at++) totals[at % totals.length] += rows[at] / data.images.count;
    }
    totals[0] = totals[1];
    return Float32Array.from(totals, (value) => Math.max(value, LEAST_NOISE));
  }

  private async explained(): Promise<Float32Array> {
    const { sums, grid, data, halves } = this;
    const { terms } = data.basis;
    const out = new Float32Array(data.images.count * terms);
    for (const half of HALVES) sums[half].setFactors(halves[half].map((map) => cubeOfMap(map, grid)));
    for await (const { numbers, images } of this.stream())
      for (const half of HALVES) {
        const { part, rows } = rowsOf(images, numbers, (number) => halfOf(number) === half);
        if (rows.length === 0) continue;
        await sums[half].setImages(part);
        const found = leastSquares(await sums[half].products(), terms);
        rows.forEach((number, i) => out.set(found.subarray(i * terms, (i + 1) * terms), number * terms));
      }
    return out;
  }

  /** The most likely contrast of each image under the maps, with the prior that linear models have. */
  private async measureContrast(): Promise<void> {
    const { sums, grid, data, moments, contrast } = this;
    const { terms } = data.basis;
    const width = triangle(terms, terms) + 1;
    const prior = 1 / CONTRAST_DEVIATION ** 2;
    sums.even.setFactors(this.terms.map((map) => cubeOfMap(map, grid)));
    let total = 0;
    for await (const { numbers, images } of this.stream()) {
      await sums.even.setImages(images);
      const products = await sums.even.products();
      numbers.forEach((number, i) => {
        moments.take(number);
        let [seen, norm] = [0, 0];
        for (let a = 0; a < terms; a++) {
          seen += moments.first[a] * products[i * width + triangle(terms, a)];
          for (let b = 0; b <= a; b++)
            norm += (a === b ? 1 : 2) * moments.second[triangle(a, b)] * products[i * width + triangle(a, b)];
        }
        contrast[number] = Math.max(0, (seen + prior) / (norm + prior));
        total += contrast[number];
      });
    }
    const mean = total / data.images.count || 1;
    this.contrast = contrast.map((value) => value / mean);
  }
}

const HALVES = ['even', 'odd'] as const;
/** Of what is left of an image, in units of its standard deviation: none is no noise. */
const LEAST_NOISE = 1e-12;

/** Added to the normal equations of an image, of their largest diagonal entry: a direction that it does not show stays unexplained. */
const RIDGE = 1e-4;

/** Of products (factor-sums.ts) of `terms` factors the B×terms coefficients at which each image is explained best. */
export function leastSquares(products: Float32Array, terms: number): Float32Array {
  const width = triangle(terms, terms) + 1;
  const count = products.length / width;
  const out = new Float32Array(count * terms);
  const system = Matrix.zeros(terms, terms);
  const right = Matrix.zeros(terms, 1);
  for (let i = 0; i < count; i++) {
    const at = i * width;
    let largest = Number.MIN_VALUE;
    for (let a = 0; a < terms; a++) largest = Math.max(largest, products[at + triangle(a, a)]);
    for (let a = 0; a < terms; a++) {
      right.set(a, 0, products[at + triangle(terms, a)]);
      for (let b = 0; b <= a; b++) {
        const value = products[at + triangle(a, b)] + (a === b ? RIDGE * largest : 0);
        system.set(a, b, value);
        system.set(b, a, value);
      }
    }
    out.set(new CholeskyDecomposition(system).solve(right).to1DArray(), i * terms);
  }
  return out;
}

/** Σ_b φ_b U_b. */
export function combined(terms: readonly Float32Array[], coefficients: ArrayLike<number>): Float32Array {
  const out = new Float32Array(terms[0].length);
  terms.forEach((map, b) => {
    for (let i = 0; i < out.length; i++) out[i] += coefficients[b] * map[i];
  });
  return out;
}
