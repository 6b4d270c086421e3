// A landscape of maps as it is told and kept: N particles, M maps of the sketch, K volume components.
import type { DrawnMaskOrigin } from '../kept-masks.ts';
import type { Linkage, LandscapeSettings, MapMetric } from './settings.ts';

/** What a landscape will cost, said before it is begun. */
export interface LandscapePlan {
  /** Maps to decode: of the sketch, and to learn from. 0 where they are kept already, or where the run's components say all. */
  sketchMaps: number;
  trainMaps: number;
  boxPixels: number;
  /** Å of a voxel. */
  pixelSizeAngstrom: number;
  /** Measured on a few maps. */
  secondsPerMap: number;
  seconds: number;
  /** In the run's folder. */
  storageBytes: number;
  /** Peak, beside the model. */
  memoryBytes: number;
  /** 'components': maps are sums of the run's components, and distances between them are exact without decoding. */
  maps: 'decoded' | 'components';
}

/** The maps that stand for the particles. */
export interface LandscapeSketch {
  /** M: particle (0-based row of the run) at whose latent each map is. */
  rows: Uint32Array;
  /** M: particles nearest to each. */
  particles: Uint32Array;
  /** N: the map nearest to each particle, 0 … M−1. */
  mapOfParticle: Uint32Array;
  zDim: number;
  /** M×zDim. */
  z: Float32Array;
  boxPixels: number;
  pixelSizeAngstrom: number;
}

/** What a mask is that a landscape lies inside of. */
export type WithinMaskOrigin =
  { kind: 'none' } | { kind: 'run' } | ({ kind: 'drawn' } & DrawnMaskOrigin) | { kind: 'file'; name: string };

/** The mask as it came out. */
export interface LandscapeMaskExtent {
  /** Voxels above 0, and their share of the box, 0 … 1. */
  voxels: number;
  share: number;
  /** From the middle of the box to the furthest voxel above one half. */
  reachAngstrom: number;
  /** The mask that it lies inside of. */
  within: WithinMaskOrigin;
}

/** Principal components of the masked maps. */
export interface VolumePca {
  components: number;
  /** M×K, in the maps' units; NaN for maps that were left out. */
  scores: Float32Array;
  /** K shares of the variance of the maps, 0 … 1, descending. */
  explainedVariance: Float32Array;
  /** zDim shares of the variance of the latents of all particles, descending: fig. 6-5. */
  latentExplainedVariance: Float32Array;
}

/** The tree of merges, as SciPy writes it. */
export interface Dendrogram {
  linkage: Linkage;
  metric: MapMetric;
  /** L leaves: the map of the sketch of each. */
  maps: Uint32Array;
  /** (L−1)×4 row by row: the two clusters (leaves 0 … L−1, merge i is L+i; the smaller first), the height, leaves below. Heights ascend. */
  merges: Float64Array;
}

/** States at one cut of the dendrogram, the largest first. */
export interface LandscapeStates {
  count: number;
  /** The height below which all merges hold. */
  height: number;
  /** M: state of each map from 0; −1 for maps that were left out. */
  ofMap: Int32Array;
  /** N: state of each particle's map. */
  ofParticle: Int32Array;
  maps: Uint32Array;
  particles: Uint32Array;
  /** Of each state: root of the mean squared distance of its maps, weighted by particles, to their mean; map units. */
  spread: Float32Array;
  /** Of each state: the map of the sketch nearest to its mean. */
  centreMap: Uint32Array;
  /**
   * Of each state: mean silhouette of its maps by the distances of the tree, −1 … 1, 0 for a single map; NaN for one state, or where an
   * older version kept no distances.
   */
  silhouette: Float32Array;
  /** Of each state: mean distance of its maps to the nearest map of another state, in the metric of the tree; NaN as well. */
  separation: Float32Array;
  /** 1 for a state of less than 2 % of the particles that lies farther from all others than half of all pairs of maps from each other. */
  fewAndFar: Uint8Array;
}

/** All particles in volume space. */
export interface ParticleVolumes {
  components: number;
  /** N×K volume components. */
  scores: Float32Array;
  /** K: share of the variance of maps that were not learned from which is told right; 1 where the components are exact. */
  heldOutR2: Float32Array;
  /** Maps learned from, without those held out; 0 where the components are exact. */
  learnedFrom: number;
  how: 'learned' | 'exact';
}

/** Distances within clusters of k-means against their number: whether the sketch has maps enough (fig. 6-6). */
export interface SketchHomogeneity {
  /** What distances are of: the volume components of the particles, or the masked maps themselves. */
  by: 'components' | 'maps';
  /** Pairs that were measured for each number of clusters. */
  pairs: number;
  /** Ascending. */
  clusters: Uint32Array;
  /** Mean distance between maps of particles of one cluster, map units. */
  meanDistance: Float32Array;
  standardDeviation: Float32Array;
  /** Between maps of any two particles. */
  overall: number;
}

/** Apparent free energy on a grid of one to three coordinates. */
export interface FreeEnergy {
  /** "z" latents' components or "volume" components, from 0. */
  space: 'latent' | 'volume';
  axes: number[];
  /** Points along each axis, and the first and last value. */
  points: number[];
  from: number[];
  to: number[];
  /** Row-major, the last axis fastest: −ln(density / its maximum), kT; NaN where the density is nothing. */
  energy: Float32Array;
  /** Particles that stand in each cell, by their uncertainty. */
  particles: Float32Array;
  /** Standard deviation over bootstrap draws, kT. */
  uncertainty: Float32Array;
  /** Why the cells are as large as they are, in words; absent from what an older version kept. */
  cells?: string;
  /** What is resampled. */
  bootstrap: 'micrographs' | 'particles';
  /** True where fewer than 10 particles stand, or the energy is not known to half a kT: to be drawn grey. */
  unsure: Uint8Array;
  /** Share of the particles' variance here that is noise of their latents, 0 … 1; null where nothing says. */
  noiseShare: number | null;
  /** To be shown beside it. */
  caution: string;
}

/** A path of least resistance between two states. */
export interface LandscapePath {
  /** F×axes, coordinates on the free energy's axes. */
  points: Float32Array;
  /** F×zDim, to decode; evenly spaced in distance between maps. */
  z: Float32Array;
  frames: number;
  /** F, kT. */
  energy: Float32Array;
  caution: string;
}

/** A landscape as it is kept for a run's epoch. */
export interface Landscape {
  epoch: number;
  settings: LandscapeSettings;
  created: string;
  maps: 'decoded' | 'components';
  sketch: LandscapeSketch;
  mask: LandscapeMaskExtent;
  pca: VolumePca;
  dendrogram: Dendrogram;
  states: LandscapeStates;
  /** M×2, classical scaling of the distances; NaN for maps that were left out. */
  mds: Float32Array;
  /** M×2 of the volume components; NaN as well. */
  umap: Float32Array;
  /** Null where it was not asked for yet. */
  particles: ParticleVolumes | null;
  homogeneity: SketchHomogeneity | null;
  freeEnergy: FreeEnergy | null;
  path: LandscapePath | null;
}
