// The posed images of a sample, ready to be compared under what their files say and under mistakes that are often made.
import type { LongWork } from '../base/long-work.ts';
import { imageOptics, warpedRotations } from '../imaging/image-optics.ts';
import { agreementUnder, comparedImages, rowsOfPlaces, type Assumption, type ComparedImages } from './agreement.ts';
import { shiftsOf, transfersOf, type Applied, type CheckedParticles } from './particles.ts';
import type { ImageSample } from './sample.ts';
import { meanWithError } from './statistics.ts';

/** Halves of fewer images give no maps to speak of. */
const LEAST_IMAGES = 100;

/** What the files say of posed images, and how well the images agree under it. */
export interface PosedImages {
  compared: ComparedImages;
  given: Assumption;
  /** M correlations under what is given. */
  scores: Float64Array;
  /** Their mean in standard errors: whether there is anything to compare. */
  errors: number;
  /** M correlations where something is assumed instead of what is given. */
  under: (instead: Partial<Assumption>) => Promise<Float64Array>;
  /** The same images where these shifts (M×2 pixels) are given. */
  withShifts: (shifts: Float32Array) => Promise<PosedImages>;
  /** M×n transfers where the images had been multiplied so; null without a CTF. */
  transfersWith: (applied: Applied) => Float32Array | null;
}

/** Null where there are no poses, or too few images. Error: 'cancelled'. */
export async function posedImages(
  particles: CheckedParticles,
  sample: ImageSample,
  work: LongWork = {},
): Promise<PosedImages | null> {
  const { poses, optics } = particles;
  if (!poses || sample.rows.length < LEAST_IMAGES) return null;
  const compared = comparedImages(sample);
  const { places, points } = compared;
  const of = (values: Float32Array | null, width: number) => values && rowsOfPlaces(places, values, width);
  const warps = imageOptics(optics)?.warps ?? null;
  const rotationsOf = (rows: ArrayLike<number>): Float32Array => {
    const out = new Float32Array(9 * rows.length);
    for (let i = 0; i < rows.length; i++) out.set(poses.rotations.subarray(9 * rows[i], 9 * rows[i] + 9), 9 * i);
    return warps ? warpedRotations(out, warps, (i) => rows[i]) : out;
  };
  const transfers = (applied?: Applied) => of(transfersOf(particles, sample, applied, points.count), points.count);
  const as = async (given: Assumption): Promise<PosedImages> => {
    const under = (instead: Partial<Assumption>) => agreementUnder(compared, { ...given, ...instead }, work);
    const scores = await under({});
    const { mean, error } = meanWithError(scores);
    return {
      ...{ compared, given, scores, under, transfersWith: transfers },
      errors: mean / (error || Infinity),
      withShifts: (shifts) => as({ ...given, shifts }),
    };
  };
  return as({
    rotations: rotationsOf(Array.from(places, (place) => sample.rows[place])),
    shifts: of(shiftsOf(particles, sample), 2),
    transfers: transfers(),
  });
}
