// A mask that is drawn over the map of the run that is explored: shapes added and cut away, seen as a surface before it is used. Kept, it
// is the run's drawn mask, beside the file of one.
import { create } from 'zustand';
import type {
  DrawnShape,
  DroppedFile,
  IsosurfaceMesh,
  MapHandle,
  MaskExtent,
  MaskPart,
  RunSummary,
} from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import type { ErrorData } from '../../base/errors.ts';
import { backend, errorData } from './backend.ts';
import { dropMaps, holdMaps, newMapKey, referenceTo } from './map-handles.ts';
import { useMaps } from './maps-state.ts';
import { keepMask } from './mask.ts';

/** The mask as it came out. */
export interface DrawnSurface {
  mesh: IsosurfaceMesh;
  extent: MaskExtent;
  map: MapHandle;
}

/** The shapes, which of them has handles, and the surface of the mask that they come to. */
export interface MaskDrawingState {
  run: RunSummary | null;
  shown: boolean;
  /** In the order in which they are added or cut away. */
  parts: MaskPart[];
  chosen: number | null;
  /** What the handles of the chosen shape do. */
  handles: 'move' | 'size';
  edgeAngstrom: number;
  /** The next click on the map begins a region. */
  growing: boolean;
  surface: DrawnSurface | null;
  computing: boolean;
  /** Kept for the run as it stands. */
  kept: boolean;
  error: ErrorData | null;
}

const EMPTY: MaskDrawingState = {
  ...{ run: null, shown: true, parts: [], chosen: null, handles: 'move', edgeAngstrom: 5, growing: false },
  ...{ surface: null, computing: false, kept: false, error: null },
};

/** Followed by selectors only. */
export const useMaskDrawing = create<MaskDrawingState>(() => EMPTY);
const { getState: get, setState: set } = useMaskDrawing;

/** Sizes of first shapes, as shares of the box. */
const FIRST = { radius: 1 / 6, side: 1 / 3, reach: 1 / 4 };
/** A region reaches so much beyond its contour at first, Å. */
const FIRST_WIDER = 5;

/** A part without what makes it one of a kind. */
type Shape = MaskPart extends infer Part ? (Part extends unknown ? Omit<Part, 'how'> : never) : never;

/** Another run is explored: what was drawn over the one before is forgotten. */
export function closeMaskDrawing(): void {
  set(EMPTY);
  hold();
}

function add(run: RunSummary, shape: Shape): void {
  const { parts } = get();
  const part = { how: 'add', ...shape } as MaskPart;
  set({ run, shown: true, parts: [...parts, part], chosen: parts.length, growing: false });
  redraw();
}

const rounded = (angstrom: number) => Math.max(1, Math.round(angstrom));

/** Adds a ball or a box in the middle, to be moved from there. */
export function addShape(run: RunSummary, kind: 'sphere' | 'box'): void {
  const side = run.boxPixels * run.pixelSizeAngstrom;
  const edge = rounded(side * FIRST.side);
  const shape: Shape =
    kind === 'sphere'
      ? { kind, centreAngstrom: [0, 0, 0], radiusAngstrom: rounded(side * FIRST.radius) }
      : { kind, centreAngstrom: [0, 0, 0], sidesAngstrom: [edge, edge, edge] };
  add(run, shape);
}

/** Waits for a click on the map, which begins a region; or waits no more. */
export function setGrowing(growing: boolean): void {
  set({ growing, shown: true });
}

/** Adds the region of the shown map that hangs together from a place on its surface, above the contour as it is. */
export function growAt(run: RunSummary, place: [number, number, number] | null): void {
  const { a } = useMaps.getState();
  if (!place || !a || a.preview) return;
  const { level, map } = a;
  const reachAngstrom = rounded(run.boxPixels * run.pixelSizeAngstrom * FIRST.reach);
  const seedAngstrom = place.map((x) => Number(x.toFixed(1))) as [number, number, number];
  const region = { kind: 'region', seedAngstrom, level, reachAngstrom, widerAngstrom: FIRST_WIDER } as const;
  add(run, { ...region, map: referenceTo(map) });
}

/** Adds what a file says of the mask. */
export function addMaskFile(run: RunSummary, { path, file }: DroppedFile): void {
  add(run, { kind: 'file', name: path.split('/').at(-1) ?? path, file });
}

/** Changes a shape: its sizes, its place, whether it is added or cut away. */
export function changePart(index: number, change: Partial<MaskPart>): void {
  set(({ parts }) => ({ parts: parts.map((part, i) => (i === index ? ({ ...part, ...change } as MaskPart) : part)) }));
  redraw();
}

/** Takes a shape out of the drawing. */
export function removePart(index: number): void {
  set(({ parts, chosen }) => ({
    parts: parts.filter((_, i) => i !== index),
    chosen: chosen === null || chosen === index ? null : chosen - (chosen > index ? 1 : 0),
  }));
  redraw();
}

/** Which shape has handles, what they do, the width of the edges, and whether the mask is seen. */
export function setMaskDrawing(
  change: Partial<Pick<MaskDrawingState, 'chosen' | 'handles' | 'edgeAngstrom' | 'shown'>>,
): void {
  set(change);
  if (change.edgeAngstrom !== undefined) redraw();
}

const drawLatest = latestWins(async (run: RunSummary, parts: MaskPart[], edgeAngstrom: number) => {
  const key = newMapKey();
  const isStanding = () => get().parts === parts && get().edgeAngstrom === edgeAngstrom;
  try {
    const { boxPixels, pixelSizeAngstrom } = run;
    const drawing = { key, parts, boxPixels, pixelSizeAngstrom, edgeAngstrom };
    const { map, mesh } = await backend().analysis.drawMask(drawing);
    if (!isStanding() || !map.extent) return;
    set({ surface: { mesh, map, extent: map.extent }, computing: false, error: null });
    hold();
  } catch (error) {
    if (!isStanding()) return;
    set({ surface: null, computing: false, error: errorData(error) });
    hold();
  } finally {
    dropMaps([key]);
  }
});

function redraw(): void {
  const { run, parts, edgeAngstrom } = get();
  hold();
  if (!run || parts.length === 0) return set({ surface: null, computing: false, kept: false, error: null });
  set({ computing: true, kept: false });
  void drawLatest(run, parts, edgeAngstrom);
}

/** The mask, and the maps that its regions were grown in. */
function hold(): void {
  const { parts, surface } = get();
  const grownIn = parts.flatMap((part) => (part.kind === 'region' ? [part.map] : []));
  holdMaps('drawing', [...(surface && parts.length > 0 ? [surface.map] : []), ...grownIn]);
}

async function asFile(): Promise<{ name: string; blob: Blob } | null> {
  const { surface } = get();
  if (!surface) return null;
  const { map } = surface;
  try {
    return await backend().analysis.exportMaps([{ ...referenceTo(map), z: [], label: 'drawn mask' }], 'drawn_mask');
  } catch (error) {
    set({ error: errorData(error) });
    return null;
  }
}

/** What is told of a shape: neither the map that a region was grown in nor the contents of a file. */
function toldShape(part: MaskPart): DrawnShape {
  if (part.kind === 'region') {
    const { map: _map, ...region } = part;
    return region;
  }
  if (part.kind !== 'file') return part;
  const { how, kind, name } = part;
  return { how, kind, name };
}

/** Keeps the mask as the drawn one of the run, with its shapes. */
export async function keepDrawnMask(): Promise<void> {
  const { run, surface, parts, edgeAngstrom } = get();
  const written = await asFile();
  if (!run || !written) return;
  const drawn = { shapes: parts.map(toldShape), edgeAngstrom };
  const isKept = await keepMask(run, { path: written.name, file: written.blob }, { drawn });
  if (get().surface === surface) set({ kept: isKept });
}

/** The mask as an MRC file. */
export async function saveDrawnMask(save: (name: string, blob: Blob) => void): Promise<void> {
  const written = await asFile();
  if (written) save(written.name, written.blob);
}

/** Takes the error from the screen. */
export function dismissDrawingError(): void {
  set({ error: null });
}
