// How the start anneals: noise held above what is measured and a low band limit first, both relaxed slowly. Found by
// trial on the reference set `rigid`: with half the steps, or less noise at first, it settles in wrong maps.

export interface StartSchedule {
  /** Steps of small batches, then steps over all images. */
  batchSteps: number;
  wholeSteps: number;
  batchSize: number;
  /** Share of the sums before that a small batch's step keeps. */
  momentum: number;
  /** Fourier pixels at fractions of the steps. */
  band: readonly (readonly [fraction: number, value: number])[];
  /** Times the measured noise. */
  heat: readonly (readonly [fraction: number, value: number])[];
}

/**
 * `bandEnd` in Fourier pixels: the resolution at which the base grid's spacing still tells slices apart. `patience` times as many
 * small steps as `rigid` needs.
 */
export function startSchedule(bandEnd: number, patience = 1): StartSchedule {
  return {
    batchSteps: Math.max(1, Math.round(84 * patience)),
    wholeSteps: 3,
    batchSize: 200,
    momentum: 0.8,
    band: [
      [0, Math.min(bandEnd, 4)],
      [0.36, Math.min(bandEnd, 6)],
      [0.9, bandEnd],
    ],
    heat: [
      [0, 4],
      [0.48, 2],
      [0.95, 1],
    ],
  };
}

/** Linear between the table's points. */
export function valueAt(table: StartSchedule['band'], fraction: number): number {
  let [from, value] = table[0];
  for (const [to, next] of table) {
    if (fraction <= to) return to === from ? next : value + ((next - value) * (fraction - from)) / (to - from);
    [from, value] = [to, next];
  }
  return value;
}
