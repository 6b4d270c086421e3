// How the start anneals: noise held above what is measured and a low band limit first, both relaxed slowly. Found by
// trial on the reference sets. One class, on `rigid`: with half the steps, or less noise at first, it settles in wrong maps.
// Several, on `hinge`, whose images know a quarter as much of their pose: larger batches, less heat (its images at the measured
// noise are as vague as those of `rigid` at four times theirs), and more time at the measured noise.

/**
 * How the steps of a start change from its first to its last. Pairs are (fraction of the steps, value), linear in between.
 */
export interface StartSchedule {
  /** Steps of small batches, then steps over many images. */
  batchSteps: number;
  wholeSteps: number;
  batchSize: number;
  /** Share of the sums before that a small batch's step keeps. */
  momentum: number;
  /** Fourier pixels at fractions of the steps. */
  band: readonly (readonly [fraction: number, value: number])[];
  /** Times the measured noise. */
  heat: readonly (readonly [fraction: number, value: number])[];
  /** Whether each step turns the grid of rotations at random. */
  turns: boolean;
  /**
   * Step at which one map becomes the classes: from a common map, so that they begin in its frame. Below 0: there are as many maps as
   * classes from the first step.
   */
  split: number;
}

/**
 * Of one map. `bandEnd` in Fourier pixels: the resolution at which the base grid's spacing still tells slices apart. `patience` times
 * as many small steps as the reference sets need.
 */
export function startSchedule(bandEnd: number, patience = 1): StartSchedule {
  const [low, middle] = [Math.min(bandEnd, 4), Math.min(bandEnd, 6)];
  return {
    ...{ batchSteps: times(84, patience), wholeSteps: 3, batchSize: 200, momentum: 0.8, turns: false, split: Infinity },
    ...{ band: points([0, low], [0.36, middle], [0.9, bandEnd]), heat: points([0, 4], [0.48, 2], [0.95, 1]) },
  };
}

/** Of several maps; `settleSteps` at the measured noise after they are annealed. */
export function classesSchedule(bandEnd: number, settleSteps: number, patience = 1): StartSchedule {
  const [low, middle] = [Math.min(bandEnd, 4), Math.min(bandEnd, 6)];
  const anneal = times(120, patience);
  const batchSteps = anneal + (settleSteps > 0 ? times(settleSteps, patience) : 0);
  const share = anneal / batchSteps;
  return {
    ...{ batchSteps, wholeSteps: 0, batchSize: 400, momentum: 0.8, turns: true, split: Math.floor(0.55 * anneal) },
    band: points([0, low], [0.36 * share, middle], [0.9 * share, bandEnd]),
    heat: points([0, 2], [0.5 * share, 1.3], [0.95 * share, 1]),
  };
}

/** Of maps that are known: at the measured noise and the last band limit. */
export function settlingSchedule(bandEnd: number, steps: number, patience = 1): StartSchedule {
  return {
    ...{ batchSteps: times(steps, patience), wholeSteps: 0, batchSize: 400, momentum: 0.8, turns: true, split: -1 },
    ...{ band: points([0, bandEnd], [1, bandEnd]), heat: points([0, 1], [1, 1]) },
  };
}

const times = (steps: number, patience: number) => Math.max(1, Math.round(steps * patience));
const points = (...table: (readonly [number, number])[]): StartSchedule['band'] => table;

/** Linear between the table's points. */
export function valueAt(table: StartSchedule['band'], fraction: number): number {
  let [from, value] = table[0];
  for (const [to, next] of table) {
    if (fraction <= to) return to === from ? next : value + ((next - value) * (fraction - from)) / (to - from);
    [from, value] = [to, next];
  }
  return value;
}
