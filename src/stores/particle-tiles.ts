// Pages of particle images for the gallery, fetched latest-wins and kept for the last few pages. Pixels stay out of the
// store: components ask `tilesOf` after `version` has changed.
import { create } from 'zustand';
import type { ImageTiles } from '../../workers/contract.ts';
import { latestWins } from '../../workers/client.ts';
import type { ErrorData } from '../base/errors.ts';
import { errorData } from './errors.ts';
import { studio } from './studio.ts';

/** Which images, and how they are shown. */
export interface TilePage {
  datasetId: string;
  first: number;
  count: number;
  lowPassAngstrom: number | null;
  flipPhases: boolean;
}
/** Whether a page is on its way, and why one could not be read. */
export interface TilesState {
  /** Grows when a page has arrived. */
  version: number;
  loading: boolean;
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useTiles = create<TilesState>(() => ({ version: 0, loading: false, error: null }));
const { getState: get, setState: set } = useTiles;

const PAGES_KEPT = 12;
const pages = new Map<string, ImageTiles>();

function keyOf(page: TilePage): string {
  return [page.datasetId, page.first, page.count, page.lowPassAngstrom ?? '-', page.flipPhases].join('|');
}

/** Images of a page, count×D×D; null while they are not there. */
export function tilesOf(page: TilePage): ImageTiles | null {
  return pages.get(keyOf(page)) ?? null;
}

const fetchLatest = latestWins(async (page: TilePage) => {
  const { datasetId, first, count, lowPassAngstrom, flipPhases } = page;
  const indices = Array.from({ length: count }, (_, i) => first + i);
  const tiles = await studio().io.images(datasetId, { indices, lowPassAngstrom, flipPhases });
  pages.set(keyOf(page), tiles);
  for (const old of pages.keys()) {
    if (pages.size <= PAGES_KEPT) break;
    pages.delete(old);
  }
  return tiles;
});

/** Fetches a page unless it is there; of pages asked for in between only the newest. */
export async function showTiles(page: TilePage): Promise<void> {
  if (tilesOf(page)) return set({ version: get().version + 1, loading: false, error: null });
  set({ loading: true });
  try {
    const tiles = await fetchLatest(page);
    if (tiles) set({ version: get().version + 1, loading: false, error: null });
  } catch (error) {
    set({ loading: false, error: errorData(error) });
  }
}
