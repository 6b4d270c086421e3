// How the start anneals: noise held above what is measured and a low band limit first, both relaxed slowly. Found by
// trial on the reference sets. One class, on `rigid`: with half the steps, or less noise at first, it settles in wrong maps.
// Several, on `hinge`, whose images know a quarter as much of their pose: larger batches, less heat (its images at the measured
// noise are as vague as those of `rigid` at four times theirs), and a long time of settling in which classes are regrouped.

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
  /** Step at which one map becomes the plan's classes: from a common map, so that they begin in its frame. */
  split: number;
  /** Steps at which the smallest class gives way to a second one of the largest. */
  regroup: readonly number[];
}

/** Shares of the settling at which classes are regrouped: once the ones that find their images have found them. */
const REGROUP_AT = [0.6, 0.78];

/**
 * `bandEnd` in Fourier pixels: the resolution at which the base grid's spacing still tells slices apart. `patience` times as many
 * small steps as the reference sets need.
 */
export function startSchedule(bandEnd: number, classes = 1, patience = 1): StartSchedule {
  const times = (steps: number) => Math.max(1, Math.round(steps * patience));
  const low = Math.min(bandEnd, 4);
  const middle = Math.min(bandEnd, 6);
  if (classes === 1)
    return {
      ...{
        batchSteps: times(84),
        wholeSteps: 3,
        batchSize: 200,
        momentum: 0.8,
        turns: false,
        split: Infinity,
        regroup: [],
      },
      ...{ band: points([0, low], [0.36, middle], [0.9, bandEnd]), heat: points([0, 4], [0.48, 2], [0.95, 1]) },
    };
  const anneal = times(120);
  const settle = times(170);
  const wholeSteps = 2;
  const share = anneal / (anneal + settle + wholeSteps);
  const regroup = REGROUP_AT.map((at) => anneal + Math.round(at * settle));
  return {
    ...{
      batchSteps: anneal + settle,
      wholeSteps,
      batchSize: 400,
      momentum: 0.8,
      turns: true,
      split: Math.floor(0.55 * anneal),
      regroup,
    },
    band: points([0, low], [0.36 * share, middle], [0.9 * share, bandEnd]),
    heat: points([0, 2], [0.5 * share, 1.3], [0.95 * share, 1]),
  };
}

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
