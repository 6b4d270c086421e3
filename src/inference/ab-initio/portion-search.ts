// The search of one portion of an epoch's images against the field as it stands, cluster by cluster of z where it is
// heterogeneous: z is drawn from the encoder's posterior first, as cryoDRGN2 does.
import type { Engine, FieldModel } from '../../engine/engine.ts';
import { coefficientsAt, searchOrder, searchPoints } from '../../engine/scoring/points.ts';
import type { PoseScorer, SearchImages, SearchPoints } from '../../engine/scoring/scorer.ts';
import { cubeFromField, fieldSlices } from '../../field/fourier-cube.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { gridSize } from '../../geometry/rotation-grid.ts';
import { largestStretch, rowsByWarp } from '../../imaging/image-optics.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import { kMeansClusters } from '../../landscape/kmeans.ts';
import {
  DirectComparison,
  InterpolatedComparison,
  tiltAboutX,
  warpedAlike,
  type ComparedPoses,
  type View,
} from '../pose-search/comparison.ts';
import { refinePoses, type Slicer } from '../pose-search/gauss-newton.ts';
import { searchLocally, type LocalPlan } from '../pose-search/local.ts';
import { chosenImages, transferAtSearchPoints } from '../pose-search/search-images.ts';
import { searchBySubdivision, type PoseSearchResult } from '../pose-search/subdivide.ts';
import { encodedData, encoderBatch, takeRows } from '../image-batches.ts';
import { fillNoise } from '../seeds.ts';
import type { DrawnImages } from '../shuffled-images.ts';
import type { TrainingData } from '../training.ts';
import { subdivisionIn, type AbInitioPlan } from './plan.ts';

/** Steps a Fourier pixel of the field's cube: two keep slices within 4 % of direct ones (bench/RESULTS.md). */
const OVERSAMPLING = 2;
/** Clusters of z of a portion, and images that a cluster should have. */
const CLUSTERS = { most: 8, images: 40 };
/** Errors of the base grid held at a time. */
const BASE_BYTES = 64 * 2 ** 20;
const DIRECT_SLICE_BYTES = 256 * 2 ** 20;

/** Sums over the images that were searched. */
export interface SearchTally {
  images: number;
  atBorder: number;
  /** Σ over images of the mean squared residual a coefficient, and of the explained part. */
  error: number;
  gain: number;
}

/**
 * Searches the poses of images against the field as it stands (cryoDRGN2, Zhong et al. 2021, sections 3.2–3.3). Error of
 * `open`: 'out-of-memory'.
 */
export class PortionSearch {
  readonly points: SearchPoints;
  tally: SearchTally = { images: 0, atBorder: 0, error: 0, gain: 0 };
  private readonly order: Uint32Array;
  /** How far beyond the band limit slices may reach into the field's cube. */
  private readonly stretch: number;

  private constructor(
    private readonly plan: AbInitioPlan,
    private readonly data: TrainingData,
    private readonly scorers: readonly PoseScorer[],
  ) {
    this.points = scorers[0].points;
    this.stretch = Math.max(largestStretch(data.optics?.warps), largestStretch(data.tilt?.optics?.warps));
    this.order = searchOrder(makeLattice(data.images.boxPixels), this.points.radius[this.points.count - 1]);
  }

  static async open(engine: Engine, plan: AbInitioPlan, data: TrainingData): Promise<PortionSearch> {
    const points = searchPoints(data.images.boxPixels, plan.search.bandEnd);
    const scorers: PoseScorer[] = [];
    for (let view = 0; view < (data.tilt ? 2 : 1); view++) scorers.push(await engine.createScorer(points));
    return new PortionSearch(plan, data, scorers);
  }

  dispose(): void {
    for (const scorer of this.scorers) scorer.dispose();
  }

  /** Finds poses of the drawn images and puts them into the data's: anywhere, or around those they have (`local`). */
  async search(
    drawn: DrawnImages,
    model: FieldModel,
    epoch: number,
    signal?: AbortSignal,
    local?: LocalPlan,
  ): Promise<void> {
    const views = this.scorers.map((_, view) => this.imagesOfView(drawn, view));
    const latents = await this.drawnLatents(drawn, model, epoch);
    for (const { rows, z } of await groupsOf(latents, model.spec.zDim, drawn.indices.length, epoch)) {
      const direct = this.plan.search.slices === 'direct';
      const band = this.plan.search.bandEnd * this.stretch;
      const cube = direct ? null : await cubeFromField(model, z, band, OVERSAMPLING, signal);
      const atATime = this.imagesAtATime(model.spec.zDim > 0 && direct);
      for (const part of partsOf(rows, views, atATime)) {
        throwIfCancelled(signal);
        const seen: View[] = views.map((images, view) => ({
          scorer: this.scorers[view],
          images: chosenImages(images, this.points.count, part),
          tilt: view === 0 ? null : tiltAboutX(this.plan.tiltDegrees),
        }));
        const own = latents && gathered(latents, model.spec.zDim, part);
        const comparison = cube
          ? await InterpolatedComparison.open(cube, seen)
          : await DirectComparison.open(model, own, seen, signal);
        const numbers = part.map((row) => drawn.indices[row]);
        const found = local
          ? await searchLocally(comparison, this.posesOf(numbers), local)
          : await searchBySubdivision(comparison, subdivisionIn(this.plan, epoch));
        if (seen.length === 1 && this.plan.search.polish > 0) {
          const slicer: Slicer = (rotations, count, imageOf) => {
            const seenAt = warpedAlike(rotations, seen[0].images);
            return cube
              ? Promise.resolve(sliceCubes(() => cube, this.points, count, seenAt))
              : this.directSlices({ model, latents: own }, seenAt, count, imageOf, signal);
          };
          await this.polish(seen[0].images, found, slicer);
        }
        this.keep(numbers, found);
      }
    }
  }

  private async polish(images: SearchImages, found: PoseSearchResult, slicer: Slicer): Promise<void> {
    const { plan, points } = this;
    const refined = await refinePoses(images, points, { rotations: found.rotations, shifts: found.shifts[0] }, slicer, {
      points: found.points,
      iterations: plan.search.polish,
      largestTurn: 0.1,
      largestShift: points.boxPixels / 32,
    });
    found.rotations.set(refined.rotations);
    found.shifts[0].set(refined.shifts);
  }

  private async directSlices(
    { model, latents }: { model: FieldModel; latents: Float32Array | null },
    rotations: Float32Array,
    count: number,
    imageOf: Uint32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const within = { points: this.points, count };
    if (!latents) return fieldSlices(model, null, rotations, within, signal);
    const { zDim } = model.spec;
    const slices = new Float32Array((2 * count * rotations.length) / 9);
    for (let from = 0; from < imageOf.length;) {
      let to = from;
      while (to < imageOf.length && imageOf[to] === imageOf[from]) to++;
      const z = latents.subarray(imageOf[from] * zDim, (imageOf[from] + 1) * zDim);
      const some = await fieldSlices(model, z, rotations.subarray(9 * from, 9 * to), within, signal);
      slices.set(some, 2 * count * from);
      from = to;
    }
    return slices;
  }

  private imagesAtATime(ownVolumes: boolean): number {
    const base = gridSize(this.plan.search.baseLevel);
    const byErrors = Math.floor(BASE_BYTES / (6 * base));
    if (!ownVolumes) return Math.min(256, Math.max(8, byErrors));
    return Math.max(1, Math.floor(DIRECT_SLICE_BYTES / (8 * base * this.points.count)));
  }

  private imagesOfView({ indices, values }: DrawnImages, view: number): SearchImages {
    const { images, tilt } = this.data;
    const ctf = view === 0 ? this.data.ctf : (tilt?.ctf ?? null);
    const optics = view === 0 ? this.data.optics : tilt?.optics;
    const n = this.points.count;
    const perView = images.points / this.scorers.length;
    const result: SearchImages = {
      count: indices.length,
      values: new Float32Array(2 * n * indices.length),
      ctf: ctf && new Float32Array(n * indices.length),
      ...(optics?.warps && { warps: takeRows(optics.warps, 4, indices) }),
    };
    for (let i = 0; i < indices.length; i++) {
      const offset = i * images.points + view * perView;
      coefficientsAt(this.order, { values, offset, points: perView }, { out: result.values, outOffset: 2 * i * n });
      if (ctf && result.ctf)
        transferAtSearchPoints(this.points, { ctf, optics }, indices[i], { out: result.ctf, at: i * n });
    }
    return result;
  }

  /** z of each drawn image from its posterior; null for a homogeneous field. */
  private async drawnLatents(drawn: DrawnImages, model: FieldModel, epoch: number): Promise<Float32Array | null> {
    const { zDim } = model.spec;
    if (zDim === 0) return null;
    const { mu, logVariance } = await model.encode(encoderBatch(drawn, encodedData(this.data)));
    const noise = new Float32Array(zDim);
    const { seed } = this.plan.training;
    const imageCount = this.data.images.count;
    for (let i = 0; i < drawn.indices.length; i++) {
      // A stream beside that of the epoch's training: numbers of images count on from the last.
      const stream = epoch + this.plan.training.epochs;
      fillNoise({ out: noise, at: 0, zDim }, { seed, epoch: stream, image: drawn.indices[i], imageCount });
      for (let j = 0; j < zDim; j++) mu[i * zDim + j] += Math.exp(0.5 * logVariance[i * zDim + j]) * noise[j];
    }
    return mu;
  }

  private posesOf(numbers: readonly number[]): ComparedPoses {
    const { poses, tilt, images } = this.data;
    const rows = Uint32Array.from(numbers);
    const pixels = (table: Float32Array | null) =>
      table ? takeRows(table, 2, rows).map((t) => t * images.boxPixels) : new Float32Array(2 * rows.length);
    const shifts = [pixels(poses.translations)];
    if (tilt) shifts.push(pixels(tilt.translations));
    return { rotations: takeRows(poses.rotations, 9, rows), shifts };
  }

  private keep(numbers: readonly number[], found: PoseSearchResult): void {
    const { poses, tilt, images } = this.data;
    const { tally } = this;
    const coefficients = found.points * this.scorers.length;
    numbers.forEach((number, i) => {
      poses.rotations.set(found.rotations.subarray(9 * i, 9 * i + 9), 9 * number);
      for (let axis = 0; axis < 2; axis++) {
        if (poses.translations)
          poses.translations[2 * number + axis] = found.shifts[0][2 * i + axis] / images.boxPixels;
        if (tilt) tilt.translations[2 * number + axis] = found.shifts[1][2 * i + axis] / images.boxPixels;
      }
      tally.images++;
      tally.atBorder += found.atBorder[i];
      tally.error += found.errors[i] / coefficients;
      tally.gain += found.gains[i];
    });
  }

  /** Mean log-likelihood gain an image so far: what slices explain over the noise a coefficient. */
  get evidence(): number | null {
    const { images, error, gain } = this.tally;
    return images > 0 ? gain / images / (error / images) : null;
  }
}

/** Rows that are searched together: at most `atATime`, of one warp in each view, since they share slices. */
function* partsOf(rows: readonly number[], views: readonly SearchImages[], atATime: number): Generator<number[]> {
  const classes = rowsByWarp(
    rows,
    views.map(({ warps }) => warps ?? null),
  );
  for (const alike of classes)
    for (let from = 0; from < alike.length; from += atATime) yield alike.slice(from, from + atATime);
}

function gathered(latents: Float32Array, zDim: number, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * zDim);
  rows.forEach((row, i) => out.set(latents.subarray(row * zDim, (row + 1) * zDim), i * zDim));
  return out;
}

/** Rows that share a volume, and its z: all of them, or clusters. */
async function groupsOf(
  latents: Float32Array | null,
  zDim: number,
  count: number,
  seed: number,
): Promise<{ rows: number[]; z: Float32Array | null }[]> {
  const all = Array.from({ length: count }, (_, i) => i);
  if (!latents) return [{ rows: all, z: null }];
  const k = Math.max(1, Math.min(CLUSTERS.most, Math.floor(count / CLUSTERS.images)));
  const { labels, centres } = await kMeansClusters(latents, zDim, k, seed);
  return Array.from({ length: k }, (_, c) => ({
    rows: all.filter((i) => labels[i] === c),
    z: centres.slice(c * zDim, (c + 1) * zDim),
  })).filter(({ rows }) => rows.length > 0);
}
