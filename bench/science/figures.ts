// Figures that several experiments give.
import { adjacency, windingNumber } from './topology.ts';
import type { Row } from './experiment.ts';
import type { Work } from './work.ts';
import { firstPrincipalComponent, predictFromNeighbours } from '../../src/validation/latent-score.ts';
import { scoreMaps } from '../../src/validation/map-score.ts';
import { spearman } from '../../src/validation/rank-correlation.ts';
import type { EpochLatents } from '../../src/library/runs.ts';

const PICKS = 20;

/** Spearman of a true value with its prediction from neighbours in z. */
export async function neighbourSpearman({ mu, zDim }: EpochLatents, truth: ArrayLike<number>): Promise<number> {
  return spearman(await predictFromNeighbours(mu, zDim, truth), truth);
}

/** Absolute Spearman of the first principal component. */
export function componentSpearman({ mu, zDim }: EpochLatents, truth: ArrayLike<number>): number {
  return Math.abs(spearman(firstPrincipalComponent(mu, zDim), truth));
}

/** Area under the FSC and resolution of maps at twenty images' latents. */
export async function mapRows(work: Work, set: string, run: string): Promise<Row[]> {
  const { images, boxPixels } = work.size;
  const picks = Array.from({ length: PICKS }, (_, i) => Math.floor(((i + 0.5) * images) / PICKS));
  const score = scoreMaps(await work.mapsAndTruths(set, run, picks), boxPixels);
  return [
    {
      figure: 'per-image FSC area (largest possible)',
      value: `${score.fscArea.toFixed(3)} (${score.fscAreaLargest.toFixed(3)})`,
    },
    {
      figure: 'resolution at FSC 0.5, pixels, mean (sd)',
      value: `${score.resolutionPixels.toFixed(2)} (${score.resolutionPixelsDeviation.toFixed(2)})`,
    },
  ];
}

/** Mean latents of each state, states × zDim. */
function stateMeans({ mu, zDim, count }: EpochLatents, state: ArrayLike<number>, states: number): Float64Array {
  const sums = new Float64Array(states * zDim);
  const counts = new Float64Array(states);
  for (let i = 0; i < count; i++) {
    counts[state[i]]++;
    for (let d = 0; d < zDim; d++) sums[state[i] * zDim + d] += mu[i * zDim + d];
  }
  return sums.map((sum, at) => sum / counts[Math.floor(at / zDim)]);
}

/** Whether states that follow each other round a circle do so in z. */
export function circleRow(latents: EpochLatents, state: ArrayLike<number>, states: number): Row {
  const means = stateMeans(latents, state, states);
  const kept = adjacency(means, latents.zDim);
  const turns = windingNumber(means, latents.zDim);
  return {
    figure: 'states whose nearest other state is the one before or after; turns round the loop',
    value: `${kept} of ${states}; ${turns}`,
    toReach: { words: `all; 1`, reached: kept === states && Math.abs(turns) === 1 },
  };
}
