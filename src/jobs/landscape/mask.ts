// The voxels in which maps are compared: the union of what lies above each map's threshold, dilated, with a soft edge, inside a mask that
// was given. A mask drawn around a region focuses the landscape on it.
import { VitrineError } from '../../base/errors.ts';
import type { LongWork } from '../../base/long-work.ts';
import { softMask } from '../../validation/mask.ts';
import { maskExtent } from '../solvent-mask.ts';
import type { LandscapeMaskExtent } from './landscape.ts';
import { expanded, forParts, type MapSet } from './map-set.ts';
import type { LandscapeMaskSettings } from './settings.ts';

/** Factors 0 … 1, D³, inside of `given` where that is not null. Error 'value-out-of-range' where nothing is left of it. */
export async function landscapeMask(
  maps: MapSet,
  settings: LandscapeMaskSettings,
  given: Float32Array | null,
  work: LongWork = {},
): Promise<Float32Array> {
  const own = settings.threshold === 'none' ? ballMask(maps.boxPixels) : await unionMask(maps, settings, work);
  // A mask that was drawn says all; the ball is for where there is none.
  const mask = !given ? own : settings.threshold === 'none' ? given : own.map((value, v) => value * given[v]);
  if (!mask.some((value) => value > 0.5))
    throw new VitrineError(
      'value-out-of-range',
      'Nothing is left of the mask: the maps and the mask given do not meet.',
      {
        field: '--mask',
        advice: 'Choose another mask, or dilate it.',
      },
    );
  return mask;
}

/** How much of the box a mask takes. */
export function extentOf(
  mask: Float32Array,
  { boxPixels, pixelSizeAngstrom }: MapSet,
): Omit<LandscapeMaskExtent, 'within'> {
  const voxels = mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  const { reachAngstrom } = maskExtent(mask, boxPixels, pixelSizeAngstrom);
  return { voxels, share: voxels / mask.length, reachAngstrom };
}

async function unionMask(
  maps: MapSet,
  { threshold, dilateAngstrom, edgeAngstrom }: LandscapeMaskSettings,
  work: LongWork,
): Promise<Float32Array> {
  const half = (threshold === 'maximum' ? maps.maximum : maps.percentile9999).map((value) => value / 2);
  const union = new Float32Array(maps.boxPixels ** 3);
  await forParts(
    maps,
    null,
    ({ from, to, values }) => {
      const all = expanded(maps, values);
      const width = to - from;
      for (let m = 0; m < maps.count; m++)
        for (let v = 0; v < width; v++) if (all[m * width + v] > half[m]) union[from + v] = 1;
    },
    { ...work, message: 'Finding where maps have density' },
  );
  const { boxPixels, pixelSizeAngstrom } = maps;
  return softMask(union, boxPixels, { pixelSizeAngstrom, threshold: 0.5, dilateAngstrom, edgeAngstrom });
}

/** Beyond the ball in the box maps hold nothing. */
function ballMask(boxPixels: number): Float32Array {
  const mask = new Float32Array(boxPixels ** 3);
  const half = boxPixels / 2;
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++) mask[at++] = Math.hypot(x - half, y - half, z - half) <= half - 1 ? 1 : 0;
  return mask;
}
