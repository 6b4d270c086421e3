// A walk through the latent space as a series of maps: along a principal component or through chosen particles, decoded in the
// background or made of the particles around each place, played on the map panel.
import { create } from 'zustand';
import type { ContouredMap, Progress, TrajectoryRequest } from '../../../workers/contract.ts';
import type { ErrorData } from '../../base/errors.ts';
import { imagesOfWindow } from '../../selection/windows.ts';
import { useExplore } from './store.ts';
import { backend, errorData, wasCancelled } from './backend.ts';
import { zOfRow } from '../../columns/place.ts';
import { dropMaps, holdMaps, newMapKey, referenceTo } from './map-handles.ts';
import { levelFor, finishWanted, levelWanted, onLevelChange, showMap } from './maps.ts';
import { type ShownMap } from './maps-state.ts';

/** Where a walk goes and how many maps it has. Percentiles 0 … 100, components from 0. */
export interface TrajectorySettings {
  kind: 'component' | 'points';
  component: number;
  fromPercentile: number;
  toPercentile: number;
  frames: number;
  /** Decode at half the box: an eighth of the work. */
  half: boolean;
  /** Maps of the model, or of the particles around each place, backprojected. */
  source: 'model' | 'images';
  /** Particles around each place; null: so that windows overlap. */
  windowImages: number | null;
}

/** What the frames of a walk may hold, values in the analysis worker and surfaces here together. */
const MOST_BYTES = 1e9;

/** The largest box, halved from the wanted one, at which `frames` maps can be kept. */
export function frameBox(wantedBox: number, frames: number, mostBytes = MOST_BYTES): number {
  let box = wantedBox;
  // 4 bytes a voxel, and about half as much again for the surface.
  while (box > 32 && 6 * box ** 3 * frames > mostBytes) box = 2 * Math.floor(box / 4);
  return box;
}

/** Side of the frames these settings decode. */
export function boxOfFrames(boxPixels: number, { half, frames }: Pick<TrajectorySettings, 'half' | 'frames'>): number {
  return frameBox(half ? 2 * Math.floor(boxPixels / 4) : boxPixels, frames);
}

/** Windows that these settings make, as far as memory holds their maps, and the particles of each; two at least of both. */
export function windowsOf(
  { boxPixels, particles }: { boxPixels: number; particles: number },
  { frames, windowImages }: Pick<TrajectorySettings, 'frames' | 'windowImages'>,
): { windows: number; images: number } {
  const windows = Math.max(2, Math.min(frames, Math.floor(MOST_BYTES / (6 * boxPixels ** 3))));
  const images = windowImages ?? imagesOfWindow(particles, windows);
  return { windows, images: Math.max(2, Math.min(particles, Math.round(images))) };
}

/** The walk that is shown, and how it is played. */
export interface TrajectoryState {
  settings: TrajectorySettings;
  status: 'idle' | 'running' | 'done' | 'failed';
  progress: Progress | null;
  error: ErrorData | null;
  /** frames×zDim of the walk that is shown. */
  zs: Float32Array | null;
  /** Particle nearest to each frame. */
  rows: Uint32Array | null;
  /** Maps in order, null while not decoded. */
  frames: (ShownMap | null)[];
  frame: number;
  playing: boolean;
  framesPerSecond: number;
  ending: 'loop' | 'bounce';
}

/** The walk that is shown; empty until `decodeTrajectory`. */
export const useTrajectory = create<TrajectoryState>(() => ({
  settings: {
    ...{ kind: 'component', component: 0, fromPercentile: 5, toPercentile: 95, frames: 10, half: false },
    ...{ source: 'model', windowImages: null },
  },
  status: 'idle',
  progress: null,
  error: null,
  zs: null,
  rows: null,
  frames: [],
  frame: 0,
  playing: false,
  framesPerSecond: 6,
  ending: 'bounce',
}));

const { getState: get, setState: set } = useTrajectory;
let stop = new AbortController();
let direction = 1;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Changes where the next walk goes. */
export function setTrajectory(change: Partial<TrajectorySettings>): void {
  set(({ settings }) => ({ settings: { ...settings, ...change } }));
}

function walk(path: number[], frames: number): TrajectoryRequest | null {
  const { latents, pca } = useExplore.getState();
  const { settings } = get();
  if (!latents) return null;
  const common = { latents: latents.handle, steps: Math.max(2, Math.round(frames)) };
  if (settings.kind === 'points') {
    if (path.length < 2) return null;
    return { ...common, along: { kind: 'points', points: path.map((row) => zOfRow(latents, row)) } };
  }
  if (!pca.result) return null;
  const { component, fromPercentile, toPercentile } = settings;
  return { ...common, along: { kind: 'component', component, fromPercentile, toPercentile } };
}

/** Makes the maps of the walk; `path` are the particles of a walk through points. */
export async function decodeTrajectory(path: number[]): Promise<void> {
  const { settings } = get();
  const { run, latents } = useExplore.getState();
  const made =
    settings.source === 'images' && run && latents
      ? windowsOf({ boxPixels: run.boxPixels, particles: latents.count }, settings)
      : null;
  const request = walk(path, made?.windows ?? settings.frames);
  if (request) await decodeSteps(request.steps, () => backend().analysis.trajectory(request), made?.images);
}

/** Decodes a walk through z that are known, steps×zDim. */
export async function decodeWalk(zs: Float32Array, steps: number): Promise<void> {
  await decodeSteps(steps, () => Promise.resolve(zs));
}

/** `windowImages`: from so many images around each place, instead of by the model. */
async function decodeSteps(steps: number, place: () => Promise<Float32Array>, windowImages?: number): Promise<void> {
  const { run, latents } = useExplore.getState();
  if (!run || !latents) return;
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  pause();
  set({ status: 'running', progress: { fraction: 0, message: 'Laying out the path' }, error: null, frames: [] });
  hold();
  try {
    const zs = await place();
    const near = await backend().analysis.nearest(latents.handle, zs);
    if (signal.aborted) return;
    set({ zs, rows: near, frames: Array.from({ length: steps }, () => null), frame: 0 });
    const rows = Array.from({ length: steps }, (_, i) => [...zs.subarray(i * latents.zDim, (i + 1) * latents.zDim)]);
    // Windows have the box of the images, and the latents that weigh them are those on the screen.
    const source =
      windowImages === undefined
        ? { epoch: null, boxPixels: boxOfFrames(run.boxPixels, { half: get().settings.half, frames: steps }) }
        : { epoch: latents.epoch, boxPixels: run.boxPixels, from: 'window' as const, windowImages };
    const onProgress = (progress: Progress) => {
      if (windowImages !== undefined && !signal.aborted) set({ progress });
    };
    const maps = rows.map((z) => ({ key: newMapKey(), z }));
    await backend().analysis.decodeSeries(
      // One level for the whole walk, so that what swells or fades is seen to do so.
      { runId: run.id, ...source, maps, level: levelWanted(false), sameLevel: true, ...finishWanted() },
      (index, contoured) => take(index, contoured, steps, signal),
      { signal, onProgress },
    );
    void recontour();
    if (signal.aborted) return;
    set({ status: 'done', progress: null });
  } catch (error) {
    if (signal.aborted) return;
    const cancelled = wasCancelled(error);
    set({ status: cancelled ? 'idle' : 'failed', progress: null, error: cancelled ? null : errorData(error) });
  }
}

function take(index: number, contoured: ContouredMap, steps: number, signal: AbortSignal): void {
  if (signal.aborted) return dropMaps([contoured.map.key]);
  const name = contoured.map.made ? 'Window' : 'Frame';
  const shown: ShownMap = { ...contoured, label: `${name} ${index + 1} of ${steps}`, row: null, preview: false };
  set(({ frames }) => {
    const fresh = frames.map((frame, i) => (i === index ? shown : frame));
    const done = fresh.filter(Boolean).length;
    return { frames: fresh, progress: { fraction: done / steps, message: `${done} of ${steps} maps` } };
  });
  hold();
  if (index === get().frame) showMap(shown);
}

function hold(): void {
  holdMaps(
    'frames',
    get().frames.flatMap((frame) => (frame ? [frame.map] : [])),
  );
}

/** Contours the frames anew when the level changes. Gives what ends that. */
export const followLevel = () => onLevelChange(() => void recontour());

let recontouring = 0;
async function recontour(): Promise<void> {
  const turn = ++recontouring;
  const { frames } = get();
  const first = frames.find((frame) => frame !== null);
  if (!first) return;
  const level = levelFor(first.map, false);
  try {
    // The dragged slider overtakes itself many times: wait until it rests.
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const [index, shown] of frames.entries()) {
      if (turn !== recontouring) return;
      if (!shown || shown.level === level) continue;
      const mesh = await backend().analysis.isosurface(referenceTo(shown.map), level);
      if (get().frames[index]?.map !== shown.map) return;
      const fresh = { ...shown, level, mesh };
      set((state) => ({ frames: state.frames.map((frame, i) => (i === index ? fresh : frame)) }));
    }
  } catch (error) {
    set({ error: errorData(error) });
  }
}

/** Ends the decoding; frames that are there stay. */
export function cancelTrajectory(): void {
  stop.abort();
  if (get().status === 'running') set({ status: 'idle', progress: null });
}

/** Leaves the walk: its frames are released. */
export function closeTrajectory(): void {
  cancelTrajectory();
  pause();
  set({ status: 'idle', zs: null, rows: null, frames: [], frame: 0, error: null });
  hold();
}

/** Shows a frame, from 0, as map A; one that is not decoded yet only marks its place. */
export function showFrame(frame: number): void {
  const { frames } = get();
  const index = Math.min(Math.max(Math.round(frame), 0), frames.length - 1);
  if (index < 0) return;
  set({ frame: index });
  const map = frames[index];
  if (map) showMap(map);
}

/** The frame after this one: `loop` starts over, `bounce` turns round. */
export function nextFrame(frame: number, count: number, step: number, ending: 'loop' | 'bounce'): [number, number] {
  if (count < 2) return [0, step];
  const next = frame + step;
  if (next >= 0 && next < count) return [next, step];
  if (ending === 'loop') return [(next + count) % count, step];
  return [frame - step, -step];
}

function tick(): void {
  const { playing, frame, frames, framesPerSecond, ending } = get();
  if (!playing) return;
  const [next, step] = nextFrame(frame, frames.length, ending === 'loop' ? 1 : direction, ending);
  direction = step;
  // A frame not decoded yet is waited for.
  if (frames[next]) showFrame(next);
  timer = setTimeout(tick, 1000 / framesPerSecond);
}

/** Plays the frames that are decoded, two at least. */
export function play(): void {
  if (get().playing || get().frames.filter(Boolean).length < 2) return;
  direction = 1;
  set({ playing: true });
  timer = setTimeout(tick, 1000 / get().framesPerSecond);
}

/** Stops playing at the frame that is shown. */
export function pause(): void {
  clearTimeout(timer);
  set({ playing: false });
}

/** Changes speed and what happens at the end. */
export function setPlayback(change: Partial<Pick<TrajectoryState, 'framesPerSecond' | 'ending'>>): void {
  set(change);
}

/** Maps of the walk in order; null until all are decoded. */
export function trajectoryMaps(): ShownMap[] | null {
  const { frames } = get();
  const decoded = frames.filter((frame) => frame !== null);
  return decoded.length > 0 && decoded.length === frames.length ? decoded : null;
}
