// Probabilistic PCA of images at known poses by expectation–maximisation (linear.md, section 2): E step in closed form an image,
// M step as a small system at each grid point, a frozen prior from the images' power, the solvent mask inside the iterations.
import { throwIfCancelled, VitrineError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { FactorSums } from '../../engine/factors/factor-sums.ts';
import { makeHalfCube, type HalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap } from '../../engine/factors/half-cube-transform.ts';
import { triangle } from '../../engine/factors/points.ts';
import { CONTRAST_DEVIATION, posteriors, type Posteriors } from '../../engine/factors/posterior.ts';
import { Random } from '../../geometry/random.ts';
import { largestStretch } from '../../imaging/image-optics.ts';
import { combine, dot, ordering, withoutMean } from './components.ts';
import { noiseRows, type LinearData } from './fit.ts';
import { imagesOf, imageStream, type ImageSubset, type StreamData, type StreamOptions } from './image-stream.ts';
import { bandLimited } from './resample.ts';
import { priorDamping, solveGrid } from './solve-grid.ts';
import { firstMask, FOUND_MASK, maskOfMean, type MaskPlan } from './mask-plan.ts';

const MASK_AFTER = 4;
const CONTRAST_AFTER = 3;
const NOISE_EVERY = 3;
/** Batches of which one is looked at for the noise, where there are many images: more than the other. */
const NOISE_BATCHES = 4;
const MANY_IMAGES = 8000;
/** Of a group whose noise is measured by itself. */
const LEAST_OF_GROUP = 30;
/** Of a component's start: largest shell, and norm by that of the mean. */
const START_BAND = 6;
const START_NORM = 0.1;
/** Added to the first mean's weights, of their mean. */
const FIRST_DAMPING = 0.1;
/** Of what is left of an image, in units of its standard deviation: none is no noise. */
const LEAST_NOISE = 1e-12;
/** The evidence has settled where an iteration changes it by less than this part. */
const SETTLED = 1e-4;

/** A model on the way: maps d³ of box `mapPixels`, real space, in the units of the prepared images. */
export interface LinearModel {
  mapPixels: number;
  bandPixels: number;
  mean: Float32Array;
  components: Float32Array[];
  mask: Float32Array;
  /** rows×(band + 1) (noiseRows): mean |noise|² of a coefficient by ring. */
  noise: Float32Array;
  /** Norms of the components, descending, over that of the mean. */
  scree: Float32Array;
  evidenceGain: number;
}

/** One run of EM on maps of one box and one band limit. */
export interface EmSettings {
  components: number;
  mapPixels: number;
  bandPixels: number;
  iterations: number;
  seed: number;
  contrast: boolean;
  subset: ImageSubset;
  /** Iterations at the end that see all images, whatever those before them see. */
  thenAll?: number;
  /** Mean |·|² of a map's coefficient by ring 0 … band or further. */
  power: Float32Array;
  /** Found from the mean map where absent. */
  mask?: MaskPlan;
  /** Went before: maps of the same box. */
  start?: LinearModel;
}

/** What EM tells and is told. */
export interface EmHooks extends Pick<StreamOptions, 'signal' | 'onIdle'> {
  onIteration?: (model: LinearModel, isLast: boolean) => void;
  /** Of each batch in an iteration: numbers of its images and the B×q means of their latents, under the maps before it. */
  onLatents?: (numbers: Uint32Array, mean: Float32Array) => void;
}

/** Factor sums of an engine for maps of a box. Errors: 'usage' where the engine makes none, 'out-of-memory'. */
export async function openSums(
  engine: Engine,
  data: StreamData & Partial<Pick<LinearData, 'noise'>>,
  settings: Pick<EmSettings, 'mapPixels' | 'bandPixels'>,
  factors: number,
): Promise<{ sums: FactorSums; grid: HalfCube }> {
  if (!engine.createFactorSums)
    throw new VitrineError('usage', 'This engine does not fit linear models.', { advice: 'Choose the CPU.' });
  const grid = makeHalfCube(settings.mapPixels, settings.bandPixels, 2, largestStretch(data.optics?.warps));
  const sums = await engine.createFactorSums({
    imagePixels: data.images.boxPixels,
    grid,
    factors,
    groups: noiseRows(data),
  });
  return { sums, grid };
}

/** Error: 'cancelled', 'out-of-memory'. */
export async function runEm(
  engine: Engine,
  data: LinearData,
  settings: EmSettings,
  hooks: EmHooks = {},
): Promise<LinearModel> {
  const { sums, grid } = await openSums(engine, data, settings, settings.components + 1);
  try {
    const run = new EmRun(sums, grid, data, settings, hooks);
    return await run.toEnd();
  } finally {
    sums.dispose();
  }
}

class EmRun {
  private mean: Float32Array;
  private components: Float32Array[];
  private mask: Float32Array;
  private noise: Float32Array;
  private subset: ImageSubset;

  constructor(
    private readonly sums: FactorSums,
    private readonly grid: HalfCube,
    private readonly data: LinearData,
    private readonly settings: EmSettings,
    private readonly hooks: EmHooks,
  ) {
    const { start, mapPixels, bandPixels, mask = FOUND_MASK } = settings;
    this.mean = start?.mean ?? new Float32Array(mapPixels ** 3);
    this.components = start?.components ?? [];
    // What was found by the mean map before stands until the first one of this box; any other mask is what it is at this box.
    this.mask = mask.from === 'auto' && start ? start.mask : firstMask(mask, mapPixels);
    this.noise = new Float32Array(noiseRows(data) * (bandPixels + 1)).fill(1);
    const isWhole = imagesOf(settings.subset, data.images.count) === data.images.count;
    this.subset = isWhole ? 'all' : settings.subset;
  }

  async toEnd(): Promise<LinearModel> {
    const { settings } = this;
    if (!settings.start) await this.firstMean();
    else this.noise = extended(settings.start.noise, settings.bandPixels, this.data);
    if (!settings.start) this.components = this.randomComponents();
    let model: LinearModel | null = null;
    let settled = 0;
    const { thenAll = 0 } = settings;
    for (let iteration = 0; iteration < settings.iterations; iteration++) {
      if (iteration >= settings.iterations - thenAll) this.subset = 'all';
      const next = await this.iterate(iteration);
      const change = model ? Math.abs(next.evidenceGain - model.evidenceGain) / Math.abs(next.evidenceGain) : 1;
      model = next;
      // Mask, contrast and noise change it too while they come in.
      settled = change < SETTLED && iteration > MASK_AFTER ? settled + 1 : 0;
      const goesOn = thenAll > 0 && this.subset !== 'all';
      if (settled > 1 && goesOn) {
        this.subset = 'all';
        settled = 0;
      }
      const isLast = settled > 1 || iteration === settings.iterations - 1;
      this.hooks.onIteration?.(model, isLast);
      if (isLast) break;
    }
    return model ?? this.model(0, new Float32Array(settings.components));
  }

  private stream() {
    const { signal, onIdle } = this.hooks;
    const { batchImages } = this.sums;
    return imageStream(this.data, { subset: this.subset, batchImages, signal, onIdle });
  }

  private get imageCount(): number {
    return imagesOf(this.subset, this.data.images.count);
  }

  /** Batches of which one is looked at for the noise. */
  private get noiseEvery(): number {
    return this.imageCount > MANY_IMAGES ? NOISE_BATCHES : 1;
  }

  private setPrecision(): void {
    this.sums.setPrecision(this.noise.map((value) => 1 / Math.max(value, LEAST_NOISE)));
  }

  /** μ = A*(c y) / (A* c² + a tenth of its mean); noise from what it leaves of the images. */
  private async firstMean(): Promise<void> {
    const { sums, grid, settings } = this;
    const factors = settings.components + 1;
    const entries = triangle(factors, 0);
    this.setPrecision();
    sums.clear();
    for await (const { images } of this.stream()) {
      await sums.setImages(images);
      await sums.insert(firstColumn(images.count, factors), firstColumn(images.count, entries));
    }
    const sum = await sums.sums();
    const { values, stride, entriesAt } = sum;
    let total = 0;
    let seen = 0;
    for (let at = entriesAt; at < values.length; at += stride)
      if (values[at] > 0) {
        total += values[at];
        seen++;
      }
    // Points of the plane z = 0 are met from both sides: their weights are folded later, which a tenth of the mean bears.
    const damping = (FIRST_DAMPING * total) / Math.max(1, seen);
    const [mean] = solveGrid(sum, grid, factors, (_, factor) => (factor === 0 ? damping : 1));
    this.mean = multiplied(mean, this.mask);
    await this.measureNoise();
  }

  /** By ring: what the mean map leaves of the images. */
  private async measureNoise(): Promise<void> {
    const { sums, grid, settings } = this;
    const factors = settings.components + 1;
    sums.setFactors([
      cubeOfMap(this.mean, grid),
      ...Array.from({ length: settings.components }, () => new Float32Array(2 * grid.voxels)),
    ]);
    const rings = new RingMeans(settings.bandPixels, noiseRows(this.data));
    const { noiseEvery } = this;
    let batch = 0;
    for await (const { images } of this.stream()) {
      if (batch++ % noiseEvery !== 0) continue;
      await sums.setImages(images);
      rings.add(await sums.residuals(firstColumn(images.count, factors)), images.groups);
    }
    this.noise = rings.mean();
  }

  private randomComponents(): Float32Array[] {
    const { components, mapPixels, seed } = this.settings;
    const random = new Random(seed, 0x11);
    const norm = (START_NORM * Math.sqrt(dot(this.mean, this.mean))) / Math.sqrt(components);
    return Array.from({ length: components }, () => {
      const noise = random.fillNormal(new Float32Array(mapPixels ** 3));
      const smooth = multiplied(bandLimited(multiplied(noise, this.mask), mapPixels, START_BAND), this.mask);
      const scale = norm / Math.sqrt(dot(smooth, smooth));
      return smooth.map((value) => value * scale);
    });
  }

  private async iterate(iteration: number): Promise<LinearModel> {
    const { sums, grid, settings } = this;
    const { components: q, start } = settings;
    const age = iteration + (start ? MASK_AFTER : 0);
    const deviation = settings.contrast && age >= CONTRAST_AFTER ? CONTRAST_DEVIATION : 0;
    const measuresNoise = iteration % NOISE_EVERY === NOISE_EVERY - 1;
    this.setPrecision();
    sums.setFactors([this.mean, ...this.components].map((map) => cubeOfMap(map, grid)));
    sums.clear();
    const rings = new RingMeans(settings.bandPixels, noiseRows(this.data));
    const { imageCount, noiseEvery } = this;
    let batch = 0;
    let evidence = 0;
    let contrast = 0;
    for await (const { numbers, images } of this.stream()) {
      await sums.setImages(images);
      const found: Posteriors = posteriors(await sums.products(), q, { deviation });
      this.hooks.onLatents?.(numbers, found.mean);
      if (measuresNoise && batch % noiseEvery === 0) rings.add(await sums.residuals(found.first), images.groups);
      batch++;
      await sums.insert(found.first, found.second);
      evidence += found.evidenceGain.reduce((a, b) => a + b, 0);
      contrast += found.contrast.reduce((a, b) => a + b, 0);
    }
    throwIfCancelled(this.hooks.signal);
    const variances = [settings.power, ...Array.from({ length: q }, () => settings.power.map((value) => value / q))];
    const maps = solveGrid(
      await sums.sums(),
      grid,
      q + 1,
      priorDamping(
        grid,
        variances.map((v) => v.slice(0, settings.bandPixels + 1)),
      ),
    );
    // Contrasts are 1 in the mean.
    const [mean, ...components] = maps.map((map) =>
      multiplied(map, this.mask).map((value) => (value * contrast) / imageCount),
    );
    this.mean = mean;
    this.components = components;
    const atLast = age === MASK_AFTER - 1 || (start && iteration === 0);
    const found = atLast ? maskOfMean(settings.mask ?? FOUND_MASK, mean, settings.mapPixels) : null;
    if (found) {
      this.mask = found;
      this.mean = multiplied(mean, this.mask);
      this.components = components.map((map) => multiplied(map, this.mask));
    }
    if (deviation > 0) this.components = withoutMean(this.components, this.mean);
    const { turn, norms } = ordering(this.components);
    this.components = combine(this.components, turn);
    if (measuresNoise) this.noise = rings.mean();
    return this.model(evidence / imageCount, norms);
  }

  private model(evidenceGain: number, norms: Float32Array): LinearModel {
    const { mean, components, mask, noise } = this;
    const { mapPixels, bandPixels } = this.settings;
    const scale = Math.sqrt(dot(mean, mean));
    return {
      mapPixels,
      bandPixels,
      mean,
      components,
      mask,
      noise,
      scree: norms.map((norm) => norm / scale),
      evidenceGain,
    };
  }
}

/** Means of rows of rings over all images, and over those of each group. */
class RingMeans {
  private readonly sums: Float64Array;
  private readonly counts: Uint32Array;

  constructor(
    private readonly band: number,
    rows: number,
  ) {
    this.sums = new Float64Array(rows * (band + 1));
    this.counts = new Uint32Array(rows);
  }
  /** B×(band + 1), and the row of each image's group. */
  add(images: Float32Array, groups: ArrayLike<number> | null): void {
    const width = this.band + 1;
    for (let i = 0; i < images.length / width; i++)
      for (const row of groups ? [0, groups[i]] : [0]) {
        for (let ring = 0; ring < width; ring++) this.sums[row * width + ring] += images[i * width + ring];
        this.counts[row]++;
      }
  }
  /** Ring 0 has no points: it takes the first one's. A group of few images takes the mean of all. */
  mean(): Float32Array {
    const width = this.band + 1;
    const out = new Float32Array(this.sums.length);
    this.counts.forEach((count, row) => {
      const from = count < LEAST_OF_GROUP ? 0 : row;
      for (let ring = 0; ring < width; ring++)
        out[row * width + ring] = this.sums[from * width + Math.max(ring, 1)] / this.counts[from];
    });
    return out;
  }
}

/** Noise by ring of a wider band, beyond the rings that are known as it is around the particles; level where images are empty there. */
function extended(noise: Float32Array, bandPixels: number, data: LinearData): Float32Array {
  const rows = noiseRows(data);
  const last = noise.length / rows - 1;
  const width = bandPixels + 1;
  const outside = data.groupNoise ? [...data.noise, ...data.groupNoise.power] : data.noise;
  return Float32Array.from({ length: rows * width }, (_, at) => {
    const [row, ring] = [Math.floor(at / width), at % width];
    const known = noise[row * (last + 1) + Math.min(ring, last)];
    const around = (of: number): number => outside[row * data.noise.length + of];
    return ring <= last || !(around(last) > 0) ? known : (known * around(ring)) / around(last);
  });
}

function multiplied(map: Float32Array, mask: Float32Array): Float32Array {
  return map.map((value, i) => value * mask[i]);
}

/** Rows of `width` numbers: 1, 0, 0, … */
function firstColumn(rows: number, width: number): Float32Array {
  return Float32Array.from({ length: rows * width }, (_, i) => (i % width === 0 ? 1 : 0));
}
