// Export: particle lists of a selection, maps, latents, the whole run; and lists coming back as selections.
import { PackageOpen } from 'lucide-react';
import { isHomogeneous, useExplore, useExports, useShownRun } from '../../stores/explore/index.ts';
import { goTo } from '../../stores/shell.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ExportStatus } from './export-status.tsx';
import { ImportList } from './import-list.tsx';
import { ListsPanel } from './lists-panel.tsx';
import { DepositPanel, LatentsPanel, MapsPanel, PosesPanel, RunPanel } from './other-panels.tsx';
import { ScopePanel } from './scope-panel.tsx';
import styles from './export-view.module.css';

export function ExportView() {
  const run = useShownRun();
  const phase = useExplore((state) => state.phase);
  const loadError = useExplore((state) => state.error);
  const error = useExports((state) => state.error);
  if (!run || run.epochsDone === 0) {
    return (
      <div className={styles.centre}>
        <EmptyState
          icon={<PackageOpen />}
          title="Nothing to export yet"
          testId="export-empty"
          action={
            <Button variant="primary" onClick={() => goTo(run ? 'learn' : 'data')}>
              {run ? 'Go to Learn' : 'Open particles'}
            </Button>
          }
        >
          After a run has finished its first epoch, its particle lists, maps and latents can be taken from here to
          RELION, cryoSPARC or cryoDRGN.
        </EmptyState>
      </div>
    );
  }
  const failure = error ?? loadError;
  return (
    <div className={styles.view} data-testid="export" data-ready={phase === 'ready'}>
      {failure && <NoticeCard notice={failure} tone="error" testId="export-error" />}
      <ExportStatus />
      <div className={styles.columns}>
        <div className={styles.column}>
          <ScopePanel />
          <ImportList />
        </div>
        <div className={styles.column}>
          <ListsPanel />
          <DepositPanel />
          {run.job === 'ab-initio' && <PosesPanel run={run} />}
          {!isHomogeneous(run) && <LatentsPanel />}
        </div>
        <div className={styles.column}>
          <MapsPanel />
          <RunPanel run={run} />
        </div>
      </div>
    </div>
  );
}
