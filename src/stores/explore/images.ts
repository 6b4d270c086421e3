// Pictures of the selected particles, a page at a time.
import { create } from 'zustand';
import type { ImageTiles } from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import type { ErrorData } from '../../base/errors.ts';
import { useExplore } from './store.ts';
import { backend, errorData } from './backend.ts';
import { useSelections } from './selections.ts';

/** Images a page. */
export const PAGE_SIZE = 48;

/** The page of images that is shown, and how. */
export interface ImagesState {
  page: number;
  lowPassAngstrom: number | null;
  flipPhases: boolean;
  /** Rows whose images are shown. */
  rows: number[];
  tiles: ImageTiles | null;
  loading: boolean;
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useImages = create<ImagesState>(() => ({
  page: 0,
  lowPassAngstrom: 20,
  flipPhases: true,
  rows: [],
  tiles: null,
  loading: false,
  error: null,
}));

const { getState: get, setState: set } = useImages;

/** Pages that so many particles fill; 1 for none. */
export function pageCount(selected: number): number {
  return Math.max(1, Math.ceil(selected / PAGE_SIZE));
}

const fetchLatest = latestWins(async () => {
  const { run } = useExplore.getState();
  const { current } = useSelections.getState();
  const { page, lowPassAngstrom, flipPhases } = get();
  const rows = [...current.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)];
  if (!run || rows.length === 0) return set({ rows, tiles: null });
  const tiles = await backend().io.images(run.datasetId, { indices: rows, lowPassAngstrom, flipPhases });
  set({ rows, tiles, error: null });
});

/** Fetches the page of the standing selection; called when either changes while the pictures are on the screen. */
export async function refreshImages(): Promise<void> {
  const last = pageCount(useSelections.getState().current.length) - 1;
  if (get().page > last) set({ page: last });
  set({ loading: true });
  try {
    if ((await fetchLatest()) !== null) set({ loading: false });
  } catch (error) {
    set({ loading: false, tiles: null, error: errorData(error) });
  }
}

/** Changes page, low-pass (Å, null for none) or correction; `refreshImages` then fetches. */
export function setImages(change: Partial<Pick<ImagesState, 'page' | 'lowPassAngstrom' | 'flipPhases'>>): void {
  set(change);
}
