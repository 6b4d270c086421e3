// How β comes in over a run. Cyclic: four cycles, each rising over its first half (Fu et al. 2019).
import type { TrainingPlan } from './training.ts';

/** `progress`: share of the whole run done, 0 … 1. */
export function betaAt(plan: Pick<TrainingPlan, 'beta' | 'betaSchedule'>, progress: number): number {
  switch (plan.betaSchedule) {
    case 'constant':
      return plan.beta;
    case 'linear-quarter':
      return plan.beta * Math.min(1, 4 * progress);
    case 'linear-half':
      return plan.beta * Math.min(1, 2 * progress);
    case 'cyclic':
      return plan.beta * Math.min(1, 2 * ((4 * progress) % 1));
  }
}
