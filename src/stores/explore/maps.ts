// The maps on the screen: A (what was last asked for) and B (pinned for comparison). A map comes small first, then
// whole; of requests that overtake each other only the newest is finished, and one that is under way is given up for it.
import type { ContourLevel, FinishRequest, LandscapeMapName, MapHandle, Progress } from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import { backend, errorData, wasCancelled } from './backend.ts';
import { dropMaps, holdMaps, newMapKey, referenceTo } from './map-handles.ts';
import { useMaps, type MapLook, type MapsState, type ShownMap } from './maps-state.ts';

const PREVIEW_BOX = 32;

const { getState: get, setState: set } = useMaps;

interface Wanted {
  runId: string;
  boxPixels: number;
  z: number[];
  label: string;
  row: number | null;
  /** Nothing small first. */
  whole?: boolean;
  /** From the images around z instead of by the model, from those of `rows` or of a window alone, or what the run's landscape keeps. */
  from?: 'images' | 'selection' | 'landscape' | 'window';
  rows?: Uint32Array;
  windowImages?: number;
  /** Of a map that the run's landscape keeps. */
  landscape?: LandscapeMapName;
}
let wanted: Wanted | null = null;
/** Ends the decoding of what is wanted. */
let stop = new AbortController();
let place: { runId: string; boxPixels: number } | null = null;

/** Begins anew for a run. */
export function openMaps(runId: string, boxPixels: number): void {
  place = { runId, boxPixels };
  want(null);
  // The mask is one of the run.
  set(({ finish: { clip } }) => ({ finish: clip ? { clip } : {} }));
  set({ a: null, b: null, level: null, fsc: null, error: null, arrangement: 'single' });
  holdShown();
}

/** Side of the small map that is shown first, voxels: at most half the box, even. */
export function previewBox(boxPixels: number): number {
  return Math.min(PREVIEW_BOX, Math.max(16, 2 * Math.floor(boxPixels / 4)));
}

/** The level that maps are contoured at now. */
export function levelWanted(preview: boolean): ContourLevel {
  const { level } = get();
  if (level === null) return { kind: 'suggested' };
  return preview ? { kind: 'sigmas', value: level.sigmas } : { kind: 'value', value: level.absolute };
}

/** The same in units of a map. */
export function levelFor({ statistics }: MapHandle, preview: boolean): number {
  const level = levelWanted(preview);
  if (level.kind === 'suggested') return statistics.suggestedLevel;
  return level.kind === 'value' ? level.value : statistics.mean + level.value * statistics.standardDeviation;
}

/** Takes a map into a slot that it is shown in; the one before is let go. */
function holdShown(): void {
  const { a, b } = get();
  holdMaps(
    'shown',
    [a, b].flatMap((shown) => (shown ? [shown.map] : [])),
  );
}

const decodeLatest = latestWins(async (request: Wanted) => {
  const { runId, boxPixels, z, label, row, from, rows, windowImages, landscape } = request;
  const { analysis } = backend();
  const { signal } = stop;
  const onProgress = (progress: Progress) => {
    if (wanted === request) set({ progress });
  };
  const small = previewBox(boxPixels);
  const sizes = small < boxPixels && !request.whole ? [small, boxPixels] : [boxPixels];
  for (const size of sizes) {
    if (wanted !== request) return;
    const key = newMapKey();
    try {
      const preview = size < boxPixels;
      const source = {
        runId,
        epoch: null,
        z,
        boxPixels: size,
        ...(from && { from }),
        ...(rows && { rows }),
        ...(windowImages !== undefined && { windowImages }),
        ...(landscape && { landscape }),
        ...finishWanted(),
      };
      const asked = { ...source, key, level: levelWanted(preview) };
      const contoured = await analysis.decode(asked, { signal, onProgress });
      if (wanted !== request) return;
      set({ a: { ...contoured, label, row, preview }, error: null, progress: null });
      holdShown();
      // The slider may have moved on the way.
      recontourQuietly();
    } finally {
      dropMaps([key]);
    }
  }
});

/** Of what is decoded now. */
export function finishWanted(): { finish?: FinishRequest } {
  const { finish } = get();
  return finish.mask || finish.clip ? { finish } : {};
}

/** Changes what is done to maps: the one on the screen is made anew, those of trajectories stay as they are. */
export function setFinish(change: FinishRequest): void {
  set(({ finish }) => ({ finish: { ...finish, ...change } }));
  const { a, along } = get();
  if (along) return showMapAlong(along);
  if (!place || !a) return;
  const { z, made, source, boxPixels } = a.map;
  const { landscape, rows, windowImages } = source ?? {};
  const from = landscape
    ? ({ from: 'landscape', landscape, boxPixels } as const)
    : rows
      ? ({ from: 'selection', rows } as const)
      : windowImages !== undefined
        ? ({ from: 'window', windowImages } as const)
        : made && ({ from: 'images' } as const);
  const request: Wanted = { ...place, z, label: a.label, row: a.row, whole: true, ...from };
  want(request);
  show(request);
}

/** Decodes and shows the map at z as A. Returns at once. */
export function showMapAt(z: number[], label: string, row: number | null): void {
  if (!place) return;
  const request: Wanted = { ...place, z, label, row };
  want(request);
  show(request);
}

/** Shows a map that the run's landscape keeps, at the landscape's box, as A. Returns at once. */
export function showLandscapeMap(landscape: LandscapeMapName, boxPixels: number, label: string): void {
  if (!place) return;
  const { runId } = place;
  const request: Wanted = { runId, boxPixels, z: [], label, row: null, whole: true, from: 'landscape', landscape };
  want(request);
  show(request);
}

/** `next`: what follows once the map is there. */
function show(request: Wanted, next?: () => void): void {
  decodeLatest(request)
    .then(() => {
      if (wanted === request) next?.();
    })
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
function want(request: Wanted | null, along: number[] | null = null): void {
  stop.abort();
  stop = new AbortController();
  wanted = request;
  set({ decoding: request !== null, progress: null, along });
}

/** Side of the maps that follow a slider, voxels: those of larger boxes would not keep up with it. */
const FOLLOWING_BOX = 64;
/** Milliseconds without a move after which the whole map is decoded. */
const AT_REST = 250;
let rest: ReturnType<typeof setTimeout> | undefined;

/** Side of the maps that follow a slider. */
export function followingBox(boxPixels: number): number {
  return Math.min(FOLLOWING_BOX, boxPixels);
}

const sumLatest = latestWins(async (z: number[], at: NonNullable<typeof place>) => {
  const { runId } = at;
  const boxPixels = followingBox(at.boxPixels);
  const where = { runId, epoch: null, boxPixels, components: z.length, ...finishWanted() };
  const { level, mesh, ...summed } = await backend().analysis.sumComponents(where, z, levelWanted(false));
  // Something else was asked for meanwhile.
  if (get().along === null || place !== at) return;
  const key = newMapKey();
  const map = { ...summed, key, source: { runId, epoch: null, z, boxPixels, ...finishWanted() }, z };
  set({ a: { map, level, mesh, label: alongLabel(z), row: null, preview: true }, error: null });
  holdShown();
});

function alongLabel(z: readonly number[]): string {
  return z.every((value) => value === 0) ? 'Mean map' : 'Along components';
}

/** Shows the map at z as A at once, by adding up maps of components; once the sliders rest it is decoded whole. */
export function showMapAlong(z: number[]): void {
  const at = place;
  if (!at) return;
  want(null, z);
  const summed = sumLatest(z, at).catch((error: unknown) => set({ error: errorData(error) }));
  const showWhole = () => {
    if (get().along !== z || place !== at) return;
    const request: Wanted = { ...at, z, label: alongLabel(z), row: null, whole: true };
    want(request, z);
    show(request);
  };
  clearTimeout(rest);
  rest = setTimeout(() => void summed.then(showWhole), AT_REST);
}

/** Gives up the map that is being decoded; what is shown stays, a preview as a preview. */
export function cancelMap(): void {
  want(null);
}

/** Makes the map at A's z from the images around it, in A's place. */
export function reconstructHere(): void {
  const { a } = get();
  if (!place || !a || a.preview || a.map.z.length === 0) return;
  const request: Wanted = {
    ...place,
    z: a.map.z,
    label: `${a.label}, from images`,
    row: a.row,
    whole: true,
    from: 'images',
  };
  want(request);
  show(request);
}

/**
 * The map that the images `rows` give by themselves as A, beside the model's at `z`, the middle of them, as B: what the model says of
 * a state against what is in its images.
 */
export function reconstructSelection(rows: Uint32Array, z: number[], row: number, name: string): void {
  if (!place) return;
  const model: Wanted = { ...place, z, row, label: `${name}, model`, whole: true };
  const images: Wanted = { ...model, label: `${name}, images`, from: 'selection', rows };
  want(model);
  show(model, () => {
    pinAsB();
    want(images);
    show(images);
  });
}

/** Shows a map that is already there, e.g. a frame of a trajectory. */
export function showMap(map: ShownMap): void {
  want(null);
  set({ a: map });
  holdShown();
  void compare();
}

/** Pins A as B, to be compared with what is shown next; previews are not pinned. */
export function pinAsB(): void {
  const { a, arrangement } = get();
  if (!a || a.preview) return;
  set({ b: a, arrangement: arrangement === 'single' ? 'side' : arrangement });
  holdShown();
  void compare();
}

/** Takes B from the screen. */
export function unpinB(): void {
  set({ b: null, fsc: null, arrangement: 'single' });
  holdShown();
}

/** One map, two side by side, or one over the other. */
export function setArrangement(arrangement: MapsState['arrangement']): void {
  set({ arrangement });
}

/** Changes how the maps are drawn. */
export function setLook(change: Partial<MapLook>): void {
  set(({ look }) => ({ look: { ...look, ...change } }));
}

const recontour = latestWins(async () => {
  for (const slot of ['a', 'b'] as const) {
    const shown = get()[slot];
    const level = shown && levelFor(shown.map, shown.preview);
    if (!shown || level === null || level === shown.level) continue;
    const mesh = await backend().analysis.isosurface(referenceTo(shown.map), level);
    // Another map may have come meanwhile; it has its own contour.
    if (get()[slot]?.map === shown.map) set({ [slot]: { ...shown, level, mesh } });
  }
});

function recontourQuietly(): void {
  recontour().catch((error: unknown) => set({ error: errorData(error) }));
}

const levelListeners = new Set<() => void>();
/** Told when the level changed, for meshes kept elsewhere. */
export function onLevelChange(listener: () => void): () => void {
  levelListeners.add(listener);
  return () => levelListeners.delete(listener);
}

/** The level in map units of A's whole map; null goes back to the suggested one. */
export function setLevel(absolute: number | null): void {
  const { a, b } = get();
  const reference = (a ?? b)?.map.statistics;
  if (!reference) return;
  const sigmas = absolute === null ? 0 : (absolute - reference.mean) / (reference.standardDeviation || 1);
  set({ level: absolute === null ? null : { absolute, sigmas } });
  recontourQuietly();
  for (const listener of levelListeners) listener();
}

const compareLatest = latestWins(async (a: MapHandle, b: MapHandle) => {
  const fsc = await backend().analysis.fsc(referenceTo(a), referenceTo(b));
  if (get().a?.map === a && get().b?.map === b) set({ fsc });
});

async function compare(): Promise<void> {
  const { a, b } = get();
  if (!a || !b || a.map === b.map || a.map.boxPixels !== b.map.boxPixels) return set({ fsc: null });
  try {
    await compareLatest(a.map, b.map);
  } catch (error) {
    set({ fsc: null, error: errorData(error) });
  }
}

/** Takes the error from the screen. */
export function dismissMapError(): void {
  set({ error: null });
}
