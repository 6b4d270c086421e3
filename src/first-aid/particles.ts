// What first aid is given of a set: all that is known of its particles beside the images.
import { CTF_WIDTH, OPTICS_WIDTH, ORDINARY_OPTICS, type ImageReader, type Poses } from '../formats/particles.ts';
import type { PickedPlaces } from '../formats/lists/picked-places.ts';
import { transferFunction } from '../imaging/transfer.ts';
import type { ImageSample } from './sample.ts';

/** A set of N particles to be looked at. */
export interface CheckedParticles {
  images: ImageReader;
  /** Å; null where it is not known. */
  pixelSizeAngstrom: number | null;
  poses: Poses | null;
  /** N×9 as CTF_COLUMNS. */
  ctf: Float32Array | null;
  /** N×10 as OPTICS_COLUMNS; null where every row is ordinary. */
  optics: Float32Array | null;
  /** Where particles were picked; null where the table does not say. */
  picked: PickedPlaces | null;
}

/** What images were multiplied by before (OPTICS_COLUMNS' ctfApplied). */
export const APPLIED = { nothing: 0, sign: 1, ctf: 2 } as const;
export type Applied = (typeof APPLIED)[keyof typeof APPLIED];

const COLUMN_APPLIED = 2;

/** What the files say was applied to an image before. */
export function appliedTo(optics: Float32Array | null, row: number): Applied {
  const value = optics?.[row * OPTICS_WIDTH + COLUMN_APPLIED] ?? 0;
  return value === 2 ? APPLIED.ctf : value === 1 ? APPLIED.sign : APPLIED.nothing;
}

/** Transfer of a row as a function of the frequency in cycles a pixel; `applied` in place of what the files say. */
export function transferOfRow(
  { ctf, optics }: Pick<CheckedParticles, 'ctf' | 'optics'>,
  row: number,
  applied?: Applied,
): ((x: number, y: number) => number) | null {
  if (!ctf) return null;
  const own = optics ? optics.slice(row * OPTICS_WIDTH, (row + 1) * OPTICS_WIDTH) : Float32Array.from(ORDINARY_OPTICS);
  if (applied !== undefined) own[COLUMN_APPLIED] = applied;
  return transferFunction(ctf.subarray(row * CTF_WIDTH, (row + 1) * CTF_WIDTH), own);
}

/** S×n transfers at the sample's first `points` points (all by default); null without a CTF. */
export function transfersOf(
  particles: Pick<CheckedParticles, 'ctf' | 'optics'>,
  { rows, points }: ImageSample,
  applied?: Applied,
  count = points.count,
): Float32Array | null {
  if (!particles.ctf) return null;
  const out = new Float32Array(rows.length * count);
  rows.forEach((row, place) => {
    const transfer = transferOfRow(particles, row, applied);
    for (let p = 0; transfer && p < count; p++)
      out[place * count + p] = transfer(points.x[p] / points.boxPixels, points.y[p] / points.boxPixels);
  });
  return out;
}

/** S×2 shifts of the sample's images in pixels; null without. */
export function shiftsOf({ poses }: CheckedParticles, { rows, boxPixels }: ImageSample): Float32Array | null {
  const translations = poses?.translations;
  if (!translations) return null;
  return Float32Array.from({ length: 2 * rows.length }, (_, i) => boxPixels * translations[2 * rows[i >> 1] + (i & 1)]);
}
