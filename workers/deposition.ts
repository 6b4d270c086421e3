// A selection of a kept run as a deposition, from its prepared images on an engine of its own.
import type { SetRows } from '../src/base/particle-identity.ts';
import { depositState } from '../src/jobs/deposit-job.ts';
import { fileStem } from '../src/jobs/file-stem.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import type { Deposition, DepositRequest } from './contract.ts';
import { onImagesEngine, requireImages, type ReconstructionParts } from './reconstruction.ts';

/** Errors: 'file-missing' where the images are not kept, those of depositState. */
export async function depositionOfRun(
  parts: ReconstructionParts,
  { name, rows, massKilodalton }: DepositRequest,
  job: JobOptions,
): Promise<Deposition> {
  const { storage, record, run, dataset, datasets } = parts;
  const particles = await requireImages(storage, dataset, record);
  const set = await openKeptSet(datasets, dataset);
  const choice = { name, rows: rows as SetRows, massKilodalton };
  const { zip, ...told } = await onImagesEngine(parts, (engine) =>
    depositState({ engine, run, record, particles, set }, choice, job),
  );
  return { name: `${fileStem(name)}.zip`, blob: zip, ...told };
}
