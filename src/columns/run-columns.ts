// The table of all that is known of each particle of a run, made in one place: what was computed of its latents, the latents
// themselves, and what the dataset says.
import { keptWith, stripe, THERE, type Analysis, type Availability, type Column, type Linear } from './column.ts';
import { particleColumns, type ParticleNumbers } from './particle-columns.ts';

export interface LatentNumbers {
  zDim: number;
  count: number;
  /** count×zDim. */
  mu: Float32Array;
}
/** Of latents that are weights of components: the share of the variance of each, 0 … 1. */
export type ComponentShares = readonly number[];
export interface ComponentNumbers {
  /** count×components. */
  projections: Float32Array;
  components: number;
  /** components×zDim, unit rows. */
  axes: Float32Array;
  mean: Float32Array;
  /** Share of the variance, one a component. */
  explainedVariance: Float32Array;
}
/** What fits say of each particle; null where they say nothing. */
export interface FitNumbers {
  /** 1 in the mean. */
  contrast: Float32Array | null;
  /** Log evidence over that of the mean map alone. */
  evidenceGain: Float32Array | null;
  /** Power of what the run leaves of its image over that of the noise (1: noise alone). */
  quality?: Float32Array | null;
}
/** What a landscape of maps says of each particle. */
export interface VolumeNumbers {
  /** count×components, and the share of the maps' variance of each; null where particles have none yet. */
  scores: { values: Float32Array; components: number; shares: ArrayLike<number> } | null;
  /** Of each particle from 0, −1 for none; how many there are, and the place of the colour of each in the palette. */
  states: { labels: Int32Array; count: number; places: readonly number[] };
}
export interface RunNumbers {
  particles: ParticleNumbers | null;
  /** Class of the start of an ab initio run, from 0. */
  startClasses: ArrayLike<number> | null;
  latents: LatentNumbers | null;
  shares?: ComponentShares | null;
  fits?: FitNumbers | null;
  pca: ComponentNumbers | null;
  /** count×2. */
  umap: Float32Array | null;
  clusters: { labels: Int32Array; counts: ArrayLike<number> } | null;
  volumes?: VolumeNumbers | null;
  selections: readonly { indices: Uint32Array; color: string }[];
}

export function runColumns(numbers: RunNumbers): Column[] {
  const { particles, startClasses, latents } = numbers;
  const columns = latents ? latentColumns(latents, numbers) : [];
  columns.push(...volumeColumns(numbers.volumes ?? null));
  columns.push(...fitColumns(numbers.fits ?? null));
  if (particles) columns.push(...particleColumns(particles));
  if (startClasses) {
    const count = Array.from(startClasses).reduce((most, label) => Math.max(most, label + 1), 0);
    columns.push({
      ...({ key: 'start-class', name: 'Class at the start', unit: null, kind: 'class', source: 'start' } as const),
      ...{ availability: THERE, classes: { count, colors: null } },
      values: () => keptWith(startClasses, 'classes', () => Float32Array.from(startClasses)),
    });
  }
  return columns;
}

function latentColumns(
  latents: LatentNumbers,
  { shares = null, pca, umap, clusters, selections }: RunNumbers,
): Column[] {
  const { zDim, count, mu } = latents;
  const made = (by: Analysis, isThere: boolean): Availability => (isThere ? THERE : { state: 'computable', by });
  const dimensions = Array.from({ length: zDim }, (_, d) => d);
  const columns: Column[] = dimensions.map((c) => ({
    ...({ key: `pc${c + 1}`, name: `PC${c + 1}`, unit: null, kind: 'number', source: 'pca' } as const),
    availability: made('pca', pca !== null),
    ...(pca && { share: pca.explainedVariance[c], linear: componentOf(pca, zDim, c) }),
    values: () => pca && stripe(pca.projections, pca.components, c),
  }));
  for (const at of [0, 1])
    columns.push({
      ...({ key: `umap${at + 1}`, name: `UMAP ${at + 1}`, unit: null, kind: 'number', source: 'umap' } as const),
      availability: made('umap', umap !== null),
      values: () => umap && stripe(umap, 2, at),
    });
  for (const d of dimensions)
    columns.push({
      ...({
        key: `z${d + 1}`,
        name: shares ? `Component ${d + 1}` : `z${d + 1}`,
        unit: null,
        kind: 'number',
        source: 'latents',
        availability: THERE,
      } as const),
      ...(shares && { share: shares[d] }),
      linear: { direction: dimensions.map((other) => (other === d ? 1 : 0)), offset: 0 },
      values: () => stripe(mu, zDim, d),
    });
  // One dimension has nothing to stand against: this only spreads the points.
  if (zDim === 1)
    columns.push({
      ...({
        key: 'spread',
        name: 'spread (no meaning)',
        unit: null,
        kind: 'number',
        source: 'none',
        availability: THERE,
      } as const),
      linear: { direction: [0], offset: 0 },
      values: () => keptWith(mu, 'spread', () => spread(count)),
    });
  columns.push({
    ...({ key: 'cluster', name: 'k-means cluster', unit: null, kind: 'class', source: 'clusters' } as const),
    availability: made('clusters', clusters !== null),
    classes: { count: clusters?.counts.length ?? 0, colors: null },
    values: () => clusters && keptWith(clusters.labels, 'labels', () => Float32Array.from(clusters.labels)),
  });
  if (selections.length > 0)
    columns.push({
      ...({ key: 'selection', name: 'Named selection', unit: null, kind: 'class', source: 'selections' } as const),
      ...{ availability: THERE, classes: { count: selections.length, colors: selections.map(({ color }) => color) } },
      values: () => keptWith(selections, String(count), () => lastHolding(selections, count)),
    });
  columns.push({
    ...({ key: 'norm', name: '|z|', unit: null, kind: 'number', source: 'latents', availability: THERE } as const),
    values: () => keptWith(mu, 'norm', () => norms(latents)),
  });
  return columns;
}

/** Of runs whose landscape of maps was made. */
function volumeColumns(volumes: VolumeNumbers | null): Column[] {
  if (!volumes) return [];
  const { scores, states } = volumes;
  const components = Array.from({ length: scores?.components ?? 0 }, (_, c): Column => ({
    ...({ key: `vpc${c + 1}`, name: `Volume PC${c + 1}`, unit: null, kind: 'number', source: 'volumes' } as const),
    ...{ availability: THERE, share: scores?.shares[c] },
    values: () => scores && stripe(scores.values, scores.components, c),
  }));
  const { labels, count, places } = states;
  components.push({
    ...({ key: 'state', name: 'State of its map', unit: null, kind: 'class', source: 'states' } as const),
    ...{ availability: THERE, classes: { count, colors: null, places } },
    values: () => keptWith(labels, 'labels', () => Float32Array.from(labels)),
  });
  return components;
}

/** Of runs that have such numbers: nobody looks for them elsewhere. */
function fitColumns(fits: FitNumbers | null): Column[] {
  const column = (key: string, name: string, values: Float32Array | null | undefined): Column[] =>
    values ? [{ key, name, unit: null, kind: 'number', source: 'fit', availability: THERE, values: () => values }] : [];
  return [
    ...column('contrast', 'Contrast', fits?.contrast),
    ...column('evidence', 'Log evidence over one structure', fits?.evidenceGain),
    ...column('fit_quality', 'Left unexplained over noise', fits?.quality),
  ];
}

/** The projection on a component, (z − mean) · axis. */
function componentOf({ axes, mean }: ComponentNumbers, zDim: number, component: number): Linear {
  const direction = axes.subarray(component * zDim, (component + 1) * zDim);
  return { direction, offset: -direction.reduce((sum, value, d) => sum + value * mean[d], 0) };
}

function norms({ zDim, count, mu }: LatentNumbers): Float32Array {
  return Float32Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let d = 0; d < zDim; d++) sum += mu[row * zDim + d] ** 2;
    return Math.sqrt(sum);
  });
}

/** −1 … 1 in steps of the golden ratio: even, and the same on every visit. */
function spread(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 0.6180339887) % 1) * 2 - 1);
}

/** The place in the list of the last set that holds each of `count` particles; −1 for none. */
function lastHolding(sets: RunNumbers['selections'], count: number): Float32Array {
  const classes = new Float32Array(count).fill(-1);
  sets.forEach(({ indices }, i) => {
    for (const row of indices) if (row < count) classes[row] = i;
  });
  return classes;
}
