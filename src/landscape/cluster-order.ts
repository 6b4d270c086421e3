// An order of cluster centres in which neighbours in number lie close in space: the leaves of an average-linkage tree
// (ml-hclust), each branch turned so that the two clusters that meet at its joint are as near as its turns allow.
import { agnes, type Cluster } from 'ml-hclust';

/** k centres (k×zDim) to k positions: element i is the centre that takes number i. Deterministic. */
export function orderOfCentres(centres: Float32Array, zDim: number): number[] {
  const k = centres.length / zDim;
  if (k < 3) return Array.from({ length: k }, (_, c) => c);
  const points = Array.from({ length: k }, (_, c) => Array.from(centres.subarray(c * zDim, (c + 1) * zDim)));
  const distance = (a: number, b: number) => Math.hypot(...points[a].map((value, d) => value - points[b][d]));
  const order = leaves(agnes(points, { method: 'average' }), distance);
  // Either end may come first; the lower number first makes one order of the two.
  return order[0] <= order[k - 1] ? order : order.reverse();
}

function leaves(tree: Cluster, distance: (a: number, b: number) => number): number[] {
  if (tree.isLeaf) return [tree.index];
  return tree.children
    .map((child) => leaves(child, distance))
    .reduce((left, right) => {
      const turns = [
        [left, right],
        [left, right.toReversed()],
        [left.toReversed(), right],
        [left.toReversed(), right.toReversed()],
      ];
      const gaps = turns.map(([a, b]) => distance(a[a.length - 1], b[0]));
      return turns[gaps.indexOf(Math.min(...gaps))].flat();
    });
}
