// What a run will cost, measured by a few real steps: after the settings have come to rest, or when asked.
import { Gauge } from 'lucide-react';
import { useEffect } from 'react';
import type { DatasetSummary, Estimate } from '../../../workers/contract.ts';
import { cancelEstimate, estimateKey, estimateRun, useLearnForm } from '../../stores/learn-form.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { bytesText, durationText, numberWith } from '../../ui/quantities.ts';
import { FittingChoices } from './fitting-choices.tsx';
import lines from './lines.module.css';
import styles from './estimate-panel.module.css';

const SETTLE_MS = 1200;

export function EstimatePanel({ dataset }: { dataset: DatasetSummary }) {
  const params = useLearnForm((state) => state.params);
  const errors = useLearnForm((state) => state.errors);
  const estimate = useLearnForm((state) => state.estimate);
  const estimatedFor = useLearnForm((state) => state.estimatedFor);
  const estimating = useLearnForm((state) => state.estimating);
  const estimateError = useLearnForm((state) => state.estimateError);
  const busy = useRuns((state) => activeRun(state) !== null || state.pending !== null);
  const key = estimateKey(dataset.id, params);
  const fresh = estimatedFor === key;
  const measurable = Object.keys(errors).length === 0 && !busy && (dataset.originalsAtHand || dataset.imagesKept);

  useEffect(() => {
    if (!measurable || fresh) return;
    const timer = setTimeout(() => void estimateRun(dataset.id), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [measurable, fresh, key, dataset.id]);
  // A change of the settings, a start, or leaving the screen ends a measurement that goes on.
  useEffect(() => cancelEstimate, [key, busy]);

  return (
    <section className={styles.estimate} aria-label="Estimate" data-testid="estimate" data-fresh={fresh}>
      <div className={styles.estimateHead}>
        <span className={styles.estimateTitle}>What it will take</span>
        {!estimating && (
          <Button
            size="s"
            variant="ghost"
            icon={<Gauge />}
            disabled={!measurable}
            onClick={() => void estimateRun(dataset.id)}
            testId="estimate-button"
          >
            {fresh ? 'Measure again' : 'Measure'}
          </Button>
        )}
      </div>
      {estimating ? (
        <ProgressBar
          fraction={estimating.fraction}
          message={estimating.message}
          onCancel={cancelEstimate}
          testId="estimate-progress"
        />
      ) : estimate ? (
        <Numbers estimate={estimate} stale={!fresh} />
      ) : (
        <p className={lines.quiet}>Measured by running a few steps on this device.</p>
      )}
      {estimateError && !estimating && (
        <NoticeCard
          tone="error"
          notice={estimateError}
          actions={estimateError.instead && <FittingChoices instead={estimateError.instead} />}
          testId="estimate-error"
        />
      )}
      {fresh && estimate?.notices.map((notice, index) => <NoticeCard key={index} tone="warning" notice={notice} />)}
    </section>
  );
}

function Numbers({ estimate, stale }: { estimate: Estimate; stale: boolean }) {
  return (
    <dl className={classNames(styles.numbers, stale && styles.stale)}>
      <div>
        <dt>Time</dt>
        <dd data-testid="estimate-time">{durationText(estimate.secondsTotal)}</dd>
      </div>
      <div>
        <dt>Per epoch</dt>
        <dd>{durationText(estimate.secondsPerEpoch)}</dd>
      </div>
      <div>
        <dt>Speed</dt>
        <dd>{numberWith(estimate.imagesPerSecond, 3)} images/s</dd>
      </div>
      <div>
        <dt>Memory</dt>
        <dd data-testid="estimate-memory">{bytesText(estimate.memoryBytes)}</dd>
      </div>
      <div>
        <dt>Storage</dt>
        <dd>{bytesText(estimate.storageBytes)}</dd>
      </div>
    </dl>
  );
}
