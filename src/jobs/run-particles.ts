// The particles of a run, and what follows from them and its parameters: the field that it learns, the data and the plan of its training,
// the parts of its folder that do not change.
import type { FieldDescription } from '../field/description.ts';
import { boxPixelsOf } from '../field/kinds.ts';
import { learnsTable } from '../params/latents.ts';
import { weighsRings } from '../params/noise.ts';
import { VitrineError } from '../base/errors.ts';
import type { OriginalIndices } from '../base/particle-identity.ts';
import { writeCtfPickle, writeIndexPickle, writePosePickle } from '../formats/cryodrgn-pickles.ts';
import { CTF_WIDTH, type Poses } from '../formats/particles.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { formationOf } from '../imaging/image-optics.ts';
import type { NoiseSpectra } from '../imaging/noise-spectrum.ts';
import type { LinearData } from '../inference/linear/fit.ts';
import type { TrainingData, TrainingPlan } from '../inference/training.ts';
import { fieldOfRecord, type RunRecord } from '../library/run-record.ts';
import { saveNoiseByRing } from '../library/noise-by-ring.ts';
import { writeRunOptics } from '../library/run-optics.ts';
import type { RunFolder } from '../library/runs.ts';
import { resolveAuto } from '../params/auto.ts';
import type { Params } from '../params/params.ts';

/** The particles of a run, images prepared. */
export interface RunParticles {
  images: HartleyImages;
  poses: Poses;
  /** N×9 of the original images. */
  ctf: Float32Array | null;
  /** N×10 as OPTICS_COLUMNS; null where every row is ordinary. */
  optics: Float32Array | null;
  originalIndex: OriginalIndices;
  /** Tilt pairs: `images` hold both views; CTF (N×9) and optics (N×10) of the second stack's images. */
  tiltCtf?: Float32Array | null;
  tiltOptics?: Float32Array | null;
  isTiltPairs?: boolean;
  /** Of the images before they were divided by their standard deviation, where a run that begins needs it (needsNoise). */
  noise?: NoiseSpectra;
}

/** Whether a run that begins with these parameters is told the noise of the images: it fits a linear model, or weighs rings. */
export function needsNoise(params: Params): boolean {
  return params.method === 'linear' || learnsTable(params) || weighsRings(params);
}

/** The run's field; of tilt pairs its encoder joins two views. */
export function fieldOfRun(
  record: RunRecord,
  { isTiltPairs = false }: Pick<RunParticles, 'isTiltPairs'>,
): FieldDescription {
  return fieldOfRecord(record, isTiltPairs ? 2 : 1);
}

/** The training that parameters ask for of a field; β of 'auto' is 1/zDim (cryoDRGN). */
export function planFrom(params: Params, field: FieldDescription): TrainingPlan {
  const { epochs, batchSize, learningRate, rateSchedule, weightDecay, betaSchedule, seed, precision } = params;
  const { beta } = resolveAuto(params, { boxPixels: boxPixelsOf(field) });
  return { field, epochs, batchSize, learningRate, rateSchedule, weightDecay, beta, betaSchedule, seed, precision };
}

/** CTF rows of images cropped to another box: the field of view stays, so the pixel grows. */
export function ctfForBox(ctf: Float32Array, imagePixels: number, boxPixels: number): Float32Array {
  const rows = ctf.slice();
  for (let at = 0; at < rows.length; at += CTF_WIDTH) {
    rows[at] = boxPixels;
    rows[at + 1] *= imagePixels / boxPixels;
  }
  return rows;
}

/** Error 'ctf-missing' where only one stack of tilt pairs has a CTF. */
export function trainingData(particles: RunParticles, imagePixels: number): TrainingData {
  const { images, poses, ctf, optics, isTiltPairs, tiltCtf, tiltOptics } = particles;
  const formation = (rows: Float32Array | null | undefined, table: Float32Array | null | undefined) =>
    formationOf(rows ? ctfForBox(rows, imagePixels, images.boxPixels) : null, table, images.boxPixels);
  const data: TrainingData = { images, poses, ...formation(ctf, optics) };
  if (isTiltPairs)
    data.tilt = {
      rotation: new Float32Array(9),
      translations: new Float32Array(2 * images.count),
      ...formation(tiltCtf, tiltOptics),
    };
  if (data.tilt && (data.ctf === null) !== (data.tilt.ctf === null))
    throw new VitrineError(
      'ctf-missing',
      'Only one of the two stacks of tilt pairs has a CTF, or scales of its images.',
      {
        advice: 'Give the CTF of both stacks, or of neither.',
      },
    );
  return data;
}

/** Noise of the images as prepared. Error: 'usage' where it was not measured. */
function preparedNoise({ noise, images }: RunParticles): NoiseSpectra {
  if (!noise) throw new VitrineError('usage', 'The noise of the images was not measured, which the run needs.');
  const prepared = (power: number): number => power / images.standardDeviation ** 2;
  return { whole: noise.whole.map(prepared), groups: noise.groups.map(prepared), groupOf: noise.groupOf };
}

/** What a linear model is fitted to. Error: 'usage' where the noise was not measured. */
export function linearData(particles: RunParticles, imagePixels: number): LinearData {
  const { whole, groups, groupOf } = preparedNoise(particles);
  const grouped = groupOf && { groupNoise: { power: groups, groupOf } };
  return { ...trainingData(particles, imagePixels), noise: whole, ...grouped };
}

/**
 * Writes the parts of a new run that do not change: config.yaml, poses, CTF, optics, the rows of the original stack, and noise by ring
 * where the loss is weighted by it.
 */
export async function writeRunFolder(run: RunFolder, record: RunRecord, particles: RunParticles): Promise<void> {
  const { params, files } = record;
  const field = fieldOfRun(record, particles);
  const { originalIndex, poses, ctf, optics } = particles;
  const isPart = originalIndex.some((row, i) => row !== i);
  // An ab initio run writes its poses as it finds them.
  if (record.job !== 'ab-initio') await run.storage.write(run.path('pose.pkl'), writePosePickle(poses));
  if (ctf) await run.storage.write(run.path('ctf.pkl'), writeCtfPickle(ctf));
  if (optics) await writeRunOptics(run, optics);
  if (weighsRings(params)) {
    const { groups, groupOf } = preparedNoise(particles);
    await saveNoiseByRing(run, { power: groups, groupOf }, particles.images.boxPixels);
  }
  if (isPart) await run.storage.write(run.path('ind.pkl'), writeIndexPickle(originalIndex));
  const dataset = {
    particles: files?.particles ?? record.datasetName,
    poses: files?.poses ?? 'pose.pkl',
    ctf: ctf ? (files?.ctf ?? 'ctf.pkl') : null,
    indices: isPart ? (files?.ind ?? 'ind.pkl') : null,
    dataDirectory: files?.datadir ?? null,
    invertData: params.invertData,
    window: params.window,
    windowRadius: params.windowRadius,
    standardDeviation: particles.images.standardDeviation,
    ...(files?.tilt && { tilted: { particles: files.tilt, degrees: params.tiltDegrees } }),
  };
  await run.writeConfig(field, dataset, params.seed);
  await run.writeRecord({ ...record, standardDeviation: particles.images.standardDeviation });
}
