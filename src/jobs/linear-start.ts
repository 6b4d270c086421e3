// A network that learns its latents as a table begins at a linear model's posteriors: the model is fitted to the run's own images, kept
// as a run in its folder (linear/), and reads z of other images later, as an encoder would.
import type { Engine } from '../engine/engine.ts';
import { VitrineError } from '../base/errors.ts';
import { croppedImages } from '../imaging/cropped-images.ts';
import { noiseAtBox } from '../imaging/noise-spectrum.ts';
import { imagesOfView } from '../imaging/paired-images.ts';
import { newLatentLearning } from '../inference/latent-table.ts';
import { fitLinear, type FitOptions } from '../inference/linear/fit-linear.ts';
import type { Checkpoint } from '../inference/training.ts';
import { newId } from '../library/arrays.ts';
import { saveLatentStart } from '../library/latent-learning.ts';
import { LINEAR_FOLDER } from '../library/posteriors.ts';
import { saveLinearFit } from '../library/linear-files.ts';
import type { RunRecord } from '../library/run-record.ts';
import { RunFolder, type RunField } from '../library/runs.ts';
import { LINEAR_DEFAULTS } from '../params/params.ts';
import { loadModel, type LoadedRun } from './decode-job.ts';
import { linearPlan } from './linear-plan.ts';
import type { JobProgress } from './progress.ts';
import { fieldOfRun, linearData, writeRunFolder, type RunParticles } from './run-particles.ts';

/** Pixels: where particles lie is seen at a first look's box; sums of larger ones would take gigabytes. */
const LARGEST_BOX = 64;

/** The linear model that a run's latents began from: a run in its folder. */
export function linearStartOf(run: RunFolder): RunFolder {
  return new RunFolder(run.storage, run.path(LINEAR_FOLDER));
}

/** What is fitted, and where. */
export interface LinearStartWork {
  run: RunFolder;
  record: RunRecord;
  engine: Engine;
  particles: RunParticles;
}

/** What it tells and is told. */
export interface LinearStartHooks extends Pick<FitOptions, 'signal' | 'onIdle'> {
  onProgress?: ((progress: JobProgress) => void) | undefined;
}

/**
 * Fits the linear model, keeps it in linear/ and the table's beginning in the run's folder, and gives `start` with them. Errors:
 * 'cancelled', 'count-mismatch', 'out-of-memory', 'storage', 'value-out-of-range' for more latent dimensions than are fitted.
 */
export async function beginAtLinear(
  start: Checkpoint,
  { run, record, engine, particles }: LinearStartWork,
  { onProgress, ...hooks }: LinearStartHooks,
): Promise<Checkpoint> {
  const small = smallParticles(particles);
  const own = linearRecord(record, small.images.boxPixels);
  const field = fieldOfRun(own, small);
  if (field.kind !== 'linear') throw new VitrineError('usage', 'This is not a run of a linear model.');
  const plan = linearPlan({ ...own.params, method: record.params.method });
  const fit = await fitLinear(engine, plan, linearData(small, record.imagePixels), {
    ...hooks,
    onProgress: ({ iteration, iterations }) =>
      onProgress?.({
        fraction: iteration / iterations,
        message: `Fitting the linear model that latents begin from: iteration ${iteration} of ${iterations}`,
      }),
  });
  const folder = linearStartOf(run);
  await writeRunFolder(folder, own, small);
  await saveLinearFit(folder, field, fit);
  const latentLearning = newLatentLearning(fit.latents, plan.contrast ? fit.contrast : undefined);
  await saveLatentStart(run, latentLearning, field.components);
  return { ...start, latents: fit.latents, latentLearning };
}

/** At the box that the linear model is fitted at; of tilt pairs the first views, which are images like any. */
function smallParticles({ tiltCtf: _ctf, tiltOptics: _optics, isTiltPairs, ...particles }: RunParticles): RunParticles {
  const seen = isTiltPairs ? imagesOfView(particles.images, 0) : particles.images;
  const images = croppedImages(seen, LARGEST_BOX);
  const noise = particles.noise && noiseAtBox(particles.noise, images.boxPixels);
  return { ...particles, images, ...(noise && { noise }) };
}

/** As the network's, of which it has the particles. */
function linearRecord(network: RunRecord, boxPixels: number): RunRecord {
  const {
    error: _error,
    notices: _notices,
    kernels: _kernels,
    poseReports: _reports,
    started: _started,
    ...rest
  } = network;
  const { zDim, epochs: _epochs, ...defaults } = { ...LINEAR_DEFAULTS, zDim: network.params.zDim };
  return {
    ...rest,
    files: network.files && { ...network.files, tilt: null, tiltCtf: null },
    ...{ id: newId(), name: `${network.name}, linear model`, created: new Date().toISOString() },
    ...{ kind: 'linear', job: 'linear', status: 'finished', epochsDone: 0, history: [] },
    params: {
      ...network.params,
      ...defaults,
      zDim,
      boxPixels,
      epochs: LINEAR_DEFAULTS.epochs ?? network.params.epochs,
    },
  };
}

/** Whether latents of other images are read by the linear model that a run began from. */
function readsByLinear(field: RunField): boolean {
  return field.kind === 'network' && field.spec.autodecoder === true;
}

/**
 * The model that reads latents of images for a run: its own, or of a table of latents the linear model that it began from. Errors: those
 * of `loadModel`, 'usage' for an autodecoder of cryoDRGN's, which has nothing to read them with.
 */
export async function loadEncoder(engine: Engine, run: RunFolder, epoch: number | null): Promise<LoadedRun> {
  if (!readsByLinear(await run.field())) return loadModel(engine, run, epoch);
  const linear = linearStartOf(run);
  if ((await linear.epochs()).length > 0) return loadModel(engine, linear, null);
  throw new VitrineError('usage', 'This run’s latents are a table: it has no encoder, and no linear model beside it.', {
    expected: `a folder ${LINEAR_FOLDER} in the run’s, as Vitrine writes it`,
    advice: 'Use the latents of the particles that it was trained on (z.N.pkl).',
  });
}
