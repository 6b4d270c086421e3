// How sure populations are: shares of classes when micrographs are drawn anew with replacement (particles of one share its faults, so
// they go together; Efron 1979), and of both halves of the images.
import { Random } from '../geometry/random.ts';

/** Share of a class and how far it is known. */
export interface Population {
  label: number;
  count: number;
  /** 0 … 1. */
  share: number;
  /** Standard deviation of the share over the draws. */
  standardError: number;
  /** 2.5th and 97.5th percentile of the draws. */
  interval: [number, number];
  /** Of even and of odd rows. */
  halves: [number, number];
}

export interface PopulationOptions {
  /** N: micrograph of each particle, any numbers; each particle by itself where absent. */
  groups?: ArrayLike<number> | null;
  /** 1000. */
  draws?: number;
  seed?: number;
}

/** `labels`: N, the class of each particle. Classes ascending. */
export function populations(
  labels: ArrayLike<number>,
  { groups = null, draws = 1000, seed = 0 }: PopulationOptions = {},
): Population[] {
  const count = labels.length;
  const classes = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  const classOf = new Map(classes.map((label, at) => [label, at]));
  const blocks = new Map<number, Float64Array>();
  const halves = [0, 1].map(() => new Float64Array(classes.length));
  for (let i = 0; i < count; i++) {
    const at = classOf.get(labels[i]) ?? 0;
    const group = groups ? groups[i] : i;
    let block = blocks.get(group);
    if (!block) blocks.set(group, (block = new Float64Array(classes.length)));
    block[at]++;
    halves[i % 2][at]++;
  }
  const counts = [...blocks.values()];
  const random = new Random(seed);
  const shares = classes.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    const sums = new Float64Array(classes.length);
    for (let i = 0; i < counts.length; i++) {
      const block = counts[random.below(counts.length)];
      for (let c = 0; c < sums.length; c++) sums[c] += block[c];
    }
    const total = sums.reduce((a, b) => a + b, 0);
    sums.forEach((sum, c) => (shares[c][draw] = sum / total));
  }
  const halfCounts = [Math.ceil(count / 2), Math.floor(count / 2)];
  return classes.map((label, c) => {
    const own = counts.reduce((sum, block) => sum + block[c], 0);
    const sorted = shares[c].sort();
    const mean = sorted.reduce((sum, value) => sum + value, 0) / draws;
    const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws;
    const at = (share: number) => sorted[Math.min(draws - 1, Math.floor(share * draws))];
    return {
      ...{ label, count: own, share: own / count, standardError: Math.sqrt(variance) },
      interval: [at(0.025), at(0.975)],
      halves: [halves[0][c] / Math.max(1, halfCounts[0]), halves[1][c] / Math.max(1, halfCounts[1])],
    };
  });
}
