// Maps of a kept run from its prepared images, around a latent or of a selection, on an engine of their own: they take long, and the one that decodes is not held up.
import { VitrineError } from '../src/base/errors.ts';
import type { Engine } from '../src/engine/engine.ts';
import { backprojectMaps, splitOfSet, type BackprojectedMap } from '../src/jobs/backproject-job.ts';
import { keptParticles } from '../src/jobs/kept-particles.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import { reconstructMaps } from '../src/jobs/reconstruct-job.ts';
import { trainingData, type RunParticles } from '../src/jobs/run-particles.ts';
import type { DatasetLibrary, KeptDataset } from '../src/library/datasets.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import type { RunFolder } from '../src/library/runs.ts';
import type { Storage } from '../src/library/storage.ts';
import type { DecodeRequest } from './contract.ts';
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
  openEngine(): Promise<Engine>;
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

/**
 * The map of the images `rows` alone, as the Wiener filter leaves it, from their poses and CTF. Errors: 'file-missing', those of
 * backprojectMaps.
 */
export async function selectionMap(
  { storage, record, run, dataset, datasets, openEngine }: ReconstructionParts,
  { rows = new Uint32Array(0), epoch }: DecodeRequest,
  job: JobOptions,
): Promise<DecodedMap> {
  const particles = await requireImages(storage, dataset, record);
  const ofEpoch = epoch ?? record.epochsDone;
  const own = await run.poses(ofEpoch);
  const data = trainingData(own ? { ...particles, poses: own } : particles, record.imagePixels);
  const split = splitOfSet(await openKeptSet(datasets, dataset), 'auto', 0);
  const { pixelSizeAngstrom, params } = record;
  const engine = await openEngine();
  try {
    const work = {
      ...{ engine, split, pixelSizeAngstrom, data: { ...data, groupOf: dataset.opticsGroupOf } },
      window: { isOn: params.window, radius: params.windowRadius },
    };
    const found: BackprojectedMap[] = [];
    const selection = { name: 'the selection', images: { rows, weights: null } };
    await backprojectMaps(work, [selection], { ...job, onMap: (map) => void found.push(map) });
    const [{ boxPixels, filtered, images, fscMasked, resolutionMasked }] = found;
    const made = { images, resolutionAngstrom: resolutionMasked.at0143, fsc: Float32Array.from(fscMasked) };
    return { boxPixels, pixelSizeAngstrom, values: filtered, epoch: ofEpoch, made };
  } finally {
    engine.dispose();
  }
}
