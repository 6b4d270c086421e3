// Maps of a kept run from its prepared images, on an engine of their own: they take long, and the one that decodes is not held up.
import { VitrineError } from '../src/base/errors.ts';
import type { Engine } from '../src/engine/engine.ts';
import { keptParticles } from '../src/jobs/kept-particles.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { reconstructMaps } from '../src/jobs/reconstruct-job.ts';
import type { KeptDataset } from '../src/library/datasets.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import type { RunFolder } from '../src/library/runs.ts';
import type { Storage } from '../src/library/storage.ts';
import type { DecodeRequest } from './contract.ts';
import type { DecodedMap } from './peer.ts';

/** Where a run is kept, and an engine for this. */
export interface ReconstructionParts {
  storage: Storage;
  record: RunRecord;
  run: RunFolder;
  dataset: KeptDataset;
  openEngine(): Promise<Engine>;
}

/** Errors: 'file-missing' where its images are not kept, those of reconstructMaps. */
export async function reconstructedMap(
  { storage, record, run, dataset, openEngine }: ReconstructionParts,
  { z, epoch }: DecodeRequest,
  job: JobOptions,
): Promise<DecodedMap> {
  const particles = await keptParticles(storage, dataset, record);
  if (!particles)
    throw new VitrineError('file-missing', 'The prepared images of this run are not kept.', {
      file: dataset.record.name,
      advice: 'Open its original files again and start a run of them: that prepares them anew.',
    });
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
