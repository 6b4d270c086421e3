// Maps at the k-means centres, small, for the gallery; whole ones on request for export.
import { create } from 'zustand';
import type { IsosurfaceMesh, KMeansResult, Progress, VolumeData } from '../../../workers/contract.ts';
import type { ErrorData } from '../../base/errors.ts';
import { backend, errorData, wasCancelled } from './backend.ts';

const THUMBNAIL_BOX = 48;

/** A cluster with the map at its centre. */
export interface GalleryItem {
  cluster: number;
  /** Row of the particle at the centre. */
  row: number;
  count: number;
  z: number[];
  volume: VolumeData | null;
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
    return { cluster, row, count: clusters.counts[cluster], z, volume: null, mesh: null };
  });
  set({
    items,
    of: clusters,
    status: 'running',
    progress: { fraction: 0, message: 'Decoding the centres' },
    error: null,
  });
  const { engine, analysis } = backend();
  const contours: Promise<void>[] = [];
  let done = 0;
  const take = async (index: number, volume: VolumeData) => {
    const { suggestedLevel } = volume.statistics ?? (await analysis.statistics(volume));
    const mesh = await analysis.isosurface(volume, suggestedLevel);
    if (signal.aborted) return;
    done += 1;
    set(({ items: standing }) => ({
      items: standing.map((item, i) => (i === index ? { ...item, volume, mesh } : item)),
      progress: { fraction: done / items.length, message: `${done} of ${items.length} maps` },
    }));
  };
  try {
    await engine.decodeSeries(
      { runId: run.id, epoch: null, zs: items.map(({ z }) => z), boxPixels: Math.min(run.boxPixels, THUMBNAIL_BOX) },
      (index, volume) => {
        contours.push(take(index, volume));
      },
      { signal },
    );
    await Promise.all(contours);
    if (!signal.aborted) set({ status: 'done', progress: null });
  } catch (error) {
    if (signal.aborted) return;
    const cancelled = wasCancelled(error);
    set({ status: cancelled ? 'idle' : 'failed', progress: null, error: cancelled ? null : errorData(error) });
  }
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
}
