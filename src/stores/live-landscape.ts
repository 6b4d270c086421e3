// The landscape and a map of the run that is shown on Learn, as they stand after its latest epoch.
import { create } from 'zustand';
import type { IsosurfaceMesh, PcaResult, RunSummary } from '../../workers/contract.ts';
import { latestWins } from '../../workers/client.ts';
import type { ErrorData } from '../formats/errors.ts';
import { errorData, wasCancelled } from './explore-backend.ts';
import { studio } from './studio.ts';

export interface LiveLandscape {
  runId: string | null;
  epoch: number;
  /** Null for a homogeneous run. */
  pca: PcaResult | null;
  mesh: IsosurfaceMesh | null;
  /** Particle whose z the map was decoded at, 0-based; null for a homogeneous run. */
  row: number | null;
  boxAngstrom: number;
  loading: boolean;
  error: ErrorData | null;
}

const NOTHING: LiveLandscape = {
  runId: null,
  epoch: 0,
  pca: null,
  mesh: null,
  row: null,
  boxAngstrom: 0,
  loading: false,
  error: null,
};
export const useLive = create<LiveLandscape>(() => NOTHING);
const { getState: get, setState: set } = useLive;

/** Side of the map shown while training: enough to see the shape, quick enough between two steps. */
const PREVIEW_BOX = 64;

/**
 * Rest between two pictures of a run that goes on, milliseconds: epochs of a small set come faster than they can be looked
 * at, and every picture costs frames and steps.
 */
const REST = 5000;
let lastEnd = -Infinity;
let later: ReturnType<typeof setTimeout> | undefined;

export function clearLive(): void {
  clearTimeout(later);
  set(NOTHING);
}

const compute = latestWins(async (run: RunSummary) => {
  const { io, engine, analysis } = studio();
  set(get().runId === run.id ? { loading: true, error: null } : { ...NOTHING, runId: run.id, loading: true });
  const latents = run.params.zDim > 0 ? await io.latents(run.id, run.epochsDone) : null;
  let row: number | null = null;
  let z: number[] = [];
  if (latents) {
    const { mu, zDim } = latents;
    const pca = await analysis.pca(mu, zDim);
    if (get().runId !== run.id) return;
    set({ pca, epoch: latents.epoch });
    row = (await analysis.nearest(mu, zDim, pca.mean))[0];
    z = [...mu.subarray(row * zDim, (row + 1) * zDim)];
  }
  const boxPixels = Math.min(run.boxPixels, PREVIEW_BOX);
  const volume = await engine.decode({ runId: run.id, epoch: run.epochsDone, z, boxPixels });
  const { suggestedLevel } = volume.statistics ?? (await analysis.statistics(volume));
  const mesh = await analysis.isosurface(volume, suggestedLevel);
  if (get().runId !== run.id) return;
  const boxAngstrom = volume.boxPixels * volume.pixelSizeAngstrom;
  set({ mesh, row, boxAngstrom, epoch: run.epochsDone, loading: false });
});

/**
 * Brings landscape and map to the run's latest epoch; while one is computed only the newest request waits, and while the run
 * goes on they rest in between.
 */
export async function refreshLive(run: RunSummary | null): Promise<void> {
  if (!run || run.epochsDone === 0) return;
  clearTimeout(later);
  const shown = get().runId === run.id && get().mesh !== null;
  if (shown && get().epoch === run.epochsDone) return;
  const rest = lastEnd + REST - performance.now();
  if (shown && run.status === 'running' && rest > 0) {
    later = setTimeout(() => void refreshLive(run), rest);
    return;
  }
  try {
    await compute(run);
  } catch (error) {
    set({ loading: false, error: wasCancelled(error) ? null : errorData(error) });
  }
  lastEnd = performance.now();
}
