// Refinement of given poses: a cone of rotations and a square of shifts around each, halved around the best a few times at a
// rising band limit. Rotations are multiplied from the left, R ← dR·R: about the image's own axes.
import { pointsWithin } from '../../engine/scoring/points.ts';
import { coneRotations, multiplyRotations } from '../../geometry/local-rotations.ts';
import { isAtBorder, translationGrid } from '../../geometry/translation-grid.ts';
import type { ComparedPoses, Comparison } from './comparison.ts';
import type { PoseSearchResult } from './subdivide.ts';

export interface LocalPlan {
  coneDegrees: number;
  /** Pixels. */
  shiftExtent: number;
  /** Shifts an axis. */
  shiftGrid: number;
  /** Times that cone and square are halved. */
  halvings: number;
  bandStart: number;
  bandEnd: number;
}

/** Steps from the middle of a cone to its edge: 65 rotations. */
const STEPS_A_CONE = 2;

export async function searchLocally(
  comparison: Comparison,
  start: ComparedPoses,
  plan: LocalPlan,
): Promise<PoseSearchResult> {
  const { count, views } = comparison;
  let best: ComparedPoses = { rotations: start.rotations.slice(), shifts: start.shifts.map((s) => s.slice()) };
  let points = 0;
  let errors = new Float32Array(count);
  const atBorder = new Uint8Array(count);
  for (let step = 0; step <= plan.halvings; step++) {
    const share = plan.halvings === 0 ? 1 : step / plan.halvings;
    points = pointsWithin(comparison.points, plan.bandStart + (plan.bandEnd - plan.bandStart) * share);
    const cone = plan.coneDegrees / 2 ** step;
    const turns = coneRotations(cone, cone / STEPS_A_CONE);
    const offsets = translationGrid(plan.shiftExtent / 2 ** step, plan.shiftGrid);
    const perImage = turns.length / 9;
    const tried: ComparedPoses = {
      rotations: new Float32Array(9 * count * perImage),
      shifts: best.shifts.map(() => new Float32Array(2 * count * perImage)),
    };
    for (let b = 0; b < count; b++)
      for (let q = 0; q < perImage; q++) {
        const at = b * perImage + q;
        multiplyRotations(
          { a: turns, aAt: 9 * q },
          { b: best.rotations, bAt: 9 * b },
          { out: tried.rotations, outAt: 9 * at },
        );
        for (let view = 0; view < views; view++)
          tried.shifts[view].set(best.shifts[view].subarray(2 * b, 2 * b + 2), 2 * at);
      }
    const scores = await comparison.own(tried, perImage, offsets, points);
    const next: ComparedPoses = {
      rotations: new Float32Array(9 * count),
      shifts: best.shifts.map(() => new Float32Array(2 * count)),
    };
    errors = new Float32Array(count);
    for (let b = 0; b < count; b++) {
      let at = b * perImage;
      for (let q = 1; q < perImage; q++) if (scores.errors[b * perImage + q] < scores.errors[at]) at = b * perImage + q;
      errors[b] = scores.errors[at];
      next.rotations.set(tried.rotations.subarray(9 * at, 9 * at + 9), 9 * b);
      for (let view = 0; view < views; view++) {
        const t = scores.translations[view][at];
        if (step === 0 && isAtBorder(t, plan.shiftGrid)) atBorder[b] = 1;
        for (let axis = 0; axis < 2; axis++)
          next.shifts[view][2 * b + axis] = tried.shifts[view][2 * at + axis] + offsets[2 * t + axis];
      }
    }
    best = next;
  }
  const power = comparison.power(points);
  return {
    rotations: best.rotations,
    shifts: best.shifts,
    errors: errors.map((error, b) => error + power[b]),
    gains: errors.map((error) => -error),
    points,
    atBorder,
  };
}
