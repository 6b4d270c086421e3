// After a crash or a closed tab: the runs that were cut off, offered for resuming.
import { RotateCw, X } from 'lucide-react';
import { useDatasets } from '../stores/datasets.ts';
import { activeRun, putAside, resumeRun, useRuns } from '../stores/runs.ts';
import { goTo } from '../stores/shell.ts';
import { Button, IconButton } from '../ui/button.tsx';
import styles from './app.module.css';

export function InterruptedRuns() {
  const offered = useRuns((state) => state.offered);
  const runs = useRuns((state) => state.runs);
  const datasets = useDatasets((state) => state.datasets);
  const blocked = useRuns((state) => activeRun(state) !== null || state.pending !== null);
  const run = runs.find(({ id }) => id === offered[0]);
  if (!run) return null;
  const dataset = datasets.find(({ id }) => id === run.datasetId);
  const readable = dataset !== undefined && (dataset.imagesKept || dataset.originalsAtHand);
  return (
    <div className={styles.interrupted} role="status" data-testid="interrupted-run">
      <p>
        <strong>{run.name}</strong> was interrupted after epoch {run.epochsDone} of {run.params.epochs}.{' '}
        {readable ? 'It can go on from there.' : 'To go on, drop its particle files on Data again.'}
      </p>
      <Button
        size="s"
        variant="primary"
        icon={<RotateCw />}
        disabled={blocked || !readable}
        testId="resume-interrupted"
        onClick={() => {
          void resumeRun(run.id, null);
          goTo('learn');
        }}
      >
        Resume
      </Button>
      <IconButton
        label="Not now"
        icon={<X />}
        size="s"
        onClick={() => putAside(run.id)}
        testId="put-aside-interrupted"
      />
    </div>
  );
}
