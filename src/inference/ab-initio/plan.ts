// What an ab initio training is asked for, and the numbers of its searches.
import { pointsWithin, searchPoints } from '../../engine/scoring/points.ts';
import type { SubdivisionPlan } from '../pose-search/subdivide.ts';
import type { TrainingPlan } from '../training.ts';

/** Shifts in pixels of the training box; `bandEnd` once it has risen. */
export interface SearchSettings extends SubdivisionPlan {
  /** Epochs between searches. */
  every: number;
  /** Epochs over which the last band limit rises from the first. */
  bandRampEpochs: number;
  /** Gauss–Newton steps off the grid. */
  polish: number;
  slices: 'interpolated' | 'direct';
}

export interface AbInitioPlan {
  training: TrainingPlan;
  search: SearchSettings;
  start: 'em' | 'random' | 'given';
  starts: number;
  classes: number;
  /** Times the usual steps of the start. */
  patience: number;
  /** Epochs between resets of the model; 0 for never. */
  resetEvery: number;
  tiltDegrees: number;
}

/**
 * Images that a field has to have learned from before it may change poses, as cryoDRGN2 has it of random ones: one that knows less
 * throws good poses away.
 */
export const LEARNED_IMAGES = 10_000;

/** Whether poses are searched in this epoch (from 1), of a set of `images`. Poses that were found or given are kept until then. */
export function searchesIn(plan: AbInitioPlan, epoch: number, images: number): boolean {
  const { every } = plan.search;
  if (plan.start === 'random') {
    if (resetsBefore(plan, epoch)) return false;
    return (epoch - 1) % every === 0 || epoch % every === 0 || epoch === plan.training.epochs;
  }
  const sinceReset = plan.resetEvery > 0 ? ((epoch - 1) % plan.resetEvery) + 1 : epoch;
  if (sinceReset * images < LEARNED_IMAGES) return false;
  return epoch % every === 0 || epoch === plan.training.epochs;
}

/** Whether the model is drawn anew before this epoch, with the poses found so far. */
export function resetsBefore({ resetEvery }: AbInitioPlan, epoch: number): boolean {
  return resetEvery > 0 && epoch > 1 && (epoch - 1) % resetEvery === 0;
}

export function subdivisionIn({ search }: AbInitioPlan, epoch: number): SubdivisionPlan {
  const share = search.bandRampEpochs > 0 ? Math.min(1, (epoch - 1) / search.bandRampEpochs) : 1;
  return { ...search, bandEnd: search.bandStart + share * (search.bandEnd - search.bandStart) };
}

/**
 * Images searched and then learned from together: an evaluation of the field's cube should cost no more than learning from
 * them, and the field should move on several times an epoch.
 */
export function portionImages(plan: AbInitioPlan, boxPixels: number): number {
  const { bandEnd } = plan.search;
  const cubePoints = (2 / 3) * Math.PI * (2 * bandEnd + 1) ** 3;
  const rows = pointsWithin(searchPoints(boxPixels, boxPixels / 2), boxPixels / 2);
  return Math.min(4096, Math.max(256, Math.round(cubePoints / rows)));
}
