// A run as it goes: controls, how far, how fast, loss and KL, landscape and map of the latest epoch, and how poses stand where
// they are looked for.
import { Info } from 'lucide-react';
import { useEffect } from 'react';
import type { ChoosingProgress, PoseReport, RunSummary } from '../../../workers/contract.ts';
import { refreshLive } from '../../stores/live-landscape.ts';
import { keepDefaultKernels, useRuns, type LiveRun } from '../../stores/runs.ts';
import { Button } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { countText, durationText, numberWith, percentText } from '../../ui/quantities.ts';
import { choosingBar } from './choosing-bar.ts';
import { IterationBar, LinearNumbers, LinearPanels } from './linear-panels.tsx';
import { LiveLandscape, LiveMap } from './live-panels.tsx';
import { LossCharts } from './loss-charts.tsx';
import { ClassesPanel, DirectionsPanel, MovesPanel } from './pose-panels.tsx';
import { RunControls } from './run-controls.tsx';
import { RunStatusBadge } from './run-status.tsx';
import { HelpLink } from '../help/help-link.tsx';
import lines from './lines.module.css';
import { Metrics, type Metric } from './metrics.tsx';
import styles from './run-monitor.module.css';

/** Setbacks told beneath the numbers; the record keeps more. */
const NOTICES_SHOWN = 3;

export function RunMonitor({ run }: { run: RunSummary }) {
  const live = useRuns((state) => state.live[run.id]);
  const going = run.status === 'running' || run.status === 'paused';
  const report = run.poseReports?.at(-1);
  const linear = run.job === 'linear';
  useEffect(() => {
    void refreshLive(run);
  }, [run]);
  return (
    <section className={styles.monitor} aria-label={`Run ${run.name}`} data-testid="run-monitor">
      <Panel className={styles.monitorHead}>
        <div className={styles.runHead}>
          <div className={styles.runTitle}>
            <h1>{run.name}</h1>
            <HelpLink
              to={linear ? 'firstLook' : 'training'}
              about={linear ? 'what a first look says' : 'watching a run'}
            />
            <RunStatusBadge status={run.status} testId="run-status" />
            <span className={lines.quiet}>{shape(run)}</span>
          </div>
          <RunControls run={run} />
        </div>
        {going && live?.preparing && (
          <ProgressBar fraction={live.preparing.fraction} message={live.preparing.message} testId="preparing" />
        )}
        {going &&
          !live?.preparing &&
          (linear ? <IterationBar run={run} live={live} /> : <Bars {...{ run, live, report }} />)}
        {going && live?.choosing && <Choosing run={run} choosing={live.choosing} />}
        {linear ? <LinearNumbers run={run} live={live} /> : run.job !== 'chain' && <Numbers run={run} live={live} />}
      </Panel>
      {run.error && run.status === 'failed' && <NoticeCard tone="error" notice={run.error} testId="run-error" />}
      {run.notices?.slice(-NOTICES_SHOWN).map((notice, index) => (
        <p key={index} className={lines.notice} data-testid="run-notice" data-code={notice.code}>
          <Info aria-hidden />
          {notice.message}
        </p>
      ))}
      {report?.notices.map((notice) => (
        <NoticeCard key={notice.code} tone="warning" notice={notice} testId="pose-notice" />
      ))}
      {run.job === 'ab-initio' ? (
        <div className={styles.panels}>
          <DirectionsPanel run={run} />
          <LiveMap run={run} />
          <ClassesPanel run={run} />
          <LiveLandscape run={run} />
          <MovesPanel run={run} live={live} />
          <LossCharts run={run} live={live} />
        </div>
      ) : (
        <div className={styles.panels}>
          {linear && <LinearPanels run={run} live={live} />}
          {run.job === 'train' && <LossCharts run={run} live={live} />}
          <LiveLandscape run={run} />
          <LiveMap run={run} />
        </div>
      )}
    </section>
  );
}

function shape({
  params,
  latentDimension,
  job,
  kind,
  kindTitle,
  can,
  boxPixels,
  datasetName,
  device,
}: RunSummary): string {
  const several = can.components ? `${latentDimension} components` : `z of ${latentDimension}`;
  const z = latentDimension === 0 ? 'one structure' : several;
  const field = kind === 'network' ? `decoder ${params.decoderDim}×${params.decoderLayers}` : kindTitle;
  const parts = [datasetName, `${boxPixels} px`, z, field];
  if (job === 'ab-initio') parts.splice(1, 0, 'ab initio');
  if (device) parts.push(device.processor === 'gpu' && !device.software ? 'GPU' : 'CPU');
  return parts.join(' · ');
}

/** The run goes on meanwhile, with the default kernels. */
function Choosing({ run, choosing }: { run: RunSummary; choosing: ChoosingProgress }) {
  return (
    <div className={styles.choosing} data-testid="choosing-kernels">
      <ProgressBar {...choosingBar(choosing)} testId="choosing-progress" />
      <div className={styles.choosingFoot}>
        <span className={lines.quiet}>
          Training continues with the default ones; the fastest on this device take over at the end of an epoch, and are
          remembered.
        </span>
        <Button size="s" onClick={() => void keepDefaultKernels(run.id)} testId="use-default-kernels">
          Use defaults
        </Button>
      </div>
    </div>
  );
}

interface BarsProps {
  run: RunSummary;
  live: LiveRun | undefined;
  report: PoseReport | undefined;
}

const STAGES: Record<PoseReport['stage'], string> = {
  start: 'First poses',
  refine: 'Finer poses',
  search: 'Pose search',
};

/** The start of an ab initio run until its first epoch, then the epochs. */
function Bars({ run, live, report }: BarsProps) {
  const starting = run.epochsDone === 0 && (live?.epoch ?? 0) === 0 && report && report.stage !== 'search';
  if (!starting) return <EpochBars run={run} live={live} report={report} />;
  return (
    <ProgressBar
      fraction={report.fraction}
      message={`${STAGES[report.stage]}: ${report.message}`}
      testId="pose-progress"
    />
  );
}

function EpochBars({ run, live, report }: BarsProps) {
  const epoch = Math.min(run.params.epochs, Math.max(1, live?.epoch ?? run.epochsDone + 1));
  const inEpoch = live && live.imagesTotal > 0 ? live.imagesDone / live.imagesTotal : 0;
  const whole = (epoch - 1 + inEpoch) / run.params.epochs;
  const left = live?.secondsLeft;
  const searching = report?.stage === 'search' && report.fraction < 1 ? ` · ${STAGES.search}: ${report.message}` : '';
  return (
    <div className={styles.bars}>
      <ProgressBar
        fraction={whole}
        message={`Epoch ${epoch} of ${run.params.epochs}${left === null || left === undefined ? '' : `, ${durationText(left)} left`}`}
        testId="run-progress"
      />
      <div className={styles.epochBar}>
        <ProgressBar thin fraction={inEpoch} label="This epoch" testId="epoch-progress" />
        <span className={lines.quiet}>
          {live
            ? `${countText(live.imagesDone)} of ${countText(live.imagesTotal)} images of this epoch${searching}`
            : ''}
        </span>
      </div>
    </div>
  );
}

function Numbers({ run, live }: { run: RunSummary; live: LiveRun | undefined }) {
  const last = run.history.at(-1);
  const point = live?.losses.at(-1);
  const running = run.status === 'running';
  const speed = running && live && live.imagesPerSecond > 0 ? live.imagesPerSecond : last?.imagesPerSecond;
  const seconds = run.history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const loss = running ? (point?.reconstruction ?? last?.reconstruction) : last?.reconstruction;
  const kl = running ? (point?.kl ?? last?.kl) : last?.kl;
  const items: Metric[] = [
    ['Epochs', `${run.epochsDone} of ${run.params.epochs}`, 'epochs-done'],
    ['Speed', speed === undefined ? '–' : `${numberWith(speed, 3)} images/s`, 'speed'],
    running && live !== undefined && live.secondsLeft !== null
      ? ['Time left', durationText(live.secondsLeft), 'time-left']
      : ['Time taken', seconds > 0 ? durationText(seconds) : '–', 'time-taken'],
    ['Loss', loss === undefined ? '–' : numberWith(loss, 5), 'loss'],
  ];
  if (run.latentDimension > 0) items.push(['KL', kl === undefined ? '–' : numberWith(kl, 4), 'kl']);
  const report = run.poseReports?.at(-1);
  if (report) {
    const { moving, movedDegrees, atBorder } = report;
    items.push([`Turned over ${movedDegrees}°`, moving === null ? '–' : percentText(moving), 'poses-moving']);
    items.push(['Shifts at the limit', percentText(atBorder), 'shifts-at-border']);
  }
  return <Metrics items={items} />;
}
