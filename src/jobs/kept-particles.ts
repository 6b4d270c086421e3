// Particles of a run in the library with their prepared images, where those are kept.
import { tiltedOptics } from '../imaging/beam-tilt.ts';
import type { KeptDataset } from '../library/datasets.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { Storage } from '../library/storage.ts';
import { unknownPoses } from './abinit-job.ts';
import { findPrepared, imageOptionsOf } from './prepare.ts';
import type { RunParticles } from './run-particles.ts';

/** Null where the images are not kept as the run has them, or poses that it needs are not known. */
export async function keptParticles(
  storage: Storage,
  { record: set, poses, ctf, optics, originalIndex }: KeptDataset,
  { params, job }: Pick<RunRecord, 'params' | 'job'>,
): Promise<RunParticles | null> {
  const options = imageOptionsOf(params, set.boxPixels);
  const images = await findPrepared(storage, set.fingerprint, options, tiltedOptics(ctf, optics));
  const known = poses ?? (job === 'ab-initio' ? unknownPoses(set.particles) : null);
  return images && known && { images, poses: known, ctf, optics, originalIndex };
}
