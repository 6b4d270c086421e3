// What the landscape's two axes show, and the way back from a place on it to a z.
import type { ParticleColumns, PcaResult, RunLatents } from '../../../workers/contract.ts';
import { cloudOfColumns, type PointCloud } from '../../selection/lasso.ts';

export type AxisFamily = 'pca' | 'umap' | 'latent';
export interface Axes {
  family: AxisFamily;
  /** Component, or latent dimension, from 0; UMAP is always 0 and 1. */
  x: number;
  y: number;
}

export interface LandscapeSource {
  latents: RunLatents;
  pca: PcaResult | null;
  umap: Float32Array | null;
}

/** How a click becomes a z: the nearest particle's, or the very place clicked. */
export type DecodeMode = 'particle' | 'place';

/** Coordinates of all particles on these axes; null while they are not computed. */
export function cloudOf({ latents, pca, umap }: LandscapeSource, axes: Axes): PointCloud | null {
  if (axes.family === 'umap') return umap && cloudOfColumns(umap, 2, 0, 1);
  // One dimension has nothing to stand against: the second axis only spreads the points.
  if (latents.zDim === 1) {
    const x = axes.family === 'pca' && pca ? pca.projections : latents.mu;
    return { count: latents.count, x, y: spread(latents.count), stride: 1, xOffset: 0, yOffset: 0 };
  }
  if (axes.family === 'latent') return cloudOfColumns(latents.mu, latents.zDim, axes.x, axes.y);
  return pca && cloudOfColumns(pca.projections, pca.components, axes.x, axes.y);
}

let spreadValues = new Float32Array(0);
function spread(count: number): Float32Array {
  if (spreadValues.length !== count) {
    // Golden-ratio steps: even, and the same on every visit.
    spreadValues = Float32Array.from({ length: count }, (_, i) => ((i * 0.6180339887) % 1) * 2 - 1);
  }
  return spreadValues;
}

/** Row of the particle nearest to a place; distances are measured in the screen's units of each axis. */
export function nearestRow(cloud: PointCloud, x: number, y: number, xUnit = 1, yUnit = 1): number {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < cloud.count; i++) {
    const dx = (cloud.x[i * cloud.stride + cloud.xOffset] - x) / xUnit;
    const dy = (cloud.y[i * cloud.stride + cloud.yOffset] - y) / yUnit;
    const distance = dx * dx + dy * dy;
    if (distance < least) [least, best] = [distance, i];
  }
  return best;
}

export function zOfRow({ mu, zDim }: RunLatents, row: number): number[] {
  return [...mu.subarray(row * zDim, (row + 1) * zDim)];
}

/** Whether a place on these axes is a z of its own; on UMAP only the particles are. */
export function placesDecode(axes: Axes): boolean {
  return axes.family !== 'umap';
}

/**
 * z at a place: the nearest particle's, moved within the plane of the two axes to the place itself. On PCA axes the
 * move is along the two unit axes, on latents it sets the two numbers; the other coordinates stay the particle's.
 */
export function zAtPlace(source: LandscapeSource, axes: Axes, row: number, x: number, y: number): number[] {
  const z = zOfRow(source.latents, row);
  const cloud = cloudOf(source, axes);
  if (!cloud || !placesDecode(axes)) return z;
  const dx = x - cloud.x[row * cloud.stride + cloud.xOffset];
  const dy = source.latents.zDim === 1 ? 0 : y - cloud.y[row * cloud.stride + cloud.yOffset];
  if (axes.family === 'latent') {
    z[axes.x] += dx;
    if (axes.y !== axes.x) z[axes.y] += dy;
    return z;
  }
  const { pca } = source;
  if (!pca) return z;
  const { zDim } = source.latents;
  return z.map((value, d) => {
    const alongX = dx * pca.axes[axes.x * zDim + d];
    const alongY = axes.y === axes.x ? 0 : dy * pca.axes[axes.y * zDim + d];
    return value + alongX + alongY;
  });
}

/** Where a z lies on these axes; null on UMAP, which has no formula. */
export function placeOfZ(source: LandscapeSource, axes: Axes, z: ArrayLike<number>): { x: number; y: number } | null {
  const { pca, latents } = source;
  const project = (component: number) => {
    if (!pca) return NaN;
    let sum = 0;
    for (let d = 0; d < latents.zDim; d++) sum += (z[d] - pca.mean[d]) * pca.axes[component * latents.zDim + d];
    return sum;
  };
  if (axes.family === 'umap' || (axes.family === 'pca' && !pca)) return null;
  if (latents.zDim === 1) return { x: axes.family === 'pca' ? project(0) : z[0], y: 0 };
  return axes.family === 'latent' ? { x: z[axes.x], y: z[axes.y] } : { x: project(axes.x), y: project(axes.y) };
}

export function axisName(source: LandscapeSource | null, axes: Axes, which: 'x' | 'y'): string {
  const index = axes[which];
  if (axes.family === 'umap') return `UMAP ${which === 'x' ? 1 : 2}`;
  if (source?.latents.zDim === 1 && which === 'y') return 'spread (no meaning)';
  if (axes.family === 'latent') return `z${index + 1}`;
  const share = source?.pca?.explainedVariance[index];
  return share === undefined ? `PC${index + 1}` : `PC${index + 1} (${(share * 100).toFixed(1)} %)`;
}

export interface ColorChoice {
  key: string;
  label: string;
  kind: 'none' | 'cluster' | 'number';
}

export function colorChoices(
  columns: ParticleColumns | null,
  hasClusters: boolean,
  hasSelections = false,
): ColorChoice[] {
  const choices: ColorChoice[] = [{ key: 'none', label: 'One colour', kind: 'none' }];
  if (hasClusters) choices.push({ key: 'cluster', label: 'k-means cluster', kind: 'cluster' });
  if (hasSelections) choices.push({ key: 'selection', label: 'Named selection', kind: 'cluster' });
  choices.push({ key: 'norm', label: '|z|', kind: 'number' });
  if (columns?.defocusAngstrom) choices.push({ key: 'defocus', label: 'Defocus (µm)', kind: 'number' });
  if (columns?.tiltDegrees) choices.push({ key: 'tilt', label: 'Viewing angle: tilt (°)', kind: 'number' });
  if (columns?.rotDegrees) choices.push({ key: 'rot', label: 'Viewing angle: rot (°)', kind: 'number' });
  if (columns?.shiftPixels) choices.push({ key: 'shift', label: 'Shift (px)', kind: 'number' });
  for (const { name } of columns?.extra ?? []) choices.push({ key: `extra:${name}`, label: name, kind: 'number' });
  return choices;
}

/** The numbers to colour by; null for one colour or where the column is absent. */
export function colorValues(
  key: string,
  columns: ParticleColumns | null,
  latents: RunLatents,
  labels: Int32Array | null,
): Float32Array | Int32Array | null {
  if (key === 'cluster') return labels;
  if (key === 'norm') return latents.norm;
  if (key === 'defocus') return columns?.defocusAngstrom?.map((angstrom) => angstrom / 1e4) ?? null;
  if (key === 'tilt') return columns?.tiltDegrees ?? null;
  if (key === 'rot') return columns?.rotDegrees ?? null;
  if (key === 'shift') return columns?.shiftPixels ?? null;
  if (key.startsWith('extra:')) return columns?.extra.find(({ name }) => name === key.slice(6))?.values ?? null;
  return null;
}

/** The place in the list of the last set that holds each of `count` particles; −1 for none. */
export function classesOf(sets: readonly { indices: Uint32Array }[], count: number): Int32Array {
  const classes = new Int32Array(count).fill(-1);
  sets.forEach(({ indices }, i) => {
    for (const row of indices) if (row < count) classes[row] = i;
  });
  return classes;
}
