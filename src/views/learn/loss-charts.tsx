// Reconstruction loss and KL: within the epochs as they come, and each epoch's mean.
import { useMemo } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import type { LiveRun, LossPoint } from '../../stores/runs.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { useSampled } from './sampled.ts';
import boxes from './boxes.module.css';

const NONE: LossPoint[] = [];
/** Milliseconds between two redraws of the curves while a run goes on. */
const REDRAW = 3000;
/** Epochs up to which each has a mark: beyond it marks touch, and each holds some kilobytes of the page. */
const MOST_MARKS = 60;

export function LossCharts({ run, live }: { run: RunSummary; live: LiveRun | undefined }) {
  const points = live?.losses ?? NONE;
  const { history } = run;
  const newest = useMemo(() => ({ points, history }), [points, history]);
  const shown = useSampled(newest, run.status !== 'running' ? 0 : points.length < 3 ? 500 : REDRAW);
  return (
    <>
      <Curve
        epochs={run.params.epochs}
        {...shown}
        quantity="reconstruction"
        title="Reconstruction loss"
        testId="loss-chart"
      />
      {run.latentDimension > 0 && (
        <Curve epochs={run.params.epochs} {...shown} quantity="kl" title="KL of z" testId="kl-chart" />
      )}
    </>
  );
}

interface CurveProps {
  epochs: number;
  history: RunSummary['history'];
  points: LossPoint[];
  quantity: 'reconstruction' | 'kl';
  title: string;
  testId: string;
}

function Curve({ epochs, history, points, quantity, title, testId }: CurveProps) {
  const colors = useThemeColors();
  const data = useMemo<ChartData[]>(
    () => [
      {
        type: 'scatter',
        mode: 'lines',
        x: points.map(({ epoch }) => epoch),
        y: points.map((point) => point[quantity]),
        line: { color: colors.accent, width: 1 },
        opacity: 0.4,
        hoverinfo: 'skip',
      },
      {
        type: 'scatter',
        mode: history.length <= MOST_MARKS ? 'lines+markers' : 'lines',
        // A mean over an epoch stands in its middle, where the running curve passes.
        x: history.map(({ epoch }) => epoch - 0.5),
        customdata: history.map(({ epoch }) => epoch),
        y: history.map((epoch) => epoch[quantity]),
        line: { color: colors.accent, width: 2 },
        marker: { color: colors.accent, size: 5 },
        hovertemplate: 'epoch %{customdata}: %{y:.5g}<extra></extra>',
      },
    ],
    [points, history, quantity, colors],
  );
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 52, r: 12, t: 8, b: 36 },
      xaxis: { title: { text: 'epoch' }, range: [0, Math.max(1, epochs) + 0.3], nticks: 8 },
      yaxis: { nticks: 5, tickformat: '.4~g' },
    }),
    [epochs],
  );
  const empty = history.length === 0 && points.length === 0;
  return (
    <Panel title={title} note={quantity === 'reconstruction' ? 'mean squared error in the mask' : 'per image'} flush>
      <div className={boxes.chartBox}>
        {empty ? (
          <EmptyState title="No step yet">The curve starts with the first images.</EmptyState>
        ) : (
          <Chart label={`${title} by epoch`} data={data} layout={layout} testId={testId} />
        )}
      </div>
    </Panel>
  );
}
