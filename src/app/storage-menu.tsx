// What the browser keeps for the studio, and how much room there is.
import { HardDrive } from 'lucide-react';
import { useDatasets } from '../stores/datasets.ts';
import { useRuns } from '../stores/runs.ts';
import { refreshStorage, useShell } from '../stores/shell.ts';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/popover.tsx';
import { ProgressBar } from '../ui/progress.tsx';
import { bytesText, countText } from '../ui/quantities.ts';
import { version } from '../version.ts';
import popover from './popover.module.css';
import styles from './storage-menu.module.css';

export function StorageMenu() {
  const storage = useShell((state) => state.storage);
  const datasets = useDatasets((state) => state.datasets.length);
  const runs = useRuns((state) => state.runs.length);
  const total = storage && storage.freeBytes !== null ? storage.usedBytes + storage.freeBytes : null;
  return (
    <Popover
      label="Storage"
      testId="storage-popover"
      onOpenChange={(open) => {
        if (open) void refreshStorage();
      }}
      trigger={
        <Button
          variant="ghost"
          icon={<HardDrive />}
          testId="storage"
          aria-label={storage ? `Storage: ${bytesText(storage.usedBytes)} used` : 'Storage'}
        >
          <span className={styles.storageText}>{storage ? bytesText(storage.usedBytes) : 'Storage'}</span>
        </Button>
      }
    >
      <div className={popover.popTitle}>Kept in this browser</div>
      {storage && total !== null && (
        <ProgressBar
          fraction={storage.usedBytes / Math.max(1, total)}
          label="Storage used"
          message={`${bytesText(storage.usedBytes)} of ${bytesText(total)}`}
        />
      )}
      <dl className={popover.facts}>
        <dt>Datasets</dt>
        <dd>{countText(datasets)}</dd>
        <dt>Runs</dt>
        <dd>{countText(runs)}</dd>
        {storage && (
          <>
            <dt>Used</dt>
            <dd>{bytesText(storage.usedBytes)}</dd>
            <dt>Free</dt>
            <dd>{storage.freeBytes === null ? 'unknown to the browser' : bytesText(storage.freeBytes)}</dd>
          </>
        )}
      </dl>
      <p className={popover.quiet}>
        Datasets and runs live in this browser’s private files on this machine. Clearing the site’s data removes them:
        export what should last.
      </p>
      <p className={popover.quiet} data-testid="version">
        Vitrine {version}
      </p>
    </Popover>
  );
}
