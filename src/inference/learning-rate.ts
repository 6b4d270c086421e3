// The learning rate over a run. 'cosine': a linear rise over the first part, then a fall along half a cosine (Loshchilov & Hutter 2017)
// to a hundredth: a field learns several times faster at a high rate, but only settles at a low one.
import type { TrainingPlan } from './training.ts';

/** Share of the run in which the rate rises, and the rate at the end over the highest. */
const RISE = 0.03;
const LEAST = 0.01;

/** Of a table of latents, in units of z (drgnai's). */
const TABLE_RATE = 1e-2;

/** At `progress` 0 … 1 of the run. */
export function learningRateAt(
  { learningRate, rateSchedule }: Pick<TrainingPlan, 'learningRate' | 'rateSchedule'>,
  progress: number,
): number {
  if (rateSchedule !== 'cosine') return learningRate;
  if (progress < RISE) return learningRate * Math.max(LEAST, progress / RISE);
  const fall = Math.min(1, (progress - RISE) / (1 - RISE));
  return learningRate * (LEAST + (1 - LEAST) * 0.5 * (1 + Math.cos(Math.PI * fall)));
}

/** Of the table of latents that is learned beside a field without encoder. */
export function tableRateAt({ rateSchedule }: Pick<TrainingPlan, 'rateSchedule'>, progress: number): number {
  return learningRateAt({ learningRate: TABLE_RATE, rateSchedule }, progress);
}
