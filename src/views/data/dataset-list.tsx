// The datasets kept in this browser.
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { DatasetSummary } from '../../../workers/contract.ts';
import { chooseDataset, removeDataset, useDatasets } from '../../stores/datasets.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { Badge } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Panel } from '../../ui/panel.tsx';
import { countText, dateText } from '../../ui/quantities.ts';
import styles from './dataset-list.module.css';

export function DatasetList() {
  const datasets = useDatasets((state) => state.datasets);
  const [removing, setRemoving] = useState<DatasetSummary | null>(null);
  const runs = useRuns((state) => state.runs.filter((run) => run.datasetId === removing?.id).length);
  if (datasets.length === 0) return null;
  return (
    <Panel title="Datasets" note="kept in this browser" flush>
      <ul className={styles.datasets} data-testid="datasets">
        {datasets.map((dataset) => (
          <Row key={dataset.id} dataset={dataset} onRemove={() => setRemoving(dataset)} />
        ))}
      </ul>
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => {
          if (!open) setRemoving(null);
        }}
        title={`Remove ${removing?.name ?? 'the dataset'}?`}
        description={
          runs > 0
            ? `Its prepared images are removed from this browser. ${runs === 1 ? 'One run stays' : `${runs} runs stay`} but cannot go on without them. Your own files are not touched.`
            : 'Its prepared images are removed from this browser. Your own files are not touched.'
        }
        confirmLabel="Remove dataset"
        danger
        onConfirm={() => {
          if (removing) void removeDataset(removing.id);
        }}
      />
    </Panel>
  );
}

function Row({ dataset, onRemove }: { dataset: DatasetSummary; onRemove: () => void }) {
  const current = useDatasets((state) => state.currentId === dataset.id && state.draft === null);
  const inUse = useRuns((state) => activeRun(state)?.datasetId === dataset.id);
  return (
    <li className={classNames(styles.datasetRow, current && styles.datasetCurrent)}>
      <button
        type="button"
        className={styles.datasetButton}
        aria-current={current || undefined}
        data-testid="dataset"
        onClick={() => chooseDataset(dataset.id)}
      >
        <span className={styles.datasetName}>
          <span className={styles.datasetTitle}>{dataset.name}</span>
          {dataset.isDemo && <Badge>demo</Badge>}
        </span>
        <span className={styles.datasetNote}>
          {countText(dataset.particles)} of {dataset.boxPixels}², {dateText(dataset.created)}
        </span>
      </button>
      <IconButton
        label={inUse ? 'In use by the run in progress' : `Remove ${dataset.name}`}
        icon={<Trash2 />}
        size="s"
        disabled={inUse}
        testId="remove-dataset"
        onClick={onRemove}
      />
    </li>
  );
}
