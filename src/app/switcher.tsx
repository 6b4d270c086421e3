// Which dataset and which run are open, and the others to switch to.
import { Check, ChevronsUpDown, Database, Sparkles } from 'lucide-react';
import { chooseDataset, currentDataset, useDatasets } from '../stores/datasets.ts';
import { chooseRun, currentRun, useRuns } from '../stores/runs.ts';
import { goTo } from '../stores/shell.ts';
import { Button } from '../ui/button.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import { countText } from '../ui/quantities.ts';
import styles from './switcher.module.css';

export function Switcher() {
  const datasets = useDatasets((state) => state.datasets);
  const dataset = useDatasets(currentDataset);
  const runs = useRuns((state) => state.runs);
  const run = useRuns(currentRun);
  if (datasets.length === 0 && runs.length === 0) return null;

  const items: MenuEntry[] = [{ heading: 'Datasets' }];
  for (const each of datasets)
    items.push({
      label: each.name,
      hint: `${countText(each.particles)} particles of ${each.boxPixels}²`,
      icon: each.id === dataset?.id ? <Check /> : <Database />,
      onSelect: () => chooseDataset(each.id),
      testId: 'switch-dataset',
    });
  if (datasets.length === 0) items.push({ label: 'Open one on Data', onSelect: () => goTo('data') });
  if (runs.length > 0) items.push('separator', { heading: 'Runs' });
  for (const each of runs)
    items.push({
      label: each.name,
      hint: `${each.datasetName}, ${each.epochsDone} of ${each.params.epochs} epochs`,
      icon: each.id === run?.id ? <Check /> : <Sparkles />,
      onSelect() {
        if (each.datasetId !== dataset?.id && datasets.some(({ id }) => id === each.datasetId))
          chooseDataset(each.datasetId);
        chooseRun(each.id);
      },
      testId: 'switch-run',
    });

  return (
    <Menu
      items={items}
      trigger={
        <Button variant="ghost" className={styles.switcher} testId="switcher" aria-label="Switch dataset or run">
          <span className={styles.crumbs}>
            <span className={styles.crumb}>{dataset?.name ?? 'No dataset'}</span>
            {run && (
              <>
                <span className={styles.slash}>{run.datasetId === dataset?.id ? '/' : '· run'}</span>
                <span className={styles.crumbQuiet}>{run.name}</span>
              </>
            )}
            <ChevronsUpDown size="0.9em" aria-hidden="true" />
          </span>
        </Button>
      }
    />
  );
}
