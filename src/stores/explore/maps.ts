// The maps on the screen: A (what was last asked for) and B (pinned for comparison). A map comes small first, then
// whole; of requests that overtake each other only the newest is finished, and one that is under way is given up for it.
import { create } from 'zustand';
import type { IsosurfaceMesh, Progress, VolumeData, VolumeStatistics } from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import type { ErrorData } from '../../base/errors.ts';
import { backend, errorData, wasCancelled } from './backend.ts';

const PREVIEW_BOX = 32;

export interface ShownMap {
  volume: VolumeData;
  statistics: VolumeStatistics;
  /** Level the mesh was contoured at, map units. */
  level: number;
  mesh: IsosurfaceMesh;
  label: string;
  /** Row of the particle it belongs to, where there is one. */
  row: number | null;
  /** A small map shown until the whole one is there. */
  preview: boolean;
}

export interface MapLook {
  colorA: string;
  colorB: string;
  coloring: 'solid' | 'radius' | 'height';
  lighting: 'soft' | 'studio' | 'flat';
  opacity: number;
  outlined: boolean;
  surface: boolean;
  /** Slices as fractions of the box, null where hidden. */
  sliceX: number | null;
  sliceY: number | null;
  sliceZ: number | null;
}

export interface MapsState {
  a: ShownMap | null;
  b: ShownMap | null;
  /** Level chosen by hand: in map units for whole maps, in σ above the mean for previews. Null: suggested. */
  level: { absolute: number; sigmas: number } | null;
  arrangement: 'single' | 'side' | 'overlay';
  decoding: boolean;
  /** How far the map being decoded is, once it takes long. */
  progress: Progress | null;
  fsc: Float32Array | null;
  look: MapLook;
  error: ErrorData | null;
}

const FIRST_LOOK: MapLook = {
  colorA: '#7d9bd6',
  colorB: '#e0a458',
  coloring: 'solid',
  lighting: 'soft',
  opacity: 1,
  outlined: false,
  surface: true,
  sliceX: null,
  sliceY: null,
  sliceZ: null,
};

export const useMaps = create<MapsState>(() => ({
  a: null,
  b: null,
  level: null,
  arrangement: 'single',
  decoding: false,
  progress: null,
  fsc: null,
  look: FIRST_LOOK,
  error: null,
}));

const { getState: get, setState: set } = useMaps;

interface Wanted {
  runId: string;
  boxPixels: number;
  z: number[];
  label: string;
  row: number | null;
}
let wanted: Wanted | null = null;
/** Ends the decoding of what is wanted. */
let stop = new AbortController();
let place: { runId: string; boxPixels: number } | null = null;

/** Begins anew for a run. */
export function openMaps(runId: string, boxPixels: number): void {
  place = { runId, boxPixels };
  want(null);
  set({ a: null, b: null, level: null, fsc: null, error: null, arrangement: 'single' });
}

export function previewBox(boxPixels: number): number {
  return Math.min(PREVIEW_BOX, Math.max(16, 2 * Math.floor(boxPixels / 4)));
}

/** The level a map is contoured at now. */
export function levelFor(statistics: VolumeStatistics, preview: boolean): number {
  const { level } = get();
  if (level === null) return statistics.suggestedLevel;
  return preview ? statistics.mean + level.sigmas * statistics.standardDeviation : level.absolute;
}

export async function contour(
  volume: VolumeData,
  { label, row, preview }: Pick<ShownMap, 'label' | 'row' | 'preview'>,
  known?: { statistics: VolumeStatistics },
): Promise<ShownMap> {
  const { analysis } = backend();
  const statistics = known?.statistics ?? volume.statistics ?? (await analysis.statistics(volume));
  const level = levelFor(statistics, preview);
  const mesh = await analysis.isosurface(volume, level);
  return { volume, statistics, level, mesh, label, row, preview };
}

const decodeLatest = latestWins(async (request: Wanted) => {
  const { runId, boxPixels, z, label, row } = request;
  const { engine } = backend();
  const { signal } = stop;
  const onProgress = (progress: Progress) => {
    if (wanted === request) set({ progress });
  };
  const small = previewBox(boxPixels);
  const sizes = small < boxPixels ? [small, boxPixels] : [boxPixels];
  for (const size of sizes) {
    if (wanted !== request) return;
    const volume = await engine.decode({ runId, epoch: null, z, boxPixels: size }, { signal, onProgress });
    const shown = await contour(volume, { label, row, preview: size < boxPixels });
    if (wanted !== request) return;
    set({ a: shown, error: null, progress: null });
  }
});

/** Decodes and shows the map at z as A. Returns at once; `settled` resolves when nothing is left to do. */
export function showMapAt(z: number[], label: string, row: number | null): void {
  if (!place) return;
  const request: Wanted = { ...place, z, label, row };
  want(request);
  decodeLatest(request)
    .catch((error: unknown) => {
      if (wanted === request && !wasCancelled(error)) set({ error: errorData(error) });
    })
    .finally(() => {
      if (wanted === request) {
        set({ decoding: false, progress: null });
        void compare();
      }
    });
}

/** What is under way for an older wish ends. */
function want(request: Wanted | null): void {
  stop.abort();
  stop = new AbortController();
  wanted = request;
  set({ decoding: request !== null, progress: null });
}

/** Gives up the map that is being decoded; what is shown stays, a preview as a preview. */
export function cancelMap(): void {
  want(null);
}

/** Shows a map that is already there, e.g. a frame of a trajectory. */
export function showMap(map: ShownMap): void {
  want(null);
  set({ a: map });
  void compare();
}

export function pinAsB(): void {
  const { a, arrangement } = get();
  if (!a || a.preview) return;
  set({ b: a, arrangement: arrangement === 'single' ? 'side' : arrangement });
  void compare();
}

export function unpinB(): void {
  set({ b: null, fsc: null, arrangement: 'single' });
}

export function setArrangement(arrangement: MapsState['arrangement']): void {
  set({ arrangement });
}

export function setLook(change: Partial<MapLook>): void {
  set(({ look }) => ({ look: { ...look, ...change } }));
}

const recontour = latestWins(async () => {
  for (const slot of ['a', 'b'] as const) {
    const map = get()[slot];
    if (!map || levelFor(map.statistics, map.preview) === map.level) continue;
    const fresh = await contour(map.volume, map, map);
    // Another map may have come meanwhile; it has its own contour.
    if (get()[slot]?.volume === map.volume) set({ [slot]: fresh });
  }
});

const levelListeners = new Set<() => void>();
/** Told when the level changed, for meshes kept elsewhere. */
export function onLevelChange(listener: () => void): () => void {
  levelListeners.add(listener);
  return () => levelListeners.delete(listener);
}

/** The level in map units of A's whole map; null goes back to the suggested one. */
export function setLevel(absolute: number | null): void {
  const { a, b } = get();
  const reference = (a ?? b)?.statistics;
  if (!reference) return;
  const sigmas = absolute === null ? 0 : (absolute - reference.mean) / (reference.standardDeviation || 1);
  set({ level: absolute === null ? null : { absolute, sigmas } });
  recontour().catch((error: unknown) => set({ error: errorData(error) }));
  for (const listener of levelListeners) listener();
}

const compareLatest = latestWins(async (a: VolumeData, b: VolumeData) => {
  const fsc = await backend().analysis.fsc(a, b);
  if (get().a?.volume === a && get().b?.volume === b) set({ fsc });
});

async function compare(): Promise<void> {
  const { a, b } = get();
  if (!a || !b || a.volume === b.volume || a.volume.boxPixels !== b.volume.boxPixels) return set({ fsc: null });
  try {
    await compareLatest(a.volume, b.volume);
  } catch (error) {
    set({ fsc: null, error: errorData(error) });
  }
}

export function dismissMapError(): void {
  set({ error: null });
}
