// Curves by shell over 1/Å, with the levels that count.
import { useMemo } from 'react';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import styles from './validate-view.module.css';

const STATIC = { staticPlot: true };
const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash'];

export interface CurvesChartProps {
  label: string;
  curves: readonly { name: string; values: ArrayLike<number> }[];
  /** Å. */
  side: number;
  levels: readonly number[];
  /** Shell that is marked. */
  mark?: number | null;
}

/** The last curve in the accent's colour; dashes tell them apart without colour. */
export function CurvesChart({ label, curves, side, levels, mark = null }: CurvesChartProps) {
  const theme = useThemeColors();
  const data = useMemo<ChartData[]>(
    () =>
      curves.map(({ name, values }, i) => ({
        ...{ type: 'scatter', mode: 'lines', name },
        x: Array.from(values, (_, shell) => shell / side),
        y: Array.from(values),
        line: {
          color: i === curves.length - 1 ? theme.accent : theme.text,
          width: i === curves.length - 1 ? 2 : 1.2,
          dash: DASHES[(curves.length - 1 - i) % DASHES.length],
        },
      })) as ChartData[],
    [curves, side, theme],
  );
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 38, r: 8, t: 6, b: 34 },
      showlegend: curves.length > 1,
      legend: { orientation: 'h', y: 1.18 },
      xaxis: { title: { text: '1/Å' }, rangemode: 'tozero', nticks: 5 },
      yaxis: { nticks: 5 },
      shapes: [
        ...levels.map((y) => ({
          ...{ type: 'line' as const, xref: 'paper' as const, x0: 0, x1: 1, y0: y, y1: y },
          line: { color: theme.border, width: 1, dash: 'dot' as const },
        })),
        ...(mark === null
          ? []
          : [
              {
                ...{ type: 'line' as const, yref: 'paper' as const, x0: mark / side, x1: mark / side, y0: 0, y1: 1 },
                line: { color: theme.border, width: 1 },
              },
            ]),
      ],
    }),
    [curves, levels, mark, side, theme],
  );
  return (
    <div className={styles.chart}>
      <Chart label={label} data={data} layout={layout} config={STATIC} />
    </div>
  );
}
