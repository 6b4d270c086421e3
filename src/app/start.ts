// Connects the workers, listens to the runs, reads what is kept; guards a going run against a closed tab.
import { loadDatasets } from '../stores/datasets.ts';
import { startExplore } from '../stores/explore/index.ts';
import { loadLearnForm } from '../stores/learn-form.ts';
import { activeRun, loadRuns, takeRunEvent, tellOfDamage, useRuns } from '../stores/runs.ts';
import { loadDevice, refreshStorage, startShell, tellError } from '../stores/shell.ts';
import { studio } from '../stores/studio.ts';
import { loadAhead } from './screens.tsx';
import { exposeTestApi } from './test-api.ts';

export function startStudio(): void {
  startShell();
  loadLearnForm();
  startExplore(studio());
  exposeTestApi();
  window.addEventListener('beforeunload', (event) => {
    if (activeRun(useRuns.getState())?.status === 'running') event.preventDefault();
  });
  studio().engine.subscribe(takeRunEvent).catch(tellError);
  void Promise.all([loadDatasets(), loadRuns(), tellOfDamage(), loadDevice(), refreshStorage()]).then(loadAhead);
}
