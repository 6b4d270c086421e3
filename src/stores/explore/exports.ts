// What leaves the studio: particle lists of a selection, maps, latents, the run folder; and lists coming back.
import { useMemo } from 'react';
import { create } from 'zustand';
import type {
  DecodeRequest,
  DroppedFile,
  ExportedBlob,
  ExportedFile,
  ExportFormat,
  MapToExport,
  Notice,
  PoseFormat,
  Progress,
  StructureFormat,
} from '../../../workers/contract.ts';
import type { ErrorData } from '../../base/errors.ts';
import { tableOfRows } from '../../columns/column.ts';
import { everything } from '../../selection/sets.ts';
import { currentColumns } from './columns.ts';
import { rowsOfLabel, useExplore } from './store.ts';
import { backend, errorData, wasCancelled } from './backend.ts';
import { trajectoryMaps, useTrajectory } from './trajectory.ts';
import { zOfRow } from '../../columns/place.ts';
import { newMapKey, referenceTo } from './map-handles.ts';
import { finishWanted } from './maps.ts';
import { useMaps } from './maps-state.ts';
import { saveSelection, select, useSelections, type SelectionsState } from './selections.ts';

/** Which particles: the standing selection, a named one, a cluster, or all. */
export type ExportScope =
  { kind: 'current' } | { kind: 'named'; index: number } | { kind: 'cluster'; cluster: number } | { kind: 'all' };

/** Which maps: the one on the screen, those of the k-means centres, the trajectory, or the solvent mask. */
export type MapSet = 'current' | 'centres' | 'trajectory' | 'mask';

/** What is being written, and what came of it. */
export interface ExportsState {
  scope: ExportScope;
  /** What is being written, for the button that shows it. */
  busy: string | null;
  progress: Progress | null;
  /** What `written` and `error` are of. */
  job: string | null;
  /** The last file written, and what was found on the way. */
  written: { name: string; bytes: number; note?: string } | null;
  imported: { file: string; name: string; count: number; notices: Notice[] } | null;
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useExports = create<ExportsState>(() => ({
  scope: { kind: 'current' },
  busy: null,
  progress: null,
  job: null,
  written: null,
  imported: null,
  error: null,
}));

const { setState: set } = useExports;
let stop = new AbortController();

/** Chooses the particles that lists and latents are written of. */
export function setScope(scope: ExportScope): void {
  set({ scope, error: null });
}

/** What was written or read of one run is not said of the next. Gives what ends that. */
export function clearWithRun(): () => void {
  return useExplore.subscribe(({ run }, before) => {
    if (run?.id !== before.run?.id) set({ scope: { kind: 'current' }, written: null, imported: null, error: null });
  });
}

type Selected = Pick<SelectionsState, 'current' | 'named' | 'total'>;

function rowsIn(scope: ExportScope, { current, named, total }: Selected, labels: Int32Array | null): Uint32Array {
  if (scope.kind === 'current') return current;
  if (scope.kind === 'named') return named[scope.index]?.indices ?? new Uint32Array(0);
  if (scope.kind === 'cluster') return labels ? rowsOfLabel(labels, scope.cluster) : new Uint32Array(0);
  return everything(total);
}

/** Rows of the dataset that a scope holds now, 0-based and ascending. */
function rowsOf(scope: ExportScope): Uint32Array {
  return rowsIn(scope, useSelections.getState(), useExplore.getState().clusters.result?.labels ?? null);
}

/** `rowsOf` the scope that is set, followed as selections and clusters change. */
export function useScopeRows(): Uint32Array {
  const scope = useExports((state) => state.scope);
  const current = useSelections((state) => state.current);
  const named = useSelections((state) => state.named);
  const total = useSelections((state) => state.total);
  const labels = useExplore((state) => state.clusters.result?.labels ?? null);
  return useMemo(() => rowsIn(scope, { current, named, total }, labels), [scope, current, named, total, labels]);
}

/** Why a format cannot be written; null where it can. */
export function formatObstacle(format: ExportFormat): string | null {
  const { dataset } = useExplore.getState();
  if (!dataset) return 'No dataset is open.';
  return dataset.exportFormats.find((choice) => choice.format === format)?.whyNot ?? null;
}

/** A file to save, and what is to be said of it. */
type Written = (ExportedFile | ExportedBlob) & { note?: string };

/** Runs one export; the file goes to `save`, errors to the screen. */
export async function write(
  busy: string,
  save: Save,
  make: (signal: AbortSignal) => Promise<Written | null>,
): Promise<void> {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  set({ busy, job: busy, progress: null, written: null, error: null });
  try {
    const file = await make(signal);
    if (signal.aborted) return;
    if (file) {
      const content = 'blob' in file ? file.blob : file.bytes;
      save(file.name, content);
      const bytes = content instanceof Blob ? content.size : content.byteLength;
      set({ written: { name: file.name, bytes, ...(file.note && { note: file.note }) } });
    }
    set({ busy: null, progress: null });
  } catch (error) {
    if (signal.aborted) return;
    set({ busy: null, progress: null, error: wasCancelled(error) ? null : errorData(error) });
  }
}

/** Structures of an atomic model's run: the one whose map is shown, or those of the trajectory, a model each. */
export async function exportStructures(
  which: 'shown' | 'trajectory',
  format: StructureFormat,
  save: Save,
): Promise<void> {
  const { run, latents } = useExplore.getState();
  const { zs } = useTrajectory.getState();
  const shown = useMaps.getState().a?.map.z ?? [];
  if (!run) return;
  const width = run.latentDimension;
  const walk = Array.from({ length: zs && width > 0 ? zs.length / width : 0 }, (_, i) => [
    ...(zs?.subarray(i * width, (i + 1) * width) ?? []),
  ]);
  const request = { runId: run.id, epoch: latents?.epoch ?? null, zs: which === 'shown' ? [shown] : walk };
  const busy = `${which === 'shown' ? 'structure' : which}.${format}`;
  await write(busy, save, () => backend().io.exportStructures(request, format));
}

/** Hands a file to the person under its name. */
export type Save = (name: string, content: Uint8Array | Blob) => void;

/** Ends what is being written; nothing is saved of it. */
export function cancelExport(): void {
  stop.abort();
  set({ busy: null, progress: null });
}

/** Writes the particles of a scope as a list; a CSV with what the run knows of each. Nothing where the scope is empty. */
export async function exportList(format: ExportFormat, scope: ExportScope, save: Save): Promise<void> {
  const { run } = useExplore.getState();
  const rows = rowsOf(scope);
  if (!run || rows.length === 0) return;
  const columns = format === 'csv' ? tableOfRows(currentColumns(), rows) : [];
  await write(format, save, () => backend().io.exportSelection(run.datasetId, rows, format, columns));
}

/** Writes latents, all or of a scope, as cryoDRGN's z.pkl or as CSV. */
export async function exportLatents(format: 'pkl' | 'csv', scope: ExportScope, save: Save): Promise<void> {
  const { run } = useExplore.getState();
  if (!run) return;
  const rows = scope.kind === 'all' ? null : rowsOf(scope);
  await write(`latents.${format}`, save, () => backend().io.exportLatents(run.id, format, rows));
}

/** Why found poses cannot be written in a format; null where they can. */
export function poseObstacle(format: PoseFormat): string | null {
  return format === 'pkl' ? null : formatObstacle(format);
}

/** The poses that an ab initio run found, of all its particles. */
export async function exportPoses(format: PoseFormat, save: Save): Promise<void> {
  const { run } = useExplore.getState();
  if (run) await write(`poses.${format}`, save, () => backend().io.exportPoses(run.id, format));
}

/** The run folder as a zip. */
export async function exportRunFolder(save: Save): Promise<void> {
  const { run } = useExplore.getState();
  if (!run) return;
  await write('run', save, async (signal) => {
    const blob = await backend().io.exportRun(run.id, { signal, onProgress: (progress) => set({ progress }) });
    return { name: `${run.name.replace(/[^\w.-]+/g, '_')}.zip`, blob };
  });
}

/** How many maps there are to write; 0 where they are not decoded or clustered yet. */
export function mapSetSize(maps: MapSet): number {
  if (maps === 'current') return useMaps.getState().a && !useMaps.getState().a?.preview ? 1 : 0;
  if (maps === 'trajectory') return trajectoryMaps()?.length ?? 0;
  if (maps === 'mask') return useExplore.getState().run?.can.mask ? 1 : 0;
  return useExplore.getState().clusters.result?.centreIndices.length ?? 0;
}

function mapsToExport(maps: MapSet): MapToExport[] {
  if (maps === 'mask') return maskToExport();
  const { a } = useMaps.getState();
  const shown = maps === 'current' ? [a] : maps === 'trajectory' ? (trajectoryMaps() ?? []) : [];
  if (maps !== 'centres')
    return shown.flatMap((one) => (one ? [{ ...referenceTo(one.map), z: one.map.z, label: one.label }] : []));
  const { run, latents, clusters } = useExplore.getState();
  if (!run || !latents || !clusters.result) return [];
  // Whole maps of the centres are decoded for the file, one by one.
  return [...clusters.result.centreIndices].map((row, cluster) => {
    const z = zOfRow(latents, row);
    const source = { runId: run.id, epoch: null, z, boxPixels: run.boxPixels, ...finishWanted() };
    return { key: newMapKey(), source, z, label: `Cluster ${cluster + 1}` };
  });
}

/** The run's own, at its box. */
function maskToExport(): MapToExport[] {
  const { run } = useExplore.getState();
  if (!run) return [];
  const source: DecodeRequest = { runId: run.id, epoch: null, z: [], boxPixels: run.boxPixels, from: 'mask' };
  return [{ key: newMapKey(), source, z: [], label: 'Solvent mask, factors 0 to 1' }];
}

/** Maps as MRC: one file, or a zip of vol_001.mrc … in order. Made where the maps are; only the file comes here. */
export async function exportMaps(maps: MapSet, save: Save): Promise<void> {
  const names: Record<MapSet, string> = {
    ...{ current: 'map', centres: 'kmeans_centres', trajectory: 'trajectory', mask: 'mask' },
  };
  await write(`maps.${maps}`, save, async (signal) => {
    const wanted = mapsToExport(maps);
    if (wanted.length === 0) return null;
    const onProgress = (progress: Progress) => {
      if (!signal.aborted) set({ progress });
    };
    return backend().analysis.exportMaps(wanted, names[maps], { signal, onProgress });
  });
}

/** A list dropped on the page becomes the standing selection and is kept under the file's name. */
export async function importList(file: DroppedFile): Promise<void> {
  const { run } = useExplore.getState();
  if (!run) return;
  set({ busy: 'import', job: 'import', error: null, imported: null });
  try {
    const { name, indices, notices } = await backend().io.importSelection(run.datasetId, file);
    select(indices, 'replace');
    await saveSelection(name, indices);
    set({ busy: null, imported: { file: file.path, name, count: indices.length, notices } });
  } catch (error) {
    set({ busy: null, error: errorData(error) });
  }
}
