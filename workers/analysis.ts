// Numbers about latents and maps, as the screen asks for them: satisfies AnalysisApi, knows no worker.
// Long calls hear `cancel(id)` between chunks, because the computations let messages in every 40 ms or so.
import { VitrineError } from '../src/base/errors.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { kMeansClusters } from '../src/landscape/kmeans.ts';
import { nearestRows } from '../src/landscape/nearest.ts';
import type { LongWork } from '../src/base/pace.ts';
import { principalComponents } from '../src/landscape/pca.ts';
import { alongComponent, throughPoints } from '../src/landscape/trajectory.ts';
import { umapOf } from '../src/landscape/umap.ts';
import { fsc } from '../src/validation/fsc.ts';
import { CallsUnderway } from './calls.ts';
import type {
  AnalysisApi,
  CallOptions,
  IsosurfaceMesh,
  KMeansResult,
  LatentsHandle,
  PcaResult,
  TrajectoryRequest,
  VolumeData,
  VolumeStatistics,
} from './contract.ts';
import { LatentsRegistry, type ReadLatents } from './latents-registry.ts';

export interface AnalysisParts {
  readLatents: ReadLatents;
}

export class Analysis implements AnalysisApi {
  private readonly calls = new CallsUnderway();
  readonly latents: LatentsRegistry;

  constructor({ readLatents }: AnalysisParts) {
    this.latents = new LatentsRegistry(readLatents);
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

  async isosurface(volume: VolumeData, level: number): Promise<IsosurfaceMesh> {
    return surfaceNets(volume.values, volume.boxPixels, volume.pixelSizeAngstrom, level);
  }

  async statistics(volume: VolumeData): Promise<VolumeStatistics> {
    return mapStatistics(volume.values);
  }

  async fsc(a: VolumeData, b: VolumeData): Promise<Float32Array> {
    if (a.boxPixels !== b.boxPixels) {
      throw new VitrineError('value-out-of-range', 'Maps of two box sizes cannot be compared shell by shell.', {
        expected: `two maps of ${a.boxPixels}³`,
        found: `${b.boxPixels}³`,
        advice: 'Decode both maps at the same size.',
      });
    }
    return Float32Array.from(fsc(a.values, b.values, a.boxPixels).values);
  }

  private run<T>(call: CallOptions, compute: (work: LongWork) => Promise<T>): Promise<T> {
    return this.calls.run(call, ({ signal, onProgress }) =>
      compute({ signal, onProgress: (fraction, message) => onProgress({ fraction, message }) }),
    );
  }
}
