// Curves by shell over 1/Å, with the levels that count.
import { useMemo } from 'react';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { useThemeColors, type ThemeColors } from '../../ui/theme-colors.ts';
import { CurveKey } from './curve-key.tsx';
import styles from './validate-view.module.css';

const STATIC = { staticPlot: true };
/** As plotly names them. */
const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** How a curve is drawn; dashes tell curves apart without colour. */
export interface CurveLook {
  color: string;
  width: number;
  dash: (typeof DASHES)[number];
}

export interface CurvesChartProps {
  label: string;
  curves: readonly { name: string; values: ArrayLike<number> }[];
  /** Of the values: 'FSC'. */
  quantity: string;
  /** Å. */
  side: number;
  levels: readonly number[];
  /** Shell that is marked. */
  mark?: number | null;
  /** Whether the last curve is the one that counts; otherwise all are equals. */
  lastCounts?: boolean;
  testId?: string;
}

function curveLook(index: number, count: number, lastCounts: boolean, theme: ThemeColors): CurveLook {
  if (!lastCounts)
    return {
      color: theme.categories[index % theme.categories.length],
      width: 1.5,
      dash: DASHES[index % DASHES.length],
    };
  const fromLast = count - 1 - index;
  return {
    color: fromLast === 0 ? theme.accent : theme.text,
    width: fromLast === 0 ? 2 : 1.2,
    dash: DASHES[fromLast % DASHES.length],
  };
}

export function CurvesChart({ curves, quantity, side, levels, mark = null, ...props }: CurvesChartProps) {
  const { label, lastCounts = false, testId } = props;
  const theme = useThemeColors();
  const looks = useMemo(
    () => curves.map((_, index) => curveLook(index, curves.length, lastCounts, theme)),
    [curves, lastCounts, theme],
  );
  const data = useMemo<ChartData[]>(
    () =>
      curves.map(({ name, values }, index) => ({
        ...{ type: 'scatter', mode: 'lines', name, line: looks[index] },
        x: Array.from(values, (_, shell) => shell / side),
        y: Array.from(values),
      })),
    [curves, looks, side],
  );
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 38, r: 8, t: 6, b: 34 },
      xaxis: { title: { text: 'spatial frequency, 1/Å' }, rangemode: 'tozero', nticks: 5 },
      yaxis: { title: { text: quantity }, nticks: 5 },
      shapes: [
        ...levels.map((y) => ({
          ...{ type: 'line' as const, xref: 'paper' as const, x0: 0, x1: 1, y0: y, y1: y },
          line: { color: theme.textQuiet, width: 1, dash: 'dot' as const },
        })),
        ...(mark === null
          ? []
          : [
              {
                ...{ type: 'line' as const, yref: 'paper' as const, x0: mark / side, x1: mark / side, y0: 0, y1: 1 },
                line: { color: theme.textQuiet, width: 1 },
              },
            ]),
      ],
    }),
    [levels, mark, quantity, side, theme],
  );
  return (
    <div className={styles.plot} data-testid={testId}>
      <div className={styles.chart}>
        <Chart label={label} data={data} layout={layout} config={STATIC} />
      </div>
      {curves.length > 1 && <CurveKey names={curves.map(({ name }) => name)} looks={looks} />}
    </div>
  );
}
