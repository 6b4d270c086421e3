// Checks of a kept run from its prepared images, on an engine of their own; and two dropped maps compared.
import { VitrineError } from '../src/base/errors.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import type { NamedBlob } from '../src/formats/particles.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { compareMaps, type MapComparison } from '../src/jobs/compare-maps.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { RUN_CHECK_WORDS, readRunChecks, type RunCheck, type RunCheckName } from '../src/jobs/run-checks/check.ts';
import { checkRun } from '../src/jobs/run-checks/run-checks.ts';
import type { RunFolder } from '../src/library/runs.ts';
import { filterShells, lowPassFactor } from '../src/validation/radial-filter.ts';
import type { CheckMethod, CompareRequest, ComparedMaps, ComparedPlaces, ToldCheck } from './contract/validate.ts';
import { requireImages, type ReconstructionParts } from './reconstruction.ts';

/** With its name for people. */
const toldCheck = (check: RunCheck): ToldCheck => ({ ...check, ...RUN_CHECK_WORDS[check.check] });

/** What is kept of a run’s checks. */
export async function keptChecksOf(run: RunFolder): Promise<ToldCheck[]> {
  return (await readRunChecks(run)).map(toldCheck);
}

/** Errors: 'file-missing' where its images are not kept, those of the checks, 'cancelled'. */
export async function checkKeptRun(
  { storage, record, run, dataset, openEngine, datasets }: ReconstructionParts,
  { names, method }: { names: readonly RunCheckName[]; method: CheckMethod },
  job: JobOptions,
): Promise<ToldCheck[]> {
  const particles = await requireImages(storage, dataset, record);
  const engine = await openEngine();
  try {
    const set = await openKeptSet(datasets, dataset);
    const work = { run, record, particles, set, openEngine: () => Promise.resolve(engine) };
    return (await checkRun(work, names, { ...job, method })).map(toldCheck);
  } finally {
    engine.dispose();
  }
}

/** Errors: those of reading, 'count-mismatch' for maps of several boxes, 'pixel-size-unknown'. */
export async function compareFiles(
  files: readonly [NamedBlob, NamedBlob],
  { mask, randomise, local }: CompareRequest,
  job: JobOptions,
): Promise<ComparedMaps> {
  const [a, b] = [await readMrcVolume(files[0]), await readMrcVolume(files[1])];
  if (a.boxPixels !== b.boxPixels || a.boxPixels % 2 !== 0)
    throw new VitrineError('count-mismatch', 'The maps are not of one even box.', {
      file: files[1].path,
      expected: `${a.boxPixels} voxels a side`,
      found: String(b.boxPixels),
      advice: 'Crop or resample one of them.',
    });
  if (!(a.pixelSizeAngstrom > 0))
    throw new VitrineError('pixel-size-unknown', 'The header of the map does not say the pixel size.', {
      file: files[0].path,
      advice: 'Compare them with vitrine fsc and --apix.',
    });
  const { boxPixels, pixelSizeAngstrom } = a;
  const options = { mask, randomise: randomise && mask !== 'none', local, ...job };
  const found = await compareMaps({ maps: [a.values, b.values], boxPixels, pixelSizeAngstrom }, options);
  const { curves, guinier, anisotropy } = found;
  return { boxPixels, pixelSizeAngstrom, curves, guinier, anisotropy, local: placesOf(found) };
}

/** The surface is contoured where the map's own statistics suggest. */
function placesOf(found: MapComparison): ComparedPlaces | null {
  const { localAngstrom: values, localRange, boxPixels, pixelSizeAngstrom, curves } = found;
  if (!values || !localRange) return null;
  const cut = (boxPixels * pixelSizeAngstrom) / curves[curves.length - 1].resolution0143;
  const mean = cut < boxPixels / 2 ? filterShells(found.mean, boxPixels, lowPassFactor(cut)) : found.mean;
  const mesh = surfaceNets(mean, boxPixels, pixelSizeAngstrom, mapStatistics(mean).suggestedLevel);
  return { ...localRange, values, mesh, onSurface: rangeAt(mesh.positions, found, values) };
}

/** At the voxels nearest to `positions` (n×3, Å from the centre of the box, which is voxel D/2). */
function rangeAt(
  positions: Float32Array,
  { boxPixels, pixelSizeAngstrom }: MapComparison,
  values: Float32Array,
): ComparedPlaces['onSurface'] {
  let [best, worst] = [Infinity, -Infinity];
  const voxel = (angstrom: number) =>
    Math.min(boxPixels - 1, Math.max(0, Math.round(angstrom / pixelSizeAngstrom + boxPixels / 2)));
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = [voxel(positions[i]), voxel(positions[i + 1]), voxel(positions[i + 2])];
    const value = values[(z * boxPixels + y) * boxPixels + x];
    if (value < best) best = value;
    if (value > worst) worst = value;
  }
  return { best, worst };
}
