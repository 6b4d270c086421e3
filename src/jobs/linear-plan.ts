// What fitting a linear model is asked for, from a run's parameters.
import { VitrineError } from '../base/errors.ts';
import type { LinearPlan } from '../inference/linear/fit.ts';
import type { MaskPlan } from '../inference/linear/mask-plan.ts';
import { MOST_COMPONENTS } from '../params/linear-params.ts';
import type { Params } from '../params/params.ts';

/** Error 'value-out-of-range' for a number of components that cannot be fitted. */
export function linearPlan({ method, zDim, epochs, seed, contrast }: Params, mask?: MaskPlan): LinearPlan {
  if (zDim < 1 || zDim > MOST_COMPONENTS)
    throw new VitrineError('value-out-of-range', `A linear model cannot have ${zDim} components.`, {
      field: method === 'linear' ? '--components' : '--zdim',
      expected: `1 to ${MOST_COMPONENTS}`,
      found: String(zDim),
    });
  return { components: zDim, iterations: epochs, seed, contrast, ...(mask && { mask }) };
}
