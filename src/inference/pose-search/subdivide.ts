// Pose search by subdivision (cryoDRGN2, Zhong et al. 2021, Algorithm 2): every rotation of a base grid with every shift, then
// the best rotations subdivided by eight, each with shifts around its own best one, at a band limit that rises. Which are
// subdivided is the plan's to say: the K best, or all that a bound does not exclude (cryoDRGN-BNB, Algorithm 1).
import { pointsWithin } from '../../engine/scoring/points.ts';
import { childrenOf, gridRotation, gridSize } from '../../geometry/rotation-grid.ts';
import { isAtBorder, translationGrid } from '../../geometry/translation-grid.ts';
import type { Comparison, ComparedPoses } from './comparison.ts';

export interface SubdivisionPlan {
  /** Level of the base grid: 1 is 30°, 2 15°, 3 7.5°. */
  baseLevel: number;
  /** M. */
  refinements: number;
  /** K rotations subdivided at each level; with `bounded` the most that are. */
  kept: number;
  /** Only rotations whose error inside the band limit is below the best one's at the last band limit. */
  bounded: boolean;
  /** Pixels; shifts are searched from minus to plus this. */
  shiftExtent: number;
  /** T along x and y. */
  shiftGrid: readonly [number, number];
  /** Fourier pixels at the base grid and at the last refinement. */
  bandStart: number;
  bandEnd: number;
}

/** Poses of B images (or of B particles seen in V views). */
export interface PoseSearchResult {
  /** B×9. */
  rotations: Float32Array;
  /** By view: B×2, pixels. */
  shifts: Float32Array[];
  /** Σ|c·S − y|² over the points of the last level. */
  errors: Float32Array;
  /** Points that the errors are sums over, in each view. */
  points: number;
  /** 1 where the base level's best shift lies at the border of those searched, in any view. */
  atBorder: Uint8Array;
  /** Σ|y|² less the error: how much of an image the best slice explains. */
  gains: Float32Array;
}

/** The rotations of one level that go on: `perImage` of each image, best first. Rows of infinite error only fill the table. */
interface Kept {
  perImage: number;
  cells: Float64Array;
  poses: ComparedPoses;
  errors: Float32Array;
}

export async function searchBySubdivision(comparison: Comparison, plan: SubdivisionPlan): Promise<PoseSearchResult> {
  const { count, points: all } = comparison;
  const bandAt = (step: number): number => {
    const share = plan.refinements === 0 ? 1 : step / plan.refinements;
    return pointsWithin(all, plan.bandStart + (plan.bandEnd - plan.bandStart) * share);
  };
  const atBorder = new Uint8Array(count);
  let points = bandAt(0);
  let kept = await searchBase(comparison, plan, points, atBorder);
  for (let step = 1; step <= plan.refinements; step++) {
    if (plan.bounded) kept = await withinBound(comparison, kept, points, bandAt(plan.refinements));
    points = bandAt(step);
    kept = await subdivide(comparison, plan, kept, step, points);
  }
  const power = comparison.power(points);
  const errors = everyRow(kept.errors, 1, kept.perImage);
  return {
    rotations: everyRow(kept.poses.rotations, 9, kept.perImage),
    shifts: kept.poses.shifts.map((shifts) => everyRow(shifts, 2, kept.perImage)),
    errors: errors.map((error, b) => error + power[b]),
    gains: errors.map((error) => -error),
    points,
    atBorder,
  };
}

/** The first of every `perImage` rows. */
function everyRow(table: Float32Array, width: number, perImage: number): Float32Array {
  const rows = table.length / width / perImage;
  const out = new Float32Array(rows * width);
  for (let b = 0; b < rows; b++) out.set(table.subarray(b * perImage * width, b * perImage * width + width), b * width);
  return out;
}

function emptyKept(comparison: Comparison, perImage: number): Kept {
  const rows = comparison.count * perImage;
  return {
    perImage,
    cells: new Float64Array(rows),
    errors: new Float32Array(rows),
    poses: {
      rotations: new Float32Array(9 * rows),
      shifts: Array.from({ length: comparison.views }, () => new Float32Array(2 * rows)),
    },
  };
}

async function searchBase(
  comparison: Comparison,
  plan: SubdivisionPlan,
  points: number,
  atBorder: Uint8Array,
): Promise<Kept> {
  const [across, down] = plan.shiftGrid;
  const translations = translationGrid(plan.shiftExtent, across, down);
  const base = await comparison.base(plan.baseLevel, translations, points);
  const perImage = gridSize(plan.baseLevel);
  const kept = emptyKept(comparison, Math.min(plan.kept, perImage));
  for (let b = 0; b < comparison.count; b++) {
    const errors = base.errors.subarray(b * perImage, (b + 1) * perImage);
    leastOf(errors, kept.perImage).forEach((r, i) => {
      const to = b * kept.perImage + i;
      kept.cells[to] = r;
      kept.errors[to] = errors[r];
      gridRotation(r, plan.baseLevel, kept.poses.rotations, 9 * to);
      base.translations.forEach((numbers, view) => {
        const t = numbers[b * perImage + r];
        kept.poses.shifts[view].set(translations.subarray(2 * t, 2 * t + 2), 2 * to);
        if (i === 0 && isAtBorder(t, across, down)) atBorder[b] = 1;
      });
    });
  }
  return kept;
}

async function subdivide(
  comparison: Comparison,
  plan: SubdivisionPlan,
  before: Kept,
  step: number,
  points: number,
): Promise<Kept> {
  const { count, views } = comparison;
  const offsets = translationGrid(plan.shiftExtent / 2 ** step, ...plan.shiftGrid);
  const level = plan.baseLevel + step;
  const perImage = 8 * before.perImage;
  const cells = new Float64Array(count * perImage);
  const tried = emptyKept(comparison, perImage).poses;
  for (let i = 0; i < count * before.perImage; i++)
    childrenOf(before.cells[i], level - 1).forEach((child, j) => {
      const at = 8 * i + j;
      cells[at] = child;
      gridRotation(child, level, tried.rotations, 9 * at);
      for (let view = 0; view < views; view++)
        tried.shifts[view].set(before.poses.shifts[view].subarray(2 * i, 2 * i + 2), 2 * at);
    });
  const scores = await comparison.own(tried, perImage, offsets, points);
  for (let i = 0; i < count * before.perImage; i++)
    if (before.errors[i] === Infinity) scores.errors.fill(Infinity, 8 * i, 8 * i + 8);
  const kept = emptyKept(comparison, Math.min(plan.kept, perImage));
  for (let b = 0; b < count; b++)
    leastOf(scores.errors.subarray(b * perImage, (b + 1) * perImage), kept.perImage).forEach((q, i) => {
      const from = b * perImage + q;
      const to = b * kept.perImage + i;
      kept.cells[to] = cells[from];
      kept.errors[to] = scores.errors[from];
      kept.poses.rotations.set(tried.rotations.subarray(9 * from, 9 * from + 9), 9 * to);
      for (let view = 0; view < views; view++) {
        const t = scores.translations[view][from];
        for (let axis = 0; axis < 2; axis++)
          kept.poses.shifts[view][2 * to + axis] = tried.shifts[view][2 * from + axis] + offsets[2 * t + axis];
      }
    });
  return kept;
}

/**
 * Those whose error inside the band limit (a lower bound of the error inside the last one, since squares only add up) is not
 * above the best one's error at the last band limit (an upper bound of the least). Images have as many rows as the one that
 * needs most; the others' surplus is out of the running, or its repeats would crowd out what else they keep.
 */
async function withinBound(comparison: Comparison, kept: Kept, points: number, lastPoints: number): Promise<Kept> {
  const { count, views } = comparison;
  const best: ComparedPoses = {
    rotations: everyRow(kept.poses.rotations, 9, kept.perImage),
    shifts: kept.poses.shifts.map((shifts) => everyRow(shifts, 2, kept.perImage)),
  };
  const upper = await comparison.own(best, 1, new Float32Array(2), lastPoints);
  const [powerHere, powerLast] = [comparison.power(points), comparison.power(lastPoints)];
  const survivors = Array.from({ length: count }, (_, b) => {
    const bound = upper.errors[b] + powerLast[b] - powerHere[b];
    let n = 1;
    while (n < kept.perImage && kept.errors[b * kept.perImage + n] <= bound) n++;
    return n;
  });
  const next = emptyKept(comparison, Math.max(...survivors));
  for (let b = 0; b < count; b++)
    for (let i = 0; i < next.perImage; i++) {
      const from = b * kept.perImage + (i < survivors[b] ? i : 0);
      const to = b * next.perImage + i;
      next.cells[to] = kept.cells[from];
      next.errors[to] = i < survivors[b] ? kept.errors[from] : Infinity;
      next.poses.rotations.set(kept.poses.rotations.subarray(9 * from, 9 * from + 9), 9 * to);
      for (let view = 0; view < views; view++)
        next.poses.shifts[view].set(kept.poses.shifts[view].subarray(2 * from, 2 * from + 2), 2 * to);
    }
  return next;
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
