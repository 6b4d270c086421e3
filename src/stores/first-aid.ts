// First aid by dataset: what was found, or how far the looking is. It begins by itself when a dataset is shown, and once.
import { create } from 'zustand';
import type { DatasetSummary, Progress, ToldFinding } from '../../workers/contract.ts';
import type { ErrorData } from '../base/errors.ts';
import { errorData, wasCancelled } from './errors.ts';
import { studio } from './studio.ts';

/** Of one dataset. */
export interface FirstAidState {
  /** Null until it was looked at. */
  findings: ToldFinding[] | null;
  /** While it is looked at. */
  progress: Progress | null;
  error: ErrorData | null;
  /** A person ended it; it does not begin again by itself. */
  stopped: boolean;
}

const NOTHING: FirstAidState = { findings: null, progress: null, error: null, stopped: false };

/** By dataset; absent until it was shown. */
export const useFirstAid = create<Record<string, FirstAidState>>(() => ({}));
const { getState: get, setState } = useFirstAid;
const underway = new Map<string, AbortController>();

function change(datasetId: string, changes: Partial<FirstAidState>): void {
  setState({ [datasetId]: { ...(get()[datasetId] ?? NOTHING), ...changes } });
}

/** Reads what is kept, or looks; nothing where that is done or under way. `again` where a person asks for it. */
export async function giveFirstAid({ id }: Pick<DatasetSummary, 'id'>, again = false): Promise<void> {
  const standing = get()[id];
  if (underway.has(id) || standing?.findings || ((standing?.stopped || standing?.error) && !again)) return;
  const controller = new AbortController();
  underway.set(id, controller);
  const { signal } = controller;
  change(id, { error: null, stopped: false });
  try {
    const findings = await studio().io.firstAid(id, {
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) change(id, { progress });
      },
    });
    if (!signal.aborted) change(id, { findings, progress: null });
  } catch (error) {
    if (!signal.aborted) change(id, { progress: null, error: wasCancelled(error) ? null : errorData(error) });
  } finally {
    if (underway.get(id) === controller) underway.delete(id);
  }
}

/** Ends the looking. */
export function stopFirstAid(datasetId: string): void {
  underway.get(datasetId)?.abort();
  underway.delete(datasetId);
  change(datasetId, { progress: null, stopped: true });
}

/** Whether particles are dark, from the images and their CTF; null where that was not found. */
export function saysDark(state: Record<string, FirstAidState>, datasetId: string): boolean | null {
  const finding = state[datasetId]?.findings?.find(({ check }) => check === 'contrast');
  if (!finding || finding.verdict === 'cannot say') return null;
  return finding.verdict !== 'good';
}
