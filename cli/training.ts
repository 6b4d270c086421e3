// What train, resume and the demo share: images prepared beside the run or in memory, progress lines, the summary.
import { join } from 'node:path';
import type { Engine } from '../src/engine/engine.ts';
import { makeLattice } from '../src/imaging/lattice.ts';
import type { ParticleSet, Poses } from '../src/formats/particles.ts';
import { subsetOf } from '../src/formats/subset.ts';
import type { HartleyImages } from '../src/imaging/hartley-images.ts';
import { tiltedOptics } from '../src/imaging/beam-tilt.ts';
import { measureNoiseByGroup } from '../src/imaging/noise-spectrum.ts';
import { pairedImages } from '../src/imaging/paired-images.ts';
import { unknownPoses } from '../src/jobs/abinit-job.ts';
import { VitrineError } from '../src/base/errors.ts';
import { rowsByOriginal } from '../src/base/particle-identity.ts';
import { gpuInNode } from '../src/engine/node/dawn.ts';
import { imageOptionsOf, prepareParticles } from '../src/jobs/prepare.ts';
import { choosingProgress } from '../src/jobs/progress.ts';
import { trainRun } from '../src/jobs/train-job.ts';
import { needsNoise, writeRunFolder, type RunParticles } from '../src/jobs/run-particles.ts';
import type { TrainingControl, TrainingEvent } from '../src/inference/training.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { FULL_PRECISION_BYTES, fingerprintImages } from '../src/library/particle-cache.ts';
import type { RunFiles, RunRecord } from '../src/library/run-record.ts';
import type { RunFolder } from '../src/library/runs.ts';
import type { Console } from './console.ts';
import { openParticles } from './files.ts';
import { optionsOf } from './run-set.ts';
import { engineWords, withEngines } from './runs.ts';

export function requirePoses(set: ParticleSet): Poses {
  if (set.poses) return set.poses;
  throw new VitrineError('poses-missing', 'There are no poses, which training needs.', {
    file: set.name,
    advice: 'Give --poses, or a STAR or .cs file of a refinement.',
  });
}

/** Images of the run's box: in memory where they take at most 256 MiB, else in the run's .cache. */
export async function prepareForRun(
  folder: string,
  record: RunRecord,
  set: ParticleSet,
  console: Console,
): Promise<RunParticles> {
  const poses = record.job === 'ab-initio' ? (set.poses ?? unknownPoses(set.count)) : requirePoses(set);
  const options = imageOptionsOf(record.params, set.boxPixels);
  const tilted = record.files?.tilt ? await openTilted(record.files, set, console) : null;
  const bytes = (tilted ? 8 : 4) * set.count * makeLattice(options.boxPixels).points;
  const storage = bytes <= FULL_PRECISION_BYTES ? new MemoryStorage() : new DiskStorage(join(folder, '.cache'));
  const prepare = async ({ images, ctf, optics }: ParticleSet, fingerprint: string): Promise<HartleyImages> =>
    prepareParticles(storage, images, fingerprint, options, {
      tilted: tiltedOptics(ctf, optics),
      signal: console.signal,
      onProgress: (progress) => console.progress(progress),
      gpu: record.params.device === 'cpu' ? null : await gpuInNode(),
    });
  const images = await prepare(set, record.fingerprint);
  const { ctf, optics, originalIndex } = set;
  const particles: RunParticles = { images, poses, ctf, optics, originalIndex };
  if (needsNoise(record.params) && record.epochsDone === 0) {
    console.progress({ fraction: null, message: 'Measuring the noise' });
    particles.noise = await measureNoiseByGroup(set.images, set.opticsGroupOf, options, console.signal);
  }
  if (!tilted) return particles;
  const second = await prepare(tilted, await fingerprintImages(tilted.images, console.signal));
  return {
    ...particles,
    images: pairedImages(images, second),
    isTiltPairs: true,
    tiltCtf: tilted.ctf,
    tiltOptics: tilted.optics,
  };
}

/** The second stack of tilt pairs. Errors: those of its files, 'ctf-missing' where only one of the stacks has a CTF. */
async function openTilted(files: RunFiles, set: ParticleSet, console: Console): Promise<ParticleSet> {
  const { tilt, tiltCtf } = files;
  const options = optionsOf(files);
  // Poses and CTF are of the first stack, and so is which images are left out.
  for (const key of ['poses', 'ctf', 'leaveOutBad'] as const) delete options[key];
  const whole = await openParticles(tilt ?? '', { ...options, ...(tiltCtf && { ctf: tiltCtf }) }, console);
  const tilted = files.badRows ? seenTwice(whole, set) : whole;
  if ((tilted.ctf === null) !== (set.ctf === null))
    throw new VitrineError('ctf-missing', 'Only one of the two stacks has a CTF.', {
      file: tilt ?? '',
      advice: 'Give --ctf and --tilt-ctf, or neither.',
    });
  return tilted;
}

/** The particles of `tilted` that `set` has, in its order; both count in one original. */
function seenTwice(tilted: ParticleSet, { originalIndex }: ParticleSet): ParticleSet {
  const rowOf = rowsByOriginal(tilted.originalIndex);
  return subsetOf(
    tilted,
    Array.from(originalIndex, (index) => rowOf.get(index) ?? -1),
  );
}

/** Trains and tells how it goes; ends with exit code 130 (error 'cancelled') where it was interrupted. */
export async function trainAndTell(
  run: RunFolder,
  record: RunRecord,
  particles: RunParticles,
  console: Console,
): Promise<RunRecord> {
  if (record.epochsDone === 0) await writeRunFolder(run, record, particles);
  return withEngines(record.params.device, async (engines) => {
    const openEngine = async (): Promise<Engine> => {
      const { fresh, engine } = await engines();
      if (fresh) console.warn(`Computing on ${engineWords(engine)}`);
      return engine;
    };
    const control: TrainingControl = { signal: console.signal };
    const ended = await trainRun(run, openEngine, particles, control, {
      onEvent: (event) => tell(event, record.params.epochs, console),
      onStart: (progress) => console.progress(progress),
      onChoosing: (progress) => progress && console.progress(choosingProgress(progress)),
      onNotice: ({ message, found }) => console.warn(found === undefined ? message : `${message} (${found})`),
    });
    if (ended.status !== 'finished') {
      console.warn(`Stopped after epoch ${ended.epochsDone}. Go on with: vitrine resume`);
      throw new VitrineError('cancelled', 'Cancelled.');
    }
    await run.storage.remove(run.path('.cache'));
    return ended;
  });
}

function tell(event: TrainingEvent, epochs: number, console: Console): void {
  if (event.type === 'progress') {
    const { epoch, imagesDone, imagesTotal, imagesPerSecond, losses } = event;
    const seconds = ((epochs - epoch + 1) * imagesTotal - imagesDone) / Math.max(1e-9, imagesPerSecond);
    console.progress({
      fraction: (epoch - 1 + imagesDone / imagesTotal) / epochs,
      message:
        `Epoch ${epoch} of ${epochs}: ${Math.round(imagesPerSecond)} images/s, ${duration(seconds)} left` +
        (losses ? `, loss ${losses.total.toFixed(4)}` : ''),
    });
  } else if (event.type === 'epoch') {
    const { epoch, reconstruction, kl, imagesPerSecond } = event.summary;
    console.warn(
      `epoch ${String(epoch).padStart(3)}  loss ${reconstruction.toFixed(5)}  KL ${kl.toFixed(3)}  ` +
        `${Math.round(imagesPerSecond)} images/s`,
    );
  } else if (event.type === 'poses') {
    const { stage, fraction, message, moving } = event.report;
    if (stage !== 'search') console.progress({ fraction, message: `Start: ${message}` });
    else console.warn(`${message}${moving === null ? '' : `; ${Math.round(100 * moving)} % of them moved`}`);
  }
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** What --json says of a training. */
export function trainingResult(folder: string, record: RunRecord) {
  const last = record.history.at(-1);
  return {
    run: folder,
    status: record.status,
    epochs: record.epochsDone,
    particles: record.particles,
    boxPixels: record.boxPixels,
    reconstruction: last?.reconstruction ?? null,
    kl: last?.kl ?? null,
    imagesPerSecond: last?.imagesPerSecond ?? null,
    batchSize: record.params.batchSize,
    engine: record.device?.engine ?? null,
    device: record.device?.description ?? null,
    notices: (record.notices ?? []).map(({ message }) => message),
  };
}
