// Latents of particles from a run's encoder: images pass through preprocessing as that run's config.yaml says, with its
// standard deviation, in float32, a shard at a time; nothing is kept.
import type { Latents } from '../engine/engine.ts';
import { VitrineError } from '../base/errors.ts';
import { abilitiesOf, boxPixelsOf, latentDimension } from '../field/kinds.ts';
import { CTF_WIDTH, OPTICS_WIDTH, type ParticleSet } from '../formats/particles.ts';
import { formationOf } from '../imaging/image-optics.ts';
import { makeLattice } from '../imaging/lattice.ts';
import { encodeAll } from '../inference/encode-all.ts';
import type { LoadedRun } from './decode-job.ts';
import type { JobOptions } from './progress.ts';
import { imagesForRun } from './run-images.ts';
import { ctfForBox } from './run-particles.ts';

/** How particles are encoded; nothing has to be said. */
export interface EncodeJobOptions extends JobOptions {
  /**
   * Pixels a translation of 1 stands for; D + 1 reproduces the latents that cryoDRGN gives for a run of its own
   * (docs/CONVENTIONS.md, "Geometry").
   */
  shiftPixels?: number;
  /** As in preparing for training. */
  gpu?: GPU | null;
}

/**
 * N×zDim. Errors: 'usage' for a homogeneous run, 'value-out-of-range' for images smaller than its box, 'poses-missing' where the
 * latents are posteriors at given poses.
 */
export async function encodeParticles(
  { model, field }: LoadedRun,
  set: ParticleSet,
  { signal, onProgress, shiftPixels, gpu = null }: EncodeJobOptions = {},
): Promise<Latents> {
  const { dataset } = field;
  const boxPixels = boxPixelsOf(field);
  const dimension = latentDimension(field);
  const { encodes, encodesByPose } = abilitiesOf(field);
  if (!encodes)
    throw new VitrineError('usage', 'A homogeneous run has no encoder.', { advice: 'Decode its one map instead.' });
  if (encodesByPose && !set.poses)
    throw new VitrineError(
      'poses-missing',
      'Latents of this run are found at given poses; these particles have none.',
      {
        file: set.name,
        advice: 'Give --poses, or a STAR or .cs file of a refinement.',
      },
    );
  const rotations = encodesByPose ? set.poses?.rotations : undefined;
  const ctf = set.ctf && ctfForBox(set.ctf, set.boxPixels, boxPixels);
  const translations = set.poses?.translations ?? null;
  const mu = new Float32Array(set.count * dimension);
  const logVariance = new Float32Array(set.count * dimension);
  const { points } = makeLattice(boxPixels);
  for await (const { first, count, values } of imagesForRun(field, set, { signal, gpu })) {
    const images = {
      count,
      boxPixels,
      points,
      shardSize: count,
      standardDeviation: dataset.standardDeviation,
      readShard: () => Promise.resolve({ first: 0, count, values }),
    };
    const part = {
      images,
      translations: translations && translations.subarray(2 * first, 2 * (first + count)),
      ...(rotations && { rotations: rotations.subarray(9 * first, 9 * (first + count)) }),
      ...formationOf(
        ctf && ctf.subarray(CTF_WIDTH * first, CTF_WIDTH * (first + count)),
        set.optics?.subarray(OPTICS_WIDTH * first, OPTICS_WIDTH * (first + count)),
        boxPixels,
      ),
    };
    const latents = await encodeAll(model, part, {
      ...(signal && { signal }),
      ...(shiftPixels !== undefined && { shiftPixels }),
      onProgress: (done) =>
        onProgress?.({
          fraction: (first + done) / set.count,
          message: `Encoding images: ${(first + done).toLocaleString('en')} of ${set.count.toLocaleString('en')}`,
        }),
    });
    mu.set(latents.mu, first * dimension);
    logVariance.set(latents.logVariance, first * dimension);
  }
  return { mu, logVariance };
}
