// The tree of merges of a landscape's maps, coloured by state, with a line to cut it: by hand, or by arrow keys, up for fewer states.
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import { numberWith } from '../../../ui/quantities.ts';
import {
  drawnTree,
  heightOfStates,
  leafCount,
  statesAtHeight,
  type DrawnTree,
  type Tree,
} from './dendrogram-geometry.ts';
import { useSize, type Size } from './use-size.ts';
import styles from './dendrogram.module.css';

/** Pixels around the tree: numbers of heights on the left, the cut's number on the right, names of states below. */
const AROUND = { left: 46, right: 58, top: 12, bottom: 20 };
/** Pixels that an end takes at least, on average. */
const END_PIXELS = 9;
const MOST_STATES = 50;

interface DendrogramProps {
  tree: Tree;
  /** State of each map of the sketch. */
  ofMap: Int32Array;
  /** Of each state. */
  colors: readonly string[];
  states: number;
  /** While the line is dragged and once it is let go. */
  onCut: (states: number) => void;
  onState: (state: number, event: MouseEvent) => void;
}

/** Pixels of a share of the width, and of a height. */
interface Scale {
  x: (share: number) => number;
  y: (height: number) => number;
}

export function Dendrogram({ tree, ofMap, colors, states, onCut, onState }: DendrogramProps) {
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const [dragged, setDragged] = useState<number | null>(null);
  const width = Math.max(0, size.width - AROUND.left - AROUND.right);
  const mostEnds = Math.floor(width / END_PIXELS);
  const drawn = useMemo(() => drawnTree(tree, (leaf) => ofMap[tree.maps[leaf]], mostEnds), [tree, ofMap, mostEnds]);
  const top = drawn.height * 1.06 || 1;
  const tall = Math.max(0, size.height - AROUND.top - AROUND.bottom);
  const scale: Scale = {
    x: (share) => AROUND.left + share * width,
    y: (height) => AROUND.top + tall * (1 - height / top),
  };
  const heightAt = (pixels: number) => Math.max(0, Math.min(top, top * (1 - (pixels - AROUND.top) / (tall || 1))));
  const most = Math.min(MOST_STATES, leafCount(tree));
  const cutTo = (wanted: number) => onCut(Math.max(1, Math.min(most, wanted)));
  return (
    <div ref={host} className={styles.host} data-testid="dendrogram" data-ends={drawn.ends.length}>
      {width > 0 && tall > 0 && (
        <>
          <TreeLines {...{ drawn, colors, scale, size }} label={words(tree, states, drawn)} />
          <Spans {...{ drawn, colors, scale, onState }} />
          <CutLine
            states={states}
            most={most}
            y={scale.y(dragged ?? heightOfStates(tree, states))}
            onMove={(pixels) => {
              const height = heightAt(pixels - (host.current?.getBoundingClientRect().top ?? 0));
              setDragged(height);
              cutTo(statesAtHeight(tree, height));
            }}
            onRest={() => setDragged(null)}
            onStep={(by) => cutTo(states + by)}
            onEnd={(wanted) => cutTo(wanted)}
          />
        </>
      )}
    </div>
  );
}

function words(tree: Tree, states: number, { height }: DrawnTree): string {
  return `Dendrogram of ${leafCount(tree)} maps, cut into ${states} ${states === 1 ? 'state' : 'states'}; the last two join at ${numberWith(height)}`;
}

interface TreeLinesProps {
  drawn: DrawnTree;
  colors: readonly string[];
  scale: Scale;
  size: Size;
  label: string;
}
function TreeLines({ drawn: { ends, joins, height }, colors, scale: { x, y }, size, label }: TreeLinesProps) {
  const colorOf = (state: number) => colors[state] ?? 'var(--text-3)';
  const ground = y(0);
  return (
    <svg className={styles.tree} width={size.width} height={size.height} role="img" aria-label={label}>
      {ticks(height).map((tick) => (
        <g key={tick}>
          <line className={styles.grid} x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text className={styles.tick} x={x(0) - 6} y={y(tick)} dy="0.32em">
            {numberWith(tick, 3)}
          </text>
        </g>
      ))}
      {joins.map(({ node, height: level, arms: [a, b], state }) => (
        <path
          key={node}
          className={styles.join}
          stroke={colorOf(state)}
          d={`M${x(a.at)} ${y(a.height)}V${y(level)}H${x(b.at)}V${y(b.height)}`}
        />
      ))}
      {ends.map(({ node, at, halfWidth, height: level, leaves, state }) =>
        leaves === 1 ? (
          <circle key={node} cx={x(at)} cy={ground} r={1.5} fill={colorOf(state)} />
        ) : (
          <polygon
            key={node}
            fill={colorOf(state)}
            points={`${x(at)},${y(level)} ${x(at - 0.8 * halfWidth)},${ground} ${x(at + 0.8 * halfWidth)},${ground}`}
          >
            <title>{`${leaves} maps`}</title>
          </polygon>
        ),
      )}
    </svg>
  );
}

/** Three or four round heights from 0. */
function ticks(most: number): number[] {
  if (!(most > 0)) return [0];
  const raw = most / 3;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([5, 2, 1].find((digit) => digit * power <= raw) ?? 1);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

interface SpansProps {
  drawn: DrawnTree;
  colors: readonly string[];
  scale: Scale;
  onState: (state: number, event: MouseEvent) => void;
}
/** The states below the tree: a click selects. */
function Spans({ drawn: { spans }, colors, scale: { x, y }, onState }: SpansProps) {
  const top = y(0) + 4;
  return spans.map(({ state, from, to, leaves }) => {
    const wide = x(to) - x(from);
    return state < 0 ? null : (
      <button
        key={`${state} ${from}`}
        type="button"
        className={styles.span}
        style={{ left: x(from) + 0.5, width: Math.max(1, wide - 1), top, background: colors[state] }}
        title={`State ${state + 1}: ${leaves} ${leaves === 1 ? 'map' : 'maps'}. Select its particles (shift adds, alt takes away)`}
        aria-label={`Select state ${state + 1}`}
        onClick={(event) => onState(state, event)}
      >
        {wide > 13 ? state + 1 : ''}
      </button>
    );
  });
}

interface CutLineProps {
  states: number;
  most: number;
  y: number;
  /** To a place, in pixels of the window. */
  onMove: (pixels: number) => void;
  onRest: () => void;
  onStep: (by: number) => void;
  onEnd: (states: number) => void;
}
function CutLine({ states, most, y, onMove, onRest, onStep, onEnd }: CutLineProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ...{ ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 },
      ...{ PageUp: -5, PageDown: 5 },
    };
    if (event.key === 'Home') onEnd(1);
    else if (event.key === 'End') onEnd(most);
    else if (event.key in steps) onStep(steps[event.key]);
    else return;
    event.preventDefault();
  };
  const isHeld = ({ currentTarget, pointerId }: PointerEvent) => currentTarget.hasPointerCapture(pointerId);
  return (
    <div
      className={styles.cut}
      style={{ top: y, left: AROUND.left, right: 0 }}
      role="slider"
      tabIndex={0}
      aria-label="Cut of the dendrogram"
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={most}
      aria-valuenow={states}
      aria-valuetext={`${states} ${states === 1 ? 'state' : 'states'}`}
      data-testid="dendrogram-cut"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => isHeld(event) && onMove(event.clientY)}
      onPointerUp={onRest}
      onPointerCancel={onRest}
    >
      <span className={styles.cutLabel}>
        {states} {states === 1 ? 'state' : 'states'}
      </span>
    </div>
  );
}
