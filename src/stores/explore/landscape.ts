// How the landscape is drawn and what a hand does on it: axes, colours, tool, lasso in data coordinates, the path.
import { create } from 'zustand';
import { rowsInBox, rowsInPolygon, type PointCloud } from '../../selection/lasso.ts';
import type { Combination } from '../../selection/sets.ts';
import { computeUmap, landscapeSource, useExplore } from './store.ts';
import {
  cloudOf,
  nearestRow,
  placesDecode,
  zAtPlace,
  zOfRow,
  type Axes,
  type AxisFamily,
  type DecodeMode,
} from './axes.ts';
import { showMapAt } from './maps.ts';
import { nameOf, titleOf } from './names.ts';
import { select } from './selections.ts';

export type LandscapeTool = 'lasso' | 'box' | 'probe' | 'pan';
export interface Place {
  x: number;
  y: number;
}

export interface LandscapeState {
  axes: Axes;
  color: string;
  display: 'points' | 'density';
  tool: LandscapeTool;
  decodeMode: DecodeMode;
  /** The particle whose map is shown, or the place clicked near it where that was decoded itself. */
  marker: { row: number; place: Place | null } | null;
  /** Particles chosen for a path, in order. */
  path: number[];
}

export const useLandscape = create<LandscapeState>(() => ({
  axes: { family: 'pca', x: 0, y: 1 },
  color: 'cluster',
  display: 'points',
  tool: 'lasso',
  decodeMode: 'particle',
  marker: null,
  path: [],
}));

const { getState: get, setState: set } = useLandscape;

/** Back to the first picture of a run with this many latents. */
export function resetLandscape(zDim: number): void {
  set({ axes: { family: 'pca', x: 0, y: Math.min(1, zDim - 1) }, color: 'cluster', marker: null, path: [] });
}

export function setFamily(family: AxisFamily): void {
  const zDim = useExplore.getState().latents?.zDim ?? 2;
  set({ axes: { family, x: 0, y: Math.min(1, zDim - 1) } });
  forgetPlace();
  if (family === 'umap' && useExplore.getState().umap.result === null) void computeUmap();
}

export function setAxis(which: 'x' | 'y', index: number): void {
  set(({ axes }) => ({ axes: { ...axes, [which]: index } }));
  forgetPlace();
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

export function setLandscape(change: Partial<Pick<LandscapeState, 'color' | 'display' | 'tool' | 'decodeMode'>>): void {
  set(change);
}

export function currentCloud(): PointCloud | null {
  const source = landscapeSource();
  return source && cloudOf(source, get().axes);
}

export function placeOfRow(cloud: PointCloud, row: number): Place {
  return { x: cloud.x[row * cloud.stride + cloud.xOffset], y: cloud.y[row * cloud.stride + cloud.yOffset] };
}

/** Selects what lies in a closed polygon of data coordinates x y interleaved. */
export function lassoInData(polygon: ArrayLike<number>, how?: Combination): void {
  const cloud = currentCloud();
  if (cloud) select(rowsInPolygon(cloud, polygon), how);
}

export function boxInData(x0: number, y0: number, x1: number, y1: number, how?: Combination): void {
  const cloud = currentCloud();
  if (cloud) select(rowsInBox(cloud, x0, y0, x1, y1), how);
}

/** Shows the map at a place; `unit` is what a pixel of the screen is worth on each axis. */
export function probeAt(x: number, y: number, unit: Place = { x: 1, y: 1 }): void {
  const source = landscapeSource();
  const cloud = currentCloud();
  if (!source || !cloud || cloud.count === 0) return;
  const { axes, decodeMode } = get();
  const row = nearestRow(cloud, x, y, unit.x, unit.y);
  if (decodeMode === 'place' && placesDecode(axes)) {
    set({ marker: { row, place: { x, y } } });
    showMapAt(zAtPlace(source, axes, row, x, y), `Point near ${nameOf(row)}`, row);
  } else {
    set({ marker: { row, place: null } });
    showMapAt(zOfRow(source.latents, row), titleOf(row), row);
  }
}

/** Marks a particle, e.g. a cluster's centre. */
export function markRow(row: number): void {
  set({ marker: { row, place: null } });
}

export function addToPath(x: number, y: number, unit: Place = { x: 1, y: 1 }): void {
  const cloud = currentCloud();
  if (!cloud || cloud.count === 0) return;
  const row = nearestRow(cloud, x, y, unit.x, unit.y);
  set(({ path }) => ({ path: path.at(-1) === row ? path : [...path, row] }));
}

export function setPath(path: number[]): void {
  set({ path });
}
