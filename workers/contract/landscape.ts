// A landscape of maps, in the analysis worker: maps are decoded in the engine worker, once, and kept in the run's folder.
import type {
  FreeEnergy,
  Landscape,
  LandscapePath,
  LandscapePlan,
  LandscapeStates,
} from '../../src/jobs/landscape/landscape.ts';
import type {
  DendrogramCut,
  LandscapeMaskSettings,
  LandscapeSettings,
  ParticleSettings,
  StateSettings,
} from '../../src/params/landscape-settings.ts';
import type { CallOptions } from './calls.ts';
import type { ExportedBlob } from './datasets.ts';
import type { LatentsHandle } from './runs.ts';

export type * from '../../src/jobs/landscape/landscape.ts';
export type * from '../../src/params/landscape-settings.ts';
/** The source of a map request (`from: 'landscape'`, at the landscape's box). */
export type { LandscapeMapName } from '../../src/jobs/landscape/state-maps.ts';

export interface FreeEnergyRequest {
  /** One to three axes: components of the latents, or of the volumes, from 0. */
  space: 'latent' | 'volume';
  axes: number[];
  /** Draws for its uncertainty. */
  bootstraps: number;
}

export interface LandscapePathRequest extends FreeEnergyRequest {
  /** States at its ends, from 0. */
  fromState: number;
  toState: number;
  frames: number;
}

/**
 * Of the latents of a run's epoch. What is kept is read by `landscapeOf`; the other calls compute, keep what they computed and return the
 * whole. All but `landscapePlan`, `runLandscape`, `landscapeParticles` and `landscapeHomogeneity` decode nothing; all but the first two are
 * refused ('file-missing') before a first `runLandscape`.
 */
export interface LandscapeApi {
  /** Decodes a few maps to measure. Errors: 'value-out-of-range' for settings that do not fit the run, 'usage' for a run without latents. */
  landscapePlan(latents: LatentsHandle, settings: LandscapeSettings, call: CallOptions): Promise<LandscapePlan>;
  /** Goes on where an earlier call with the same sketch was cancelled: maps that are kept are not decoded again. */
  runLandscape(latents: LatentsHandle, settings: LandscapeSettings, call: CallOptions): Promise<Landscape>;
  /** Null where none is kept, or the latents have changed. */
  landscapeOf(latents: LatentsHandle): Promise<Landscape | null>;
  /** Other voxels: components, distances and states anew, particles in volume space no more (null) until they are asked for. */
  remaskLandscape(latents: LatentsHandle, mask: LandscapeMaskSettings, call: CallOptions): Promise<Landscape>;
  /** Another linkage, metric or cut; where other maps are left out also components and mask. */
  reclusterLandscape(latents: LatentsHandle, states: StateSettings, call: CallOptions): Promise<Landscape>;
  /** States at another cut, for a line that is dragged: nothing is kept, no state's map made. */
  cutLandscape(latents: LatentsHandle, cut: DendrogramCut): Promise<LandscapeStates>;
  /** Volume components of all particles. */
  landscapeParticles(latents: LatentsHandle, particles: ParticleSettings, call: CallOptions): Promise<Landscape>;
  /**
   * Whether the sketch has maps enough: by the volume components of the particles where they have any, exactly where maps are sums, else by
   * a few hundred maps decoded for it.
   */
  landscapeHomogeneity(latents: LatentsHandle, call: CallOptions): Promise<Landscape>;
  landscapeFreeEnergy(latents: LatentsHandle, request: FreeEnergyRequest, call: CallOptions): Promise<FreeEnergy>;
  landscapePath(latents: LatentsHandle, request: LandscapePathRequest, call: CallOptions): Promise<LandscapePath>;
  /** Tables, maps of states, lists of particles and figures as a zip. */
  exportLandscape(latents: LatentsHandle, baseName: string, call: CallOptions): Promise<ExportedBlob>;
}
