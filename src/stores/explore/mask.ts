// The solvent mask of the run that is explored: seen over its map, as it is or as another fit would have it, which begins from here.
import { create } from 'zustand';
import type {
  DecodeRequest,
  DroppedFile,
  IsosurfaceMesh,
  MaskChoice,
  MaskExtent,
  Params,
  RunSummary,
} from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import type { ErrorData } from '../../base/errors.ts';
import { startRun, suggestedRunName, useRuns } from '../runs.ts';
import { goTo } from '../shell.ts';
import { backend, errorData } from './backend.ts';
import { dropMaps, holdMaps, newMapKey } from './map-handles.ts';
import { useExplore } from './store.ts';

/** Where a mask of 0 to 1 is said to end. */
const EDGE = 0.5;

/** The mask as it is looked at. */
export interface MaskState {
  /** Whose it is; null before one was opened. */
  run: RunSummary | null;
  /** Drawn over the map. */
  shown: boolean;
  choice: MaskChoice;
  surface: { mesh: IsosurfaceMesh; extent: MaskExtent } | null;
  computing: boolean;
  /** The last file that was chosen for this run, and how many were. */
  file: { name: string; count: number } | null;
  error: ErrorData | null;
}

const FOUND: MaskChoice = { from: 'auto', widerAngstrom: 0 };

/** Followed by selectors only. */
export const useMask = create<MaskState>(() => ({
  ...{ run: null, shown: false, choice: FOUND, surface: null, computing: false, file: null, error: null },
}));
const { getState: get, setState: set } = useMask;

/** The mask that a run was fitted with; older runs say nothing of it: it was found. */
export function ownChoice({ params }: Pick<RunSummary, 'params'>): MaskChoice {
  const { mask = 'auto', maskDilate = 0 }: Partial<Params> = params;
  return { from: mask, widerAngstrom: maskDilate };
}

/** Whether a mask is the run's own, and no other was chosen for it. */
export function isOwn({ run, choice, file }: Pick<MaskState, 'run' | 'choice' | 'file'>): boolean {
  const own = run ? ownChoice(run) : FOUND;
  const isOtherFile = choice.from === 'file' && file !== null;
  return choice.from === own.from && choice.widerAngstrom === own.widerAngstrom && !isOtherFile;
}

/** Draws the mask of a run over its map, or takes it away; the first time it is the run's own. */
export function showMask(run: RunSummary, shown: boolean): void {
  set({ shown });
  if (!shown || !run.can.mask || get().run?.id === run.id) return;
  set({ run, choice: ownChoice(run), surface: null, error: null });
  look();
}

/** Another run is explored: nothing is known of its mask yet. */
export function closeMask(): void {
  set({ run: null, shown: false, choice: FOUND, surface: null, computing: false, file: null, error: null });
  holdMaps('mask', []);
}

/** Another mask, to be looked at. Of a file one has to be chosen first, or the run fitted with one. */
export function chooseMask(change: Partial<MaskChoice>): void {
  set(({ choice }) => ({ choice: { ...choice, ...change }, error: null }));
  look();
}

const lookLatest = latestWins(async (run: RunSummary, choice: MaskChoice, own: boolean) => {
  const { id, boxPixels } = run;
  const source: DecodeRequest = { runId: id, epoch: null, z: [], boxPixels, from: 'mask', ...(!own && { choice }) };
  const key = newMapKey();
  try {
    const asked = { ...source, key, level: { kind: 'value', value: EDGE } as const };
    const { map, mesh } = await backend().analysis.decode(asked);
    if (get().run?.id !== id || get().choice !== choice || !map.extent) return;
    set({ surface: { mesh, extent: map.extent }, computing: false });
    holdMaps('mask', [map]);
  } catch (error) {
    if (get().choice === choice) set({ surface: null, computing: false, error: errorData(error) });
  } finally {
    dropMaps([key]);
  }
});

function look(): void {
  const { run, choice } = get();
  if (!run) return;
  set({ computing: true });
  void lookLatest(run, choice, isOwn(get()));
}

/** Keeps a mask for the run, and looks at it where `inFit`: for its maps it is kept just so. False where it is none, which is said. */
export async function chooseMaskFile(run: RunSummary, dropped: DroppedFile, inFit: boolean): Promise<boolean> {
  try {
    await backend().io.chooseMask(run.id, dropped);
  } catch (error) {
    set({ error: errorData(error) });
    return false;
  }
  const name = dropped.path.split('/').at(-1) ?? dropped.path;
  set(({ file }) => ({ file: { name, count: (file?.count ?? 0) + 1 }, error: null }));
  if (inFit || get().choice.from === 'file') chooseMask({ from: 'file' });
  return true;
}

/** Starts another first look of the run's particles with the mask that is looked at, and goes to Learn. */
export async function fitAgain(): Promise<void> {
  const { run, choice } = get();
  const { dataset } = useExplore.getState();
  if (!run || !dataset) return;
  const params = { ...run.params, mask: choice.from, maskDilate: choice.widerAngstrom };
  goTo('learn');
  await startRun(dataset.id, suggestedRunName(useRuns.getState(), dataset), params, run.id);
}

/** Takes the error from the screen. */
export function dismissMaskError(): void {
  set({ error: null });
}
