// Maps in the analysis worker: how they are asked for, named, contoured and cut.
import type { MapStatistics } from '../../src/isosurface/statistics.ts';
import type { KeptMaskKind } from '../../src/jobs/kept-masks.ts';
import type { MaskChoice, MaskExtent } from '../../src/jobs/solvent-mask.ts';
import type { LandscapeMapName } from '../../src/jobs/landscape/state-maps.ts';

/** What is done to a map once it was decoded. */
export interface FinishRequest {
  /**
   * Multiplied by the run's solvent mask, or by the one that was drawn or the file that was chosen for it: under its name, and the how
   * manieth that was kept.
   */
  mask?: { from: 'run' | KeptMaskKind; name: string; count: number };
  /** Density below 0 becomes 0. */
  clip?: boolean;
}

/** What a map is decoded from. */
export interface DecodeRequest {
  runId: string;
  /** Latest epoch where null. */
  epoch: number | null;
  z: number[];
  /** Side of the map: the training box, or smaller for a preview. */
  boxPixels: number;
  /**
   * Instead of by the model: from the run's prepared images around z, at the training box; or the solvent mask, at that box too, the run's
   * own or by `choice`; or a map that the run's landscape of this epoch keeps, at its box, named by `landscape`; or from the images `rows`
   * (ascending, from 0) alone, wherever z lies, at the training box; or from the `windowImages` images whose latents lie nearest to z,
   * the nearer the more, at that box.
   */
  from?: 'images' | 'mask' | 'landscape' | 'selection' | 'window';
  landscape?: LandscapeMapName;
  choice?: MaskChoice;
  rows?: Uint32Array;
  windowImages?: number;
  finish?: FinishRequest;
}

/** How a map was made from images, and how far the maps of two halves of them agree. */
export interface MadeFromImages {
  /** Images that may have the latent, of the selection, or of the window. */
  images: number;
  /** By shell 0 … D/2 − 1, inside the mask. */
  fsc: Float32Array;
  /** Å at which it falls below 0.143. */
  resolutionAngstrom: number;
  /** Of a window: by shell, with the model's map at the same latent, without a mask. */
  model?: Float32Array;
}

/** Windows along a path: latents in their order, all of one epoch. */
export interface WindowsRequest extends Omit<DecodeRequest, 'z'> {
  zs: number[][];
}

/** Names a map in the analysis worker. The screen makes the key, so that the map of a call given up can be released by it. */
export interface MapReference {
  key: string;
  /** What it can be decoded from again; null of a model that was being trained and of a map of the start. */
  source: DecodeRequest | null;
}

/** A map that the analysis worker keeps, as the screen holds it. */
export interface MapHandle extends MapReference {
  /** The z it was decoded at; empty for a homogeneous field. */
  z: number[];
  boxPixels: number;
  pixelSizeAngstrom: number;
  statistics: MapStatistics;
  made?: MadeFromImages;
  /** Of a mask. */
  extent?: MaskExtent;
}

export interface MapToExport extends MapReference {
  z: number[];
  /** For people, in the file's header. */
  label: string;
}

/** Where to contour: the level that statistics suggest, a value in map units, or standard deviations above the mean. */
export type ContourLevel = { kind: 'suggested' } | { kind: 'value'; value: number } | { kind: 'sigmas'; value: number };

export interface ContouredMap {
  map: MapHandle;
  /** Map units. */
  level: number;
  mesh: IsosurfaceMesh;
}

export interface MapRequest extends DecodeRequest {
  key: string;
  level: ContourLevel;
}

/** Of `from: 'window'` all are made in as few passes over the images as memory allows. */
export interface MapSeriesRequest extends Omit<DecodeRequest, 'z'> {
  maps: { key: string; z: number[] }[];
  level: ContourLevel;
  /** All maps at the level of the first, or each at its own. */
  sameLevel: boolean;
}

/** A run whose field adds components, how many, and the box at which they are added up. */
export interface ComponentsPlace {
  runId: string;
  /** Latest epoch where null. */
  epoch: number | null;
  boxPixels: number;
  components: number;
  finish?: FinishRequest;
}

/** A sum of a mean map and components, of which only the surface is kept. */
export interface SummedMap {
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** Of the mean map. */
  statistics: MapStatistics;
  /** Map units. */
  level: number;
  mesh: IsosurfaceMesh;
}

/** Standard deviation of each voxel over the particles' z, [z][y][x], map units. */
export interface SpreadMap {
  boxPixels: number;
  pixelSizeAngstrom: number;
  values: Float32Array;
  /** Where colours end: one voxel in a thousand lies above. */
  high: number;
}

export type MapAxis = 'x' | 'y' | 'z';

/** A plane of voxels D×D across an axis; rows upwards: z shows (x, y), y shows (x, z), x shows (y, z). */
export interface MapPlane {
  axis: MapAxis;
  index: number;
  values: Float32Array;
}

/** What the analysis worker keeps. */
export interface MapsKept {
  count: number;
  bytes: number;
}

export interface IsosurfaceMesh {
  /** Vertices in Å from the centre of the box, x y z interleaved. */
  positions: Float32Array;
  normals: Float32Array;
  indices: Uint32Array;
}
