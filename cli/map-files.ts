// Maps named on a command line: read whole, of one box, with the pixel size that counts.
import { VitrineError } from '../src/base/errors.ts';
import { readMrcVolume, type MrcVolume } from '../src/formats/mrc-volume.ts';
import type { Console } from './console.ts';
import { openFile } from './files.ts';
import { warningLine } from './words.ts';

export interface NamedMap extends MrcVolume {
  path: string;
}

/** Errors: those of readMrcVolume; 'value-out-of-range' for an odd box; notices are told. */
export async function readMap(path: string, console: Console): Promise<NamedMap> {
  const map = await readMrcVolume(openFile(path));
  for (const notice of map.notices) console.warn(warningLine(notice));
  if (map.boxPixels % 2 !== 0)
    throw new VitrineError('value-out-of-range', 'The box of the map is odd.', {
      file: path,
      expected: 'an even number of voxels a side',
      found: String(map.boxPixels),
      advice: 'Crop or pad it by a voxel.',
    });
  return { ...map, path };
}

/** Error 'count-mismatch' for maps of several boxes. */
export function requireOneBox(a: NamedMap, b: NamedMap): void {
  if (a.boxPixels === b.boxPixels) return;
  throw new VitrineError('count-mismatch', 'The maps are not of one box.', {
    file: b.path,
    expected: `${a.boxPixels} voxels a side, as ${a.path}`,
    found: String(b.boxPixels),
    advice: 'Crop or resample one of them.',
  });
}

/** Å: --apix, else the header's. Error 'pixel-size-unknown'. */
export function pixelSizeOf({ pixelSizeAngstrom, path }: NamedMap, apix: number | undefined): number {
  const size = apix ?? pixelSizeAngstrom;
  if (size > 0) return size;
  throw new VitrineError('pixel-size-unknown', 'The header of the map does not say the pixel size.', {
    file: path,
    field: '--apix',
    advice: 'Give it with --apix, in Å.',
  });
}
