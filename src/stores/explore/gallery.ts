// Maps at the k-means centres, small, for the gallery; whole ones on request for export.
import { create } from 'zustand';
import type { ContouredMap, IsosurfaceMesh, KMeansResult, MapHandle, Progress } from '../../../workers/contract.ts';
import type { ErrorData } from '../../base/errors.ts';
import { backend, errorData, wasCancelled } from './backend.ts';
import { dropMaps, holdMaps, newMapKey } from './map-handles.ts';

const THUMBNAIL_BOX = 48;

/** A cluster with the map at its centre. */
export interface GalleryItem {
  cluster: number;
  /** Row of the particle at the centre. */
  row: number;
  count: number;
  z: number[];
  map: MapHandle | null;
  mesh: IsosurfaceMesh | null;
}

/** The maps of the centres, and how far they are. */
export interface GalleryState {
  items: GalleryItem[];
  /** The clusters these are the centres of. */
  of: KMeansResult | null;
  status: 'idle' | 'running' | 'done' | 'failed';
  progress: Progress | null;
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useGallery = create<GalleryState>(() => ({
  items: [],
  of: null,
  status: 'idle',
  progress: null,
  error: null,
}));
const { getState: get, setState: set } = useGallery;
let stop = new AbortController();

function centre(clusters: KMeansResult, zDim: number, cluster: number): number[] {
  return [...clusters.centres.subarray(cluster * zDim, (cluster + 1) * zDim)];
}

/** Decodes a map at each centre, handed over as it is ready. */
export async function openGallery(
  run: { id: string; boxPixels: number },
  clusters: KMeansResult,
  zDim: number,
): Promise<void> {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  const items = [...clusters.centreIndices].map<GalleryItem>((row, cluster) => {
    const z = centre(clusters, zDim, cluster);
    return { cluster, row, count: clusters.counts[cluster], z, map: null, mesh: null };
  });
  set({
    items,
    of: clusters,
    status: 'running',
    progress: { fraction: 0, message: 'Decoding the centres' },
    error: null,
  });
  holdMaps('gallery', []);
  let done = 0;
  const take = (index: number, { map, mesh }: ContouredMap) => {
    if (signal.aborted) return dropMaps([map.key]);
    done += 1;
    set(({ items: standing }) => ({
      items: standing.map((item, i) => (i === index ? { ...item, map, mesh } : item)),
      progress: { fraction: done / items.length, message: `${done} of ${items.length} maps` },
    }));
    hold();
  };
  const boxPixels = Math.min(run.boxPixels, THUMBNAIL_BOX);
  const maps = items.map(({ z }) => ({ key: newMapKey(), z }));
  try {
    await backend().analysis.decodeSeries(
      { runId: run.id, epoch: null, maps, boxPixels, level: { kind: 'suggested' }, sameLevel: false },
      take,
      { signal },
    );
    if (!signal.aborted) set({ status: 'done', progress: null });
  } catch (error) {
    if (signal.aborted) return;
    const cancelled = wasCancelled(error);
    set({ status: cancelled ? 'idle' : 'failed', progress: null, error: cancelled ? null : errorData(error) });
  }
}

function hold(): void {
  holdMaps(
    'gallery',
    get().items.flatMap(({ map }) => (map ? [map] : [])),
  );
}

/** Ends the decoding; maps that are there stay. */
export function cancelGallery(): void {
  stop.abort();
  if (get().status === 'running') set({ status: 'idle', progress: null });
}

/** Forgets the maps of the centres. */
export function closeGallery(): void {
  stop.abort();
  set({ items: [], of: null, status: 'idle', progress: null, error: null });
  hold();
}
