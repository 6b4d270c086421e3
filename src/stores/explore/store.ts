// The run that is explored: its latents and particles' numbers, and what the analysis workers make of them.
import { create } from 'zustand';
import type {
  ComponentsReport,
  DatasetSummary,
  DroppedFile,
  ImageFits,
  KMeansResult,
  Notice,
  ParticleColumns,
  PcaResult,
  RunLatents,
  RunSummary,
} from '../../../workers/contract.ts';
import type { ErrorData } from '../../base/errors.ts';
import { loadComponents } from '../components-report.ts';
import { backend, errorData, idle, wasCancelled, type Job } from './backend.ts';
import { openSelections } from './selections.ts';

/** Start of the random numbers of UMAP and k-means, as the command line has it. */
const ANALYSIS_SEED = 0;
const FIRST_K = 8;

/** The run that is explored and what is known of it. */
export interface ExploreState {
  phase: 'none' | 'loading' | 'ready' | 'failed';
  run: RunSummary | null;
  dataset: DatasetSummary | null;
  /** Null for a homogeneous run, or before its first epoch. */
  latents: RunLatents | null;
  columns: ParticleColumns | null;
  /** Of a run whose field adds components: what is known of them. */
  components: ComponentsReport | null;
  /** Of such a run: what its fit says of each particle. */
  fits: ImageFits | null;
  /** Of an ab initio run whose start had several classes: that of each particle, from 0. */
  startClasses: Uint32Array | null;
  pca: Job<PcaResult>;
  umap: Job<Float32Array>;
  clusters: Job<KMeansResult>;
  /** Clusters asked for. */
  k: number;
  /** What the last dropped table of columns said. */
  notices: Notice[];
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useExplore = create<ExploreState>(() => ({
  phase: 'none',
  run: null,
  dataset: null,
  latents: null,
  columns: null,
  components: null,
  fits: null,
  startClasses: null,
  pca: idle(),
  umap: idle(),
  clusters: idle(),
  k: FIRST_K,
  notices: [],
  error: null,
}));

const { getState: get, setState: set } = useExplore;

let visit = new AbortController();
const stops: Partial<Record<'umap' | 'clusters', AbortController>> = {};

/** Whether a run learned one structure from all images and so has no landscape. */
export function isHomogeneous(run: RunSummary | null): boolean {
  return run !== null && run.latentDimension === 0;
}

/** Loads a run at its latest epoch. Opening the same run at the same epoch again keeps everything. */
export async function openRun(run: RunSummary): Promise<void> {
  const standing = get();
  const sameRun = standing.run?.id === run.id;
  const shownEpoch = isHomogeneous(run) ? standing.run?.epochsDone : standing.latents?.epoch;
  if (sameRun && standing.phase !== 'failed' && shownEpoch === run.epochsDone) {
    set({ run });
    return readFits(run.id);
  }
  if (sameRun && standing.phase === 'loading') return;
  visit.abort();
  visit = new AbortController();
  const { signal } = visit;
  releaseLatents(standing.latents);
  set({
    ...{ phase: 'loading', run, latents: null, components: null, fits: null, error: null, notices: [] },
    ...{ pca: idle(), umap: idle(), clusters: idle() },
    ...(sameRun ? {} : { dataset: null, columns: null, startClasses: null }),
  });
  try {
    const { io } = backend();
    const [datasets, particles, components, fits, latents] = await Promise.all([
      io.listDatasets(),
      particlesOf(run),
      run.can.components ? loadComponents(run.id) : null,
      io.imageFits(run.id),
      isHomogeneous(run) || run.epochsDone === 0 ? null : io.latents(run.id, null),
    ]);
    if (signal.aborted) return;
    const dataset = datasets.find(({ id }) => id === run.datasetId) ?? null;
    // The workers hear of the latents before anything is asked of them, and answer once they have read them.
    const opened = latents && backend().analysis.openLatents(latents.handle);
    set({ phase: 'ready', dataset, ...particles, components, fits, latents });
    await Promise.all([
      opened,
      openSelections(run.id, latents?.count ?? dataset?.particles ?? 0),
      ...(latents ? [computePca(signal), computeClusters(get().k), showKeptUmap(latents, signal)] : []),
    ]);
  } catch (error) {
    if (!signal.aborted) set({ phase: 'failed', error: errorData(error) });
  }
}

/** What is known of each image anew: a check that was made since may say more of them, or something else. */
export async function readFits(id: string): Promise<void> {
  const fits = await backend().io.imageFits(id);
  const known = get().fits;
  const quality = known?.quality ?? null;
  const isSame = fits.quality?.every((value, i) => value === quality?.[i]) ?? quality === null;
  if (get().run?.id === id && (!known || !isSame)) set({ fits });
}

/** The dataset's numbers; of an ab initio run with the poses that it found, and the classes of its start. */
async function particlesOf({
  id,
  datasetId,
  job,
}: RunSummary): Promise<Pick<ExploreState, 'columns' | 'startClasses'>> {
  const { io } = backend();
  const columns = await io.columns(datasetId);
  const poses = job === 'ab-initio' ? await io.poses(id) : null;
  if (!poses) return { columns, startClasses: null };
  const { rotDegrees, tiltDegrees, shiftPixels, classes } = poses;
  return { columns: { ...columns, rotDegrees, tiltDegrees, shiftPixels }, startClasses: classes };
}

/** The analysis workers need not keep what is shown no longer. */
function releaseLatents(latents: RunLatents | null): void {
  // A worker that has ended keeps nothing.
  if (latents)
    backend()
      .analysis.releaseLatents(latents.handle)
      .catch(() => {});
}

async function computePca(signal: AbortSignal): Promise<void> {
  const { latents } = get();
  if (!latents) return;
  set({ pca: { ...idle<PcaResult>(), status: 'running' } });
  try {
    const result = await backend().analysis.pca(latents.handle, { signal });
    if (!signal.aborted) set({ pca: { ...idle<PcaResult>(), status: 'done', result } });
  } catch (error) {
    if (!signal.aborted) set({ pca: { ...idle<PcaResult>(), status: 'failed', error: errorData(error) } });
  }
}

function begin(job: 'umap' | 'clusters'): AbortController {
  stops[job]?.abort();
  const stop = new AbortController();
  stops[job] = stop;
  visit.signal.addEventListener('abort', () => stop.abort(), { signal: stop.signal });
  return stop;
}

/** A UMAP that an earlier visit has kept is shown without being asked for. */
async function showKeptUmap({ handle }: RunLatents, signal: AbortSignal): Promise<void> {
  const kept = await backend().analysis.keptAnalyses(handle);
  const known = kept.some(({ method, seed }) => method === 'umap' && seed === ANALYSIS_SEED);
  if (known && !signal.aborted) await computeUmap();
}

/** Computes the UMAP of the latents shown, or reads the one that is kept; its progress and end are in `umap`. */
export async function computeUmap(): Promise<void> {
  const { latents, umap } = get();
  if (!latents || umap.status === 'running') return;
  const { signal } = begin('umap');
  set({ umap: { ...idle<Float32Array>(), status: 'running' } });
  try {
    const result = await backend().analysis.umap(latents.handle, ANALYSIS_SEED, {
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) set({ umap: { ...idle<Float32Array>(), status: 'running', progress } });
      },
    });
    if (!signal.aborted) set({ umap: { ...idle<Float32Array>(), status: 'done', result } });
  } catch (error) {
    if (signal.aborted) return;
    set({ umap: wasCancelled(error) ? idle() : { ...idle(), status: 'failed', error: errorData(error) } });
  }
}

/** Puts the particles in k clusters, 1 to their number, or reads those that are kept; how far is in `clusters`. */
export async function computeClusters(k: number): Promise<void> {
  const { latents, clusters } = get();
  if (!latents) return;
  const count = Math.max(1, Math.min(Math.round(k), latents.count));
  const { signal } = begin('clusters');
  // The old clusters stay on the screen until the new ones are there.
  set({ k: count, clusters: { ...clusters, status: 'running', progress: null, error: null } });
  try {
    const result = await backend().analysis.kMeans(latents.handle, count, ANALYSIS_SEED, {
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) set((state) => ({ clusters: { ...state.clusters, progress } }));
      },
    });
    if (!signal.aborted) set({ clusters: { ...idle<KMeansResult>(), status: 'done', result } });
  } catch (error) {
    if (signal.aborted) return;
    set((state) => ({
      clusters: wasCancelled(error)
        ? { ...state.clusters, status: state.clusters.result ? 'done' : 'idle', progress: null }
        : { ...state.clusters, status: 'failed', error: errorData(error) },
    }));
  }
}

/** Ends a computation; clusters that were there stay. */
export function cancelJob(job: 'umap' | 'clusters'): void {
  stops[job]?.abort();
  if (job === 'umap') return set({ umap: idle() });
  set(({ clusters }) => ({ clusters: { ...clusters, status: clusters.result ? 'done' : 'idle', progress: null } }));
}

/** Rows of one cluster, ascending; none where clusters are not computed. */
export function rowsOfCluster(cluster: number): Uint32Array {
  const labels = get().clusters.result?.labels;
  return labels ? rowsOfLabel(labels, cluster) : new Uint32Array(0);
}

/** Where `labels` hold one label, ascending. */
export function rowsOfLabel(labels: Int32Array, wanted: number): Uint32Array {
  const rows: number[] = [];
  labels.forEach((label, row) => {
    if (label === wanted) rows.push(row);
  });
  return Uint32Array.from(rows);
}

/** Adds a table's numeric columns to colour by; gives their names. */
export async function addColumns(file: DroppedFile): Promise<string[]> {
  const { run } = get();
  if (!run) return [];
  try {
    const { names, notices } = await backend().io.importColumns(run.datasetId, file);
    const particles = await particlesOf(run);
    if (get().run?.id === run.id) set({ ...particles, notices, error: null });
    return names;
  } catch (error) {
    set({ error: errorData(error) });
    return [];
  }
}

/** Puts the error and the notices away. */
export function dismissError(): void {
  set({ error: null, notices: [] });
}
