// A dendrogram's lines and its cut, on trees small enough to draw by hand, and one of a thousand leaves.
import { describe, expect, it } from 'vitest';
import { drawnTree, heightOfStates, leafCount, MIXED, statesAtHeight, type Tree } from './dendrogram-geometry.ts';

/** Leaves 0 … 4: (0 1) at 1, (2 3) at 2, ((2 3) 4) at 4, all at 10. */
const five: Tree = {
  maps: Uint32Array.of(10, 11, 12, 13, 14),
  merges: Float64Array.of(...[0, 1, 1, 2], ...[2, 3, 2, 2], ...[4, 6, 4, 3], ...[5, 7, 10, 5]),
};
const TWO = [0, 0, 1, 1, 1];

/** A chain of n leaves, each joined to all before it. */
function chain(n: number): Tree {
  const merges = new Float64Array(4 * (n - 1));
  for (let i = 0; i < n - 1; i++) merges.set([i === 0 ? 0 : i + 1, i === 0 ? 1 : n + i - 1, i + 1, i + 2], 4 * i);
  return { maps: Uint32Array.from({ length: n }, (_, i) => i), merges };
}

describe('the cut', () => {
  it('has as many states as merges above it, and one more', () => {
    expect([0, 1, 1.5, 2, 3.9, 4, 9.9, 10, 11].map((height) => statesAtHeight(five, height))).toEqual([
      ...[5, 4, 4, 3, 3, 2, 2, 1, 1],
    ]);
  });

  it('lies between the merges that hold and those that do not', () => {
    expect([1, 2, 3, 4, 5].map((states) => heightOfStates(five, states))).toEqual([10.4, 7, 3, 1.5, 0.5]);
    for (const tree of [five, chain(1000)])
      for (let states = 1; states <= leafCount(tree); states++)
        expect(statesAtHeight(tree, heightOfStates(tree, states))).toBe(states);
  });

  it('does not leave the tree', () => {
    expect(statesAtHeight(five, heightOfStates(five, 99))).toBe(5);
    expect(statesAtHeight(five, heightOfStates(five, 0))).toBe(1);
  });
});

describe('the lines', () => {
  it('join every leaf where there is room', () => {
    const { ends, joins, spans, height } = drawnTree(five, (leaf) => TWO[leaf], 5);
    expect(height).toBe(10);
    // As the tree is walked: 0 and 1, then 4 beside (2 3).
    expect(ends.map(({ node }) => node)).toEqual([0, 1, 4, 2, 3]);
    expect(ends.map(({ at }) => Number(at.toFixed(6)))).toEqual([0.1, 0.3, 0.5, 0.7, 0.9]);
    expect(joins.map(({ node, height: level, state }) => [node, level, state])).toEqual([
      [5, 1, 0],
      [6, 2, 1],
      [7, 4, 1],
      [8, 10, MIXED],
    ]);
    const [first, , third, root] = joins;
    expect(first.arms).toEqual([
      { at: ends[0].at, height: 0 },
      { at: ends[1].at, height: 0 },
    ]);
    // Leaf 4 with (2 3), which stands at 0.8.
    expect(third.arms.map(({ at }) => at)).toEqual([0.5, expect.closeTo(0.8)]);
    expect(root.arms.map(({ height: level }) => level)).toEqual([1, 4]);
    expect(spans.map(({ state, from, to, leaves }) => [state, from.toFixed(2), to.toFixed(2), leaves])).toEqual([
      [0, '0.00', '0.40', 2],
      [1, '0.40', '1.00', 3],
    ]);
  });

  it('end in wedges where there is none, as wide as the root of what they hold', () => {
    const { ends, joins } = drawnTree(five, (leaf) => TWO[leaf], 3);
    expect(ends.map(({ node, leaves, height }) => [node, leaves, height])).toEqual([
      [5, 2, 1],
      [4, 1, 0],
      [6, 2, 2],
    ]);
    expect(ends[0].halfWidth / ends[1].halfWidth).toBeCloseTo(Math.SQRT2);
    expect(joins.map(({ node }) => node)).toEqual([7, 8]);
  });

  it('hold every leaf once, of a thousand too, and touch each other nowhere', () => {
    const tree = chain(1000);
    const { ends, joins } = drawnTree(tree, () => 0, 120);
    expect(ends).toHaveLength(120);
    expect(joins).toHaveLength(119);
    expect(ends.reduce((sum, { leaves }) => sum + leaves, 0)).toBe(1000);
    for (let i = 1; i < ends.length; i++) {
      const [before, after] = [ends[i - 1], ends[i]];
      expect(after.at - after.halfWidth).toBeCloseTo(before.at + before.halfWidth, 9);
    }
    expect(ends[0].at - ends[0].halfWidth).toBe(0);
    expect(ends.at(-1)!.at + ends.at(-1)!.halfWidth).toBeCloseTo(1, 9);
  });
});
