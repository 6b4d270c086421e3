// What a start is asked for, what it tells on the way, and the numbers that its parts share.
import { spacingDegrees } from '../../geometry/rotation-grid.ts';

/** What a start is asked for. */
export interface StartPlan {
  seed: number;
  /** Independent starts, of which the likeliest is kept. */
  starts: number;
  classes: number;
  /** Times the usual steps; 1 where it is not said. */
  patience?: number;
  /** Level of the rotation grid. */
  baseLevel: number;
  /** Pixels of the images' box. */
  shiftExtent: number;
}

/** How a start stands after a step: plain data for the screen. */
export interface StartProgress {
  stage: 'start' | 'refine';
  fraction: number;
  message: string;
  /** Poses of the images looked at, and which they are; `classes` their class. */
  images: Uint32Array;
  rotations: Float32Array;
  classes: Uint32Array;
  /** Images of each class, of all that the start looks at; a small batch tells them by its shares. */
  classCounts: readonly number[];
  atBorder: number;
  /** Mean squared residual a coefficient. */
  error: number;
  /** The maps as they stand, d³ each. */
  maps: readonly Float32Array[];
  mapPixels: number;
}

/** A class set aside while others are looked for. */
export interface SettledClass {
  map: Float32Array;
  images: number;
}

/** Where a start of several classes stands after one of its parts (several-classes.ts): all that the next goes on from. */
export interface BetweenParts {
  /** Parts that are done. */
  part: number;
  found: SettledClass[];
  /** Maps of the classes that are not set aside. */
  maps: Float32Array[];
  /** Images, by their place among those that are looked at, that the classes set aside leave. */
  rest: Uint32Array;
  /** Noise measured after the first and the second part. */
  noise: (number | null)[];
}

/** Where a start stands between two of its parts: all that is needed to go on to the same bits. */
export interface StartBookmark extends BetweenParts {
  /** Of which it is; another's is not gone on from. */
  plan: StartPlan;
  images: number;
  /** Which of several starts, from 0, and the likeliest of those before. */
  start: number;
  best: EmResult | null;
  /** State of the random numbers. */
  random: number[];
}

/** What a start tells and is told while it computes. */
export interface StartHooks {
  /** Where an earlier call stood: this one goes on from there, to the same bits. */
  bookmark?: StartBookmark | null;
  onBookmark?: (bookmark: StartBookmark) => void;
  signal?: AbortSignal;
  onProgress?: (progress: StartProgress) => void;
  onIdle?: () => Promise<void> | void;
}

/** Images that a start looks at. */
export const START_IMAGES = 10_000;
/**
 * Band limit of a base grid: half its spacing moves what lies at a third of the box by half a period there. 11 Fourier pixels
 * for 15°.
 */
export function bandOfGrid(baseLevel: number): number {
  return Math.round(165 / spacingDegrees(baseLevel));
}

/** How many of each of `count` classes. */
export function countClasses(classes: Uint32Array, count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const c of classes) counts[c]++;
  return counts;
}

/** Maps of one start (d³ each, in the units of the prepared images) and their mean log-evidence an image. */
export interface EmResult {
  maps: Float32Array[];
  mapPixels: number;
  evidence: number;
}

/** Mean of the values; NaN for none. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
