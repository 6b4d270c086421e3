// What a landscape will cost, said before it is begun: seconds by a few maps that are decoded, bytes by their number and size.
import { readJson } from '../../library/arrays.ts';
import { mapPixelSize } from '../../library/runs.ts';
import type { JobOptions } from '../progress.ts';
import { bytesOfMaps, mapsThere } from './kept-maps.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import { basesOf, landscapeBox, type LandscapeRun } from './landscape-job.ts';
import type { LandscapePlan } from './landscape.ts';
import { MOST_COMPONENTS, type LandscapeSettings } from './settings.ts';

/** Maps that are timed, after one that warms the engine up. */
const TIMED = 3;
/** Multiplications of all pairs of maps, of trees and tables, per second. */
const PRODUCTS_PER_SECOND = 0.6e9;
/** Of the box, what masks take of usual maps. */
const MASK_SHARE = 0.3;
const OTHER_SECONDS = 4;
/** Of maps that are read, unpacked and compared, bytes per second. */
const READ_BYTES_PER_SECOND = 80e6;
/** Sketch, mask, states and maps of components read the maps again. */
const READINGS = 3;
const PART_BYTES = 48e6;
const PROGRAM_BYTES = 130e6;

/** Errors: 'value-out-of-range' for a box that the run has not, those of decoding, 'cancelled'. */
export async function planLandscape(
  of: LandscapeRun,
  settings: LandscapeSettings,
  job: JobOptions,
): Promise<LandscapePlan> {
  const boxPixels = landscapeBox(of, settings.sketch.boxPixels);
  const { mu, zDim, epoch } = of.latents;
  const count = mu.length / zDim;
  const maps = Math.min(settings.sketch.maps, count);
  const base = await basesOf(of, boxPixels);
  const secondsPerMap = base ? 0 : await timeOfMap(of, boxPixels, job);
  const voxels = boxPixels ** 3;
  const rows = base ? base.maps.length : maps;
  const pixelSizeAngstrom = mapPixelSize(of.boxPixels, of.pixelSizeAngstrom, boxPixels);
  const { storage, folder } = new LandscapeFolder(of.run, epoch);
  const place = { storage, folder: `${folder}/maps`, count: maps, boxPixels, pixelSizeAngstrom };
  const known = await readJson<{ rows: number[] }>(storage, `${folder}/sketch.json`);
  const there = known?.rows.length === maps ? await mapsThere(place) : 0;
  const trainMaps = base ? 0 : Math.min(settings.particles.trainMaps, count - maps);
  const products = 0.5 * rows * rows * voxels * MASK_SHARE + 20 * maps ** 3;
  const read = (READINGS * 2 * rows * voxels) / READ_BYTES_PER_SECOND;
  const clustering = (count * maps * zDim * 20) / 1e9;
  const seconds =
    secondsPerMap * (maps - there + trainMaps) + products / PRODUCTS_PER_SECOND + read + clustering + OTHER_SECONDS;
  return {
    sketchMaps: base ? 0 : maps - there,
    trainMaps,
    ...{ boxPixels, pixelSizeAngstrom, secondsPerMap, seconds },
    storageBytes:
      (base ? 0 : bytesOfMaps(maps, boxPixels)) +
      4 * voxels * (2 * 15 + 12) +
      4 * count * (1 + settings.particles.components),
    memoryBytes:
      PROGRAM_BYTES +
      2 * PART_BYTES +
      8 * maps * maps * 6 +
      4 * voxels * (rows > maps ? 12 : 12 + (base ? 2 * rows : 0)) +
      4 * MASK_SHARE * voxels * 2 * MOST_COMPONENTS +
      4 * count * 4 * (zDim + settings.particles.components),
    maps: base ? 'components' : 'decoded',
  };
}

async function timeOfMap({ latents, decode }: LandscapeRun, boxPixels: number, job: JobOptions): Promise<number> {
  const { mu, zDim } = latents;
  const silent: JobOptions = job.signal ? { signal: job.signal } : {};
  const count = mu.length / zDim;
  const at = (i: number) => {
    const row = Math.floor((i * count) / (TIMED + 1));
    return mu.slice(row * zDim, (row + 1) * zDim);
  };
  let start = 0;
  for (let i = 0; i <= TIMED; i++) {
    job.onProgress?.({ fraction: i / (TIMED + 1), message: 'Timing the decoding of maps' });
    await decode(at(i), boxPixels, silent);
    if (i === 0) start = performance.now();
  }
  return (performance.now() - start) / 1000 / TIMED;
}
