// Validate: checks of the shown run, and two maps that were dropped.
import { create } from 'zustand';
import type {
  CheckMethod,
  CompareRequest,
  ComparedMaps,
  DroppedFile,
  Progress,
  RunCheckName,
  ToldCheck,
} from '../../workers/contract.ts';
import { VitrineError, type ErrorData } from '../base/errors.ts';
import { errorData, wasCancelled } from './errors.ts';
import { readFits } from './explore/index.ts';
import { studio } from './studio.ts';

/** What Validate shows. */
export interface ValidateState {
  /** Whose checks these are. */
  runId: string | null;
  checks: ToldCheck[];
  /** The check that goes on. */
  going: RunCheckName | null;
  progress: Progress | null;
  error: ErrorData | null;
  /** What checks fit to halves. */
  method: CheckMethod;
  files: [DroppedFile | null, DroppedFile | null];
  request: CompareRequest;
  compared: ComparedMaps | null;
  comparing: Progress | null;
  compareError: ErrorData | null;
}

/** Followed by selectors only. */
export const useValidate = create<ValidateState>(() => ({
  ...{ runId: null, checks: [], going: null, progress: null, error: null, method: 'linear' as const },
  ...{ files: [null, null], compared: null, comparing: null, compareError: null },
  request: { mask: 'loose', randomise: true, local: false },
}));
const { getState: get, setState: set } = useValidate;
/** What holds a map, by its name. */
const MAP_FILE = /\.(mrc|map|ccp4)$/i;
let checking: AbortController | null = null;
let comparing: AbortController | null = null;

/** Reads what is kept of the run's checks. */
export async function openValidate(runId: string): Promise<void> {
  if (get().runId === runId) return;
  checking?.abort();
  // The check of the other run may take a while to end; those of this one need not wait for it.
  checking = null;
  set({ runId, checks: [], going: null, progress: null, error: null });
  try {
    const checks = await studio().io.runChecks(runId);
    if (get().runId === runId) set({ checks });
  } catch (error) {
    if (get().runId === runId) set({ error: errorData(error) });
  }
}

/** Makes checks one after the other; those that were made before are made anew. */
export async function makeChecks(runId: string, names: readonly RunCheckName[]): Promise<void> {
  if (checking) return;
  const controller = new AbortController();
  checking = controller;
  const { signal } = controller;
  const { method } = get();
  set({ error: null });
  try {
    for (const name of names) {
      set({ going: name, progress: { fraction: null, message: 'Reading the images' } });
      const onProgress = (progress: Progress): void => {
        if (!signal.aborted) set({ progress });
      };
      const made = await studio().engine.checkRun(runId, [name], method, { signal, onProgress });
      if (signal.aborted) return;
      // What it says of each image is a column: of colours, histograms and lists, from now on.
      if (name === 'images') await readFits(runId);
      set({ checks: [...get().checks.filter(({ check }) => check !== name), ...made] });
    }
  } catch (error) {
    if (get().runId === runId && !wasCancelled(error)) set({ error: errorData(error) });
  } finally {
    if (checking === controller) {
      checking = null;
      set({ going: null, progress: null });
    }
  }
}

/** Ends the check that goes on; the models that it has fitted stay. */
export function stopChecks(): void {
  checking?.abort();
}

/** What checks that are made from now on fit to halves. */
export function setCheckMethod(method: CheckMethod): void {
  set({ method });
}

/**
 * Maps that were dropped: two are both sides, in the order of their names; one fills the side that is empty, else the second. Others than
 * maps are left out; an error where none is one, or there are more than two.
 */
export function dropMaps(dropped: readonly DroppedFile[]): void {
  const maps = dropped.filter(({ path }) => MAP_FILE.test(path)).sort((a, b) => a.path.localeCompare(b.path));
  if (maps.length === 0 || maps.length > 2) {
    const error = new VitrineError('usage', maps.length === 0 ? 'No map was dropped.' : 'Two maps are compared.', {
      expected: 'one or two files .mrc, .map or .ccp4',
      found: String(maps.length),
      advice: 'Drop both half maps together, or one after the other.',
    });
    set({ compareError: errorData(error) });
    return;
  }
  const [first, second] = maps;
  if (!second) return chooseMap(get().files[0] ? 1 : 0, first);
  set({ files: [first, second], compared: null });
  void compare();
}

/** A map for one side, and how they are compared; compares where both are there. */
export function chooseMap(side: 0 | 1, file: DroppedFile): void {
  const { files } = get();
  set({ files: side === 0 ? [file, files[1]] : [files[0], file], compared: null });
  void compare();
}

/** Another mask, or more told. */
export function changeRequest(change: Partial<CompareRequest>): void {
  set(({ request }) => ({ request: { ...request, ...change } }));
  void compare();
}

/** Ends the comparison. */
export function stopComparing(): void {
  comparing?.abort();
}

async function compare(): Promise<void> {
  const { files, request } = get();
  const [a, b] = files;
  if (!a || !b) return;
  comparing?.abort();
  const controller = new AbortController();
  comparing = controller;
  const { signal } = controller;
  set({ comparing: { fraction: null, message: 'Reading the maps' }, compareError: null });
  try {
    const compared = await studio().io.compareMaps(a, b, request, {
      signal,
      onProgress: (progress) => !signal.aborted && set({ comparing: progress }),
    });
    if (!signal.aborted) set({ compared });
  } catch (error) {
    if (!signal.aborted && !wasCancelled(error)) set({ compared: null, compareError: errorData(error) });
  } finally {
    if (comparing === controller) set({ comparing: null });
  }
}
