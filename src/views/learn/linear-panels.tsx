// A linear model as it is fitted: how far, its evidence by iteration, the shares of its components; and what it says at its end.
import { useEffect, useMemo } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import {
  loadComponentFindings,
  loadComponents,
  useComponentFindings,
  useComponentsReports,
} from '../../stores/components-report.ts';
import type { LinearFitting, LiveRun } from '../../stores/runs.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { FindingLine } from '../../ui/finding-line.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { durationText, numberWith } from '../../ui/quantities.ts';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { Metrics, type Metric } from './metrics.tsx';
import boxes from './boxes.module.css';
import styles from './run-monitor.module.css';

interface LinearProps {
  run: RunSummary;
  live: LiveRun | undefined;
}

/** The report of a run that has ended; null before that. */
function useReport({ id, epochsDone }: RunSummary) {
  useEffect(() => {
    if (epochsDone > 0) void loadComponents(id);
  }, [id, epochsDone]);
  return useComponentsReports((reports) => reports[id]) ?? null;
}

export function IterationBar({ run, live }: LinearProps) {
  const progress = live?.linear?.progress;
  const all = progress?.iterations ?? run.params.epochs;
  const done = progress?.iteration ?? 0;
  if (done >= all)
    return <ProgressBar fraction={null} message="Comparing halves of the images" testId="run-progress" />;
  const message = `Iteration ${done + 1} of ${all}`;
  return <ProgressBar fraction={done / all} message={message} testId="run-progress" />;
}

export function LinearNumbers({ run, live }: LinearProps) {
  const report = useReport(run);
  const fitting = live?.linear ?? null;
  const gain = report?.heldOutGain ?? fitting?.progress.evidenceGain;
  const items: Metric[] = [
    ['Iterations', `${run.epochsDone > 0 ? run.epochsDone : (live?.epoch ?? 0)} of ${run.params.epochs}`, 'iterations'],
    [
      report ? 'Evidence per image left out' : 'Evidence per image',
      gain === undefined ? '–' : numberWith(gain, 3),
      'evidence',
    ],
  ];
  if (fitting) items.push(['Time for iterations', durationText(fitting.progress.seconds), 'time-taken']);
  return (
    <>
      <Metrics items={items} />
      {report && (
        <p className={styles.finding} data-testid="linear-words">
          {report.words}
        </p>
      )}
      {report && <Leakage runId={run.id} />}
    </>
  );
}

/** What the components that reproduce follow beside motion. */
function Leakage({ runId }: { runId: string }) {
  useEffect(() => {
    void loadComponentFindings(runId);
  }, [runId]);
  const finding = useComponentFindings((findings) => findings[runId])?.find(({ check }) => check === 'leakage');
  return finding ? <FindingLine finding={finding} testId="leakage" /> : null;
}

export function LinearPanels({ run, live }: LinearProps) {
  const report = useReport(run);
  const fitting = live?.linear ?? null;
  // What was heard may have begun in the middle, after the page was opened anew.
  const kept = report && report.evidence.length > 0 ? report.evidence : null;
  return (
    <>
      <EvidencePanel
        points={kept ?? fitting?.evidence ?? []}
        iterations={run.params.epochs}
        ended={run.epochsDone > 0}
      />
      <ScreePanel
        percents={report?.percents ?? fitting?.percents ?? null}
        reproducible={report?.reproducible ?? null}
      />
    </>
  );
}

interface EvidenceProps {
  points: LinearFitting['evidence'];
  iterations: number;
  ended: boolean;
}

function EvidencePanel({ points, iterations, ended }: EvidenceProps) {
  const colors = useThemeColors();
  const data = useMemo<ChartData[]>(
    () => [
      {
        type: 'scatter',
        mode: 'lines+markers',
        x: points.map(({ iteration }) => iteration),
        y: points.map(({ gain }) => gain),
        line: { color: colors.accent, width: 2 },
        marker: { color: colors.accent, size: 5 },
        hovertemplate: 'iteration %{x}: %{y:.4g}<extra></extra>',
      },
    ],
    [points, colors],
  );
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 52, r: 12, t: 8, b: 36 },
      xaxis: { title: { text: 'iteration' }, range: [0.5, iterations + 0.5], nticks: 10 },
      yaxis: { nticks: 5, tickformat: '.3~g' },
    }),
    [iterations],
  );
  return (
    <Panel title="Evidence" note="of variation, per image, over one structure (log)" flush>
      <div className={boxes.chartBox}>
        {points.length > 0 ? (
          <Chart label="Evidence by iteration" data={data} layout={layout} testId="evidence-chart" />
        ) : (
          <EmptyState title={ended ? 'Not kept' : 'No iteration yet'}>
            {ended
              ? 'The run was fitted by a version that kept no curve.'
              : 'The curve starts with the first pass over the images.'}
          </EmptyState>
        )}
      </div>
    </Panel>
  );
}

interface ScreeProps {
  percents: number[] | null;
  /** Null until the halves were compared. */
  reproducible: number | null;
}

function ScreePanel({ percents, reproducible }: ScreeProps) {
  const colors = useThemeColors();
  const data = useMemo<ChartData[]>(() => {
    if (!percents) return [];
    const sure = (a: number) => reproducible === null || a < reproducible;
    return [
      {
        type: 'bar',
        x: percents.map((_, a) => String(a + 1)),
        y: percents,
        text: percents.map((percent) => `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`),
        textposition: 'outside',
        cliponaxis: false,
        marker: { color: percents.map((_, a) => (sure(a) ? colors.accent : colors.textQuiet)) },
        hovertemplate: 'component %{x}: %{y:.3g} %<extra></extra>',
      },
    ];
  }, [percents, reproducible, colors]);
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 44, r: 12, t: 20, b: 36 },
      xaxis: { title: { text: 'component' }, type: 'category' },
      yaxis: { title: { text: '% of the variance' }, nticks: 4, rangemode: 'tozero' },
      bargap: 0.45,
    }),
    [],
  );
  const note = reproducible !== null && percents && reproducible < percents.length ? 'grey: not reproduced' : undefined;
  return (
    <Panel title="Components" note={note} flush>
      <div className={boxes.chartBox}>
        {percents ? (
          <Chart label="Variance by component" data={data} layout={layout} testId="scree-chart" />
        ) : (
          <EmptyState title="No iteration yet">How much of the variation each component explains.</EmptyState>
        )}
      </div>
    </Panel>
  );
}
