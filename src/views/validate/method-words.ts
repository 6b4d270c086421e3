// What checks of halves fit, and how long that takes.
import type { CheckMethod, RunSummary } from '../../../workers/contract.ts';
import { durationText } from '../../ui/quantities.ts';

/** Models that were fitted before are read again. */
export function methodWords(
  method: CheckMethod,
  { kind, job, history }: Pick<RunSummary, 'kind' | 'job' | 'history'>,
): string {
  if (method === 'linear')
    return 'Linear models at the run’s box, two a check: seconds to a minute or two each on this machine’s processor.';
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const pairs =
    'two trainings on half of the images for Half sets and Circularity together, two more for Random phases';
  if (kind !== 'network' || job !== 'train' || seconds === 0)
    return `Networks of the preset “Quick look” at the run’s box: ${pairs}. Learn says how long one on all of them takes.`;
  return `Networks with the run’s own parameters: ${pairs}. Each two take about as long as the run: ${durationText(seconds)}.`;
}
