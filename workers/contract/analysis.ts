// Analysis workers: numbers about latents and maps.
import type { CallOptions, Cancellable } from './calls.ts';
import type { ExportedBlob } from './datasets.ts';
import type {
  ComponentsPlace,
  ContouredMap,
  ContourLevel,
  IsosurfaceMesh,
  MapPlane,
  MapReference,
  MapRequest,
  MapSeriesRequest,
  MapToExport,
  MapsKept,
  SpreadMap,
  SummedMap,
} from './maps.ts';
import type { MaskDrawing } from './masks.ts';
import type { LatentsHandle } from './runs.ts';

export interface PcaResult {
  /** count×components, projections. */
  projections: Float32Array;
  components: number;
  /** components×zDim, unit rows. */
  axes: Float32Array;
  mean: Float32Array;
  /** Share of the variance, one a component, descending. */
  explainedVariance: Float32Array;
}

export interface KMeansResult {
  labels: Int32Array;
  /** k on-data centres: the particle nearest each centre, 0-based. */
  centreIndices: Uint32Array;
  /** k×zDim, z of those particles. */
  centres: Float32Array;
  counts: Uint32Array;
}

export interface TrajectoryRequest {
  latents: LatentsHandle;
  /** Along a principal component between percentiles, or through chosen particles in straight segments. */
  along:
    | { kind: 'component'; component: number; fromPercentile: number; toPercentile: number }
    | { kind: 'points'; points: number[][] };
  steps: number;
}

/** An analysis that an earlier visit has kept: asked for again it is read, not computed. */
export interface KeptAnalysis {
  method: 'pca' | 'umap' | 'kmeans';
  /** k of k-means, by name. */
  parameters: Record<string, number>;
  /** Null where nothing is random. */
  seed: number | null;
}

/** PCA, UMAP and k-means of opened latents are kept in the run's folder, and read from there while the latents are the same. */
export interface AnalysisApi extends Cancellable {
  /**
   * Reads the latents into every analysis worker, where they stay until `releaseLatents` was called as often. Calls answer
   * without it too, while the run's folder holds that epoch. Error 'file-missing' where it no longer does.
   */
  openLatents(latents: LatentsHandle): Promise<void>;
  releaseLatents(latents: LatentsHandle): Promise<void>;
  /** What is kept of these latents, oldest first. */
  keptAnalyses(latents: LatentsHandle): Promise<KeptAnalysis[]>;
  pca(latents: LatentsHandle, call: CallOptions): Promise<PcaResult>;
  /** count×2. 15 neighbours, minimum distance 0.1. */
  umap(latents: LatentsHandle, seed: number, call: CallOptions): Promise<Float32Array>;
  kMeans(latents: LatentsHandle, k: number, seed: number, call: CallOptions): Promise<KMeansResult>;
  /** steps×zDim. */
  trajectory(request: TrajectoryRequest): Promise<Float32Array>;
  /** Particle nearest to each z (m×zDim): m indices. */
  nearest(latents: LatentsHandle, z: Float32Array): Promise<Uint32Array>;
  /**
   * Decodes in the engine worker, between training steps while a run goes on (while an ab initio run starts, with the map
   * of the start), takes statistics and contours. The map stays in the analysis worker under the request's key until it is
   * released. Tells of progress where the map takes long.
   */
  decode(request: MapRequest, call: CallOptions): Promise<ContouredMap>;
  /** Maps at several z in order, each handed over as it is ready. */
  decodeSeries(
    request: MapSeriesRequest,
    onMap: (index: number, contoured: ContouredMap) => void,
    call: CallOptions,
  ): Promise<void>;
  /** Of a run whose field adds components: the surface at z, from maps that the analysis worker holds; no map is decoded or kept. */
  sumComponents(place: ComponentsPlace, z: number[], level: ContourLevel): Promise<SummedMap>;
  spreadOfComponents(place: ComponentsPlace): Promise<SpreadMap>;
  /** `level` in map units. This and what follows: a map that was let go is decoded again; error 'map-gone' where it cannot be. */
  isosurface(map: MapReference, level: number): Promise<IsosurfaceMesh>;
  planes(map: MapReference, planes: Omit<MapPlane, 'values'>[]): Promise<MapPlane[]>;
  /** Sum along z, D×D, rows upwards. */
  projection(map: MapReference): Promise<Float32Array>;
  /** Fourier shell correlation of two maps of one box: D/2 values, shell i at i/D per pixel; shell 0 is 1. */
  fsc(a: MapReference, b: MapReference): Promise<Float32Array>;
  /** A mask of drawn shapes, its surface at one half. It is kept as a map under its key until it is released. */
  drawMask(drawing: MaskDrawing): Promise<ContouredMap>;
  /** One map as MRC, several as a zip of vol_001.mrc … and their z. Maps that are not kept are decoded for it one by one. */
  exportMaps(maps: MapToExport[], baseName: string, call: CallOptions): Promise<ExportedBlob>;
  /** What the screen shows now: never let go for room, as other maps are, the longest unused first. */
  showMaps(keys: string[]): Promise<void>;
  /** Forgets maps; keys that are not known are no error. */
  releaseMaps(keys: string[]): Promise<void>;
  mapsKept(): Promise<MapsKept>;
}
