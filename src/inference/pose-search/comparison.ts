// How a search compares images with slices of a model: interpolated from its Fourier cube, or evaluated directly. A particle
// may be seen in several views (the pairs of a tilted stack): the rotation of a view is its tilt times the particle's, each view
// has shifts of its own, and errors add up.
import type { FieldModel } from '../../engine/engine.ts';
import type { FourierCube, PoseScorer, SearchImages, SearchPoints, SliceSource } from '../../engine/scoring/scorer.ts';
import { fieldSlices } from '../../field/fourier-cube.ts';
import { multiplyRotations } from '../../geometry/local-rotations.ts';
import { gridRotations } from '../../geometry/rotation-grid.ts';
import { warpedRotations } from '../../imaging/image-optics.ts';
import { baseSlices } from './base-slices.ts';
import { imagePowers } from './search-images.ts';

/** Poses that are compared, a row a pose of a particle. */
export interface ComparedPoses {
  /** Rows×9, of the particle. */
  rotations: Float32Array;
  /** By view: rows×2 pixels. */
  shifts: Float32Array[];
}
/** The least error of every particle with every rotation, and at which shifts it was reached. */
export interface ComparedScores {
  /** Σ over views of |c·S − y_t|² − |y|², the least over the translations of each view. */
  errors: Float32Array;
  /** By view: numbers of the best translations. */
  translations: Uint16Array[];
}

/**
 * Compares particles with slices of a model; what a search asks of an engine. `points` is how many of the search points count,
 * those of lowest frequency first.
 */
export interface Comparison {
  readonly points: SearchPoints;
  /** Particles that are being compared. */
  readonly count: number;
  readonly views: number;
  /** Every particle with every rotation of the grid of `level`. */
  base(level: number, translations: Float32Array, points: number): Promise<ComparedScores>;
  /** Every particle with `perImage` poses of its own, `offsets` (T×2) around each one's shift. */
  own(poses: ComparedPoses, perImage: number, offsets: Float32Array, points: number): Promise<ComparedScores>;
  /** Σ|y|² by particle over the first points of all views. */
  power(points: number): Float64Array;
}

/** One view: its images (of one warp) in its own scorer, and the tilt (3×3) that turns a particle's rotation into the view's. */
export interface View {
  scorer: PoseScorer;
  images: SearchImages;
  tilt: Float32Array | null;
}

/** 3×3 rotation by `degrees` about the x axis, row-major. */
export function tiltAboutX(degrees: number): Float32Array {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return Float32Array.of(1, 0, 0, 0, c, -s, 0, s, c);
}

/** tilt·R of every row. */
export function tilted(rotations: Float32Array, tilt: Float32Array | null): Float32Array {
  if (!tilt) return rotations;
  const out = new Float32Array(rotations.length);
  for (let at = 0; at < rotations.length; at += 9)
    multiplyRotations({ a: tilt, aAt: 0 }, { b: rotations, bAt: at }, { out, outAt: at });
  return out;
}

/** Every row with the warp of images that have the same one. */
export function warpedAlike(rotations: Float32Array, { warps }: SearchImages): Float32Array {
  return warps ? warpedRotations(rotations, warps, () => 0) : rotations;
}

/** Where a view sees the particle at these rotations. */
function seenAt(rotations: Float32Array, { tilt, images }: View): Float32Array {
  return warpedAlike(tilted(rotations, tilt), images);
}

abstract class ViewsCompared implements Comparison {
  constructor(protected readonly seen: readonly View[]) {}

  get points(): SearchPoints {
    return this.seen[0].scorer.points;
  }
  get count(): number {
    return this.seen[0].images.count;
  }
  get views(): number {
    return this.seen.length;
  }

  power(points: number): Float64Array {
    const sums = new Float64Array(this.count);
    for (const { images } of this.seen)
      imagePowers(images, this.points.count, points).forEach((power, b) => (sums[b] += power));
    return sums;
  }

  async base(level: number, translations: Float32Array, points: number): Promise<ComparedScores> {
    return joined(this.seen, (view) => this.baseOfView(view, level, translations, points));
  }

  async own(poses: ComparedPoses, perImage: number, offsets: Float32Array, points: number): Promise<ComparedScores> {
    return joined(this.seen, async (view, number) => {
      const source = await this.ownSlices(seenAt(poses.rotations, view), perImage, points);
      return view.scorer.scoreOwn({ source, perImage, centres: poses.shifts[number], offsets, points });
    });
  }

  protected abstract baseOfView(
    view: View,
    level: number,
    translations: Float32Array,
    points: number,
  ): ReturnType<PoseScorer['scoreShared']>;
  protected abstract ownSlices(rotations: Float32Array, perImage: number, points: number): Promise<SliceSource>;
}

async function joined(
  views: readonly View[],
  scoresOf: (view: View, number: number) => ReturnType<PoseScorer['scoreShared']>,
): Promise<ComparedScores> {
  const first = await scoresOf(views[0], 0);
  const result: ComparedScores = { errors: first.errors, translations: [first.translations] };
  for (let number = 1; number < views.length; number++) {
    const { errors, translations } = await scoresOf(views[number], number);
    for (let i = 0; i < errors.length; i++) result.errors[i] += errors[i];
    result.translations.push(translations);
  }
  return result;
}

/** Slices interpolated from one cube, which is set in every view's scorer. */
export class InterpolatedComparison extends ViewsCompared {
  static async open(cube: FourierCube, views: readonly View[]): Promise<InterpolatedComparison> {
    for (const { scorer, images } of views) {
      await scorer.setVolumes([cube]);
      await scorer.setImages(images);
    }
    return new InterpolatedComparison(views);
  }

  protected baseOfView(view: View, level: number, translations: Float32Array, points: number) {
    const rotations = seenAt(gridRotations(level), view);
    return view.scorer.scoreShared({ source: { rotations }, translations, points });
  }

  protected ownSlices(rotations: Float32Array): Promise<SliceSource> {
    return Promise.resolve({ rotations });
  }
}

/** Slices evaluated from the field at each pose; in-plane rotations of the base grid interpolated (base-slices.ts). */
export class DirectComparison extends ViewsCompared {
  private constructor(
    views: readonly View[],
    private readonly model: FieldModel,
    /** B×zDim; null for a homogeneous field. */
    private readonly latents: Float32Array | null,
    private readonly signal?: AbortSignal,
  ) {
    super(views);
  }

  static async open(
    model: FieldModel,
    latents: Float32Array | null,
    views: readonly View[],
    signal?: AbortSignal,
  ): Promise<DirectComparison> {
    for (const { scorer, images } of views) await scorer.setImages(images);
    return new DirectComparison(views, model, latents, signal);
  }

  private zOf(image: number): Float32Array | null {
    const { zDim } = this.model.spec;
    return this.latents && this.latents.subarray(image * zDim, (image + 1) * zDim);
  }

  protected async baseOfView(view: View, level: number, translations: Float32Array, points: number) {
    const { model, signal } = this;
    const { scorer } = view;
    const turned = Boolean(view.tilt ?? view.images.warps);
    if (!this.latents && !turned) {
      const slices = await baseSlices(model, null, level, { points: scorer.points, count: points }, signal);
      return scorer.scoreShared({ source: { slices }, translations, points });
    }
    const rotations = seenAt(gridRotations(level), view);
    if (!this.latents) {
      const slices = await fieldSlices(model, null, rotations, { points: scorer.points, count: points }, signal);
      return scorer.scoreShared({ source: { slices }, translations, points });
    }
    // Every image has a volume of its own.
    const perImage = rotations.length / 9;
    const all = new Float32Array(this.count * perImage * points * 2);
    for (let b = 0; b < this.count; b++) {
      const slices = turned
        ? await fieldSlices(model, this.zOf(b), rotations, { points: scorer.points, count: points }, signal)
        : await baseSlices(model, this.zOf(b), level, { points: scorer.points, count: points }, signal);
      all.set(slices, b * slices.length);
    }
    const centres = new Float32Array(this.count * perImage * 2);
    return scorer.scoreOwn({ source: { slices: all }, perImage, centres, offsets: translations, points });
  }

  protected async ownSlices(rotations: Float32Array, perImage: number, points: number): Promise<SliceSource> {
    const { model, signal } = this;
    if (!this.latents)
      return { slices: await fieldSlices(model, null, rotations, { points: this.points, count: points }, signal) };
    const slices = new Float32Array((2 * points * rotations.length) / 9);
    for (let b = 0; b < this.count; b++) {
      const own = rotations.subarray(9 * b * perImage, 9 * (b + 1) * perImage);
      const some = await fieldSlices(model, this.zOf(b), own, { points: this.points, count: points }, signal);
      slices.set(some, 2 * points * b * perImage);
    }
    return { slices };
  }
}
