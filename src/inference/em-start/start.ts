// A start that finds its way: poses and maps of a set from its images alone. Expectation–maximisation at low resolution over the
// base grid (voxel-em.ts, annealed by anneal.ts), several times where asked, the likeliest kept; then the poses on finer grids
// and off them, with the map made anew at a rising band limit (refine-start.ts). A large set starts from a part of it.
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import type { PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { Random } from '../../geometry/random.ts';
import { largestStretch } from '../../imaging/image-optics.ts';
import { gridRotations } from '../../geometry/rotation-grid.ts';
import { SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import { anneal, type Annealing } from './anneal.ts';
import { densitySign, withSign } from './polarity.ts';
import { refineStart, type RefinedStart } from './refine-start.ts';
import {
  bandOfGrid,
  START_IMAGES,
  type BetweenParts,
  type EmResult,
  type StartBookmark,
  type StartHooks,
  type StartPlan,
} from './start-plan.ts';
import { startSchedule } from './schedule.ts';
import { severalClasses } from './several-classes.ts';
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
  const band = bandOf(plan, data);
  const points = searchPoints(boxPixels, band);
  const read = await new SearchImageReader(data, points).read(images, hooks.signal);
  const sign = densitySign(read, points);
  withSign(read, sign);
  const scorer = await engine.createScorer(points);
  const bookmark = hooks.bookmark && isOf(hooks.bookmark, plan, images.length) ? hooks.bookmark : null;
  let best = bookmark?.best ?? null;
  const setting: Setting = { scorer, read, numbers: images, boxPixels, band, plan, hooks };
  try {
    for (let number = bookmark?.start ?? 0; number < plan.starts; number++) {
      const before: Before = { at: bookmark?.start === number ? bookmark : null, best };
      const found = await annealed(setting, number, before);
      if (!best || found.evidence > best.evidence) best = found;
    }
  } finally {
    scorer.dispose();
  }
  if (!best) throw new RangeError('no start');
  return refineStart(engine, data, plan, { ...best, sign }, hooks);
}

/** Of the base grid; images that were magnified show more of space within it than it says. */
function bandOf({ baseLevel }: StartPlan, { images, optics }: SearchData): number {
  return Math.min(bandOfGrid(baseLevel), images.boxPixels / 2 / largestStretch(optics?.warps));
}

/** What all starts of a set share. */
interface Setting {
  scorer: PoseScorer;
  /** The images that are looked at, and their numbers in the set. */
  read: SearchImages;
  numbers: Uint32Array;
  /** Side of the set's images. */
  boxPixels: number;
  /** Band limit, Fourier pixels. */
  band: number;
  plan: StartPlan;
  hooks: StartHooks;
}

/** What a start goes on from: a bookmark of its own, and the likeliest of the starts before it. */
interface Before {
  at: StartBookmark | null;
  best: EmResult | null;
}

function isOf(bookmark: StartBookmark, plan: StartPlan, images: number): boolean {
  const { seed, starts, classes, patience = 1, baseLevel, shiftExtent } = bookmark.plan;
  const same = seed === plan.seed && starts === plan.starts && classes === plan.classes;
  const alike = patience === (plan.patience ?? 1) && baseLevel === plan.baseLevel && shiftExtent === plan.shiftExtent;
  return same && alike && bookmark.images === images;
}

/** Side of the start's maps: the images' box where that is small, else enough for the resolution that follows. */
function mapSide(boxPixels: number): number {
  return Math.min(boxPixels, 64);
}

/** The start of this number, counted from 0. */
async function annealed(
  { scorer, read, numbers, boxPixels, band, plan, hooks }: Setting,
  number: number,
  { at, best }: Before,
): Promise<EmResult> {
  const random = at ? Random.fromState(at.random) : new Random(plan.seed, 1 + number);
  const rotations = gridRotations(plan.baseLevel);
  const translations = startTranslations(plan.shiftExtent, boxPixels);
  const shared: Annealing = { scorer, read, numbers, translations, random, hooks };
  const mapPixels = mapSide(boxPixels);
  const newEm = (drawn: Random) => new VoxelEm(scorer, mapPixels, rotations, translations, drawn);
  const words = plan.starts > 1 ? `Start ${number + 1} of ${plan.starts}` : '';
  const rows = Uint32Array.from({ length: read.count }, (_, i) => i);
  const [from, to] = [number / plan.starts, (number + 1) / plan.starts];
  if (plan.classes > 1) {
    const mark = { plan, images: numbers.length, start: number, best };
    const keep = (between: BetweenParts) => hooks.onBookmark?.({ ...between, ...mark, random: random.state() });
    const found = await severalClasses({ newEm, band, plan }, shared, { rows, words, from, to }, at, keep);
    return { ...found, mapPixels };
  }
  const em = newEm(random);
  const schedule = startSchedule(band, plan.patience);
  const evidence = await anneal(em, { rows, classes: 1, schedule, settled: [], words, part: '', from, to }, shared);
  return { maps: em.maps, mapPixels, evidence };
}
