// The landscape: axes and density by plotly, points by WebGL; over them, in SVG, the lasso, the marker, cluster centres
// and the path.
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { titleOf } from '../../columns/column.ts';
import type { AxisColumns } from '../../columns/place.ts';
import type { PointCloud } from '../../selection/lasso.ts';
import { addToPath, lassoInData, markerPlace, modeWith, probeAt, useLandscape } from '../../stores/explore/index.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { attachGestures } from './gestures.ts';
import { LandscapeMarks } from './landscape-marks.tsx';
import { colorBarTrace, columnsOf, densityTrace } from './landscape-traces.ts';
import {
  circleAround,
  frameOf,
  marginOf,
  moveBy,
  rangesOf,
  toData,
  toPixels,
  unitOf,
  zoomAt,
  type PlotFrame,
  type Ranges,
} from './plot-frame.ts';
import { PointCanvas } from './point-canvas.tsx';
import { hasColorBar, type PointColoring } from './point-colors.ts';
import { usePointPicture } from './point-picture-of.ts';
import styles from './landscape.module.css';

const STATIC = { staticPlot: true };
/** What Space selects around the cross-hair. */
const KEY_RADIUS_PIXELS = 28;
/** Keeps the axes where nothing of the chart itself is shown. */
const NO_TRACE: ChartData = { type: 'scatter', mode: 'markers', hoverinfo: 'skip', x: [null], y: [null] };

interface LandscapePlotProps {
  axes: AxisColumns;
  /** The particles on these axes. */
  cloud: PointCloud;
  coloring: PointColoring;
}

export function LandscapePlot({ axes, cloud, coloring }: LandscapePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const outline = useRef<SVGPolygonElement>(null);
  const size = useSize(host);
  const theme = useThemeColors();
  const display = useLandscape((state) => state.display);
  const tool = useLandscape((state) => state.tool);
  const marker = useLandscape((state) => state.marker);
  const whole = useMemo(() => rangesOf(cloud), [cloud]);
  const [view, setView] = useState<{ of: Ranges; ranges: Ranges }>({ of: whole, ranges: whole });
  // New axes begin with everything in sight.
  const ranges = view.of === whole ? view.ranges : whole;
  const colorBar = display === 'points' && hasColorBar(coloring);
  const margin = useMemo(() => marginOf(theme.fontSizePixels, colorBar), [theme.fontSizePixels, colorBar]);
  const frame = useMemo(
    () => frameOf(size.width, size.height, margin, ranges),
    [size.width, size.height, margin, ranges],
  );
  const waiting = useRef<((ranges: Ranges) => Ranges)[]>([]);
  /** Changes that come between two frames of the screen are drawn once. */
  const setRanges = useCallback(
    (change: (ranges: Ranges) => Ranges) => {
      if (waiting.current.push(change) > 1) return;
      requestAnimationFrame(() => {
        const changes = waiting.current.splice(0);
        setView((standing) => {
          const first = standing.of === whole ? standing.ranges : whole;
          return { of: whole, ranges: changes.reduce((ranges, each) => each(ranges), first) };
        });
      });
    },
    [whole],
  );

  const columns = useMemo(() => columnsOf(cloud), [cloud]);
  const picture = usePointPicture(columns, coloring, frame, display, theme);
  const { width, height } = frame;
  const traces = useMemo(() => {
    if (display === 'density') return [densityTrace(columns, ranges, { width, height }, theme)];
    return hasColorBar(coloring) ? [colorBarTrace(coloring, theme)] : [NO_TRACE];
  }, [display, columns, coloring, ranges, width, height, theme]);
  const layout = useMemo<ChartLayout>(() => {
    const axis = (which: 'x' | 'y') => ({
      range: [...ranges[which]],
      title: { text: titleOf(axes[which]) },
      automargin: false,
      autorange: false as const,
      fixedrange: true,
    });
    return { margin, xaxis: axis('x'), yaxis: axis('y') };
  }, [axes, ranges, margin]);

  const latest = useRef<{ frame: PlotFrame; tool: typeof tool }>({ frame, tool });
  useEffect(() => {
    latest.current = { frame, tool };
  }, [frame, tool]);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const now = () => latest.current.frame;
    return attachGestures(element, {
      tool: () => latest.current.tool,
      onOutline: (points) => outline.current?.setAttribute('points', points?.join(' ') ?? ''),
      onSelect: (pixels, { shift, alt }) => {
        const polygon: number[] = [];
        for (let i = 0; i < pixels.length; i += 2) polygon.push(...toData(now(), pixels[i], pixels[i + 1]));
        lassoInData(polygon, modeWith(shift, alt));
      },
      onClick: (px, py, { shift }) => {
        const [x, y] = toData(now(), px, py);
        if (shift) addToPath(x, y, unitOf(now()));
        else probeAt(x, y, unitOf(now()));
      },
      onProbe: (px, py) => probeAt(...toData(now(), px, py), unitOf(now())),
      onPan: (dx, dy) => {
        const unit = unitOf(now());
        setRanges((standing) => moveBy(standing, -dx * unit.x, dy * unit.y));
      },
      onZoom: (px, py, factor) => {
        const [x, y] = toData(now(), px, py);
        setRanges((standing) => zoomAt(standing, x, y, factor));
      },
      onReset: () => setRanges(() => whole),
    });
  }, [setRanges, whole]);

  /** Arrows walk a cross-hair over the landscape and the map follows; Enter lays the path, Space selects around it. */
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    };
    const middle = { x: (ranges.x[0] + ranges.x[1]) / 2, y: (ranges.y[0] + ranges.y[1]) / 2 };
    const from = markerPlace(cloud, marker) ?? middle;
    const unit = unitOf(frame);
    const step = steps[event.key];
    if (step) probeAt(from.x + step[0] * unit.x * 16, from.y + step[1] * unit.y * 16, unit);
    else if (event.key === 'Enter') addToPath(from.x, from.y, unit);
    else if (event.key === ' ')
      lassoInData(circleAround(from, KEY_RADIUS_PIXELS, unit), modeWith(event.shiftKey, event.altKey));
    else if (event.key === '+' || event.key === '=') setRanges((standing) => zoomAt(standing, from.x, from.y, 1.25));
    else if (event.key === '-') setRanges((standing) => zoomAt(standing, from.x, from.y, 0.8));
    else if (event.key === '0') setRanges(() => whole);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={host}
      className={styles.plot}
      data-testid="landscape-plot"
      data-tool={tool}
      tabIndex={0}
      role="application"
      aria-label={`Landscape of ${cloud.count.toLocaleString('en')} particles. Arrow keys move the cross-hair and show the map there, Space selects the particles around it, Enter adds it to the path, plus and minus zoom.`}
      onKeyDown={onKeyDown}
    >
      {size.width > 0 && (
        <>
          <Chart label="Landscape" data={traces} layout={layout} config={STATIC} className={styles.chart} />
          <PointCanvas picture={picture} />
        </>
      )}
      <svg className={styles.overlay} width={size.width} height={size.height} aria-hidden="true">
        <clipPath id="landscape-area">
          <rect x={frame.left} y={frame.top} width={frame.width} height={frame.height} />
        </clipPath>
        <g clipPath="url(#landscape-area)">
          <LandscapeMarks place={(x, y) => toPixels(frame, x, y)} axes={axes} cloud={cloud} theme={theme} />
          <polygon ref={outline} className={styles.lasso} />
        </g>
      </svg>
    </div>
  );
}

function useSize(host: { current: HTMLDivElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  return size;
}
