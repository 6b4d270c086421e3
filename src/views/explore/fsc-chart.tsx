// Fourier shell correlation between A and B over 1/Å, with the shells at which it first falls below 0.5 and 0.143.
import { useMemo } from 'react';
import { useMaps } from '../../stores/explore/index.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { resolutionAt } from './fsc-resolution.ts';
import { HelpLink } from '../help/help-link.tsx';
import styles from './fsc-chart.module.css';

const STATIC = { staticPlot: true };

export function FscChart() {
  const fsc = useMaps((state) => state.fsc);
  const a = useMaps((state) => state.a);
  const b = useMaps((state) => state.b);
  const theme = useThemeColors();
  const box = (a?.map.boxPixels ?? 0) * (a?.map.pixelSizeAngstrom ?? 0);
  const data = useMemo<ChartData[]>(() => {
    if (!fsc || box === 0) return [];
    const x = [...fsc].map((_, shell) => shell / box);
    return [{ type: 'scatter', mode: 'lines', x, y: [...fsc], line: { color: theme.accent, width: 2 } }] as ChartData[];
  }, [fsc, box, theme]);
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 34, r: 8, t: 6, b: 34 },
      xaxis: { title: { text: '1/Å' }, rangemode: 'tozero', nticks: 5 },
      yaxis: { range: [Math.min(0, ...(fsc ?? [0])) - 0.02, 1.04], nticks: 4 },
      shapes: [0.5, 0.143].map((y) => ({
        ...{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: y, y1: y },
        line: { color: theme.border, width: 1, dash: 'dot' },
      })),
    }),
    [fsc, theme],
  );
  if (!a || !b) return null;
  const half = fsc && resolutionAt(fsc, 0.5, box);
  return (
    <div className={styles.fsc} data-testid="fsc">
      <div className={styles.fscHead}>
        <span>
          FSC of A and B <HelpLink to="doubts" about="when not to believe a landscape" />
        </span>
        <span className={styles.quiet} data-testid="fsc-resolution">
          {fsc === null
            ? a.map === b.map
              ? 'A and B are the same map: show another one as A'
              : a.preview || a.map.boxPixels !== b.map.boxPixels
                ? 'waiting for maps of the same box'
                : 'computing…'
            : half === null
              ? 'above 0.5 up to Nyquist'
              : `0.5 at ${half?.toFixed(1)} Å`}
        </span>
      </div>
      {fsc && (
        <div className={styles.fscChart}>
          <Chart label="Fourier shell correlation of maps A and B" data={data} layout={layout} config={STATIC} />
        </div>
      )}
    </div>
  );
}
