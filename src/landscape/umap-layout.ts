// UMAP's layout in the plane: stochastic gradient descent on the cross entropy between the graph's weights and
// 1 / (1 + a d^2b), attraction along sampled edges, repulsion from random rows (McInnes et al. 2018, section 4.2).
// pow() would be most of the time, so both coefficients come from a table over the leading 16 bits of the squared
// distance as float32 (128 steps an octave: within 0.4 %, far below the noise of the sampling).
import { Random } from '../geometry/random.ts';
import type { FuzzyGraph } from './fuzzy-graph.ts';
import { type LongWork, Yielder } from '../base/long-work.ts';

/** Least-squares fit of 1/(1 + a d^2b) to: 1 for d < 0.1, else exp(−(d − 0.1)): minimum distance 0.1, spread 1. */
export const CURVE = { a: 1.57694, b: 0.89506 };
const REPULSIONS_AN_EDGE = 5;
const LARGEST_STEP = 4;

/** umap-learn's rule. */
export function epochsFor(count: number): number {
  return count <= 10_000 ? 500 : 200;
}

/** Moves `positions` (N×2) in place. Deterministic for one seed. */
export async function layOut(
  graph: FuzzyGraph,
  positions: Float32Array,
  epochs: number,
  seed: number,
  work: LongWork = {},
): Promise<void> {
  const { count, start, tails, weights } = graph;
  if (count < 2) return;
  const yielder = new Yielder(work);
  // Marsaglia's xorshift, kept in a local: a call for each of up to 10⁹ draws would be a third of the time.
  let state = new Random(seed).bits() || 1;
  const { attraction, repulsion } = coefficientTables();
  let largest = 0;
  for (const weight of weights) if (weight > largest) largest = weight;
  // An edge of weight w is drawn every (largest / w) epochs, and repels five times as often.
  const interval = weights.map((weight) => largest / weight);
  const next = interval.slice();
  const nextRepulsion = interval.map((epochsBetween) => epochsBetween / REPULSIONS_AN_EDGE);

  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  const moveHeads = (from: number, to: number, epoch: number, rate: number) => {
    for (let head = from; head < to; head++) {
      let x = positions[2 * head];
      let y = positions[2 * head + 1];
      for (let e = start[head]; e < start[head + 1]; e++) {
        if (next[e] > epoch) continue;
        next[e] += interval[e];
        const tail = tails[e];
        let dx = x - positions[2 * tail];
        let dy = y - positions[2 * tail + 1];
        float[0] = dx * dx + dy * dy;
        let coefficient = attraction[bits[0] >>> 16];
        let stepX = rate * clip(coefficient * dx);
        let stepY = rate * clip(coefficient * dy);
        x += stepX;
        y += stepY;
        positions[2 * tail] -= stepX;
        positions[2 * tail + 1] -= stepY;
        const between = interval[e] / REPULSIONS_AN_EDGE;
        const draws = Math.floor((epoch - nextRepulsion[e]) / between);
        for (let r = 0; r < draws; r++) {
          state ^= state << 13;
          state ^= state >>> 17;
          state ^= state << 5;
          const other = Math.floor(((state >>> 0) / 2 ** 32) * count);
          if (other === head) continue;
          dx = x - positions[2 * other];
          dy = y - positions[2 * other + 1];
          float[0] = dx * dx + dy * dy;
          coefficient = repulsion[bits[0] >>> 16];
          stepX = float[0] > 0 ? clip(coefficient * dx) : LARGEST_STEP;
          stepY = float[0] > 0 ? clip(coefficient * dy) : LARGEST_STEP;
          x += rate * stepX;
          y += rate * stepY;
        }
        if (draws > 0) nextRepulsion[e] += draws * between;
      }
      positions[2 * head] = x;
      positions[2 * head + 1] = y;
    }
  };
  const headsAtOnce = 4096;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from < count; from += headsAtOnce) {
      moveHeads(from, Math.min(count, from + headsAtOnce), epoch, 1 - epoch / epochs);
      if (yielder.due()) await yielder.yieldToEvents(epoch / epochs, `UMAP, epoch ${epoch + 1} of ${epochs}`);
    }
  }
}

function clip(value: number): number {
  return value > LARGEST_STEP ? LARGEST_STEP : value < -LARGEST_STEP ? -LARGEST_STEP : value;
}

/** Coefficients of (x − other) by the leading 16 bits of the squared distance; entry 0 (no distance) is 0. */
function coefficientTables() {
  const { a, b } = CURVE;
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  const attraction = new Float32Array(0x8000);
  const repulsion = new Float32Array(0x8000);
  for (let i = 1; i < 0x7f80; i++) {
    bits[0] = (i << 16) | 0x8000;
    const power = a * Math.pow(float[0], b);
    attraction[i] = (-2 * b * power) / (float[0] * (1 + power));
    repulsion[i] = (2 * b) / ((0.001 + float[0]) * (1 + power));
  }
  return { attraction, repulsion };
}
