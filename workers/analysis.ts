// Numbers about latents and maps, as the screen asks for them: satisfies AnalysisApi, knows no worker.
// Long calls hear `cancel(id)` between chunks, because the computations let messages in every 40 ms or so.
import { kMeansClusters } from '../src/landscape/kmeans.ts';
import { nearestRows } from '../src/landscape/nearest.ts';
import type { LongWork } from '../src/base/pace.ts';
import { principalComponents } from '../src/landscape/pca.ts';
import { alongComponent, throughPoints } from '../src/landscape/trajectory.ts';
import { umapOf } from '../src/landscape/umap.ts';
import { CallsUnderway } from './calls.ts';
import type {
  AnalysisApi,
  CallOptions,
  ContouredMap,
  ExportedBlob,
  IsosurfaceMesh,
  KMeansResult,
  LatentsHandle,
  MapPlane,
  MapReference,
  MapRequest,
  MapSeriesRequest,
  MapsKept,
  MapToExport,
  PcaResult,
  TrajectoryRequest,
} from './contract.ts';
import { LatentsRegistry, type ReadLatents } from './latents-registry.ts';
import { MapAnalysis, type DecodeMap } from './map-analysis.ts';

export interface AnalysisParts {
  readLatents: ReadLatents;
  decodeMap: DecodeMap;
}

export class Analysis implements AnalysisApi {
  private readonly calls = new CallsUnderway();
  private readonly latents: LatentsRegistry;
  private readonly maps: MapAnalysis;

  constructor({ readLatents, decodeMap }: AnalysisParts) {
    this.latents = new LatentsRegistry(readLatents);
    this.maps = new MapAnalysis(decodeMap);
  }

  cancel(id: string): void {
    this.calls.cancel(id);
  }

  openLatents(latents: LatentsHandle): Promise<void> {
    return this.latents.open(latents);
  }

  async releaseLatents(latents: LatentsHandle): Promise<void> {
    this.latents.release(latents);
  }

  pca(latents: LatentsHandle, call: CallOptions): Promise<PcaResult> {
    return this.run(call, async (work) => principalComponents(await this.latents.mu(latents), latents.zDim, work));
  }

  umap(latents: LatentsHandle, seed: number, call: CallOptions): Promise<Float32Array> {
    return this.run(call, async (work) => umapOf(await this.latents.mu(latents), latents.zDim, { seed, ...work }));
  }

  kMeans(latents: LatentsHandle, k: number, seed: number, call: CallOptions): Promise<KMeansResult> {
    return this.run(call, async (work) => kMeansClusters(await this.latents.mu(latents), latents.zDim, k, seed, work));
  }

  async trajectory({ latents, along, steps }: TrajectoryRequest): Promise<Float32Array> {
    if (along.kind === 'points') return throughPoints(along.points, steps);
    const components = await this.latents.components(latents);
    return alongComponent(components, along.component, along.fromPercentile, along.toPercentile, steps);
  }

  async nearest(latents: LatentsHandle, z: Float32Array): Promise<Uint32Array> {
    return nearestRows(await this.latents.mu(latents), latents.zDim, z);
  }

  decode(request: MapRequest, call: CallOptions): Promise<ContouredMap> {
    return this.calls.run(call, (job) => this.maps.decode(request, job));
  }

  decodeSeries(
    request: MapSeriesRequest,
    onMap: (index: number, contoured: ContouredMap) => void,
    call: CallOptions,
  ): Promise<void> {
    return this.calls.run(call, (job) => this.maps.decodeSeries(request, onMap, job));
  }

  isosurface(map: MapReference, level: number): Promise<IsosurfaceMesh> {
    return this.maps.isosurface(map, level);
  }

  planes(map: MapReference, planes: Omit<MapPlane, 'values'>[]): Promise<MapPlane[]> {
    return this.maps.planes(map, planes);
  }

  projection(map: MapReference): Promise<Float32Array> {
    return this.maps.projection(map);
  }

  fsc(a: MapReference, b: MapReference): Promise<Float32Array> {
    return this.maps.fsc(a, b);
  }

  exportMaps(maps: MapToExport[], baseName: string, call: CallOptions): Promise<ExportedBlob> {
    return this.calls.run(call, (job) => this.maps.exportMaps(maps, baseName, job));
  }

  async showMaps(keys: string[]): Promise<void> {
    this.maps.registry.show(keys);
  }

  async releaseMaps(keys: string[]): Promise<void> {
    this.maps.registry.release(keys);
  }

  async mapsKept(): Promise<MapsKept> {
    return this.maps.registry.size;
  }

  private run<T>(call: CallOptions, compute: (work: LongWork) => Promise<T>): Promise<T> {
    return this.calls.run(call, ({ signal, onProgress }) =>
      compute({ signal, onProgress: (fraction, message) => onProgress({ fraction, message }) }),
    );
  }
}
