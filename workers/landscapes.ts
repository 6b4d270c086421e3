// Landscapes of maps as the screen asks for them: satisfies LandscapeApi, knows no worker. Maps are decoded by the engine worker, all else is
// computed here and kept in the run's folder. Calls on one run go one after the other: two would write the same files.
import { openKeptSet } from '../src/jobs/kept-set.ts';
import { micrographsOf } from '../src/jobs/micrographs.ts';
import { countedInOriginal, everyRow } from '../src/base/particle-identity.ts';
import { landscapeArchive } from '../src/jobs/landscape/export.ts';
import { freeEnergyOf } from '../src/jobs/landscape/free-energy.ts';
import {
  keptLandscape,
  makeLandscape,
  reclustered,
  remasked,
  statesAtCut,
  type LandscapeRun,
} from '../src/jobs/landscape/landscape-job.ts';
import { withParticles } from '../src/jobs/landscape/particles.ts';
import { withHomogeneity } from '../src/jobs/landscape/pair-distances.ts';
import { pathBetween } from '../src/jobs/landscape/path.ts';
import { planLandscape } from '../src/jobs/landscape/plan.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { DatasetLibrary } from '../src/library/datasets.ts';
import type { RunLibrary } from '../src/library/runs.ts';
import { CallsUnderway } from './calls.ts';
import type {
  CallOptions,
  DendrogramCut,
  ExportedBlob,
  FreeEnergy,
  FreeEnergyRequest,
  Landscape,
  LandscapeApi,
  LandscapeMaskSettings,
  LandscapePath,
  LandscapePathRequest,
  LandscapePlan,
  LandscapeSettings,
  LandscapeStates,
  LatentsHandle,
  ParticleSettings,
  StateSettings,
} from './contract.ts';
import type { ReadLatents } from './latents-registry.ts';
import type { DecodeMap } from './map-analysis.ts';

export interface LandscapeWorkParts {
  runs: RunLibrary;
  readLatents: ReadLatents;
  decodeMap: DecodeMap;
}

export class Landscapes implements LandscapeApi {
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly parts: LandscapeWorkParts,
    private readonly calls = new CallsUnderway(),
  ) {}

  landscapePlan(latents: LatentsHandle, settings: LandscapeSettings, call: CallOptions): Promise<LandscapePlan> {
    return this.run(latents, call, (of, job) => planLandscape(of, settings, job));
  }

  runLandscape(latents: LatentsHandle, settings: LandscapeSettings, call: CallOptions): Promise<Landscape> {
    return this.run(latents, call, (of, job) => makeLandscape(of, settings, job));
  }

  async landscapeOf(latents: LatentsHandle): Promise<Landscape | null> {
    return keptLandscape(await this.open(latents));
  }

  remaskLandscape(latents: LatentsHandle, mask: LandscapeMaskSettings, call: CallOptions): Promise<Landscape> {
    return this.run(latents, call, (of, job) => remasked(of, mask, job));
  }

  reclusterLandscape(latents: LatentsHandle, states: StateSettings, call: CallOptions): Promise<Landscape> {
    return this.run(latents, call, (of, job) => reclustered(of, states, job));
  }

  async cutLandscape(latents: LatentsHandle, cut: DendrogramCut): Promise<LandscapeStates> {
    return statesAtCut(await this.open(latents), cut);
  }

  landscapeParticles(latents: LatentsHandle, particles: ParticleSettings, call: CallOptions): Promise<Landscape> {
    return this.run(latents, call, (of, job) => withParticles(of, particles, job));
  }

  landscapeHomogeneity(latents: LatentsHandle, call: CallOptions): Promise<Landscape> {
    return this.run(latents, call, withHomogeneity);
  }

  landscapeFreeEnergy(latents: LatentsHandle, request: FreeEnergyRequest, call: CallOptions): Promise<FreeEnergy> {
    return this.run(latents, call, (of, job) => freeEnergyOf(of, request, job));
  }

  landscapePath(latents: LatentsHandle, request: LandscapePathRequest, call: CallOptions): Promise<LandscapePath> {
    return this.run(latents, call, (of, job) => pathBetween(of, request, job));
  }

  exportLandscape(latents: LatentsHandle, baseName: string, call: CallOptions): Promise<ExportedBlob> {
    return this.run(latents, call, async (of, job) => {
      const { datasetId } = await this.parts.runs.record(latents.runId);
      const dataset = datasetId ? await new DatasetLibrary(this.parts.runs.storage).load(datasetId) : null;
      const own = dataset?.originalIndex.length === latents.count ? dataset.originalIndex : null;
      return landscapeArchive(of, baseName, own ?? countedInOriginal(everyRow(latents.count)), job);
    });
  }

  private async run<T>(
    latents: LatentsHandle,
    call: CallOptions,
    work: (of: LandscapeRun, job: Required<JobOptions>) => Promise<T>,
  ): Promise<T> {
    return this.calls.run(call, async (job) => {
      const before = this.queues.get(latents.runId) ?? Promise.resolve();
      const result = before.then(async () => work(await this.open(latents), job));
      this.queues.set(
        latents.runId,
        result.catch(() => undefined),
      );
      return result;
    });
  }

  private async open(latents: LatentsHandle): Promise<LandscapeRun> {
    const { runs, readLatents, decodeMap } = this.parts;
    const { runId, epoch, zDim } = latents;
    const { boxPixels, pixelSizeAngstrom, datasetId } = await runs.record(runId);
    return {
      ...{ run: runs.folder(runId), boxPixels, pixelSizeAngstrom },
      micrographs: async () => {
        const datasets = new DatasetLibrary(runs.storage);
        const dataset = datasetId ? await datasets.load(datasetId) : null;
        return dataset && micrographsOf(await openKeptSet(datasets, dataset), latents.count);
      },
      latents: { epoch, zDim, mu: await readLatents(latents) },
      decode: async (z, box, job) => (await decodeMap({ runId, epoch, z: [...z], boxPixels: box }, job)).values,
    };
  }
}
