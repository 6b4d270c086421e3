// Where the solvent mask of a fit comes from: found from the mean map, a sphere, or given. Lengths are fractions of the box's side,
// so that they hold at every box at which the model is fitted.
import { VitrineError } from '../../base/errors.ts';
import { maskOnBox } from '../../validation/mask.ts';
import { softSphere, solventMask, widerMask } from './solvent-mask.ts';

/** `wider` than it is by so much of the box's side, below 0 narrower. */
export type MaskPlan =
  | { from: 'auto'; wider: number }
  | { from: 'sphere'; wider: number }
  | {
      from: 'file';
      wider: number;
      /** Factors 0 … 1, boxPixels³ [z][y][x]. */
      values: Float32Array;
      boxPixels: number;
    };

/** Found from the mean map. */
export const FOUND_MASK: MaskPlan = { from: 'auto', wider: 0 };

/** The mask before there is a mean map: of `mapPixels`³. Error 'value-out-of-range' where nothing is left of it. */
export function firstMask(plan: MaskPlan, mapPixels: number): Float32Array {
  const wider = plan.wider * mapPixels;
  if (plan.from === 'auto') return softSphere(mapPixels);
  if (plan.from === 'sphere') return holding(softSphere(mapPixels, wider));
  return holding(widerMask(maskOnBox(plan.values, plan.boxPixels, mapPixels), mapPixels, wider));
}

/** The mask that a mean map gives; null where it stays what it was. Error 'value-out-of-range' where nothing is left of it. */
export function maskOfMean(plan: MaskPlan, mean: Float32Array, mapPixels: number): Float32Array | null {
  return plan.from === 'auto' ? holding(solventMask(mean, mapPixels, plan.wider * mapPixels)) : null;
}

/** A fit has to have something inside. */
function holding(mask: Float32Array): Float32Array {
  if (mask.some((value) => value > 0.5)) return mask;
  throw new VitrineError('value-out-of-range', 'Nothing is left of the solvent mask.', {
    field: '--mask-dilate',
    advice: 'Make it less narrow.',
  });
}
