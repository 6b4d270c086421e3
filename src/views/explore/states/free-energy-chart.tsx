// Free energy over one axis as a curve with its uncertainty, over two as contours half a kT apart; what is not known is grey.
import { useMemo } from 'react';
import type { PlotlyHTMLElement } from 'plotly.js';
import type { FreeEnergy, LandscapePath } from '../../../../workers/contract.ts';
import { Chart, type ChartData, type ChartLayout } from '../../../ui/chart.tsx';
import { useThemeColors, type ThemeColors } from '../../../ui/theme-colors.ts';
import styles from './states.module.css';

const STATIC = { staticPlot: true };
/** Higher energies are drawn as this. */
const MOST_KT = 6;
const CONTOUR_KT = 0.5;
/** Of the grey over what is not known: its contours are guessed through it, and cannot be read. */
const VEIL = 0.72;

interface FreeEnergyChartProps {
  energy: FreeEnergy;
  path: LandscapePath | null;
  /** The drawn chart, to be saved. */
  onReady: (element: PlotlyHTMLElement) => void;
}
export function FreeEnergyChart({ energy, path, onReady }: FreeEnergyChartProps) {
  const theme = useThemeColors();
  const data = useMemo(
    () => (energy.axes.length === 1 ? curve(energy, theme) : plane(energy, path, theme)),
    [energy, path, theme],
  );
  const layout = useMemo<ChartLayout>(() => {
    const [x, y] = energy.axes.map((axis) => `${energy.space === 'latent' ? 'Latent' : 'Volume'} PC${axis + 1}`);
    return {
      margin: { l: 44, r: 8, t: 8, b: 36 },
      xaxis: { title: { text: x }, nticks: 6 },
      yaxis: { title: { text: y ?? 'kT' }, nticks: 5, ...(y === undefined && { rangemode: 'tozero' as const }) },
    };
  }, [energy]);
  return (
    <Chart
      className={styles.chart}
      label="Apparent free energy in kT"
      {...{ data, layout, onReady }}
      config={STATIC}
      testId="energy-chart"
    />
  );
}

/** Values of the points along an axis. */
function along({ points, from, to }: FreeEnergy, axis: number): number[] {
  const steps = Math.max(1, points[axis] - 1);
  return Array.from({ length: points[axis] }, (_, i) => from[axis] + ((to[axis] - from[axis]) * i) / steps);
}

/** Null where there is none: plotly leaves a gap. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);

function curve(energy: FreeEnergy, theme: ThemeColors): ChartData[] {
  const x = along(energy, 0);
  const line = (isUnsure: boolean, color: string): ChartData => {
    const isShown = (i: number) => (energy.unsure[i] === 1) === isUnsure;
    return {
      ...({
        type: 'scatter',
        mode: 'lines+markers',
        x,
        y: x.map((_, i) => (isShown(i) ? finite(energy.energy[i]) : null)),
      } as const),
      ...{ line: { color, width: 2 }, marker: { size: 3 } },
      error_y: { type: 'data', array: [...energy.uncertainty], thickness: 1, width: 0, color },
    };
  };
  return [line(true, theme.textQuiet), line(false, theme.accent)];
}

function plane(energy: FreeEnergy, path: LandscapePath | null, theme: ThemeColors): ChartData[] {
  const [x, y] = [along(energy, 0), along(energy, 1)];
  // Rows of plotly are along y; the last axis of the grid is the fastest.
  const table = (valueOf: (at: number) => number | null) =>
    y.map((_, j) => x.map((__, i) => valueOf(i * y.length + j)));
  // Deep is strong: the scale of densities turned round.
  const colorscale = theme.sequential.map(([at, color]): [number, string] => [1 - at, color]).reverse();
  // Beyond the highest energy hardly any particle is: nothing is drawn there.
  const shown = (at: number) => (energy.energy[at] <= MOST_KT ? energy.energy[at] : null);
  const traces: ChartData[] = [
    {
      ...({ type: 'heatmap', x, y, z: table(shown), zmin: 0, zmax: MOST_KT, colorscale, hoverinfo: 'skip' } as const),
      colorbar: {
        title: { text: 'kT' },
        thickness: 8,
        outlinewidth: 0,
        len: 0.9,
        tickfont: { color: theme.textQuiet },
      },
    } as ChartData,
    {
      ...({ type: 'heatmap', x, y, z: table((at) => (energy.unsure[at] && shown(at) !== null ? 1 : null)) } as const),
      ...{ opacity: VEIL, showscale: false, hoverinfo: 'skip' },
      colorscale: [
        [0, theme.textQuiet],
        [1, theme.textQuiet],
      ],
    },
    // Only of what is known.
    {
      ...({
        type: 'contour',
        x,
        y,
        z: table((at) => (energy.unsure[at] ? null : shown(at))),
        showscale: false,
      } as const),
      ...{ contours: { start: 0, end: MOST_KT, size: CONTOUR_KT, coloring: 'none' } },
      line: { width: 0.8, color: theme.textQuiet },
    },
  ];
  if (path) {
    const at = (axis: number) => Array.from({ length: path.frames }, (_, frame) => path.points[2 * frame + axis]);
    traces.push({
      ...({ type: 'scatter', mode: 'lines+markers', x: at(0), y: at(1), hoverinfo: 'skip' } as const),
      ...{ line: { color: theme.categories[1], width: 2 }, marker: { color: theme.categories[1], size: 7 } },
    });
  }
  return traces;
}
