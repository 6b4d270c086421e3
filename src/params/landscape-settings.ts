// What a landscape of maps is asked for: its sketch, its mask, its states, the particles in volume space. Defaults stand here once, for the
// screen and the command.

/** Maps that stand for the particles. */
export interface SketchSettings {
  /** Maps, at most the run's particles. */
  maps: number;
  /** Of the maps, 0 … 1, those of the particles farthest from all others chosen, so that rare states are seen. */
  farthestShare: number;
  /** Side of the maps, even, at most the run's; null for the run's, at most 64. */
  boxPixels: number | null;
  seed: number;
}

/** The voxels that are compared: where some map of the sketch reaches, inside of a mask that was given. */
export interface LandscapeMaskSettings {
  /**
   * Threshold of each map, whose union is taken: half its 99.99th percentile ('percentile', cryoDRGN's), half its maximum ('maximum'); or
   * no threshold at all ('none'): the given mask as it is, or the ball in the box where none is given.
   */
  threshold: 'percentile' | 'maximum' | 'none';
  /** The union is dilated by so much, Å. */
  dilateAngstrom: number;
  /** Width of the cosine edge beyond that, Å; 0 for a hard edge. */
  edgeAngstrom: number;
  /** The run's solvent mask, the mask that was drawn for the run (drawn_mask.mrc), or the file of one (chosen_mask.mrc), multiplied with it. */
  within: 'none' | 'run' | 'drawn' | 'file';
}

/** Of agglomerative clustering. */
export type Linkage = 'average' | 'ward' | 'complete' | 'single';
/** Between masked maps. 'cosine': one less the cosine of the angle between them. */
export type MapMetric = 'euclidean' | 'cosine';

/** Where a dendrogram is cut: in so many states, below a height, or at the largest gap between heights among 2 to 15 states. */
export type DendrogramCut =
  { kind: 'count'; states: number } | { kind: 'height'; height: number } | { kind: 'largest-gap' };

/** How maps become states. */
export interface StateSettings {
  linkage: Linkage;
  metric: MapMetric;
  cut: DendrogramCut;
  /** Maps of the sketch, from 0, that are left out of mask, components and states, with the particles behind them. */
  excludedMaps: number[];
}

/** How all particles come into volume space. */
export interface ParticleSettings {
  /** Volume components told of each particle. */
  components: number;
  /** Maps decoded on the fly of which it is learned beside those of the sketch; 0 for those of the sketch alone. */
  trainMaps: number;
}

/** All that a landscape is asked for. */
export interface LandscapeSettings {
  sketch: SketchSettings;
  mask: LandscapeMaskSettings;
  states: StateSettings;
  particles: ParticleSettings;
}

/** What is asked for where nothing is said. */
export const LANDSCAPE_DEFAULTS: LandscapeSettings = {
  sketch: { maps: 500, farthestShare: 0.05, boxPixels: null, seed: 0 },
  mask: { threshold: 'percentile', dilateAngstrom: 5, edgeAngstrom: 5, within: 'none' },
  states: { linkage: 'ward', metric: 'euclidean', cut: { kind: 'largest-gap' }, excludedMaps: [] },
  particles: { components: 4, trainMaps: 25_000 },
};

/** Larger maps are asked for by hand: motions of 10 Å are seen in cells of 3. */
export const MOST_BOX_PIXELS = 64;
/** Components that are computed of the maps, where there are as many. */
export const MOST_COMPONENTS = 20;
