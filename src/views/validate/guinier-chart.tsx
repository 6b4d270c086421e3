// ln of the amplitude over 1/d², and the line whose slope says the B factor.
import { useMemo } from 'react';
import type { ComparedMaps } from '../../../workers/contract.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import styles from './validate-view.module.css';

const STATIC = { staticPlot: true };
const LAYOUT: ChartLayout = {
  margin: { l: 38, r: 8, t: 6, b: 34 },
  showlegend: false,
  xaxis: { title: { text: '1/d², Å⁻²' }, rangemode: 'tozero', nticks: 5 },
  yaxis: { title: { text: 'ln amplitude' }, nticks: 5 },
};

export function GuinierChart({ guinier }: { guinier: NonNullable<ComparedMaps['guinier']> }) {
  const theme = useThemeColors();
  const data = useMemo<ChartData[]>(() => {
    const { squaredFrequencies, logAmplitudes, bFactor, intercept } = guinier;
    const x = [...squaredFrequencies];
    const finite = [...logAmplitudes].map((value) => (Number.isFinite(value) ? value : null));
    return [
      { type: 'scatter', mode: 'lines', x, y: finite, line: { color: theme.accent, width: 2 } },
      {
        ...{ type: 'scatter', mode: 'lines', x },
        y: x.map((s2) => intercept - (bFactor / 4) * s2),
        line: { color: theme.text, width: 1, dash: 'dash' },
      },
    ] as ChartData[];
  }, [guinier, theme]);
  return (
    <div className={styles.chart}>
      <Chart label="Guinier plot of the maps’ mean" data={data} layout={LAYOUT} config={STATIC} />
    </div>
  );
}
