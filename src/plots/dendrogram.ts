// The tree of an agglomerative clustering: leaves along x in the order of its branches, heights along y, what holds below the cut in the
// colours of the states.
import { frame, line, round, roundTicks } from './frame.ts';
import { colourOfKind, FAINT, INK } from './palette.ts';

/** A tree as SciPy writes it, and where it is cut. */
export interface DendrogramDrawing {
  /** (L−1)×4: two clusters, height, leaves. */
  merges: ArrayLike<number>;
  cut: number;
  /** L: a state from 0 a leaf. */
  stateOfLeaf: ArrayLike<number>;
}

interface Node {
  x: number;
  y: number;
  /** −1 above the cut. */
  state: number;
}

/** Branches of one colour are one path. */
export function dendrogramFigure(title: string, { merges, cut, stateOfLeaf }: DendrogramDrawing): string {
  const leaves = merges.length / 4 + 1;
  const states = Array.from(stateOfLeaf).reduce((most, state) => Math.max(most, state + 1), 0);
  const nodes: Node[] = [];
  leafOrder(merges).forEach((leaf, x) => (nodes[leaf] = { x, y: 0, state: stateOfLeaf[leaf] }));
  const paths = new Map<string, string[]>();
  const highest = 1.05 * (merges[merges.length - 2] || 1);
  const x = { label: `${leaves} maps`, min: -1, max: leaves, ticks: [] };
  const y = { label: 'distance', min: 0, max: highest, ticks: roundTicks(0, highest) };
  return frame({ title, x, y }, ({ toX, toY, left, width }) => {
    for (let row = 0; row < leaves - 1; row++) {
      const [a, b] = [nodes[merges[4 * row]], nodes[merges[4 * row + 1]]];
      const height = merges[4 * row + 2];
      const state = a.state === b.state ? a.state : -1;
      nodes[leaves + row] = { x: (a.x + b.x) / 2, y: height, state };
      const colour = state < 0 ? INK : colourOfKind(state, states);
      const [ax, bx, top] = [a.x, b.x, height].map((value, i) => round(i < 2 ? toX(value) : toY(value)));
      const path = `M${ax} ${round(toY(a.y))}V${top}H${bx}V${round(toY(b.y))}`;
      paths.set(colour, [...(paths.get(colour) ?? []), path]);
    }
    const drawn = [...paths].map(([colour, of]) => `<path stroke="${colour}" d="${of.join('')}"/>`);
    const at = round(toY(cut));
    return `<g fill="none" stroke-width="1">${drawn.join('')}</g>${line([left, at], [left + width, at], FAINT, '6 4')}`;
  });
}

/** Leaves from left to right, so that no branches cross. */
function leafOrder(merges: ArrayLike<number>): number[] {
  const leaves = merges.length / 4 + 1;
  const order: number[] = [];
  const open = [2 * leaves - 2];
  while (open.length > 0) {
    const node = open.pop() ?? 0;
    if (node < leaves) order.push(node);
    else open.push(merges[4 * (node - leaves) + 1], merges[4 * (node - leaves)]);
  }
  return order;
}
