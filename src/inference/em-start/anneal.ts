// One annealing of a start (schedule.ts): expectation–maximisation over small batches of some of its images, telling how far it is.
import type { PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import type { Random } from '../../geometry/random.ts';
import { chosenImages } from '../pose-search/search-images.ts';
import { valueAt, type StartSchedule } from './schedule.ts';
import { countClasses, meanOf, type SettledClass, type StartHooks } from './start-plan.ts';
import type { StepResult, VoxelEm } from './voxel-em.ts';

/** At the last, whole steps. */
const WHOLE_STEP_IMAGES = 1000;
/** Images looked at together where maps stay as they are. */
const LOOK_IMAGES = 400;
/** Steps between reports. */
const REPORT_EVERY = 2;

/** What the annealings of one start have in common. */
export interface Annealing {
  scorer: PoseScorer;
  read: SearchImages;
  /** Numbers of the images that were read. */
  numbers: Uint32Array;
  translations: Float32Array;
  random: Random;
  hooks: StartHooks;
}

/** One annealing: which of the images, into how many classes, and its part of the start's progress. */
export interface Stage {
  rows: Uint32Array;
  classes: number;
  schedule: StartSchedule;
  /** Told with its own classes, before them. */
  settled: readonly SettledClass[];
  /** What progress says of it: of several starts which one, and what is annealed. */
  words: string;
  part: string;
  from: number;
  to: number;
}

/** Runs the schedule; the mean log-likelihood gain of an image of the last step. */
export async function anneal(em: VoxelEm, stage: Stage, shared: Annealing): Promise<number> {
  const { rows: among, classes, schedule } = stage;
  const { scorer, read, random, hooks } = shared;
  const steps = schedule.batchSteps + schedule.wholeSteps;
  const permuted = () => random.permutation(among.length).map((i) => among[i]);
  const cost = costOf(schedule, classes);
  let evidence = -Infinity;
  let order = permuted();
  let at = 0;
  for (let step = 0; step < steps; step++) {
    throwIfCancelled(hooks.signal);
    const fraction = step / steps;
    const whole = step >= schedule.batchSteps;
    const size = Math.min(among.length, sizeOf(schedule, step));
    if (step === schedule.split && classes > 1) em.split(classes, random);
    if (at + size > order.length) {
      order = permuted();
      at = 0;
    }
    if (schedule.turns) em.turn(random);
    const rows = order.subarray(at, at + size);
    if (!whole) at += size;
    const chosen = chosenImages(read, scorer.points.count, rows);
    const result = await em.step(chosen, stepOptions(schedule, fraction, whole));
    evidence = meanOf(result.logEvidence);
    if (step % REPORT_EVERY === 0 || step === steps - 1) {
      const done = costOf(schedule, classes, step + 1) / cost;
      const limit = Math.round(valueAt(schedule.band, fraction));
      report(shared, em, { result, rows }, stage, {
        fraction: stage.from + done * (stage.to - stage.from),
        message: sentence([stage.words, stage.part, `step ${step + 1} of ${steps}`, `band limit ${limit} px`]),
      });
    }
    await hooks.onIdle?.();
  }
  return evidence;
}

function sentence(parts: readonly string[]): string {
  const said = parts.filter((part) => part !== '').join(', ');
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** Which class each image fits best, with the maps as they stand. */
export async function assignToClasses(
  em: VoxelEm,
  rows: Uint32Array,
  band: number,
  shared: Annealing,
): Promise<Uint32Array> {
  const { scorer, read, hooks } = shared;
  const perVolume = em.rotations.length / 9;
  const classes = new Uint32Array(rows.length);
  for (let from = 0; from < rows.length; from += LOOK_IMAGES) {
    throwIfCancelled(hooks.signal);
    const chosen = chosenImages(read, scorer.points.count, rows.subarray(from, from + LOOK_IMAGES));
    const { bestRotation } = await em.look(chosen, { band, heat: 1 });
    bestRotation.forEach((row, i) => (classes[from + i] = Math.floor(row / perVolume)));
    await hooks.onIdle?.();
  }
  return classes;
}

function sizeOf(schedule: StartSchedule, step: number): number {
  return step >= schedule.batchSteps ? WHOLE_STEP_IMAGES : schedule.batchSize;
}

/** Of the first `steps` of a schedule, or of all: classes times images. */
export function costOf(
  schedule: StartSchedule,
  classes: number,
  steps = schedule.batchSteps + schedule.wholeSteps,
): number {
  let cost = 0;
  for (let step = 0; step < steps; step++) cost += (step < schedule.split ? 1 : classes) * sizeOf(schedule, step);
  return cost;
}

function stepOptions(schedule: StartSchedule, fraction: number, whole: boolean) {
  return {
    band: Math.round(valueAt(schedule.band, fraction)),
    heat: valueAt(schedule.heat, fraction),
    momentum: whole ? 0 : schedule.momentum,
  };
}

function report(
  { numbers, translations, hooks }: Annealing,
  em: VoxelEm,
  { result, rows }: { result: StepResult; rows: Uint32Array },
  { settled, rows: among }: Stage,
  told: { fraction: number; message: string },
): void {
  if (!hooks.onProgress) return;
  const perVolume = em.rotations.length / 9;
  const poses = new Float32Array(9 * rows.length);
  const classes = new Uint32Array(rows.length);
  const extent = translations[translations.length - 1];
  let border = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = result.bestRotation[i];
    classes[i] = settled.length + Math.floor(row / perVolume);
    const r = row % perVolume;
    poses.set(em.rotations.subarray(9 * r, 9 * r + 9), 9 * i);
    const t = 2 * result.bestTranslation[i];
    if (extent > 0 && Math.max(Math.abs(translations[t]), Math.abs(translations[t + 1])) === extent) border++;
  }
  const ofBatch = countClasses(classes, settled.length + em.maps.length).slice(settled.length);
  const inAll = ofBatch.map((images) => Math.round((images * among.length) / rows.length));
  hooks.onProgress({
    stage: 'start',
    ...told,
    images: Uint32Array.from(rows, (row) => numbers[row]),
    rotations: poses,
    classes,
    classCounts: [...settled.map(({ images }) => images), ...inAll],
    atBorder: border / rows.length,
    error: result.residual,
    maps: [...settled.map(({ map }) => map), ...em.maps],
    mapPixels: em.boxPixels,
  });
}
