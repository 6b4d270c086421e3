// A start that finds its way: poses and maps of a set from its images alone. Expectation–maximisation at low resolution over the
// base grid (voxel-em.ts, annealed by anneal.ts), several times where asked, the likeliest kept; then the poses on finer grids
// and off them, with the map made anew at a rising band limit (refine-start.ts). A large set starts from a part of it.
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import type { PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { Random } from '../../geometry/random.ts';
import { gridRotations } from '../../geometry/rotation-grid.ts';
import { chosenImages, SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import { anneal, classesOf, costOf, type Annealing, type Stage } from './anneal.ts';
import { densitySign, withSign } from './polarity.ts';
import { refineStart, type RefinedStart } from './refine-start.ts';
import { bandOfGrid, meanOf, START_IMAGES, type EmResult, type StartHooks, type StartPlan } from './start-plan.ts';
import { classesSchedule, startSchedule } from './schedule.ts';
import { VoxelEm } from './voxel-em.ts';

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

/** Steps that the later classes take at the measured noise. */
const SETTLE_STEPS = 100;
/** Images that a start's evidence is taken from where it has several classes. */
const EVIDENCE_IMAGES = 1000;

async function annealed(
  scorer: PoseScorer,
  read: SearchImages,
  numbers: Uint32Array,
  boxPixels: number,
  plan: StartPlan,
  number: number,
  hooks: StartHooks,
): Promise<EmResult> {
  const random = new Random(plan.seed, 1 + number);
  const rotations = gridRotations(plan.baseLevel);
  const translations = startTranslations(plan.shiftExtent, boxPixels);
  const band = Math.min(bandOfGrid(plan.baseLevel), boxPixels / 2);
  const shared: Annealing = { scorer, read, numbers, translations, random, hooks };
  const mapPixels = mapSide(boxPixels);
  const newEm = () => new VoxelEm(scorer, mapPixels, rotations, translations, random);
  const words = plan.starts > 1 ? `Start ${number + 1} of ${plan.starts}, ` : '';
  const rows = Uint32Array.from({ length: read.count }, (_, i) => i);
  const [from, to] = [number / plan.starts, (number + 1) / plan.starts];
  if (plan.classes > 1) {
    const found = await severalClasses(newEm, shared, { rows, words, from, to }, band, plan);
    return { ...found, mapPixels };
  }
  const em = newEm();
  const schedule = startSchedule(band, plan.patience);
  const evidence = await anneal(em, { rows, classes: 1, schedule, settled: [], words, from, to }, shared);
  return { maps: em.maps, mapPixels, evidence };
}

/**
 * First all classes among all images: one finds its images well before the others do. Then the others anew, among the images that
 * it leaves, where they no longer have to hold their own against it.
 */
async function severalClasses(
  newEm: () => VoxelEm,
  shared: Annealing,
  whole: Pick<Stage, 'rows' | 'words' | 'from' | 'to'>,
  band: number,
  { classes, patience }: StartPlan,
): Promise<Pick<EmResult, 'maps' | 'evidence'>> {
  const { scorer, read, random } = shared;
  const first = { classes, schedule: classesSchedule(band, 0, patience) };
  const second = { classes: classes - 1, schedule: classesSchedule(band, SETTLE_STEPS, patience) };
  const cost = ({ schedule, classes: count }: typeof first) => costOf(schedule, count);
  const middle = whole.from + ((whole.to - whole.from) * cost(first)) / (cost(first) + cost(second));
  const em = newEm();
  await anneal(em, { ...whole, ...first, settled: [], to: middle }, shared);
  const classOf = await classesOf(em, whole.rows, band, shared);
  const largest = largestOf(classOf, classes);
  const rows = whole.rows.filter((_, i) => classOf[i] !== largest);
  let others = em.maps.filter((_, c) => c !== largest);
  const settled = [em.maps[largest]];
  if (rows.length > 0) {
    const later = newEm();
    await anneal(later, { ...whole, ...second, rows, settled, from: middle }, shared);
    others = later.maps;
  }
  em.maps = [...settled, ...others];
  const sample = random.permutation(read.count).slice(0, EVIDENCE_IMAGES);
  const { logEvidence } = await em.look(chosenImages(read, scorer.points.count, sample), { band, heat: 1 });
  return { maps: em.maps, evidence: meanOf(logEvidence) };
}

function largestOf(classOf: Uint32Array, classes: number): number {
  const counts = new Array<number>(classes).fill(0);
  for (const c of classOf) counts[c]++;
  return counts.indexOf(Math.max(...counts));
}
