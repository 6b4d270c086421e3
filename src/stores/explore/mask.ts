// The solvent mask of the run that is explored: seen over its map, as it is or as another fit would have it, which begins from here.
import { create } from 'zustand';
import type {
  DecodeRequest,
  DrawnMaskOrigin,
  DroppedFile,
  IsosurfaceMesh,
  KeptMasks,
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
  /** Masks that are kept for the run that is explored; null while they are not known. */
  kept: KeptMasks | null;
  /** How many were kept since the run was opened: what is made of the one before is made again. */
  keptCount: number;
  error: ErrorData | null;
}

const FOUND: MaskChoice = { from: 'auto', widerAngstrom: 0 };

/** Followed by selectors only. */
export const useMask = create<MaskState>(() => ({
  ...{ run: null, shown: false, choice: FOUND, surface: null, computing: false, kept: null },
  ...{ keptCount: 0, error: null },
}));
const { getState: get, setState: set } = useMask;

/** The mask that a run was fitted with; older runs say nothing of it: it was found. */
export function ownChoice({ params }: Pick<RunSummary, 'params'>): MaskChoice {
  const { mask = 'auto', maskDilate = 0 }: Partial<Params> = params;
  return { from: mask, widerAngstrom: maskDilate };
}

/** Whether a mask is the run's own, and no other was chosen for it. */
export function isOwn({ run, choice, kept }: Pick<MaskState, 'run' | 'choice' | 'kept'>): boolean {
  const own = run ? ownChoice(run) : FOUND;
  const isOtherFile = choice.from === 'file' && Boolean(kept?.file);
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
  set({ run: null, shown: false, choice: FOUND, surface: null, computing: false, kept: null, keptCount: 0 });
  set({ error: null });
  holdMaps('mask', []);
}

/** Finds out which masks are kept for the run that is explored, once. */
export async function openKeptMasks({ id }: RunSummary): Promise<void> {
  if (get().kept) return;
  try {
    const kept = await backend().io.keptMasks(id);
    if (useExplore.getState().run?.id === id && !get().kept) set({ kept });
  } catch (error) {
    set({ error: errorData(error) });
  }
}

/** Another mask, to be looked at. Of a file one has to be chosen first, or the run fitted with one; of a drawn one, drawn. */
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

/**
 * Keeps a mask for the run, the file of one or one that was drawn, and looks at it where `inFit`: for its maps it is kept just so. False where
 * it is none, which is said.
 */
export async function keepMask(
  run: RunSummary,
  mask: DroppedFile,
  { drawn, inFit = false }: { drawn?: DrawnMaskOrigin; inFit?: boolean } = {},
): Promise<boolean> {
  try {
    const kept = await backend().io.chooseMask(run.id, mask, drawn);
    set(({ keptCount }) => ({ kept, keptCount: keptCount + 1, error: null }));
  } catch (error) {
    set({ error: errorData(error) });
    return false;
  }
  const from = drawn ? 'drawn' : 'file';
  if (inFit || get().choice.from === from) chooseMask({ from });
  return true;
}

/** Starts another first look of the run's particles with the mask that is looked at, and goes to Learn. */
export async function fitAgain(): Promise<void> {
  const { run, choice } = get();
  const { dataset } = useExplore.getState();
  if (!run || !dataset) return;
  const { from, widerAngstrom } = choice;
  const params = { ...run.params, mask: from === 'drawn' ? ('file' as const) : from, maskDilate: widerAngstrom };
  const kind = from === 'drawn' ? 'drawn' : 'file';
  goTo('learn');
  await startRun(dataset.id, suggestedRunName(useRuns.getState(), dataset), params, { runId: run.id, kind });
}

/** Takes the error from the screen. */
export function dismissMaskError(): void {
  set({ error: null });
}
