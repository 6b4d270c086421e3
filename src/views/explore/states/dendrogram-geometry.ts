// Where the lines of a dendrogram go: the highest merges are drawn, what hangs below the lowest of them is one wedge. Places along
// the leaves are shares of the width, 0 … 1; heights are those of the merges.
import type { Dendrogram } from '../../../../workers/contract.ts';

/** The tree of a dendrogram: L leaves, merge i is node L+i, heights ascend. */
export type Tree = Pick<Dendrogram, 'maps' | 'merges'>;

/** State of a node whose leaves are of several. */
export const MIXED = -1;

const PER_MERGE = 4;

/** A leaf, or all leaves below a merge that is not drawn. */
export interface TreeEnd {
  node: number;
  at: number;
  halfWidth: number;
  leaves: number;
  /** Of the merge that holds them; 0 of one leaf. */
  height: number;
  state: number;
}

/** Two arms from a merge down to what it joins. */
export interface TreeJoin {
  node: number;
  height: number;
  arms: [{ at: number; height: number }, { at: number; height: number }];
  state: number;
}

/** Neighbouring ends of one state. */
export interface StateSpan {
  state: number;
  from: number;
  to: number;
  leaves: number;
}

export interface DrawnTree {
  /** From left to right. */
  ends: TreeEnd[];
  joins: TreeJoin[];
  spans: StateSpan[];
  /** Of the last merge. */
  height: number;
}

export function leafCount({ merges }: Tree): number {
  return merges.length / PER_MERGE + 1;
}

function mergeHeight({ merges }: Tree, merge: number): number {
  return merges[PER_MERGE * merge + 2];
}

function childrenOf({ merges }: Tree, merge: number): [number, number] {
  return [merges[PER_MERGE * merge], merges[PER_MERGE * merge + 1]];
}

/** States where all merges up to a height hold. */
export function statesAtHeight(tree: Tree, height: number): number {
  const merges = leafCount(tree) - 1;
  let [low, high] = [0, merges];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (mergeHeight(tree, middle) <= height) low = middle + 1;
    else high = middle;
  }
  return merges - low + 1;
}

/** In the middle between the merge that holds and the one that does not; above the last merge for one state. */
export function heightOfStates(tree: Tree, states: number): number {
  const leaves = leafCount(tree);
  const first = leaves - Math.min(leaves, Math.max(1, Math.round(states)));
  const below = first === 0 ? 0 : mergeHeight(tree, first - 1);
  return first === leaves - 1 ? 1.04 * below : (below + mergeHeight(tree, first)) / 2;
}

/** At most `mostEnds` ends, at least two; `stateOfLeaf` by the leaf's place, from 0. */
export function drawnTree(tree: Tree, stateOfLeaf: (leaf: number) => number, mostEnds: number): DrawnTree {
  const leaves = leafCount(tree);
  const states = statesOfNodes(tree, stateOfLeaf);
  // A merge comes after those below it, so the highest ones are the last.
  const firstDrawn = leaves + Math.max(0, leaves - Math.max(2, mostEnds));
  const below = (node: number) => (node < leaves ? 1 : tree.merges[PER_MERGE * (node - leaves) + 3]);
  const heightOf = (node: number) => (node < leaves ? 0 : mergeHeight(tree, node - leaves));
  const ends = endsOf(tree, firstDrawn).map((node) => ({ node, weight: Math.sqrt(below(node)) }));
  const whole = ends.reduce((sum, { weight }) => sum + weight, 0);
  const places = new Map<number, number>();
  let from = 0;
  const drawnEnds = ends.map<TreeEnd>(({ node, weight }) => {
    const halfWidth = weight / whole / 2;
    const at = from + halfWidth;
    from += 2 * halfWidth;
    places.set(node, at);
    return { node, at, halfWidth, leaves: below(node), height: heightOf(node), state: states[node] };
  });
  const joins: TreeJoin[] = [];
  for (let node = firstDrawn; node < 2 * leaves - 1; node++) {
    const [a, b] = childrenOf(tree, node - leaves).map((child) => ({
      at: places.get(child) ?? 0,
      height: heightOf(child),
    }));
    places.set(node, (a.at + b.at) / 2);
    joins.push({ node, height: heightOf(node), arms: [a, b], state: states[node] });
  }
  return { ends: drawnEnds, joins, spans: spansOf(drawnEnds), height: heightOf(2 * leaves - 2) };
}

/** The one state of all leaves below each node, MIXED where they are of several. */
function statesOfNodes(tree: Tree, stateOfLeaf: (leaf: number) => number): Int32Array {
  const leaves = leafCount(tree);
  const states = new Int32Array(2 * leaves - 1);
  for (let leaf = 0; leaf < leaves; leaf++) states[leaf] = stateOfLeaf(leaf);
  for (let merge = 0; merge < leaves - 1; merge++) {
    const [a, b] = childrenOf(tree, merge);
    states[leaves + merge] = states[a] === states[b] ? states[a] : MIXED;
  }
  return states;
}

/** What the drawn merges end in, from left to right. */
function endsOf(tree: Tree, firstDrawn: number): number[] {
  const leaves = leafCount(tree);
  const ends: number[] = [];
  const standing = [2 * leaves - 2];
  for (let node = standing.pop(); node !== undefined; node = standing.pop()) {
    if (node < leaves || node < firstDrawn) ends.push(node);
    else standing.push(...childrenOf(tree, node - leaves).reverse());
  }
  return ends;
}

function spansOf(ends: readonly TreeEnd[]): StateSpan[] {
  const spans: StateSpan[] = [];
  for (const { state, at, halfWidth, leaves } of ends) {
    const last = spans.at(-1);
    if (last?.state === state) {
      last.to = at + halfWidth;
      last.leaves += leaves;
    } else spans.push({ state, from: at - halfWidth, to: at + halfWidth, leaves });
  }
  return spans;
}
