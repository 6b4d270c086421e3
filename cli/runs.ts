// Run folders on the command line: Vitrine's own and cryoDRGN's.
import { dirname, resolve } from 'node:path';
import type { DeviceInfo, Engine } from '../src/engine/engine.ts';
import { openEngineInNode } from '../src/engine/node/dawn.ts';
import { VitrineError } from '../src/base/errors.ts';
import type { OriginalIndices } from '../src/base/particle-identity.ts';
import { DatasetLibrary } from '../src/library/datasets.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import { RunFolder, type EpochLatents } from '../src/library/runs.ts';
import type { Params } from '../src/params/params.ts';
import type { Console } from './console.ts';
import { requireRunFolder } from './files.ts';
import { originalIndices } from './original-index.ts';

/** Of a linear model's run: the folder of the chain that was fitted after it. */
export const CHAIN_FOLDER = 'chain';

/** The run of a chain, in the folder of the linear model's. */
export function chainIn(linear: RunFolder): RunFolder {
  return new RunFolder(linear.storage, linear.path(CHAIN_FOLDER));
}

export interface OpenRun {
  run: RunFolder;
  /** Where its set is kept: in its folder, of a chain in that of the linear model. */
  datasets: DatasetLibrary;
  /** The folder, as named. */
  path: string;
  /** Null for a run that cryoDRGN made. */
  record: RunRecord | null;
  /** Å of a voxel of its maps; null where nothing says. */
  pixelSizeAngstrom: number | null;
}

export async function openRun(path: string): Promise<OpenRun> {
  requireRunFolder(path);
  const folder = resolve(path);
  const run = new RunFolder(new DiskStorage(folder), '');
  const record = await run.record();
  const datasets = new DatasetLibrary(new DiskStorage(record?.kind === 'chain' ? dirname(folder) : folder));
  return { run, datasets, path, record, pixelSizeAngstrom: record?.pixelSizeAngstrom ?? null };
}

/** Å for maps: --apix, else the run's, else 0, which a header takes for never set, with a warning. */
export function mapPixelSizeOf({ pixelSizeAngstrom }: OpenRun, apix: number | undefined, console: Console): number {
  if (apix !== undefined) return apix;
  if (pixelSizeAngstrom !== null) return pixelSizeAngstrom;
  console.warn('warning: the run does not say its pixel size; maps are written without one. Give it with --apix.');
  return 0;
}

/** Error 'file-missing' where the run keeps no latents of that epoch. */
export async function latentsOf({ run }: OpenRun, epoch: number | null): Promise<EpochLatents> {
  const latents = await run.latents(epoch);
  if (latents) return latents;
  throw new VitrineError('file-missing', 'The run keeps no latents.', {
    file: epoch === null ? 'z.N.pkl' : `z.${epoch}.pkl`,
    advice: 'Train it with --zdim above 0, or choose another epoch.',
  });
}

/**
 * Rows of the run's particles in the original stack, from the set that it keeps, else as its config.yaml says. `given`: the
 * list as named by the person. Errors: those of originalIndices.
 */
export async function originalIndexOf(
  { run, datasets, record, path }: OpenRun,
  count: number,
  given?: string,
): Promise<OriginalIndices> {
  const kept = record?.datasetId ? await datasets.load(record.datasetId) : null;
  if (kept && kept.originalIndex.length === count && given === undefined) return kept.originalIndex;
  return originalIndices(run, path, count, given);
}

/** What computes, for people: "the GPU: nvidia … (wgsl)". */
export function engineWords({ device }: { device: DeviceInfo }): string {
  const { processor, software, description, engine } = device;
  return `${processor === 'gpu' && !software ? 'the GPU' : 'the CPU'}: ${description} (${engine})`;
}

export async function withEngine<T>(device: Params['device'], work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngines(device, async (engines) => work((await engines()).engine));
}

/** As `withEngine`, where an engine that was lost is opened anew; `fresh` the first time that one is given. */
export async function withEngines<T>(
  device: Params['device'],
  work: (engines: () => Promise<{ engine: Engine; fresh: boolean }>) => Promise<T>,
): Promise<T> {
  const open: { engine: Engine | null } = { engine: null };
  try {
    return await work(async () => {
      if (open.engine) return { engine: open.engine, fresh: false };
      const engine = await openEngineInNode({ device });
      open.engine = engine;
      void engine.lost?.then(() => {
        if (open.engine === engine) open.engine = null;
        engine.dispose();
      });
      return { engine, fresh: true };
    });
  } finally {
    open.engine?.dispose();
  }
}
