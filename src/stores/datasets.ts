// What was dropped (a draft, until it is accepted) and the datasets that are kept.
import { useEffect } from 'react';
import { create } from 'zustand';
import type {
  DatasetDraft,
  DatasetSummary,
  DraftAnswers,
  DroppedFile,
  Notice,
  ParticleColumns,
  Progress,
} from '../../workers/contract.ts';
import type { OriginalIndices } from '../base/particle-identity.ts';
import type { ErrorData } from '../base/errors.ts';
import { errorData, wasCancelled } from './errors.ts';
import { refreshStorage, tell, tellError } from './shell.ts';
import { studio } from './studio.ts';

/** What Data shows: datasets kept, the draft of a drop, what is going on with it. */
export interface DatasetsState {
  /** False until the list was read for the first time. */
  loaded: boolean;
  datasets: DatasetSummary[];
  /** The dataset that Data shows and Learn learns from. */
  currentId: string | null;
  draft: DatasetDraft | null;
  /** A drop being read, or the demo being made. */
  work: { kind: 'reading' | 'answering' | 'accepting' | 'demo'; progress: Progress } | null;
  error: ErrorData | null;
  columns: Record<string, ParticleColumns>;
  columnNotices: Notice[];
}

const CURRENT_KEY = 'vitrine-dataset';

/** Followed by selectors only. */
export const useDatasets = create<DatasetsState>(() => ({
  loaded: false,
  datasets: [],
  currentId: null,
  draft: null,
  work: null,
  error: null,
  columns: {},
  columnNotices: [],
}));
const { getState: get, setState: set } = useDatasets;
let stop = new AbortController();

/** The dataset that Data shows; null where none is kept. */
export function currentDataset(state: DatasetsState): DatasetSummary | null {
  return state.datasets.find(({ id }) => id === state.currentId) ?? null;
}

/** Whether files must still be dropped before the draft can become a dataset; answers to questions are another matter. */
export function lacksFiles(draft: DatasetDraft): boolean {
  return draft.particles === null || draft.missing.length > 0;
}

/** Reads the list of kept datasets, newest first, and chooses the one chosen last; what fails is in `error`. */
export async function loadDatasets(): Promise<void> {
  try {
    const datasets = newestFirst(await studio().io.listDatasets());
    const wanted = get().currentId ?? localStorage.getItem(CURRENT_KEY);
    const current = datasets.find(({ id }) => id === wanted) ?? datasets[0];
    set({ datasets, loaded: true, currentId: current?.id ?? null });
  } catch (error) {
    set({ loaded: true, error: errorData(error) });
  }
}

function newestFirst(datasets: DatasetSummary[]): DatasetSummary[] {
  return [...datasets].sort((a, b) => b.created.localeCompare(a.created));
}

/** Shows a dataset by its id and remembers it over visits. */
export function chooseDataset(id: string): void {
  localStorage.setItem(CURRENT_KEY, id);
  set({ currentId: id, draft: null, error: null, columnNotices: [] });
}

/** One job at a time on the draft: runs it with progress, keeps its error. */
async function work<T>(
  kind: NonNullable<DatasetsState['work']>['kind'],
  message: string,
  job: (control: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<T>,
): Promise<T | null> {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  set({ work: { kind, progress: { fraction: null, message } }, error: null });
  try {
    const result = await job({
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) set({ work: { kind, progress } });
      },
    });
    if (signal.aborted) return null;
    set({ work: null });
    return result;
  } catch (error) {
    if (!signal.aborted) set({ work: null, error: wasCancelled(error) ? null : errorData(error) });
    return null;
  }
}

/** Ends the drop that is being read, or the demo that is being made; nothing is kept of it. */
export function cancelWork(): void {
  stop.abort();
  set({ work: null });
}

/** Understands dropped files; they join the draft that stands. */
export async function openFiles(files: DroppedFile[]): Promise<void> {
  if (files.length === 0) return;
  const count = files.length === 1 ? files[0].path : `${files.length} files`;
  const draft = await work('reading', `Reading ${count}`, (control) =>
    studio().io.openFiles(files, get().draft?.id ?? null, control),
  );
  if (draft) set({ draft });
}

/** Answers questions of the draft; the draft that comes of it takes its place. */
export async function answerDraft(answers: DraftAnswers): Promise<void> {
  const { draft } = get();
  if (!draft) return;
  const answered = await work('answering', 'Applying the answer', (control) =>
    studio().io.answer(draft.id, answers, control),
  );
  if (answered) set({ draft: answered });
}

/** Forgets the draft and what is being done with it. */
export function discardDraft(): void {
  stop.abort();
  set({ draft: null, work: null, error: null });
}

/** Keeps the draft as a dataset and shows it. */
export async function acceptDraft(): Promise<void> {
  const { draft } = get();
  if (!draft) return;
  const dataset = await work('accepting', 'Keeping the dataset', () => studio().io.accept(draft.id));
  if (dataset) adopt(dataset);
}

/** Simulates the demo set, keeps it and shows it. */
export async function openDemo(): Promise<void> {
  const dataset = await work('demo', 'Simulating the demo set', (control) => studio().io.openDemo(control));
  if (dataset) adopt(dataset);
}

function adopt(dataset: DatasetSummary): void {
  const others = get().datasets.filter(({ id }) => id !== dataset.id);
  set({ datasets: newestFirst([dataset, ...others]) });
  chooseDataset(dataset.id);
  void refreshStorage();
}

/** Removes a kept dataset by its id; runs learned from it stay. A failure is told as a message. */
export async function removeDataset(id: string): Promise<void> {
  const name = get().datasets.find((dataset) => dataset.id === id)?.name ?? 'Dataset';
  try {
    await studio().io.removeDataset(id);
    const datasets = get().datasets.filter((dataset) => dataset.id !== id);
    set({ datasets, currentId: get().currentId === id ? (datasets[0]?.id ?? null) : get().currentId });
    tell('info', `${name} was removed.`);
  } catch (error) {
    tellError(error);
  }
  await refreshStorage();
}

/** Places of a dataset's particles in the original stack; null until they are known, or where it is no longer kept. */
export function useOriginalIndex(datasetId: string): OriginalIndices | null {
  const isKept = useDatasets(({ datasets }) => datasets.some(({ id }) => id === datasetId));
  useEffect(() => {
    if (isKept) void loadColumns(datasetId);
  }, [datasetId, isKept]);
  return useDatasets(({ columns }) => columns[datasetId]?.originalIndex ?? null);
}

/** Reads a dataset's columns, arrays of one value a particle, unless they are there; `again` reads them anyhow. */
export async function loadColumns(datasetId: string, again = false): Promise<void> {
  if (get().columns[datasetId] && !again) return;
  try {
    const columns = await studio().io.columns(datasetId);
    set({ columns: { ...get().columns, [datasetId]: columns } });
  } catch (error) {
    tellError(error);
  }
}

/** Adds the columns of a CSV to the current dataset. */
export async function importColumns(datasetId: string, file: DroppedFile): Promise<void> {
  try {
    const { names, notices } = await studio().io.importColumns(datasetId, file);
    set({ columnNotices: notices });
    await loadColumns(datasetId, true);
    tell('good', `Added ${names.join(', ')}`);
  } catch (error) {
    tellError(error);
  }
}
