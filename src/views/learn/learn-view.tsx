// Learn: a new run on the left; what goes on, and what was learnt, on the right.
import { Database, Sparkles } from 'lucide-react';
import { useEffect } from 'react';
import { currentDataset, useDatasets } from '../../stores/datasets.ts';
import { fitForm } from '../../stores/learn-form.ts';
import { currentRun, useRuns } from '../../stores/runs.ts';
import { goTo } from '../../stores/shell.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { NewRunPanel } from './new-run-panel.tsx';
import { ParamsForm } from './params-form.tsx';
import { RunMonitor } from './run-monitor.tsx';
import { RunsTable } from './runs-table.tsx';
import lines from './lines.module.css';
import styles from './learn-view.module.css';

export function LearnView() {
  const dataset = useDatasets(currentDataset);
  const loaded = useDatasets((state) => state.loaded);
  const run = useRuns(currentRun);
  const runsLoaded = useRuns((state) => state.loaded);
  const fresh = useRuns((state) => !state.runs.some(({ datasetId }) => datasetId === dataset?.id));
  useEffect(() => {
    if (dataset && runsLoaded) fitForm(dataset, fresh);
  }, [dataset, runsLoaded, fresh]);
  if (!loaded) return null;
  if (!dataset && !run)
    return (
      <EmptyState
        icon={<Database />}
        title="Learning needs particles"
        action={
          <Button variant="primary" onClick={() => goTo('data')}>
            Go to Data
          </Button>
        }
      >
        Drop a stack with its CTF, and its poses where they are known, or try the demo set.
      </EmptyState>
    );
  return (
    <div className={styles.page} data-testid="learn-screen">
      <aside className={styles.side} aria-label="New run">
        {dataset ? (
          <>
            <NewRunPanel dataset={dataset} />
            <ParamsForm />
          </>
        ) : (
          <Panel title="New run">
            <p className={lines.quiet}>Open a dataset on Data to start another run.</p>
          </Panel>
        )}
      </aside>
      <div className={styles.content}>
        {run ? (
          <RunMonitor key={run.id} run={run} />
        ) : (
          <Panel>
            <EmptyState icon={<Sparkles />} title="Nothing has been learnt yet">
              Choose a preset and start. Landscape and map appear here and improve while it learns.
            </EmptyState>
          </Panel>
        )}
        <RunsTable />
      </div>
    </div>
  );
}
