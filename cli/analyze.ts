// vitrine analyze RUN: the landscape as tables, plots and maps, in RUN/analyze.N.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { analyzeLatents, fitTables, landscapeTables, type Landscape } from '../src/jobs/analyze-job.ts';
import { latentRows, loadModel, writeMaps } from '../src/jobs/decode-job.ts';
import { fitPlots, landscapePlots } from '../src/jobs/landscape-plots.ts';
import { readImageFits, readLinearReport } from '../src/library/linear-files.ts';
import { trajectoryFigure } from '../src/plots/slices.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { readCovariances } from '../src/library/posteriors.ts';
import type { Params } from '../src/params/params.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { act, number, wholeNumber } from './command.ts';
import type { Console } from './console.ts';
import { openFile } from './files.ts';
import { addParamOptions } from './param-options.ts';
import { latentsOf, mapPixelSizeOf, openRun, originalIndexOf, withEngine, type OpenRun } from './runs.ts';

export interface AnalyzeOptions {
  out?: string;
  ksample: number;
  pc: number;
  epoch?: number;
  umap: boolean;
  vol: boolean;
  apix?: number;
  seed: number;
  device?: Params['device'];
}

export function addAnalyze(program: Command): void {
  const command = program
    .command('analyze')
    .description('PCA, UMAP, k-means and maps of a run.')
    .argument('<run>', 'run folder of Vitrine or cryoDRGN')
    .option('-o, --out <folder>', 'folder to write (default: RUN/analyze.N)')
    .option(
      '--ksample <count>',
      'clusters of k-means, each with a map at the particle nearest to its centre',
      wholeNumber,
      20,
    )
    .option('--pc <count>', 'principal components along which maps are made', wholeNumber, 2)
    .option('--epoch <number>', 'epoch to analyse (default: the last)', wholeNumber)
    .option('--no-umap', 'leave out UMAP')
    .option('--no-vol', 'leave out the maps')
    .option('--apix <number>', 'pixel size of the maps, Å', number)
    .option('--seed <number>', 'seed of the random numbers', wholeNumber, 0);
  addParamOptions(command, ['device']);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as AnalyzeOptions;
    const { folder, landscape, files } = await analyzeRun(path, options, console);
    console.say(`tables, plots and maps: ${folder}`);
    console.result({
      folder,
      particles: landscape.clusters.labels.length,
      explainedVariance: [...landscape.pca.explainedVariance],
      clusters: [...landscape.clusters.counts],
      files,
    });
  });
}

export async function analyzeRun(
  path: string,
  options: AnalyzeOptions,
  console: Console,
): Promise<{ folder: string; landscape: Landscape; files: string[] }> {
  const opened = await openRun(path);
  const { mu, zDim, count, epoch } = await latentsOf(opened, options.epoch ?? null);
  if (options.ksample < 1 || options.ksample > count)
    throw new VitrineError('value-out-of-range', `${count} particles cannot be put in ${options.ksample} clusters.`, {
      field: '--ksample',
      expected: `1 to ${count}`,
    });
  const folder = resolve(options.out ?? join(path, `analyze.${epoch}`));
  const job = { signal: console.signal, onProgress: console.progress.bind(console) };
  const covariance = await readCovariances(opened.run, { zDim, count });
  const landscape = await analyzeLatents(
    { epoch, zDim, mu, covariance },
    { clusters: options.ksample, paths: options.pc, seed: options.seed, umap: options.umap },
    job,
  );
  const storage = new DiskStorage(folder);
  const { run, record } = opened;
  const original = await originalIndexOf(opened, count);
  const tables = [...landscapeTables(landscape, original), ...fitTables(await readImageFits(run), original)];
  const plots = [...landscapePlots(landscape, record?.history ?? []), ...fitPlots(await readLinearReport(run))];
  for (const { name, text } of [...tables, ...plots]) await storage.write(name, text);
  const files = [...tables, ...plots].map(({ name }) => name);
  if (options.vol) files.push(...(await landscapeMaps(opened, { landscape, mu }, storage, options, console)));
  return { folder, landscape, files };
}

/** Maps at the on-data centres and along the components, each series in a folder of its own with a picture. */
async function landscapeMaps(
  opened: OpenRun,
  { landscape, mu }: { landscape: Landscape; mu: Float32Array },
  storage: DiskStorage,
  options: AnalyzeOptions,
  console: Console,
): Promise<string[]> {
  const { zDim, clusters, paths } = landscape;
  const pixelSizeAngstrom = mapPixelSizeOf(opened, options.apix, console);
  const series = [
    { name: `kmeans${clusters.counts.length}`, zs: latentRows(mu, zDim, clusters.centreIndices) },
    ...paths.map((path, i) => ({
      name: `pc${i + 1}`,
      zs: Array.from({ length: path.length / zDim }, (_, step) => path.slice(step * zDim, (step + 1) * zDim)),
    })),
  ];
  const written: string[] = [];
  await withEngine(options.device ?? 'auto', async (engine) => {
    const loaded = await loadModel(engine, opened.run, options.epoch ?? null);
    for (const { name, zs } of series) {
      const maps = await writeMaps(
        loaded,
        zs,
        { storage, folder: name, pixelSizeAngstrom },
        {
          signal: console.signal,
          onProgress: (progress) => console.progress(progress),
        },
      );
      const shown = await Promise.all(
        maps.map(async (map, i) => {
          const { boxPixels, values } = await readMrcVolume(openFile(join(storage.root, map)));
          return { label: String(i + 1), boxPixels, values };
        }),
      );
      await storage.write(`${name}.svg`, trajectoryFigure(`Maps of ${name}, projected along z`, shown));
      written.push(...maps, `${name}.svg`);
    }
  });
  return written;
}
