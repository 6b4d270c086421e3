// Numbers about latents and maps, as the screen asks for them: satisfies AnalysisApi, knows no worker.
// Long calls hear `cancel(id)` between chunks, because the computations let messages in every 40 ms or so.
import { VitrineError } from '../src/base/errors.ts';
import { nearestRows } from '../src/landscape/nearest.ts';
import type { LongWork } from '../src/base/long-work.ts';
import {
  analyseClusters,
  analysePca,
  analyseUmap,
  type AnalysedLatents,
  type AnalysisWork,
} from '../src/jobs/latent-analyses.ts';
import { fingerprintLatents, type AnalysisLibrary } from '../src/library/analyses/analyses.ts';
import type { RunLibrary } from '../src/library/runs.ts';
import { alongComponent, throughPoints } from '../src/landscape/trajectory.ts';
import { CallsUnderway } from './calls.ts';
import { ComponentMaps } from './component-maps.ts';
import type {
  AnalysisApi,
  CallOptions,
  ComponentsPlace,
  ContouredMap,
  ContourLevel,
  ExportedBlob,
  FreeEnergy,
  IsosurfaceMesh,
  KeptAnalysis,
  KMeansResult,
  Landscape,
  LandscapeApi,
  LandscapePath,
  LandscapePlan,
  LandscapeStates,
  LatentsHandle,
  MapPlane,
  MapReference,
  MapRequest,
  MapSeriesRequest,
  MapsKept,
  MapToExport,
  MaskDrawing,
  PcaResult,
  SpreadMap,
  SummedMap,
  TrajectoryRequest,
} from './contract.ts';
import { Landscapes } from './landscapes.ts';
import { LatentsRegistry, type ReadLatents } from './latents-registry.ts';
import { MapAnalysis, type DecodeMap, type DecodeWindows } from './map-analysis.ts';
import { drawMask } from './mask-drawing.ts';

export interface AnalysisParts {
  readLatents: ReadLatents;
  decodeMap: DecodeMap;
  /** Maps of windows together; without it one by one. */
  decodeWindows?: DecodeWindows;
  /** Posterior covariances where a run has them; without it none has. */
  covariancesOf?: (handle: LatentsHandle) => Promise<Float32Array | null>;
  /** Where the analyses of a run are kept; without it none is. */
  keptOf?: (runId: string) => AnalysisLibrary;
  /** Where landscapes of maps are kept; without it none is made. */
  runs?: RunLibrary;
}

export class Analysis implements AnalysisApi {
  private readonly calls = new CallsUnderway();
  private readonly latents: LatentsRegistry;
  private readonly maps: MapAnalysis;
  private readonly components: ComponentMaps;
  private readonly landscapes: Landscapes | null;

  constructor(private readonly parts: AnalysisParts) {
    this.latents = new LatentsRegistry(parts.readLatents);
    this.maps = new MapAnalysis(parts.decodeMap, undefined, parts.decodeWindows);
    this.components = new ComponentMaps(parts.decodeMap);
    const readLatents: ReadLatents = (handle) => this.latents.mu(handle);
    const { runs, decodeMap } = parts;
    this.landscapes = runs ? new Landscapes({ runs, readLatents, decodeMap }, this.calls) : null;
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
    return this.run(call, async (long) => {
      const [of, work] = await this.work(latents, long);
      return analysePca(of, work);
    });
  }

  umap(latents: LatentsHandle, seed: number, call: CallOptions): Promise<Float32Array> {
    return this.run(call, async (long) => {
      const [of, work] = await this.work(latents, long);
      return analyseUmap(of, seed, work);
    });
  }

  kMeans(latents: LatentsHandle, k: number, seed: number, call: CallOptions): Promise<KMeansResult> {
    return this.run(call, async (long) => {
      const [of, work] = await this.work(latents, long);
      const covariance = (await this.parts.covariancesOf?.(latents)) ?? null;
      return analyseClusters({ ...of, covariance }, k, seed, work);
    });
  }

  async keptAnalyses(latents: LatentsHandle): Promise<KeptAnalysis[]> {
    const kept = this.parts.keptOf?.(latents.runId);
    if (!kept) return [];
    const found = await kept.of(latents.epoch, await fingerprintLatents(await this.latents.mu(latents)));
    return found.map(({ method, parameters, seed }) => ({ method, parameters, seed }));
  }

  /** What a screen only glances at, a run that goes on, is not kept. */
  private async work(handle: LatentsHandle, work: LongWork): Promise<[AnalysedLatents, AnalysisWork]> {
    const { runId, epoch, zDim } = handle;
    const kept = this.parts.keptOf?.(runId) ?? null;
    return [
      { epoch, zDim, mu: await this.latents.mu(handle) },
      { ...work, kept, keep: this.latents.isOpen(handle) },
    ];
  }

  async trajectory({ latents, along, steps }: TrajectoryRequest): Promise<Float32Array> {
    if (along.kind === 'points') return throughPoints(along.points, steps);
    const [of, work] = await this.work(latents, {});
    return alongComponent(await analysePca(of, work), along.component, along.fromPercentile, along.toPercentile, steps);
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

  sumComponents(place: ComponentsPlace, z: number[], level: ContourLevel): Promise<SummedMap> {
    return this.components.surface(place, z, level, {});
  }

  spreadOfComponents(place: ComponentsPlace): Promise<SpreadMap> {
    return this.components.spread(place, {});
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

  drawMask(drawing: MaskDrawing): Promise<ContouredMap> {
    return drawMask(drawing, this.maps.registry);
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

  landscapePlan(...args: Parameters<LandscapeApi['landscapePlan']>): Promise<LandscapePlan> {
    return this.ofMaps().landscapePlan(...args);
  }

  runLandscape(...args: Parameters<LandscapeApi['runLandscape']>): Promise<Landscape> {
    return this.ofMaps().runLandscape(...args);
  }

  landscapeOf(latents: LatentsHandle): Promise<Landscape | null> {
    return this.ofMaps().landscapeOf(latents);
  }

  remaskLandscape(...args: Parameters<LandscapeApi['remaskLandscape']>): Promise<Landscape> {
    return this.ofMaps().remaskLandscape(...args);
  }

  reclusterLandscape(...args: Parameters<LandscapeApi['reclusterLandscape']>): Promise<Landscape> {
    return this.ofMaps().reclusterLandscape(...args);
  }

  cutLandscape(...args: Parameters<LandscapeApi['cutLandscape']>): Promise<LandscapeStates> {
    return this.ofMaps().cutLandscape(...args);
  }

  landscapeParticles(...args: Parameters<LandscapeApi['landscapeParticles']>): Promise<Landscape> {
    return this.ofMaps().landscapeParticles(...args);
  }

  landscapeHomogeneity(...args: Parameters<LandscapeApi['landscapeHomogeneity']>): Promise<Landscape> {
    return this.ofMaps().landscapeHomogeneity(...args);
  }

  landscapeFreeEnergy(...args: Parameters<LandscapeApi['landscapeFreeEnergy']>): Promise<FreeEnergy> {
    return this.ofMaps().landscapeFreeEnergy(...args);
  }

  landscapePath(...args: Parameters<LandscapeApi['landscapePath']>): Promise<LandscapePath> {
    return this.ofMaps().landscapePath(...args);
  }

  exportLandscape(...args: Parameters<LandscapeApi['exportLandscape']>): Promise<ExportedBlob> {
    return this.ofMaps().exportLandscape(...args);
  }

  private ofMaps(): Landscapes {
    if (this.landscapes) return this.landscapes;
    throw new VitrineError('usage', 'Runs are not kept here.');
  }

  private run<T>(call: CallOptions, compute: (work: LongWork) => Promise<T>): Promise<T> {
    return this.calls.run(call, ({ signal, onProgress }) =>
      compute({ signal, onProgress: (fraction, message) => onProgress({ fraction, message }) }),
    );
  }
}
