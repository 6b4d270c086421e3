// Analyses of a run's latents as the studio and the command line make them: the same code, parameters and seeds. What an
// earlier visit has kept is given back instead of being computed again.
import type { LongWork } from '../base/long-work.ts';
import { kMeansClusters, type Clusters } from '../landscape/kmeans.ts';
import { likelihoodClusters } from '../landscape/likelihood-clusters.ts';
import { principalComponents, type PrincipalComponents } from '../landscape/pca.ts';
import { umapOf } from '../landscape/umap.ts';
import { fingerprintLatents, type AnalysisLibrary } from '../library/analyses/analyses.ts';
import type { AnalysisKey, KeptArray } from '../library/analyses/record.ts';

/** The latents of one epoch, a row a particle (or a tilt pair). */
export interface AnalysedLatents {
  epoch: number;
  zDim: number;
  /** count×zDim. */
  mu: Float32Array;
  /** count × zDim(zDim+1)/2 lower triangles of the posterior covariances under the prior N(0, I), where a run has them. */
  covariance?: Float32Array | null;
}
/** How an analysis goes on: where it looks for a result, whether it leaves one, and what long work is told. */
export interface AnalysisWork extends LongWork {
  /** Where results are looked for; null for nowhere. */
  kept?: AnalysisLibrary | null;
  /** Whether a result is kept for the next time. */
  keep?: boolean;
}

const UMAP_NEIGHBOURS = 15;
const UMAP_MINIMUM_DISTANCE = 0.1;

interface Method<T> {
  key: Pick<AnalysisKey, 'method' | 'parameters' | 'seed'>;
  compute: () => Promise<T>;
  arraysOf: (result: T) => Record<string, KeptArray>;
  /** Null where an array is missing or of another kind. */
  resultOf: (arrays: Record<string, KeptArray>) => T | null;
}

async function keptOrComputed<T>(latents: AnalysedLatents, work: AnalysisWork, method: Method<T>): Promise<T> {
  const { kept, keep = false } = work;
  if (!kept) return method.compute();
  const key = { ...method.key, epoch: latents.epoch, fingerprint: await fingerprintLatents(latents.mu) };
  const arrays = await kept.find(key);
  const known = arrays && method.resultOf(arrays);
  if (known) return known;
  const result = await method.compute();
  // A full storage costs the next visit its time, not this one its result.
  if (keep) await kept.keep(key, method.arraysOf(result)).catch(() => undefined);
  return result;
}

/** All zDim components. Errors: those of principalComponents. */
export function analysePca(latents: AnalysedLatents, work: AnalysisWork = {}): Promise<PrincipalComponents> {
  const { mu, zDim } = latents;
  return keptOrComputed<PrincipalComponents>(latents, work, {
    key: { method: 'pca', parameters: {}, seed: null },
    compute: () => principalComponents(mu, zDim, work),
    arraysOf: ({ projections, axes, mean, explainedVariance }) => ({ projections, axes, mean, explainedVariance }),
    resultOf: ({ projections, axes, mean, explainedVariance }) =>
      floats(projections, mu.length) &&
      floats(axes, zDim * zDim) &&
      floats(mean, zDim) &&
      floats(explainedVariance, zDim)
        ? { projections, components: zDim, axes, mean, explainedVariance }
        : null,
  });
}

/** count×2, 15 neighbours, minimum distance 0.1. Errors: those of umapOf. */
export function analyseUmap(latents: AnalysedLatents, seed: number, work: AnalysisWork = {}): Promise<Float32Array> {
  const { mu, zDim } = latents;
  return keptOrComputed<Float32Array>(latents, work, {
    key: {
      ...{ method: 'umap', seed },
      parameters: { neighbours: UMAP_NEIGHBOURS, minimumDistance: UMAP_MINIMUM_DISTANCE },
    },
    compute: () => umapOf(mu, zDim, { seed, neighbours: UMAP_NEIGHBOURS, ...work }),
    arraysOf: (umap) => ({ umap }),
    resultOf: ({ umap }) => (floats(umap, (mu.length / zDim) * 2) ? umap : null),
  });
}

/**
 * k clusters with on-data centres; where covariances are known, those by likelihood. Errors: those of kMeansClusters and
 * likelihoodClusters.
 */
export function analyseClusters(
  latents: AnalysedLatents,
  k: number,
  seed: number,
  work: AnalysisWork = {},
): Promise<Clusters> {
  const { mu, zDim, covariance } = latents;
  return keptOrComputed<Clusters>(latents, work, {
    key: { method: 'kmeans', parameters: { k, ...(covariance && { byLikelihood: 1 }) }, seed },
    compute: () =>
      covariance
        ? likelihoodClusters({ mu, zDim, covariance }, k, seed, work)
        : kMeansClusters(mu, zDim, k, seed, work),
    arraysOf: ({ labels, centreIndices, centres, counts }) => ({ labels, centreIndices, centres, counts }),
    resultOf: ({ labels, centreIndices, centres, counts }) =>
      labels instanceof Int32Array &&
      labels.length === mu.length / zDim &&
      indices(centreIndices, k) &&
      floats(centres, k * zDim) &&
      indices(counts, k)
        ? { labels, centreIndices, centres, counts }
        : null,
  });
}

function floats(array: KeptArray | undefined, length: number): array is Float32Array {
  return array instanceof Float32Array && array.length === length;
}
function indices(array: KeptArray | undefined, length: number): array is Uint32Array {
  return array instanceof Uint32Array && array.length === length;
}
