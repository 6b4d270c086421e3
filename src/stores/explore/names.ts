// What particles of the shown run are called: by their place in the original stack, from 0, as in every list and on the command
// line; and what is said of its maps.
import type { MapHandle } from '../../../workers/contract.ts';
import { nameOfRow } from '../../base/particle-identity.ts';
import { useExplore } from './store.ts';

/** "particle 12"; a row of the run where its original is not known. */
export function nameOf(row: number): string {
  return nameOfRow(row, useExplore.getState().columns?.originalIndex);
}

/** The same at the beginning of a line. */
export function titleOf(row: number): string {
  const name = nameOf(row);
  return name[0].toUpperCase() + name.slice(1);
}

/** "masked, clipped": what was done to a map after it was decoded; '' for nothing. */
export function finishText({ source }: Pick<MapHandle, 'source'>): string {
  const { mask, clip } = source?.finish ?? {};
  return [mask && 'masked', clip && 'clipped'].filter(Boolean).join(', ');
}
