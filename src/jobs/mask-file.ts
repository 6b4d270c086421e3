// A mask that a person gives: an MRC map of factors 0 … 1, of any box and pixel size with the run's field of view.
import { VitrineError } from '../base/errors.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import type { NamedBlob } from '../formats/particles.ts';
import { maskOnBox } from '../validation/mask.ts';

/** The maps that a mask is for. */
export interface MaskPlace {
  boxPixels: number;
  /** Å of a voxel; 0 where nothing says. */
  pixelSizeAngstrom: number;
}

/** Sides of the fields of view may differ by this part: pixel sizes are written rounded. */
const SAME_EXTENT = 0.01;
/** Values beyond 0 and 1 by this much are those of an interpolation. */
const ROUNDING = 1e-3;
/** A mask reaches 1 somewhere; what stays below this is a faint map. */
const INSIDE = 0.9;
/** Å of a header that mean "never set". */
const UNSET = [0, 1];

/**
 * The mask on the voxels of a run's maps. Errors: 'pixels-not-finite', 'value-out-of-range' for values that are no factors, a mask of zeros
 * or another field of view; those of reading ('mrc-header', 'box-not-square', 'file-truncated').
 */
export async function readMask(file: NamedBlob, place: MaskPlace): Promise<Float32Array> {
  const { boxPixels, pixelSizeAngstrom, values } = await readMrcVolume(file);
  const { path } = file;
  refuseExtent({ boxPixels, pixelSizeAngstrom }, place, path);
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new VitrineError('pixels-not-finite', 'The mask holds values that are not finite.', {
        file: path,
        expected: 'factors from 0 to 1',
        found: String(value),
      });
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least < -ROUNDING || most > 1 + ROUNDING)
    throw new VitrineError('value-out-of-range', 'The file is not a mask: its values are no factors.', {
      file: path,
      expected: 'factors from 0 to 1',
      found: `${Number(least.toPrecision(4))} to ${Number(most.toPrecision(4))}`,
      advice: 'Give a mask, not a map; make one with a threshold and a soft edge.',
    });
  if (most < INSIDE)
    throw new VitrineError('value-out-of-range', 'The file is not a mask: no voxel lies whole inside of it.', {
      file: path,
      expected: 'factors that reach 1 inside',
      found: `at most ${Number(most.toPrecision(4))}`,
    });
  return maskOnBox(values, boxPixels, place.boxPixels).map((value) => Math.min(1, Math.max(0, value)));
}

function refuseExtent(mask: MaskPlace, place: MaskPlace, file: string): void {
  // Without a pixel size a mask of the run's own box is taken for one of its maps.
  const isUnset = UNSET.includes(mask.pixelSizeAngstrom) && mask.boxPixels === place.boxPixels;
  if (place.pixelSizeAngstrom <= 0 ? mask.boxPixels === place.boxPixels : isUnset) return;
  const [own, wanted] = [mask, place].map(({ boxPixels, pixelSizeAngstrom }) => boxPixels * pixelSizeAngstrom);
  if (Math.abs(own - wanted) <= SAME_EXTENT * wanted) return;
  throw new VitrineError('value-out-of-range', 'The mask shows another field of view than the maps.', {
    file,
    field: 'cella, mx',
    expected: extentWords(place),
    found: extentWords(mask),
    advice:
      mask.boxPixels === place.boxPixels
        ? 'Correct the pixel size in its header.'
        : 'Pad or crop the mask, or correct the pixel size in its header.',
  });
}

/** "64 voxels of 4.32 Å, 276.5 Å a side". */
function extentWords({ boxPixels, pixelSizeAngstrom }: MaskPlace): string {
  const size = Number(pixelSizeAngstrom.toPrecision(4));
  return `${boxPixels} voxels of ${size} Å, ${(boxPixels * pixelSizeAngstrom).toFixed(1)} Å a side`;
}
