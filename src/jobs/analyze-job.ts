// The landscape of a run's latents: principal components, UMAP, k-means with on-data centres, and paths along components,
// as numbers and as CSV. Rows are particles of the run in order; `index` is the particle's row in the original stack.
import type { OriginalIndices } from '../base/particle-identity.ts';
import type { Clusters } from '../landscape/kmeans.ts';
import type { PrincipalComponents } from '../landscape/pca.ts';
import { alongComponent } from '../landscape/trajectory.ts';
import type { ImageFits } from '../library/linear-files.ts';
import { columnsOf, csvOf } from './csv.ts';
import { analyseClusters, analysePca, analyseUmap, type AnalysedLatents } from './latent-analyses.ts';
import type { JobOptions } from './progress.ts';

/** What is computed of a run's latents. */
export interface AnalyzeOptions {
  /** Clusters of k-means. */
  clusters: number;
  /** Components along which a path is laid. */
  paths: number;
  seed: number;
  /** UMAP takes most of the time. */
  umap: boolean;
}

/** What was computed of N latents of zDim values. */
export interface Landscape {
  zDim: number;
  pca: PrincipalComponents;
  /** N×2. */
  umap: Float32Array | null;
  clusters: Clusters;
  /** A path a component: 10×zDim from the 5th to the 95th percentile. */
  paths: Float32Array[];
}

const PATH_STEPS = 10;

/** Principal components, k-means clusters, UMAP where asked for and paths along components of latents. Error 'cancelled'. */
export async function analyzeLatents(
  latents: AnalysedLatents,
  options: AnalyzeOptions,
  { signal, onProgress }: JobOptions = {},
): Promise<Landscape> {
  const part = (from: number, to: number) => ({
    signal,
    onProgress: (fraction: number, message: string) =>
      onProgress?.({ fraction: from + (to - from) * fraction, message }),
  });
  const pca = await analysePca(latents, part(0, 0.1));
  const clusters = await analyseClusters(latents, options.clusters, options.seed, part(0.1, 0.3));
  const umap = options.umap ? await analyseUmap(latents, options.seed, part(0.3, 1)) : null;
  const paths = Array.from({ length: Math.min(options.paths, pca.components) }, (_, component) =>
    alongComponent(pca, component, 5, 95, PATH_STEPS),
  );
  return { zDim: latents.zDim, pca, umap, clusters, paths };
}

/** A file of text and the name it is to be written under. */
export interface TextFile {
  name: string;
  text: string;
}

/** fit.csv: contrast and log evidence of each particle over one structure, and what its run leaves of it, those that are kept; else nothing. */
export function fitTables({ contrast, evidenceGain, quality }: ImageFits, originalIndex: OriginalIndices): TextFile[] {
  const columns = [
    ...(contrast ? [{ name: 'contrast', values: contrast }] : []),
    ...(evidenceGain ? [{ name: 'evidence', values: evidenceGain }] : []),
    ...(quality ? [{ name: 'fit_quality', values: quality }] : []),
  ];
  if (columns.length === 0) return [];
  return [{ name: 'fit.csv', text: csvOf([{ name: 'index', values: originalIndex }, ...columns]) }];
}

/** pca.csv, umap.csv, labels.csv, centers.csv, centers_ind.txt, explained_variance.csv, pcK_path.csv. */
export function landscapeTables(landscape: Landscape, originalIndex: OriginalIndices): TextFile[] {
  const { zDim, pca, umap, clusters, paths } = landscape;
  const index = { name: 'index', values: originalIndex };
  const files = [
    { name: 'pca.csv', text: csvOf([index, ...columnsOf(pca.projections, pca.components, (c) => `PC${c + 1}`)]) },
    {
      name: 'explained_variance.csv',
      text: csvOf([
        { name: 'component', values: Array.from(pca.explainedVariance, (_, c) => c + 1) },
        { name: 'share', values: pca.explainedVariance },
      ]),
    },
    { name: 'labels.csv', text: csvOf([index, { name: 'label', values: clusters.labels }]) },
    {
      name: 'centers.csv',
      text: csvOf([
        { name: 'label', values: Array.from(clusters.counts, (_, k) => k) },
        { name: 'row', values: clusters.centreIndices },
        { name: 'index', values: clusters.centreIndices.map((row) => originalIndex[row]) },
        { name: 'particles', values: clusters.counts },
        ...columnsOf(clusters.centres, zDim, (c) => `z${c + 1}`),
      ]),
    },
    { name: 'centers_ind.txt', text: `${Array.from(clusters.centreIndices).join('\n')}\n` },
    ...paths.map((path, component) => ({
      name: `pc${component + 1}_path.csv`,
      text: csvOf(columnsOf(path, zDim, (c) => `z${c + 1}`)),
    })),
  ];
  if (umap) files.push({ name: 'umap.csv', text: csvOf([index, ...columnsOf(umap, 2, (c) => `UMAP${c + 1}`)]) });
  return files;
}
