// The bar of kernels that are chosen beside a run: how far, and in how long.
import type { ChoosingProgress } from '../../../workers/contract.ts';
import { countText, durationText } from '../../ui/quantities.ts';

/** `fraction` is null while nothing is known of how many there are. */
export function choosingBar({ done, total, secondsLeft }: ChoosingProgress): {
  fraction: number | null;
  message: string;
} {
  const left = secondsLeft === null ? '' : `, ${durationText(secondsLeft)} left`;
  return {
    fraction: total > 0 ? done / total : null,
    message: `Choosing kernels, ${countText(done)} of ${countText(total)}${left}`,
  };
}
