// Data: what was dropped, what it is, what is kept.
import { FlaskConical } from 'lucide-react';
import type { DatasetDraft } from '../../../workers/contract.ts';
import { cancelWork, currentDataset, lacksFiles, openDemo, useDatasets } from '../../stores/datasets.ts';
import { Button } from '../../ui/button.tsx';
import { useDropTarget } from '../../ui/drop-target.ts';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { DatasetList } from './dataset-list.tsx';
import { DatasetPanel } from './dataset-panel.tsx';
import { DraftPanel } from './draft-panel.tsx';
import { DropZone, takeDrop } from './drop-zone.tsx';
import { Welcome } from './welcome.tsx';
import styles from './data-view.module.css';

export function DataView() {
  const loaded = useDatasets((state) => state.loaded);
  const hasDatasets = useDatasets((state) => state.datasets.length > 0);
  const draft = useDatasets((state) => state.draft);
  const dataset = useDatasets(currentDataset);
  // The whole screen takes drops.
  const { over, handlers } = useDropTarget(takeDrop);
  if (!loaded) return null;
  const empty = !hasDatasets && !draft;
  return (
    <div className={empty ? styles.welcomePage : styles.page} {...handlers} data-testid="data-screen">
      {empty ? (
        <Welcome
          zone={<DropZone large over={over} title={zoneTitle(null)} />}
          status={<WorkStatus />}
          demo={<DemoButton large />}
        />
      ) : (
        <>
          <aside className={styles.side} aria-label="Files and datasets">
            <DropZone over={over} title={zoneTitle(draft)} />
            <DemoButton />
            <WorkStatus />
            <DatasetList />
          </aside>
          <div className={styles.content}>
            {draft ? <DraftPanel draft={draft} /> : dataset && <DatasetPanel key={dataset.id} dataset={dataset} />}
          </div>
        </>
      )}
    </div>
  );
}

/** A drop that is whole, or waits for an answer only, still takes more files: a passthrough file, an index list. */
function zoneTitle(draft: DatasetDraft | null): string {
  if (!draft) return 'Drop a particle stack with its metadata';
  return lacksFiles(draft) ? 'Drop what is missing' : 'Drop more files of this set';
}

function DemoButton({ large }: { large?: boolean }) {
  const busy = useDatasets((state) => state.work?.kind === 'demo');
  return (
    <Button
      variant={large ? 'secondary' : 'ghost'}
      size={large ? 'l' : 'm'}
      icon={<FlaskConical />}
      busy={busy}
      testId="demo"
      onClick={() => void openDemo()}
    >
      Try the demo set
    </Button>
  );
}

function WorkStatus() {
  const work = useDatasets((state) => state.work);
  const error = useDatasets((state) => state.error);
  if (work)
    return (
      <div className={styles.work} role="status">
        <ProgressBar
          fraction={work.progress.fraction}
          message={work.progress.message}
          onCancel={work.kind === 'accepting' ? undefined : cancelWork}
          testId="data-progress"
        />
      </div>
    );
  return error ? <NoticeCard tone="error" notice={error} testId="data-error" /> : null;
}
