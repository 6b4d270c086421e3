// A tree of merges (linkage.ts) cut into clusters: in so many, below a height, or where the heights leap most.
import { VitrineError } from '../../base/errors.ts';

/** In so many clusters, below a height, or at the largest gap between heights among 2 to 15 clusters. */
export type Cut = { kind: 'count'; states: number } | { kind: 'height'; height: number } | { kind: 'largest-gap' };

/** Clusters of the leaves. */
export interface CutTree {
  /** A label a leaf, from 0, in the order in which leaves come. */
  labels: Int32Array;
  count: number;
  /** All merges at or below it hold: halfway to the next. */
  height: number;
}

const MOST_BY_GAP = 15;

/** `merges`: (n−1)×4, heights ascending. Error 'value-out-of-range' for a count that the tree cannot give. */
export function cutTree(merges: Float64Array, cut: Cut): CutTree {
  const leaves = merges.length / 4 + 1;
  const heights = Float64Array.from({ length: leaves - 1 }, (_, row) => merges[4 * row + 2]);
  const holding = mergesThatHold(heights, cut);
  const below = holding > 0 ? heights[holding - 1] : 0;
  const above = holding < heights.length ? heights[holding] : below;
  const height = cut.kind === 'height' ? cut.height : (below + above) / 2;
  return { ...labelsAfter(merges, leaves, holding), height };
}

/** Of the first merges, how many hold. */
function mergesThatHold(heights: Float64Array, cut: Cut): number {
  const leaves = heights.length + 1;
  if (cut.kind === 'height') {
    if (!(cut.height >= 0))
      throw new VitrineError('value-out-of-range', `A tree cannot be cut at height ${cut.height}.`, {
        expected: '0 or above',
      });
    const beyond = heights.findIndex((height) => height > cut.height);
    return beyond < 0 ? heights.length : beyond;
  }
  if (cut.kind === 'count') {
    if (!Number.isInteger(cut.states) || cut.states < 1 || cut.states > leaves)
      throw new VitrineError('value-out-of-range', `${leaves} maps cannot be put in ${cut.states} states.`, {
        expected: `a whole number from 1 to ${leaves}`,
        found: String(cut.states),
      });
    return leaves - cut.states;
  }
  let [best, widest] = [1, -Infinity];
  for (let clusters = 2; clusters <= Math.min(MOST_BY_GAP, leaves); clusters++) {
    const holding = leaves - clusters;
    const gap = heights[holding] - (holding > 0 ? heights[holding - 1] : 0);
    if (gap > widest) [best, widest] = [clusters, gap];
  }
  return leaves - best;
}

function labelsAfter(merges: Float64Array, leaves: number, holding: number): { labels: Int32Array; count: number } {
  const parents = Int32Array.from({ length: leaves + holding }, (_, i) => i);
  for (let row = 0; row < holding; row++) parents[merges[4 * row]] = parents[merges[4 * row + 1]] = leaves + row;
  // From the last merge down, so that each parent is its root already.
  for (let node = parents.length - 1; node >= 0; node--) parents[node] = parents[parents[node]];
  const numbers = new Map<number, number>();
  const labels = Int32Array.from({ length: leaves }, (_, leaf) => {
    const known = numbers.get(parents[leaf]) ?? numbers.size;
    numbers.set(parents[leaf], known);
    return known;
  });
  return { labels, count: numbers.size };
}
