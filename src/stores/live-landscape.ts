// The landscape and a map of the run that is shown on Learn, as they stand after its latest epoch; of an ab initio run the
// map of its start before that.
import { create } from 'zustand';
import type { IsosurfaceMesh, RunSummary } from '../../workers/contract.ts';
import { latestWins } from '../../workers/client.ts';
import type { ErrorData } from '../base/errors.ts';
import { loadComponents } from './components-report.ts';
import { errorData, wasCancelled } from './errors.ts';
import { studio } from './studio.ts';

/** The particles in a plane: the first two of `width` values a row, and what the axes are. */
export interface LiveCloud {
  values: Float32Array;
  width: number;
  titles: string[];
  /** Of the particles it holds every `stride`-th. */
  stride: number;
}

/** What Learn shows of a run that goes on. */
export interface LiveLandscape {
  runId: string | null;
  /** 0 while the map is one of the start; an iteration of a model that is fitted. */
  epoch: number;
  /** What the map was made of: epoch and hand, or how far the start was. */
  state: string;
  /** Null for a homogeneous run. */
  cloud: LiveCloud | null;
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
  state: '',
  cloud: null,
  mesh: null,
  row: null,
  boxAngstrom: 0,
  loading: false,
  error: null,
};
/** Followed by selectors only. */
export const useLive = create<LiveLandscape>(() => NOTHING);
const { getState: get, setState: set } = useLive;

/** Side of the map shown while training: enough to see the shape, quick enough between two steps. */
const PREVIEW_BOX = 64;

/**
 * Rest between two pictures of a run that goes on, milliseconds: epochs of a small set come faster than they can be looked
 * at, and every picture costs frames and steps.
 */
const REST = 5000;
/** The same of a linear model, whose iterations are few and whose maps cost nothing to decode. */
const SHORT_REST = 1000;
let lastEnd = -Infinity;
let later: ReturnType<typeof setTimeout> | undefined;
/** Run and state that are being computed. */
let underWay: string | null = null;

/** Shows nothing any more, and computes nothing that was planned. */
export function clearLive(): void {
  clearTimeout(later);
  set(NOTHING);
}

/** Null where there is nothing to show yet. */
function stateOf(run: RunSummary): string | null {
  if (run.epochsDone > 0) return `epoch ${run.epochsDone}${run.mirrored ? ', mirrored' : ''}`;
  const report = run.poseReports?.at(-1);
  const going = run.status === 'running' || run.status === 'paused';
  return going && report ? `${report.stage} ${report.fraction}` : null;
}

/** Shows the latents of a fit at once, and its mean map when there is time for it. */
export function showFitting(
  run: RunSummary,
  {
    iteration,
    latents,
    percents,
    stride,
  }: { iteration: number; latents: Float32Array; percents: number[]; stride: number },
): void {
  const standing = get().runId === run.id ? get() : NOTHING;
  const cloud = { values: latents, width: percents.length, titles: componentTitles(percents), stride };
  set({ ...standing, runId: run.id, cloud, row: null, epoch: iteration });
  void refreshLive(run, `iteration ${iteration}`);
}

/** "Component 1 (71 %)" */
function componentTitles(percents: readonly number[]): string[] {
  return percents.map((percent, a) => `Component ${a + 1} (${percent.toFixed(percent < 9.95 ? 1 : 0)} %)`);
}

let mapCount = 0;
const compute = latestWins(async (run: RunSummary, state: string) => {
  const { io, analysis } = studio();
  set(get().runId === run.id ? { loading: true, error: null } : { ...NOTHING, runId: run.id, loading: true });
  const { latentDimension: dimensions } = run;
  const epoch = run.epochsDone > 0 ? run.epochsDone : null;
  const latents = dimensions > 0 && epoch !== null ? await io.latents(run.id, epoch) : null;
  let row: number | null = null;
  let z = new Array<number>(dimensions).fill(0);
  if (latents) {
    const { handle, mu, zDim } = latents;
    let middle: Float32Array = Float32Array.from(z);
    if (run.can.components) {
      const report = await loadComponents(run.id);
      const titles = componentTitles(report?.percents ?? []);
      set({ cloud: { values: mu, width: zDim, titles, stride: 1 }, epoch: latents.epoch });
    } else {
      const pca = await analysis.pca(handle);
      if (get().runId !== run.id) return;
      const titles = Array.from(pca.explainedVariance, (share, c) => `PC${c + 1} (${(share * 100).toFixed(1)} %)`);
      set({ cloud: { values: pca.projections, width: pca.components, titles, stride: 1 }, epoch: latents.epoch });
      middle = pca.mean;
    }
    row = (await analysis.nearest(handle, middle))[0];
    z = [...mu.subarray(row * zDim, (row + 1) * zDim)];
  }
  const boxPixels = Math.min(run.boxPixels, PREVIEW_BOX);
  // The map is only looked at from here: its surface is all that is kept of it.
  const key = `live-${++mapCount}`;
  try {
    const contoured = await analysis.decode({ key, runId: run.id, epoch, z, boxPixels, level: { kind: 'suggested' } });
    if (get().runId !== run.id) return;
    const { mesh, map } = contoured;
    const boxAngstrom = map.boxPixels * map.pixelSizeAngstrom;
    set({ mesh, row, boxAngstrom, state, loading: false, ...(epoch !== null && { epoch }) });
  } finally {
    // A worker that has ended keeps nothing.
    analysis.releaseMaps([key]).catch(() => {});
  }
});

/**
 * Brings landscape and map to the run's latest epoch, or to where its start is; while one is computed only the newest request
 * waits, and while the run goes on they rest in between.
 */
export async function refreshLive(run: RunSummary | null, state = run && stateOf(run)): Promise<void> {
  if (!run || state === null) return;
  clearTimeout(later);
  const key = `${run.id} ${state}`;
  const shown = get().runId === run.id && get().mesh !== null;
  if (underWay === key || (shown && get().state === state)) return;
  const rest = lastEnd + (run.job === 'linear' ? SHORT_REST : REST) - performance.now();
  if ((shown || run.epochsDone === 0) && run.status === 'running' && rest > 0) {
    later = setTimeout(() => void refreshLive(run, state), rest);
    return;
  }
  underWay = key;
  try {
    await compute(run, state);
  } catch (error) {
    // A start may have no map yet; its next report asks again.
    const quiet = wasCancelled(error) || run.epochsDone === 0;
    set({ loading: false, error: quiet ? null : errorData(error) });
  }
  if (underWay === key) underWay = null;
  lastEnd = performance.now();
}
