// Numbers about latents and maps, as the screen asks for them: satisfies AnalysisApi, knows no worker, keeps no array.
// Long calls hear `cancel(id)` between chunks, because the computations let messages in every 40 ms or so.
import { VitrineError } from '../src/base/errors.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { kMeansClusters } from '../src/landscape/kmeans.ts';
import { nearestRows } from '../src/landscape/nearest.ts';
import type { LongWork } from '../src/base/long-work.ts';
import { principalComponents } from '../src/landscape/pca.ts';
import { alongComponent, throughPoints } from '../src/landscape/trajectory.ts';
import { umapOf } from '../src/landscape/umap.ts';
import { fsc } from '../src/validation/fsc.ts';
import type {
  AnalysisApi,
  CallOptions,
  IsosurfaceMesh,
  KMeansResult,
  PcaResult,
  TrajectoryRequest,
  VolumeData,
  VolumeStatistics,
} from './contract.ts';

export class Analysis implements AnalysisApi {
  private readonly underway = new Map<string, AbortController>();

  /** Unknown ids are calls that have ended already. */
  cancel(id: string): void {
    this.underway.get(id)?.abort();
  }

  pca(mu: Float32Array, zDim: number, call: CallOptions): Promise<PcaResult> {
    return this.run(call, (work) => principalComponents(mu, zDim, work));
  }

  umap(mu: Float32Array, zDim: number, seed: number, call: CallOptions): Promise<Float32Array> {
    return this.run(call, (work) => umapOf(mu, zDim, { seed, ...work }));
  }

  kMeans(mu: Float32Array, zDim: number, k: number, seed: number, call: CallOptions): Promise<KMeansResult> {
    return this.run(call, (work) => kMeansClusters(mu, zDim, k, seed, work));
  }

  async trajectory({ along, steps }: TrajectoryRequest): Promise<Float32Array> {
    if (along.kind === 'points') return throughPoints(along.points, steps);
    return alongComponent(along.pca, along.component, along.fromPercentile, along.toPercentile, steps);
  }

  async nearest(mu: Float32Array, zDim: number, z: Float32Array): Promise<Uint32Array> {
    return nearestRows(mu, zDim, z);
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

  private async run<T>(call: CallOptions, compute: (work: LongWork) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.underway.set(call.id, controller);
    try {
      return await compute({
        signal: controller.signal,
        onProgress: (fraction, message) => call.onProgress?.({ fraction, message }),
      });
    } finally {
      this.underway.delete(call.id);
    }
  }
}
