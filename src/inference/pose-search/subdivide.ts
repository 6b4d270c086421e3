// Pose search by subdivision (cryoDRGN2, Zhong et al. 2021, Algorithm 2): every rotation of a base grid with every shift, then
// the best rotations subdivided by eight, each with shifts around its own best one, at a band limit that rises.
import { pointsWithin } from '../../engine/scoring/points.ts';
import type { PoseScorer, Scores, SliceSource } from '../../engine/scoring/scorer.ts';
import { childrenOf, gridRotation, gridRotations } from '../../geometry/rotation-grid.ts';
import { isAtBorder, translationGrid } from '../../geometry/translation-grid.ts';

export interface SubdivisionPlan {
  /** Level of the base grid: 1 is 30°, 2 15°, 3 7.5°. */
  baseLevel: number;
  /** M. */
  refinements: number;
  /** K rotations subdivided at each level. */
  kept: number;
  /** Pixels; shifts are searched from minus to plus this. */
  shiftExtent: number;
  /** T an axis. */
  shiftGrid: number;
  /** Fourier pixels at the base grid and at the last refinement. */
  bandStart: number;
  bandEnd: number;
}

/** Poses of B images. */
export interface FoundPoses {
  /** B×9. */
  rotations: Float32Array;
  /** B×2, pixels. */
  shifts: Float32Array;
  /** |c·S − y|² − |y|² over the points of the last level. */
  errors: Float32Array;
  /** Points that the errors are sums over. */
  points: number;
  /** 1 where the base level's best shift lies at the border of those searched. */
  atBorder: Uint8Array;
}

/**
 * How a search compares images with slices. Pose by pose: rotations into a volume (pose-search/sources.ts has others: slices
 * evaluated directly, pairs of a tilted stack).
 */
export interface Comparison {
  readonly scorer: Pick<PoseScorer, 'points'>;
  /** Images that are being compared. */
  readonly count: number;
  /** Error and best translation of every image with every grid rotation of `level`, B×R. */
  base(level: number, translations: Float32Array, points: number): Promise<Scores>;
  /** As PoseScorer.scoreOwn. */
  own(
    rotations: Float32Array,
    perImage: number,
    centres: Float32Array,
    offsets: Float32Array,
    points: number,
  ): Promise<Scores>;
}

/** Slices interpolated from the scorer's volume; `volumes` says whose, an image. */
export function interpolated(scorer: PoseScorer, count: number, volumes: Uint32Array | null = null): Comparison {
  return {
    scorer,
    count,
    base: (level, translations, points) =>
      scorer.scoreShared({ source: { rotations: gridRotations(level) }, translations, points }),
    own: (rotations, perImage, centres, offsets, points) => {
      const source: SliceSource = { rotations };
      return scorer.scoreOwn({ source, perImage, centres, offsets, points, volumes });
    },
  };
}

export async function searchBySubdivision(comparison: Comparison, plan: SubdivisionPlan): Promise<FoundPoses> {
  const { count } = comparison;
  const { points: all } = comparison.scorer;
  const pointsAt = (level: number): number => {
    const share = plan.refinements === 0 ? 1 : level / plan.refinements;
    return pointsWithin(all, plan.bandStart + (plan.bandEnd - plan.bandStart) * share);
  };
  const translations = translationGrid(plan.shiftExtent, plan.shiftGrid);
  let points = pointsAt(0);
  const base = await comparison.base(plan.baseLevel, translations, points);
  const rotationsOfBase = base.errors.length / count;
  let kept = Math.min(plan.kept, rotationsOfBase);
  let cells = new Float64Array(count * kept);
  let centres = new Float32Array(count * kept * 2);
  let errors = new Float32Array(count * kept);
  const atBorder = new Uint8Array(count);
  for (let b = 0; b < count; b++) {
    const best = leastOf(base.errors.subarray(b * rotationsOfBase, (b + 1) * rotationsOfBase), kept);
    best.forEach((r, i) => {
      const t = base.translations[b * rotationsOfBase + r];
      cells[b * kept + i] = r;
      centres[2 * (b * kept + i)] = translations[2 * t];
      centres[2 * (b * kept + i) + 1] = translations[2 * t + 1];
      errors[b * kept + i] = base.errors[b * rotationsOfBase + r];
      if (i === 0 && isAtBorder(t, plan.shiftGrid)) atBorder[b] = 1;
    });
  }
  for (let step = 1; step <= plan.refinements; step++) {
    points = pointsAt(step);
    const offsets = translationGrid(plan.shiftExtent / 2 ** step, plan.shiftGrid);
    const level = plan.baseLevel + step;
    const perImage = 8 * kept;
    const children = new Float64Array(count * perImage);
    const rotations = new Float32Array(count * perImage * 9);
    const around = new Float32Array(count * perImage * 2);
    for (let i = 0; i < count * kept; i++)
      childrenOf(cells[i], level - 1).forEach((child, j) => {
        const at = 8 * i + j;
        children[at] = child;
        gridRotation(child, level, rotations, 9 * at);
        around[2 * at] = centres[2 * i];
        around[2 * at + 1] = centres[2 * i + 1];
      });
    const scores = await comparison.own(rotations, perImage, around, offsets, points);
    const next = Math.min(plan.kept, perImage);
    cells = new Float64Array(count * next);
    centres = new Float32Array(count * next * 2);
    errors = new Float32Array(count * next);
    for (let b = 0; b < count; b++)
      leastOf(scores.errors.subarray(b * perImage, (b + 1) * perImage), next).forEach((q, i) => {
        const from = b * perImage + q;
        const to = b * next + i;
        const t = scores.translations[from];
        cells[to] = children[from];
        centres[2 * to] = around[2 * from] + offsets[2 * t];
        centres[2 * to + 1] = around[2 * from + 1] + offsets[2 * t + 1];
        errors[to] = scores.errors[from];
      });
    kept = next;
  }
  const found: FoundPoses = {
    rotations: new Float32Array(count * 9),
    shifts: new Float32Array(count * 2),
    errors: new Float32Array(count),
    points,
    atBorder,
  };
  for (let b = 0; b < count; b++) {
    gridRotation(cells[b * kept], plan.baseLevel + plan.refinements, found.rotations, 9 * b);
    found.shifts.set(centres.subarray(2 * b * kept, 2 * b * kept + 2), 2 * b);
    found.errors[b] = errors[b * kept];
  }
  return found;
}

/** Places of the `count` least values, least first. */
export function leastOf(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === count && !(values[i] < values[best[count - 1]])) continue;
    let at = best.length < count ? best.length : count - 1;
    while (at > 0 && values[i] < values[best[at - 1]]) {
      best[at] = best[at - 1];
      at--;
    }
    best[at] = i;
  }
  return best;
}
