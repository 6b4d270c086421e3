// What an ab initio training is asked for, and the numbers of its searches.
import { pointsWithin, searchPoints } from '../../engine/scoring/points.ts';
import type { LocalPlan } from '../pose-search/local.ts';
import type { SubdivisionPlan } from '../pose-search/subdivide.ts';
import type { TrainingPlan } from '../training.ts';

/** Shifts in pixels of the training box; `bandEnd` once it has risen. */
export interface SearchSettings extends SubdivisionPlan {
  /** Epochs between searches; Infinity for none. */
  every: number;
  /** Epochs over which the last band limit rises from the first. */
  bandRampEpochs: number;
  /** Gauss–Newton steps off the grid. */
  polish: number;
  slices: 'interpolated' | 'direct';
  /** How far from the pose that an image has; null for everywhere. */
  around: Pick<LocalPlan, 'coneDegrees' | 'shiftExtent' | 'halvings'> | null;
}

/**
 * What an ab initio training is asked for: the training, the searches of its epochs, and the start that gives its first poses.
 */
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

/** Shifts an axis of a search around a pose. */
const LOCAL_SHIFTS = 5;
/** A search around a pose: the spacing of the 15° grid that it was found on, and of the start's shifts. */
const AROUND = { coneDegrees: 15, halvings: 3, shiftShare: 1 / 32 } as const;

/**
 * The search around a pose for images of `boxPixels`: a cone of 15° and shifts of D/32 pixels, both halved three times.
 */
export function aroundOf(boxPixels: number): NonNullable<SearchSettings['around']> {
  return { coneDegrees: AROUND.coneDegrees, halvings: AROUND.halvings, shiftExtent: AROUND.shiftShare * boxPixels };
}

/** Whether poses are searched in this epoch (from 1), of a set of `images`. Poses that were found or given are kept until then. */
export function searchesIn(plan: AbInitioPlan, epoch: number, images: number): boolean {
  const { every } = plan.search;
  if (every === Infinity) return false;
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

/** The search around an image's pose, where the plan asks for one. */
export function localSearchIn(plan: AbInitioPlan, epoch: number): LocalPlan | undefined {
  const { around } = plan.search;
  if (!around) return undefined;
  const { bandStart, bandEnd } = subdivisionIn(plan, epoch);
  return { ...around, shiftGrid: LOCAL_SHIFTS, bandStart: around.halvings > 0 ? bandStart : bandEnd, bandEnd };
}

/**
 * The search of `epoch` (from 1): its band limit rises from `bandStart` to `bandEnd` Fourier pixels over the first
 * `bandRampEpochs`.
 */
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
