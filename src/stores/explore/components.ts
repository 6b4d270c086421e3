// Of runs whose field adds components: how much each voxel varies, and of any run how sure the marked particle's place is.
import { create } from 'zustand';
import type { RunSummary, SpreadMap } from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import { backend, errorData } from './backend.ts';
import { followingBox } from './maps.ts';
import { useMaps } from './maps-state.ts';
import { useExplore } from './store.ts';

/** What colours a surface, and the posterior of a particle. */
export interface ComponentsState {
  spread: { runId: string; map: SpreadMap } | null;
  /** Lower triangle of the covariance of a particle's latents, row by row; null where the run says nothing of it. */
  posterior: { runId: string; row: number; triangle: Float32Array | null } | null;
}

/** Followed by selectors only. */
export const useComponents = create<ComponentsState>(() => ({ spread: null, posterior: null }));
const { getState: get, setState: set } = useComponents;

/** Reads how much each voxel varies, unless it is there. */
export async function loadSpread({ id, boxPixels, can, latentDimension }: RunSummary): Promise<void> {
  if (!can.components || get().spread?.runId === id) return;
  try {
    const place = { runId: id, epoch: null, boxPixels: followingBox(boxPixels), components: latentDimension };
    const map = await backend().analysis.spreadOfComponents(place);
    set({ spread: { runId: id, map } });
  } catch (error) {
    useMaps.setState({ error: errorData(error) });
  }
}

const readLatest = latestWins(async (runId: string, epoch: number, row: number) => {
  const triangle = await backend().io.posteriorOf(runId, epoch, row);
  set({ posterior: { runId, row, triangle } });
});

/** Reads the posterior of a particle of the run that is explored; of rows that overtake each other the newest. */
export async function loadPosterior(row: number): Promise<void> {
  const { latents } = useExplore.getState();
  if (!latents) return;
  const { runId, epoch } = latents.handle;
  const { posterior } = get();
  if (posterior?.runId === runId && posterior.row === row) return;
  try {
    await readLatest(runId, epoch, row);
  } catch {
    // An ellipse more or less: the landscape says nothing of it.
    set({ posterior: { runId, row, triangle: null } });
  }
}
