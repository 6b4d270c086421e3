// A plotly chart that loads plotly when first shown, follows the theme and the size of its place, and hands on
// plotly's events. Keep `data` and `layout` memoised: a new object is a redraw.
import type {
  Config,
  Data,
  Layout,
  PlotHoverEvent,
  PlotMouseEvent,
  PlotSelectionEvent,
  PlotlyHTMLElement,
} from 'plotly.js';
import { useEffect, useRef, useState } from 'react';
import { classNames } from './class-names.ts';
import type PlotlyModule from './plotly.ts';
import { useThemeColors, type ThemeColors } from './theme-colors.ts';
import styles from './chart.module.css';

export type ChartData = Partial<Data>;
export type ChartLayout = Partial<Layout>;
export interface ChartEvents {
  /** The lasso or box was let go; undefined where it was cleared by plotly. */
  onSelected?: (event: PlotSelectionEvent | undefined) => void;
  onSelecting?: (event: PlotSelectionEvent | undefined) => void;
  onDeselect?: () => void;
  onClick?: (event: PlotMouseEvent) => void;
  onHover?: (event: PlotHoverEvent) => void;
  onUnhover?: () => void;
  onDoubleClick?: () => void;
  /** Zoom, pan, drag mode. */
  onRelayout?: (changes: Record<string, unknown>) => void;
}
export interface ChartProps extends ChartEvents {
  /** What the chart shows, for screen readers. */
  label: string;
  data: readonly ChartData[];
  layout?: ChartLayout;
  config?: Partial<Config>;
  /** Called with the drawn element, to be kept for `chartSvg`. */
  onReady?: (element: PlotlyHTMLElement) => void;
  className?: string;
  testId?: string;
}

type PlotlyApi = typeof PlotlyModule;
/** Elements whose events are passed on; plotly keeps listeners over redraws. */
const bound = new WeakSet<HTMLElement>();
let loading: Promise<PlotlyApi> | null = null;

/** plotly itself, loaded once: `restyle`, `relayout`, `toImage` on an element given by `onReady`. */
function withPlotly(): Promise<PlotlyApi> {
  loading ??= import('./plotly.ts').then((module) => module.default);
  return loading;
}

/** A drawn chart as it stands, on `background`, a CSS colour: an SVG file of its size on the screen. */
export async function chartSvg(element: PlotlyHTMLElement, background: string): Promise<Blob> {
  const Plotly = await withPlotly();
  const { data, layout, clientWidth: width, clientHeight: height } = element;
  const picture = { data, layout: { ...layout, paper_bgcolor: background } };
  const url = await Plotly.toImage(picture, { format: 'svg', width, height });
  return new Blob([decodeURIComponent(url.slice(url.indexOf(',') + 1))], { type: 'image/svg+xml' });
}

export function Chart({ label, data, layout, config, onReady, className, testId, ...events }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const colors = useThemeColors();
  const [drawn, setDrawn] = useState(false);
  const latest = useRef({ events, onReady });
  useEffect(() => {
    latest.current = { events, onReady };
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let gone = false;
    void (async () => {
      const Plotly = await withPlotly();
      if (gone) return;
      await Plotly.react(element, [...data] as Data[], themedLayout(colors, layout), {
        displayModeBar: false,
        responsive: false,
        doubleClick: 'reset+autosize',
        ...config,
      });
      if (bound.has(element)) return;
      bound.add(element);
      const plot = element as unknown as PlotlyHTMLElement;
      plot.on('plotly_selected', (event) => latest.current.events.onSelected?.(event));
      plot.on('plotly_selecting', (event) => latest.current.events.onSelecting?.(event));
      plot.on('plotly_deselect', () => latest.current.events.onDeselect?.());
      plot.on('plotly_click', (event) => latest.current.events.onClick?.(event));
      plot.on('plotly_hover', (event) => latest.current.events.onHover?.(event));
      plot.on('plotly_unhover', () => latest.current.events.onUnhover?.());
      plot.on('plotly_doubleclick', () => latest.current.events.onDoubleClick?.());
      plot.on('plotly_relayout', (changes) =>
        latest.current.events.onRelayout?.(changes as unknown as Record<string, unknown>),
      );
      latest.current.onReady?.(plot);
      setDrawn(true);
    })();
    return () => {
      gone = true;
    };
  }, [data, layout, config, colors]);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let frame = 0;
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (!element.classList.contains('js-plotly-plot') || element.clientWidth === 0) return;
        void withPlotly().then((Plotly) => Plotly.Plots.resize(element));
      });
    });
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      void loading?.then((Plotly) => {
        if (element.isConnected) return;
        Plotly.purge(element);
        bound.delete(element);
      });
    };
  }, []);

  return (
    <div className={classNames(styles.chart, className)} role="figure" aria-label={label} data-testid={testId}>
      {!drawn && <div className={styles.waiting} />}
      <div ref={host} className={styles.host} />
    </div>
  );
}

/** Layout keys of plotly 3 that its types do not name. */
interface SelectionLook {
  newselection: { line: { color: string; width: number; dash: string } };
  activeselection: { fillcolor: string; opacity: number };
}

/** The caller's layout over the theme's. */
function themedLayout(colors: ThemeColors, layout: ChartLayout = {}): Partial<Layout> {
  const size = colors.fontSizePixels;
  const axis = {
    gridcolor: colors.grid,
    linecolor: colors.border,
    // Clear ticks keep the labels off the plot.
    tickcolor: 'rgba(0,0,0,0)',
    ticklen: 4,
    zeroline: false,
    showline: false,
    ticks: 'outside' as const,
    automargin: true,
    tickfont: { color: colors.textQuiet, size },
    title: { font: { color: colors.textQuiet, size }, standoff: 8 },
  };
  const merged = (own: ChartLayout['xaxis']) => ({
    ...axis,
    ...own,
    title: { ...axis.title, ...(typeof own?.title === 'object' ? own.title : {}) },
  });
  const result: Partial<Layout> & SelectionLook = {
    newselection: { line: { color: colors.accent, width: 1.5, dash: 'solid' } },
    activeselection: { fillcolor: colors.accent, opacity: 0.12 },
    autosize: true,
    margin: { l: 44, r: 12, t: 10, b: 36 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    colorway: colors.categories,
    showlegend: false,
    bargap: 0.06,
    dragmode: false,
    selectionrevision: 'kept',
    uirevision: 'kept',
    hoverlabel: {
      bgcolor: colors.surfaceRaised,
      bordercolor: colors.border,
      font: { family: colors.font, size: size + 1, color: colors.text },
    },
    legend: { font: { color: colors.textQuiet, size }, orientation: 'h', x: 0, y: 1.12 },
    ...layout,
    font: { family: colors.font, size, color: colors.text, ...layout.font },
    xaxis: merged(layout.xaxis),
    yaxis: merged(layout.yaxis),
  };
  if (layout.yaxis2) result.yaxis2 = merged(layout.yaxis2);
  if (layout.xaxis2) result.xaxis2 = merged(layout.xaxis2);
  return result;
}
