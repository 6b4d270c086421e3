// Maps of a kept run from its prepared images, around a latent or of a selection, on an engine of their own: they take long, and the one that decodes is not held up.
import { VitrineError } from '../src/base/errors.ts';
import type { Engine } from '../src/engine/engine.ts';
import { windowAround } from '../src/inference/half-maps/windows.ts';
import {
  backprojectMaps,
  splitOfSet,
  type BackprojectedMap,
  type NamedSelection,
} from '../src/jobs/backproject-job.ts';
import { keptParticles } from '../src/jobs/kept-particles.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import { latentPeriod, reconstructMaps } from '../src/jobs/reconstruct-job.ts';
import { trainingData, type RunParticles } from '../src/jobs/run-particles.ts';
import type { DatasetLibrary, KeptDataset } from '../src/library/datasets.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import type { RunFolder } from '../src/library/runs.ts';
import type { Storage } from '../src/library/storage.ts';
import { fsc } from '../src/validation/fsc.ts';
import type { DecodeRequest, MadeFromImages } from './contract.ts';
import type { DecodedMap } from './peer.ts';

/** Prepared images of a kept run. Error: 'file-missing' where they are not kept. */
export async function requireImages(storage: Storage, dataset: KeptDataset, record: RunRecord): Promise<RunParticles> {
  const particles = await keptParticles(storage, dataset, record);
  if (particles) return particles;
  throw new VitrineError('file-missing', 'The prepared images of this run are not kept.', {
    file: dataset.record.name,
    advice: 'Open its original files again and start a run of them: that prepares them anew.',
  });
}

/** Where a run is kept, and an engine for this. */
export interface ReconstructionParts {
  storage: Storage;
  record: RunRecord;
  run: RunFolder;
  datasets: DatasetLibrary;
  dataset: KeptDataset;
  /** On the device that is meant for this, or on the CPU. */
  openEngine(device?: 'cpu'): Promise<Engine>;
}

/** Work on an engine of its own; where a graphics processor does not hold it or is lost, once more on the CPU. */
export async function onImagesEngine<T>(
  { openEngine }: Pick<ReconstructionParts, 'openEngine'>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await openEngine();
  try {
    return await work(engine);
  } catch (error) {
    const isFull = error instanceof VitrineError && (error.code === 'out-of-memory' || error.code === 'device-lost');
    if (!isFull || engine.device.processor !== 'gpu') throw error;
  } finally {
    engine.dispose();
  }
  const other = await openEngine('cpu');
  try {
    return await work(other);
  } finally {
    other.dispose();
  }
}

/** Errors: 'file-missing' where its images are not kept, those of reconstructMaps. */
export async function reconstructedMap(
  { storage, record, run, dataset, openEngine }: ReconstructionParts,
  { z, epoch }: DecodeRequest,
  job: JobOptions,
): Promise<DecodedMap> {
  const particles = await requireImages(storage, dataset, record);
  const { imagePixels, pixelSizeAngstrom } = record;
  const ofEpoch = epoch ?? record.epochsDone;
  const engine = await openEngine();
  try {
    const work = { engine, run, particles, imagePixels, pixelSizeAngstrom, epoch: ofEpoch };
    const [{ boxPixels, map, images, resolutionAngstrom, shells }] = await reconstructMaps(work, [z], job);
    const made = { images, resolutionAngstrom, fsc: Float32Array.from(shells, ({ fsc }) => fsc) };
    return { boxPixels, pixelSizeAngstrom, values: map, epoch: ofEpoch, made };
  } finally {
    engine.dispose();
  }
}

/** Images of a run at the poses of an epoch, backprojected; a map at a time, in the order of the selections. */
async function backprojected(
  parts: ReconstructionParts,
  epoch: number,
  selections: readonly NamedSelection[],
  { onMap, ...job }: JobOptions & { onMap: (index: number, map: BackprojectedMap) => Promise<void> | void },
): Promise<void> {
  const { storage, record, run, dataset, datasets } = parts;
  const particles = await requireImages(storage, dataset, record);
  const own = await run.poses(epoch);
  const data = trainingData(own ? { ...particles, poses: own } : particles, record.imagePixels);
  const split = splitOfSet(await openKeptSet(datasets, dataset), 'auto', 0);
  const { pixelSizeAngstrom, params } = record;
  let done = 0;
  await onImagesEngine(parts, async (engine) => {
    const work = {
      ...{ engine, split, pixelSizeAngstrom, data: { ...data, groupOf: dataset.opticsGroupOf } },
      window: { isOn: params.window, radius: params.windowRadius },
    };
    // Those that another device has made already are not made again.
    await backprojectMaps(work, selections.slice(done), { ...job, onMap: (map) => onMap(done++, map) });
  });
}

/** The map as the Wiener filter leaves it, and how its halves agree. */
function madeMap(
  { boxPixels, filtered, images, fscMasked, resolutionMasked }: BackprojectedMap,
  { pixelSizeAngstrom, epoch }: { pixelSizeAngstrom: number; epoch: number },
): DecodedMap & { made: MadeFromImages } {
  const made = { images, resolutionAngstrom: resolutionMasked.at0143, fsc: Float32Array.from(fscMasked) };
  return { boxPixels, pixelSizeAngstrom, values: filtered, epoch, made };
}

/** The map of the images `rows` alone, from their poses and CTF. Errors: 'file-missing', those of backprojectMaps. */
export async function selectionMap(
  parts: ReconstructionParts,
  { rows = new Uint32Array(0), epoch }: DecodeRequest,
  job: JobOptions,
): Promise<DecodedMap> {
  const { pixelSizeAngstrom, epochsDone } = parts.record;
  const ofEpoch = epoch ?? epochsDone;
  const found: DecodedMap[] = [];
  await backprojected(parts, ofEpoch, [{ name: 'the selection', images: { rows, weights: null } }], {
    ...job,
    onMap: (_, map) => void found.push(madeMap(map, { pixelSizeAngstrom, epoch: ofEpoch })),
  });
  return found[0];
}

/** Windows of a run, and the model's maps at latents, D³ of the training box. */
export interface WindowWork {
  zs: readonly number[][];
  /** Images of each window. */
  images: number;
  epoch: number;
  modelAt(z: number[]): Promise<Float32Array>;
}

/**
 * Maps of the images around each latent, weighted by how near theirs are, in as few passes as memory allows; each with its FSC to the
 * model's map there. Errors: 'file-missing' where images or latents are not kept, those of windowAround and of backprojectMaps.
 */
export async function windowMaps(
  parts: ReconstructionParts,
  { zs, images, epoch, modelAt }: WindowWork,
  { onMap, ...job }: JobOptions & { onMap: (index: number, map: DecodedMap) => Promise<void> | void },
): Promise<void> {
  const { run, record } = parts;
  const latents = await run.latents(epoch);
  if (!latents) throw new VitrineError('file-missing', 'The run keeps no latents.', { file: `z.${epoch}.pkl` });
  const { mu, zDim } = latents;
  const period = latentPeriod(await run.field());
  const windows = zs.map((z, i) => ({
    name: `window ${i + 1}`,
    images: windowAround(z, { mu, zDim, period }, images),
  }));
  await backprojected(parts, epoch, windows, {
    ...job,
    onMap: async (index, map) => {
      const made = madeMap(map, { ...record, epoch });
      const model = await modelAt(zs[index]);
      made.made.model = Float32Array.from(fsc(made.values, model, made.boxPixels).values);
      await onMap(index, made);
    },
  });
}
