// How the landscape is drawn and what a hand does on it: axes, colours, tool, lasso in data coordinates, the path.
import { create } from 'zustand';
import { rowsInBox, rowsInPolygon, type PointCloud } from '../../selection/lasso.ts';
import type { Combination } from '../../selection/sets.ts';
import { cloudOf, nearestRow, placesDecode, zAtPlace, zOfRow, type AxisColumns } from '../../columns/place.ts';
import { columnOf, type Column } from '../../columns/column.ts';
import { computeColumn, currentColumns } from './columns.ts';
import { useExplore } from './store.ts';
import { showMapAt } from './maps.ts';
import { nameOf, titleOf } from './names.ts';
import { select } from './selections.ts';

/** What a drag on the landscape does. */
export type LandscapeTool = 'lasso' | 'box' | 'probe' | 'pan';
/** A place on the axes shown, in units of their columns. */
export interface Place {
  x: number;
  y: number;
}

/** Keys of the columns that the axes show. */
export interface Axes {
  x: string;
  y: string;
}
/** How a click becomes a z: the nearest particle's, or the very place clicked. */
export type DecodeMode = 'particle' | 'place';

/** How the landscape is drawn, and what is marked on it. */
export interface LandscapeState {
  axes: Axes;
  /** Key of the column that colours the points; 'none' for one colour. */
  color: string;
  display: 'points' | 'density';
  tool: LandscapeTool;
  decodeMode: DecodeMode;
  /** The particle whose map is shown, or the place clicked near it where that was decoded itself. */
  marker: { row: number; place: Place | null } | null;
  /** Particles chosen for a path, in order. */
  path: number[];
}

/** Followed by selectors only. */
export const useLandscape = create<LandscapeState>(() => ({
  axes: { x: 'pc1', y: 'pc2' },
  color: 'cluster',
  display: 'points',
  tool: 'lasso',
  decodeMode: 'particle',
  marker: null,
  path: [],
}));

const { getState: get, setState: set } = useLandscape;

/** Pairs of axes that are one click away. */
export const AXIS_PAIRS = [
  { key: 'pca', label: 'PCA', x: 'pc1', y: 'pc2' },
  { key: 'umap', label: 'UMAP', x: 'umap1', y: 'umap2' },
  { key: 'latent', label: 'Latents', x: 'z1', y: 'z2' },
] as const;
/** Key of a pair of axes. */
export type AxisPair = (typeof AXIS_PAIRS)[number]['key'];

/** Of one latent dimension the second axis only spreads the points. */
function pairOf(key: AxisPair, zDim: number): Axes {
  const { x, y } = AXIS_PAIRS.find((pair) => pair.key === key) ?? AXIS_PAIRS[0];
  return { x, y: zDim === 1 && key !== 'umap' ? 'spread' : y };
}

/** Back to the first picture of a run with this many latents; those of components are axes of their own. */
export function resetLandscape(zDim: number, components = false): void {
  set({ axes: pairOf(components ? 'latent' : 'pca', zDim), color: 'cluster', marker: null, path: [] });
}

/** Shows a pair of axes; what is not computed yet begins to be. */
export function setAxisPair(key: AxisPair): void {
  const { x, y } = pairOf(key, useExplore.getState().latents?.zDim ?? 2);
  setAxis('x', x);
  setAxis('y', y);
}

/** Shows a column on an axis; one that is not computed yet begins to be. */
export function setAxis(which: 'x' | 'y', key: string): void {
  set(({ axes }) => ({ axes: { ...axes, [which]: key } }));
  forgetPlace();
  computeKey(key);
}

function computeKey(key: string): void {
  const column = columnOf(currentColumns(), key);
  if (column) computeColumn(column);
}

/** The columns on the axes; null where the run has not both. */
export function axisColumns(columns: readonly Column[], axes: Axes): AxisColumns | null {
  const [x, y] = [columnOf(columns, axes.x), columnOf(columns, axes.y)];
  return x && y && { x, y };
}

/** On new axes the marker stands at its particle. */
function forgetPlace(): void {
  set(({ marker }) => ({ marker: marker && { row: marker.row, place: null } }));
}

/** Where the marker stands on these axes. */
export function markerPlace(cloud: PointCloud, marker: LandscapeState['marker']): Place | null {
  if (!marker || marker.row >= cloud.count) return null;
  return marker.place ?? placeOfRow(cloud, marker.row);
}

/** Changes colour, drawing, tool or what a click shows. */
export function setLandscape(change: Partial<Pick<LandscapeState, 'color' | 'display' | 'tool' | 'decodeMode'>>): void {
  set(change);
  if (change.color !== undefined) computeKey(change.color);
}

/** Coordinates of the particles on the axes shown; null while they are not computed. */
export function currentCloud(): PointCloud | null {
  const shown = axisColumns(currentColumns(), get().axes);
  return shown && cloudOf(shown);
}

/** Where a particle lies, by its row from 0. */
export function placeOfRow(cloud: PointCloud, row: number): Place {
  return { x: cloud.x[row * cloud.stride + cloud.xOffset], y: cloud.y[row * cloud.stride + cloud.yOffset] };
}

/** Selects what lies in a closed polygon of data coordinates x y interleaved. */
export function lassoInData(polygon: ArrayLike<number>, how?: Combination): void {
  const cloud = currentCloud();
  if (cloud) select(rowsInPolygon(cloud, polygon), how);
}

/** Selects what lies between two corners in data coordinates. */
export function boxInData(x0: number, y0: number, x1: number, y1: number, how?: Combination): void {
  const cloud = currentCloud();
  if (cloud) select(rowsInBox(cloud, x0, y0, x1, y1), how);
}

/** Shows the map at a place; `unit` is what a pixel of the screen is worth on each axis. */
export function probeAt(x: number, y: number, unit: Place = { x: 1, y: 1 }): void {
  const { latents } = useExplore.getState();
  const { axes, decodeMode } = get();
  const shown = axisColumns(currentColumns(), axes);
  const cloud = currentCloud();
  if (!latents || !shown || !cloud || cloud.count === 0) return;
  const row = nearestRow(cloud, x, y, unit.x, unit.y);
  if (decodeMode === 'place' && placesDecode(shown)) {
    set({ marker: { row, place: { x, y } } });
    showMapAt(zAtPlace(latents, shown, row, { x, y }), `Point near ${nameOf(row)}`, row);
  } else {
    set({ marker: { row, place: null } });
    showMapAt(zOfRow(latents, row), titleOf(row), row);
  }
}

/** Marks a particle, e.g. a cluster's centre. */
export function markRow(row: number): void {
  set({ marker: { row, place: null } });
}

/** Adds the particle nearest to a place to the path; not the same one twice in a row. */
export function addToPath(x: number, y: number, unit: Place = { x: 1, y: 1 }): void {
  const cloud = currentCloud();
  if (!cloud || cloud.count === 0) return;
  const row = nearestRow(cloud, x, y, unit.x, unit.y);
  set(({ path }) => ({ path: path.at(-1) === row ? path : [...path, row] }));
}

/** Lays the path through particles by their rows, in order. */
export function setPath(path: number[]): void {
  set({ path });
}
