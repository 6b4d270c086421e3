// One click from a dataset to its first look: the form's first preset, started, and Learn, which shows it.
import type { DatasetSummary } from '../../workers/contract.ts';
import { saysDark, useFirstAid } from './first-aid.ts';
import { choosePreset, fitForm, setParam, useLearnForm } from './learn-form.ts';
import { startRun, suggestedRunName, useRuns } from './runs.ts';
import { goTo } from './shell.ts';

/** Starts a linear model of a dataset with poses and goes to Learn, which says so where it was refused. */
export async function takeFirstLook(dataset: DatasetSummary): Promise<void> {
  fitForm(dataset);
  choosePreset('first');
  const dark = saysDark(useFirstAid.getState(), dataset.id);
  if (dark ?? dataset.looksWhite === false) setParam('invertData', false);
  goTo('learn');
  await startRun(dataset.id, suggestedRunName(useRuns.getState(), dataset), useLearnForm.getState().params);
}
