// A start that finds its way: poses and maps of a set from its images alone. Expectation–maximisation at low resolution over the
// base grid (voxel-em.ts, annealed by schedule.ts), several times where asked, the likeliest kept; then the poses on finer grids
// and off them, with the map made anew at a rising band limit (refine-start.ts). A large set starts from a part of it.
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import type { PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { throwIfCancelled } from '../../formats/errors.ts';
import { Random } from '../../geometry/random.ts';
import { gridRotations } from '../../geometry/rotation-grid.ts';
import { chosenImages, SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import { ClassCounts } from './class-counts.ts';
import { densitySign, withSign } from './polarity.ts';
import { refineStart, type RefinedStart } from './refine-start.ts';
import { bandOfGrid, meanOf, START_IMAGES, type EmResult, type StartHooks, type StartPlan } from './start-plan.ts';
import { startSchedule, valueAt, type StartSchedule } from './schedule.ts';
import { VoxelEm, type StepResult } from './voxel-em.ts';

/** At the last, whole steps. */
const WHOLE_STEP_IMAGES = 1000;
/** Steps between reports. */
const REPORT_EVERY = 2;

/** Shifts every 1/32 of the box, as far as the extent: a quarter of a period at the band limit. */
export function startTranslations(shiftExtent: number, boxPixels: number): Float32Array {
  const step = boxPixels / 32;
  const steps = Math.ceil(shiftExtent / step - 1e-6);
  const shifts: number[] = [];
  for (let y = -steps; y <= steps; y++) for (let x = -steps; x <= steps; x++) shifts.push(x * step, y * step);
  return Float32Array.from(shifts);
}

/** Errors: 'cancelled', those of reading images and of the engine. */
export async function findStart(
  engine: Engine,
  data: SearchData,
  plan: StartPlan,
  hooks: StartHooks = {},
): Promise<RefinedStart> {
  const { boxPixels } = data.images;
  const random = new Random(plan.seed);
  const images = random.permutation(data.images.count).slice(0, START_IMAGES).sort();
  const band = Math.min(bandOfGrid(plan.baseLevel), boxPixels / 2);
  const points = searchPoints(boxPixels, band);
  const read = await new SearchImageReader(data, points).read(images, hooks.signal);
  const sign = densitySign(read, points);
  withSign(read, sign);
  const scorer = await engine.createScorer(points);
  let best: EmResult | null = null;
  try {
    for (let number = 0; number < plan.starts; number++) {
      const found = await annealed(scorer, read, images, boxPixels, plan, number, hooks);
      if (!best || found.evidence > best.evidence) best = found;
    }
  } finally {
    scorer.dispose();
  }
  if (!best) throw new RangeError('no start');
  return refineStart(engine, data, plan, { ...best, sign }, hooks);
}

/** Side of the start's maps: the images' box where that is small, else enough for the resolution that follows. */
function mapSide(boxPixels: number): number {
  return Math.min(boxPixels, 64);
}

async function annealed(
  scorer: PoseScorer,
  read: SearchImages,
  numbers: Uint32Array,
  boxPixels: number,
  plan: StartPlan,
  number: number,
  hooks: StartHooks,
): Promise<EmResult> {
  const schedule = startSchedule(Math.min(bandOfGrid(plan.baseLevel), boxPixels / 2), plan.classes, plan.patience);
  const random = new Random(plan.seed, 1 + number);
  const rotations = gridRotations(plan.baseLevel);
  const translations = startTranslations(plan.shiftExtent, boxPixels);
  const em = new VoxelEm(scorer, mapSide(boxPixels), rotations, translations, random);
  const steps = schedule.batchSteps + schedule.wholeSteps;
  const sizeAt = (step: number) =>
    Math.min(read.count, step >= schedule.batchSteps ? WHOLE_STEP_IMAGES : schedule.batchSize);
  // A step's cost: classes times images.
  const costAt = (step: number) => (step < schedule.split ? 1 : plan.classes) * sizeAt(step);
  const cost = Array.from({ length: steps }, (_, step) => costAt(step)).reduce((a, b) => a + b, 0);
  let spent = 0;
  let evidence = -Infinity;
  const filled = new ClassCounts(plan.classes);
  let order = random.permutation(read.count);
  let at = 0;
  for (let step = 0; step < steps; step++) {
    throwIfCancelled(hooks.signal);
    const fraction = step / steps;
    const whole = step >= schedule.batchSteps;
    const size = sizeAt(step);
    if (step === schedule.split) em.split(plan.classes, random);
    if (schedule.regroup.includes(step)) {
      const { from, to } = filled.regrouped();
      em.replace(from, to, random);
    }
    if (at + size > order.length) {
      order = random.permutation(read.count);
      at = 0;
    }
    if (schedule.turns) em.turn(random);
    const rows = order.subarray(at, at + size);
    if (!whole) at += size;
    const chosen = chosenImages(read, scorer.points.count, rows);
    const result = await em.step(chosen, stepOptions(schedule, fraction, whole));
    evidence = meanOf(result.logEvidence);
    filled.add(result.bestRotation, em.rotations.length / 9);
    spent += costAt(step);
    if (step % REPORT_EVERY === 0 || step === steps - 1)
      report(hooks, em, result, rows, numbers, translations, (number + spent / cost) / plan.starts, {
        words:
          (plan.starts > 1 ? `Start ${number + 1} of ${plan.starts}, step` : 'Step') +
          ` ${step + 1} of ${steps}, band limit ${Math.round(valueAt(schedule.band, fraction))} px`,
      });
    await hooks.onIdle?.();
  }
  return { maps: em.maps, mapPixels: em.boxPixels, evidence };
}

function stepOptions(schedule: StartSchedule, fraction: number, whole: boolean) {
  return {
    band: Math.round(valueAt(schedule.band, fraction)),
    heat: valueAt(schedule.heat, fraction),
    momentum: whole ? 0 : schedule.momentum,
  };
}

function report(
  hooks: StartHooks,
  em: VoxelEm,
  result: StepResult,
  rows: Uint32Array,
  numbers: Uint32Array,
  translations: Float32Array,
  fraction: number,
  { words }: { words: string },
): void {
  if (!hooks.onProgress) return;
  const perVolume = em.rotations.length / 9;
  const poses = new Float32Array(9 * rows.length);
  const classes = new Uint32Array(rows.length);
  const extent = translations[translations.length - 1];
  let border = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = result.bestRotation[i];
    classes[i] = Math.floor(row / perVolume);
    const r = row % perVolume;
    poses.set(em.rotations.subarray(9 * r, 9 * r + 9), 9 * i);
    const t = 2 * result.bestTranslation[i];
    if (extent > 0 && Math.max(Math.abs(translations[t]), Math.abs(translations[t + 1])) === extent) border++;
  }
  hooks.onProgress({
    stage: 'start',
    fraction,
    message: words,
    images: Uint32Array.from(rows, (row) => numbers[row]),
    rotations: poses,
    classes,
    atBorder: border / rows.length,
    error: result.residual,
    maps: em.maps,
    mapPixels: em.boxPixels,
  });
}
