// How the poses of an ab initio run stand: where particles are seen from, how many poses still move, how classes are filled.
import { useMemo, type ReactNode } from 'react';
import type { PoseReport, RunSummary } from '../../../workers/contract.ts';
import { movePoint, type LiveRun, type MovePoint } from '../../stores/runs.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { DirectionMap } from '../../ui/direction-map.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { countText, percentText } from '../../ui/quantities.ts';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { movesShown, moveTicks } from './pose-moves.ts';
import { useSampled } from './sampled.ts';
import boxes from './boxes.module.css';
import styles from './pose-panels.module.css';

/** Milliseconds between two redraws while a run goes on. */
const REDRAW = { map: 1000, curves: 3000 };
const NO_REPORTS: PoseReport[] = [];
const NO_MOVES: MovePoint[] = [];

export function DirectionsPanel({ run }: { run: RunSummary }) {
  const newest = run.poseReports?.at(-1);
  const report = useSampled(newest, run.status === 'running' && newest ? REDRAW.map : 0) ?? newest;
  return (
    <Panel title="Viewing directions" note={report && whenText(report)} flush testId="pose-directions">
      <div className={boxes.liveBox}>
        {report ? (
          <DirectionMap counts={report.directions} testId="direction-map" />
        ) : (
          <EmptyState title="No poses yet">
            The directions from which the particles are seen, as soon as there are poses. An even spread is best; a few
            bright cells mean that the poses have collapsed.
          </EmptyState>
        )}
      </div>
    </Panel>
  );
}

function whenText({ stage, epoch }: PoseReport): string {
  return stage === 'search'
    ? `searched in epoch ${epoch}`
    : stage === 'start'
      ? 'of the first poses'
      : 'of the first poses, refined';
}

export function MovesPanel({ run, live }: { run: RunSummary; live: LiveRun | undefined }) {
  const reports = run.poseReports ?? NO_REPORTS;
  const heard = live?.moves ?? NO_MOVES;
  const newest = useMemo(() => movesShown(reports.map(movePoint), heard), [reports, heard]);
  const points = useSampled(newest, run.status !== 'running' ? 0 : newest.length < 3 ? 500 : REDRAW.curves);
  const { epochs } = run.params;
  const colors = useThemeColors();
  const limit = reports.at(-1)?.movedDegrees;
  const data = useMemo<ChartData[]>(() => {
    const x = points.map(({ at }) => at);
    const look = {
      type: 'scatter' as const,
      mode: 'lines+markers' as const,
      x,
      line: { color: colors.accent, width: 2 },
      marker: { color: colors.accent, size: 4 },
    };
    return [
      { ...look, y: points.map(({ moving }) => moving && 100 * moving), hovertemplate: '%{y:.3g} %<extra></extra>' },
      {
        ...look,
        yaxis: 'y2',
        y: points.map((point) => point.medianDegrees),
        hovertemplate: '%{y:.3g}°<extra></extra>',
      },
    ];
  }, [points, colors]);
  const layout = useMemo<ChartLayout>(() => {
    const { range, tickvals, ticktext } = moveTicks(points, epochs);
    return {
      margin: { l: 52, r: 12, t: 8, b: 36 },
      xaxis: { title: { text: 'epoch' }, range, tickvals, ticktext, anchor: 'y2' },
      yaxis: { title: { text: '%' }, domain: [0.56, 1], rangemode: 'tozero', nticks: 4 },
      yaxis2: { title: { text: 'median, °' }, domain: [0, 0.44], rangemode: 'tozero', nticks: 4 },
    };
  }, [points, epochs]);
  return (
    <Panel
      title="Poses that move"
      note={limit === undefined ? undefined : `share over ${limit}°, and median move, since the previous report`}
      flush
      testId="pose-moves"
    >
      <div className={run.latentDimension === 0 ? boxes.chartBox : boxes.liveBox}>
        {points.length > 0 ? (
          <Chart label="Moves of the poses by epoch" data={data} layout={layout} testId="moves-chart" />
        ) : (
          <EmptyState title="No two reports yet">Both curves fall as the poses settle.</EmptyState>
        )}
      </div>
    </Panel>
  );
}

export function ClassesPanel({ run }: { run: RunSummary }) {
  const { categories } = useThemeColors();
  const classes = run.poseReports?.at(-1)?.classes ?? [];
  if (classes.length < 2) return null;
  const total = Math.max(
    1,
    classes.reduce((sum, count) => sum + count, 0),
  );
  const shade = (i: number): ReactNode => <span className={styles.dot} style={{ background: categories[i % 10] }} />;
  return (
    <Panel title="Classes at the start" className={styles.wide} testId="pose-classes">
      <div className={styles.classBar} aria-hidden="true">
        {classes.map((count, i) => (
          <span key={i} style={{ flexGrow: count, background: categories[i % 10] }} />
        ))}
      </div>
      <ol className={styles.classes}>
        {classes.map((count, i) => (
          <li key={i}>
            {shade(i)}
            {i + 1}: {countText(count)} images, {percentText(count / total)}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
