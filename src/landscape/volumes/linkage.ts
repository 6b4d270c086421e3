// Agglomerative clustering of a few thousand items by their distances: the nearest-neighbour chain (Müllner 2011), O(n²) in time. ml-hclust
// gives the same trees in O(n³): 8.6 s of 1000 items against tenths of a second, too long while a person waits for another linkage.
import { VitrineError } from '../../base/errors.ts';

/** How the distance of two clusters follows from those of their items. */
export type LinkageMethod = 'average' | 'ward' | 'complete' | 'single';

/** Distance of cluster k to the union of i and j, by theirs and by their sizes (Lance & Williams 1967). */
type Update = (dKI: number, dKJ: number, dIJ: number, sizes: { i: number; j: number; k: number }) => number;

const UPDATES: Record<LinkageMethod, Update> = {
  single: (dKI, dKJ) => Math.min(dKI, dKJ),
  complete: (dKI, dKJ) => Math.max(dKI, dKJ),
  average: (dKI, dKJ, _, { i, j }) => (i * dKI + j * dKJ) / (i + j),
  ward: (dKI, dKJ, dIJ, { i, j, k }) =>
    Math.sqrt(((i + k) * dKI * dKI + (j + k) * dKJ * dKJ - k * dIJ * dIJ) / (i + j + k)),
};

/**
 * Of n items by their n×n distances (symmetric; Ward's are Euclidean): (n−1)×4 as SciPy's linkage, row by row: the two clusters (items
 * 0 … n−1, the cluster of row i is n+i; the smaller number first), their distance, the items in both. Distances ascend. Error
 * 'value-out-of-range' for distances that are not finite.
 */
export function linkageOf(distances: Float64Array, count: number, method: LinkageMethod): Float64Array {
  if (distances.length !== count * count || !distances.every(Number.isFinite))
    throw new VitrineError('value-out-of-range', 'The distances between maps are not finite numbers.', {
      advice: 'Choose another mask or metric: a map that is 0 in the mask has no direction.',
    });
  const merges = chainMerges(distances.slice(), count, UPDATES[method]);
  return numbered(merges, count);
}

interface Merge {
  a: number;
  b: number;
  height: number;
}

/** In the order of the chain, each between representatives of clusters. */
function chainMerges(distances: Float64Array, count: number, update: Update): Merge[] {
  const sizes = new Uint32Array(count).fill(1);
  const chain: number[] = [];
  const merges: Merge[] = [];
  while (merges.length < count - 1) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    for (;;) {
      const x = chain[chain.length - 1];
      // Of equals the one before, so that the chain ends.
      let y = chain.length > 1 ? chain[chain.length - 2] : -1;
      let nearest = y >= 0 ? distances[x * count + y] : Infinity;
      for (let i = 0; i < count; i++) {
        if (sizes[i] === 0 || i === x || !(distances[x * count + i] < nearest)) continue;
        nearest = distances[x * count + i];
        y = i;
      }
      if (chain.length > 1 && y === chain[chain.length - 2]) break;
      chain.push(y);
    }
    const [last, before] = [chain.pop() ?? 0, chain.pop() ?? 0];
    merges.push(join(Math.min(last, before), Math.max(last, before)));
  }
  return merges;

  /** The union stands in b's place. */
  function join(a: number, b: number): Merge {
    const height = distances[a * count + b];
    for (let k = 0; k < count; k++) {
      if (sizes[k] === 0 || k === a || k === b) continue;
      const of = { i: sizes[a], j: sizes[b], k: sizes[k] };
      const joined = update(distances[k * count + a], distances[k * count + b], height, of);
      distances[k * count + b] = distances[b * count + k] = joined;
    }
    sizes[b] += sizes[a];
    sizes[a] = 0;
    return { a, b, height };
  }
}

function numbered(merges: Merge[], count: number): Float64Array {
  const order = merges.toSorted((a, b) => a.height - b.height);
  const parents = Int32Array.from({ length: 2 * count - 1 }, (_, i) => i);
  const sizes = new Uint32Array(2 * count - 1).fill(1);
  const rootOf = (item: number): number => {
    let root = item;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]];
    return root;
  };
  const table = new Float64Array(4 * (count - 1));
  order.forEach(({ a, b, height }, row) => {
    const [first, second] = [rootOf(a), rootOf(b)].sort((x, y) => x - y);
    const joined = count + row;
    parents[first] = parents[second] = joined;
    sizes[joined] = sizes[first] + sizes[second];
    table.set([first, second, height, sizes[joined]], 4 * row);
  });
  return table;
}
