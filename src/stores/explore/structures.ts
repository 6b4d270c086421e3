// The structure of an atomic model's run at the place whose map is shown, how it is coloured, and how residues vary over the particles.
import { create } from 'zustand';
import type { CentreStructures, RunSummary } from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import type { ErrorData } from '../../base/errors.ts';
import { zOfRow } from '../../columns/place.ts';
import { backend, errorData } from './backend.ts';
import { useExplore } from './store.ts';

/** What centres are coloured by. */
export type StructureColoring = 'residue' | 'chain' | 'displacement' | 'spread';

/** Structures of the run that is explored. */
export interface StructuresState {
  runId: string | null;
  /** At the z of the map that is shown: one structure. */
  shown: CentreStructures | null;
  isVisible: boolean;
  coloring: StructureColoring;
  /** N, Å: root mean square distance of each centre from its mean over particles drawn evenly; null until asked for. */
  spread: { runId: string; values: Float32Array; particles: number } | null;
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useStructures = create<StructuresState>(() => ({
  ...{ runId: null, shown: null, isVisible: true, coloring: 'residue', spread: null, error: null },
}));
const { getState: get, setState: set } = useStructures;

/** Particles whose structures say how residues vary. */
const SPREAD_PARTICLES = 100;

/** Hides the structure or shows it, and colours it. */
export function setStructureLook(look: Partial<Pick<StructuresState, 'isVisible' | 'coloring'>>): void {
  set(look);
  const { run } = useExplore.getState();
  if (look.coloring === 'spread' && run) void loadSpreadOfResidues(run);
}

const loadLatest = latestWins(async (runId: string, epoch: number | null, z: number[]) => {
  const shown = await backend().io.structures({ runId, epoch, zs: [z] });
  set({ runId, shown, error: null });
});

/** The structure at z; of places that overtake each other the newest. */
export async function loadStructure(run: RunSummary, epoch: number | null, z: readonly number[]): Promise<void> {
  if (run.kind !== 'atoms') return set({ runId: run.id, shown: null, error: null });
  if (get().runId !== run.id) set({ runId: run.id, shown: null, spread: null });
  try {
    await loadLatest(run.id, epoch, [...z]);
  } catch (error) {
    set({ shown: null, error: errorData(error) });
  }
}

async function loadSpreadOfResidues(run: RunSummary): Promise<void> {
  const { latents } = useExplore.getState();
  if (get().spread?.runId === run.id || !latents || latents.zDim === 0) return;
  try {
    const particles = Math.min(SPREAD_PARTICLES, latents.count);
    const rows = Array.from({ length: particles }, (_, i) => Math.floor((i * latents.count) / particles));
    const zs = rows.map((row) => zOfRow(latents, row));
    const { positions } = await backend().io.structures({ runId: run.id, epoch: latents.epoch, zs });
    set({ spread: { runId: run.id, values: spreadOf(positions), particles } });
  } catch (error) {
    set({ error: errorData(error) });
  }
}

/** N: root mean square distance of each centre from its mean over structures of 3N positions. */
export function spreadOf(structures: readonly Float32Array[]): Float32Array {
  const count = structures[0].length / 3;
  const spread = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let axis = 0; axis < 3; axis++) {
      const values = structures.map((positions) => positions[3 * i + axis]);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      squares += values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    }
    spread[i] = Math.sqrt(squares);
  }
  return spread;
}

/** N: how far each centre lies from where it began, Å. */
export function displacementOf({ positions: [positions], start }: CentreStructures): Float32Array {
  return Float32Array.from({ length: start.length / 3 }, (_, i) =>
    Math.hypot(...[0, 1, 2].map((axis) => positions[3 * i + axis] - start[3 * i + axis])),
  );
}
