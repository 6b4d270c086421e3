// The particles of a run, kept in its folder with all that made them: every later command reads them from there, and what is
// named instead is checked against them.
import { resolve } from 'node:path';
import type { ErrorDetail } from '../src/base/errors.ts';
import { VitrineError } from '../src/base/errors.ts';
import type { ParticleSet } from '../src/formats/particles.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import { DatasetLibrary, differenceOf } from '../src/library/datasets.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { fingerprintImages } from '../src/library/particle-cache.ts';
import type { RunFiles, RunRecord } from '../src/library/run-record.ts';
import type { Console } from './console.ts';
import { openParticles, type OpenedParticles } from './files.ts';
import type { ParticleOptions } from './particle-options.ts';
import type { OpenRun } from './runs.ts';

const PATHS = ['poses', 'ctf', 'ind', 'datadir'] as const;

/** Where a run finds its particles again, and what was answered then. */
export function filesOf(
  particles: string,
  { poses, ctf, ind, datadir, passthrough, posesFrom, ctfFrom, ...rest }: ParticleOptions,
  badRows: number[] | null,
  tilted: { tilt?: string; tiltCtf?: string } = {},
): RunFiles {
  const whole = (path: string | undefined): string | null => (path === undefined ? null : resolve(path));
  return {
    particles: resolve(particles),
    poses: whole(poses),
    ctf: whole(ctf),
    ind: whole(ind),
    datadir: whole(datadir),
    options: {
      ...(rest as Record<string, string | number | boolean>),
      ...(passthrough && { passthrough: passthrough.map((path) => resolve(path)) }),
      ...(posesFrom !== undefined && { posesFrom: resolve(posesFrom) }),
      ...(ctfFrom !== undefined && { ctfFrom: resolve(ctfFrom) }),
    },
    ...(rest.leaveOutBad && badRows && { badRows }),
    ...(tilted.tilt !== undefined && { tilt: whole(tilted.tilt), tiltCtf: whole(tilted.tiltCtf) }),
  };
}

/** The options with which the run's particles were opened. */
export function optionsOf(files: RunFiles): ParticleOptions {
  const paths = PATHS.flatMap((key) => (files[key] ? [[key, files[key]] as const] : []));
  return { ...(files.options as ParticleOptions | undefined), ...Object.fromEntries(paths) };
}

/** Å. Error 'pixel-size-unknown'. */
export function requirePixelSize({ pixelSizeAngstrom, name }: ParticleSet): number {
  if (pixelSizeAngstrom !== null) return pixelSizeAngstrom;
  throw new VitrineError('pixel-size-unknown', 'No file says the pixel size.', {
    file: name,
    field: '--apix',
    advice: 'Give it with --apix, in Å.',
  });
}

/** Keeps the set in the run's folder; the id by which it is found there. */
export async function keepRunSet(folder: string, set: OpenedParticles, fingerprint: string): Promise<string> {
  const { looksWhite } = set;
  const pixelSizeAngstrom = requirePixelSize(set);
  const library = new DatasetLibrary(new DiskStorage(folder));
  const extras = { pixelSizeAngstrom, looksWhite, fingerprint, isDemo: false };
  return (await library.keep(set, extras)).id;
}

/** The run's set without its images; null for runs of cryoDRGN and of older versions. */
export async function keptSetOf({ datasets, record }: OpenRun): Promise<ParticleSet | null> {
  const dataset = record?.datasetId ? await datasets.load(record.datasetId) : null;
  return dataset && openKeptSet(datasets, dataset);
}

export function withoutFiles(path: string): VitrineError {
  return new VitrineError('usage', 'This run does not say where its particles are, so it cannot be resumed here.', {
    file: path,
    advice: 'Train anew with: vitrine train.',
  });
}

/** The run's particles with their images, as they were. Errors: those of their files; 'usage', 'count-mismatch'. */
export async function reopenRunSet(
  { run, datasets, record }: OpenRun,
  moved: ParticleOptions & { particles?: string },
  console: Console,
): Promise<OpenedParticles> {
  if (!record?.files) throw withoutFiles(run.folder);
  const { files } = record;
  const { particles = files.particles, ...given } = moved;
  const set = await openParticles(particles, { ...optionsOf(files), ...given }, console, files.badRows);
  const refuse = (detail: ErrorDetail): never => {
    throw new VitrineError('count-mismatch', 'The particles are not those that the run began with.', {
      file: files.particles,
      advice: 'Put the original files back, or train anew.',
      ...detail,
    });
  };
  if ((await fingerprintImages(set.images, console.signal)) !== record.fingerprint)
    refuse({ expected: `${record.particles} images as they were`, found: `${set.count} images` });
  const kept = record.datasetId ? await datasets.load(record.datasetId) : null;
  const difference = kept && differenceOf(kept, set);
  if (difference) refuse({ found: difference });
  return set;
}

/**
 * Particles that are named for a run: where they are the run's own, with what was said of them then for what is not said
 * now; else checked to have the run's field of view. Errors: those of their files; 'value-out-of-range'.
 */
export async function openForRun(
  { record }: OpenRun,
  particles: string,
  given: ParticleOptions,
  console: Console,
): Promise<OpenedParticles> {
  const files = record?.files;
  const own = files?.particles === resolve(particles) && given.ind === undefined ? files : null;
  const options = own ? { ...optionsOf(own), ...given } : given;
  const badRows = options.leaveOutBad ? own?.badRows : undefined;
  const set = await openParticles(particles, options, console, badRows);
  if (!record) return set;
  if (set.pixelSizeAngstrom === null) {
    const apix = fieldOfView(record) / set.boxPixels;
    console.warn(
      `No file says the pixel size; ${Number(apix.toPrecision(5))} Å is taken, for the run's field of view.`,
    );
    return openParticles(particles, { ...options, apix }, console, badRows);
  }
  checkFieldOfView(record, set, particles);
  return set;
}

/** Å. */
const fieldOfView = ({ pixelSizeAngstrom, boxPixels }: RunRecord) => pixelSizeAngstrom * boxPixels;

function checkFieldOfView(record: RunRecord, set: ParticleSet, file: string): void {
  const [learned, found] = [fieldOfView(record), (set.pixelSizeAngstrom ?? 0) * set.boxPixels];
  if (Math.abs(found / learned - 1) < 0.01) return;
  const inWords = (value: number) => String(Number(value.toPrecision(4)));
  throw new VitrineError('value-out-of-range', 'The field of view is not the one that the run learned.', {
    file,
    field: '--apix',
    expected: `${inWords(learned)} Å, a pixel size of ${inWords(learned / set.boxPixels)} Å at this box`,
    found: `${inWords(found)} Å, a pixel size of ${inWords(found / set.boxPixels)} Å`,
    advice: 'Give the pixel size with --apix where the files say a wrong one; else extract the particles alike.',
  });
}
