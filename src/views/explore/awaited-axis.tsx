// What stands in the landscape's place while an axis is not computed.
import type { Analysis } from '../../columns/column.ts';
import { cancelJob, computeUmap, type Job, useExplore } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import styles from './landscape.module.css';

const COMPUTING: Record<Analysis, string> = {
  pca: 'Finding principal components',
  umap: 'Computing UMAP',
  clusters: 'Clustering',
};

/** An axis that is not computed: how far it is, why it failed, or how to begin. */
export function AwaitedAxis({ analysis }: { analysis: Analysis }) {
  const job = useExplore((state): Pick<Job<unknown>, 'status' | 'progress' | 'error'> => state[analysis]);
  if (job.error) {
    return (
      <div className={styles.veil}>
        <NoticeCard notice={job.error} tone="error" />
      </div>
    );
  }
  if (analysis === 'umap' && job.status !== 'running') {
    return (
      <div className={styles.veil}>
        <EmptyState
          title="UMAP is not computed yet"
          action={
            <Button onClick={() => void computeUmap()} testId="compute-umap">
              Compute UMAP
            </Button>
          }
        >
          15 neighbours, minimum distance 0.1; for large sets this takes minutes.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={styles.veil}>
      <div className={styles.job}>
        <ProgressBar
          fraction={job.progress?.fraction ?? null}
          message={job.progress?.message ?? COMPUTING[analysis]}
          onCancel={analysis === 'umap' ? () => cancelJob('umap') : undefined}
          testId="umap-progress"
        />
      </div>
    </div>
  );
}
