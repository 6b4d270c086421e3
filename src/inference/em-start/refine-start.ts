// From the base grid's poses to the images' own: a search by subdivision against each map of the start, then rounds of
// Gauss–Newton steps and backprojection at a rising band limit; the set's other images are searched last.
import { cubeFromMap, cubeShape, mapFromCube } from '../../backprojection/fourier-volume.ts';
import { backproject } from '../../backprojection/backproject.ts';
import { FourierSums } from '../../backprojection/insertion.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import type { Engine } from '../../engine/engine.ts';
import { pointsWithin, searchPoints } from '../../engine/scoring/points.ts';
import type { FourierCube, PoseScorer, SearchImages, SearchPoints } from '../../engine/scoring/scorer.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { largestStretch, warpedRotations } from '../../imaging/image-optics.ts';
import { InterpolatedComparison } from '../pose-search/comparison.ts';
import { refinePoses } from '../pose-search/gauss-newton.ts';
import { alikeIn, chosenImages, SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import { searchBySubdivision, type SubdivisionPlan } from '../pose-search/subdivide.ts';
import { confine, softSphere } from './initial-map.ts';
import { withSign } from './polarity.ts';
import {
  bandOfGrid,
  countClasses,
  meanOf,
  START_IMAGES,
  type EmResult,
  type StartHooks,
  type StartPlan,
} from './start-plan.ts';

/** What a start hands over: poses and classes of all N images of the set, and its maps. */
export interface RefinedStart {
  /** N×9. */
  rotations: Float32Array;
  /** N×2 pixels of the images' box. */
  shifts: Float32Array;
  /** N; zeros for one class. */
  classes: Uint32Array;
  /** Maps in the units and the sign of the prepared images, d³ each. */
  maps: Float32Array[];
  mapPixels: number;
  /** Share of images whose best shift lies at the border of the search. */
  atBorder: number;
  /**
   * Mean over images of the logarithm of how much likelier the maps make them than nothing: a few tens and more where slices
   * fit, about 12 for the best of many slices against noise.
   */
  evidence: number;
  /** Mean squared residual a coefficient. */
  error: number;
}

/** Rounds of refinement; the band limit rises by this many Fourier pixels a round. */
const ROUNDS = 6;
const BAND_STEP = 1;
const REGULARISATION = 0.1;
/** Images searched at a time. */
export const SEARCH_BATCH = 256;

interface Found {
  rotations: Float32Array;
  shifts: Float32Array;
  classes: Uint32Array;
  errors: Float32Array;
  atBorder: Uint8Array;
}

/** `start`: maps of the last step, and the sign that makes density positive. */
export async function refineStart(
  engine: Engine,
  data: SearchData,
  plan: StartPlan,
  start: EmResult & { sign: 1 | -1 },
  hooks: StartHooks,
): Promise<RefinedStart> {
  const { mapPixels } = start;
  const { boxPixels, count } = data.images;
  const stretch = largestStretch(data.optics?.warps);
  const lastBand = lastBandOf(plan, mapPixels, stretch);
  const firstBand = Math.min(bandOfGrid(plan.baseLevel), lastBand);
  const points = searchPoints(boxPixels, lastBand);
  const reader = new SearchImageReader(data, points);
  const scorer = await engine.createScorer(points);
  const shape = cubeShape(mapPixels, 2, mapPixels / 2);
  const mask = softSphere(mapPixels);
  let maps = start.maps;
  const cubes = () => maps.map((map) => cubeFromMap(map, mapPixels, shape));
  const spread = Math.ceil(count / START_IMAGES);
  // Every spread-th image makes the maps: as many as a start looks at.
  const numbers = Uint32Array.from({ length: Math.ceil(count / spread) }, (_, i) => i * spread);
  try {
    const images = await reader.read(numbers, hooks.signal);
    withSign(images, start.sign);
    const tell = (fraction: number, message: string, found: Found, error: number) =>
      hooks.onProgress?.({
        stage: 'refine',
        fraction,
        message,
        images: numbers,
        rotations: found.rotations,
        classes: found.classes,
        classCounts: countClasses(found.classes, maps.length),
        atBorder: meanOf(found.atBorder),
        error,
        maps,
        mapPixels,
      });
    const search = subdivisionOf(plan, boxPixels, firstBand);
    const found = await searchClasses(scorer, images, cubes(), search, hooks);
    let error = meanOf(found.errors) / pointsWithin(points, search.bandEnd);
    tell(0.3, 'Poses searched on finer grids', found, error);
    for (let round = 0; round < ROUNDS; round++) {
      throwIfCancelled(hooks.signal);
      const within = pointsWithin(points, Math.min(lastBand, firstBand + BAND_STEP * (round + 1)));
      error = await polish(images, points, found, cubes(), within);
      maps = remade(maps.length, { images, found }, { points, within }, { shape, mapPixels, mask });
      const message = `Round ${round + 1} of ${ROUNDS}, band limit ${Math.round(points.radius[within - 1])} px`;
      tell(0.3 + (0.6 * (round + 1)) / ROUNDS, message, found, error);
      await hooks.onIdle?.();
    }
    const against = { cubes: cubes(), plan, sign: start.sign };
    const whole = spread === 1 ? found : await searchRest(scorer, reader, against, { found, numbers }, hooks);
    const { rotations, shifts, classes } = whole;
    const atBorder = meanOf(whole.atBorder);
    const signed = start.sign < 0 ? maps.map((map) => map.map((v) => -v)) : maps;
    return { rotations, shifts, classes, maps: signed, mapPixels, atBorder, evidence: start.evidence, error };
  } finally {
    scorer.dispose();
  }
}

/**
 * Band limit of the last round, Fourier pixels, for maps of `mapPixels`. Slices of images that were magnified (`stretch` times, see
 * imaging/image-optics.ts) reach further than their band limit.
 */
export function lastBandOf({ baseLevel }: StartPlan, mapPixels: number, stretch: number): number {
  return Math.min(bandOfGrid(baseLevel) + ROUNDS * BAND_STEP, (mapPixels / 2 - 0.5) / stretch);
}

/** The search of images that did not make the maps, at all of `points`. */
export function searchAgainstMaps(plan: StartPlan, points: SearchPoints): SubdivisionPlan {
  const search = subdivisionOf(plan, points.boxPixels, points.radius[points.count - 1]);
  return { ...search, bandStart: Math.min(search.bandEnd, bandOfGrid(plan.baseLevel)) };
}

function subdivisionOf(plan: StartPlan, boxPixels: number, band: number): SubdivisionPlan {
  const perSide = Math.min(7, 2 * Math.ceil((32 * plan.shiftExtent) / boxPixels) + 1);
  return {
    baseLevel: plan.baseLevel,
    refinements: 3,
    kept: 8,
    bounded: false,
    shiftExtent: plan.shiftExtent,
    shiftGrid: [perSide, perSide],
    bandStart: band - 1,
    bandEnd: band,
  };
}

/** Each image against each map; the class whose slice fits best has it. */
async function searchClasses(
  scorer: PoseScorer,
  images: SearchImages,
  cubes: readonly FourierCube[],
  plan: SubdivisionPlan,
  hooks: StartHooks,
): Promise<Found> {
  const { count } = images;
  const n = scorer.points.count;
  const found: Found = {
    rotations: new Float32Array(9 * count),
    shifts: new Float32Array(2 * count),
    classes: new Uint32Array(count),
    errors: new Float32Array(count).fill(Infinity),
    atBorder: new Uint8Array(count),
  };
  for (const alike of alikeIn(images))
    for (let first = 0; first < alike.length; first += SEARCH_BATCH) {
      const rows = alike.slice(first, first + SEARCH_BATCH);
      const batch = chosenImages(images, n, rows);
      for (const [number, cube] of cubes.entries()) {
        throwIfCancelled(hooks.signal);
        const comparison = await InterpolatedComparison.open(cube, [{ scorer, images: batch, tilt: null }]);
        const poses = await searchBySubdivision(comparison, plan);
        rows.forEach((row, b) => {
          if (!(poses.errors[b] < found.errors[row])) return;
          found.rotations.set(poses.rotations.subarray(9 * b, 9 * b + 9), 9 * row);
          found.shifts.set(poses.shifts[0].subarray(2 * b, 2 * b + 2), 2 * row);
          found.classes[row] = number;
          found.errors[row] = poses.errors[b];
          found.atBorder[row] = poses.atBorder[b];
        });
        await hooks.onIdle?.();
      }
    }
  return found;
}

/** Gauss–Newton steps in place; the mean squared residual after them. */
async function polish(
  images: SearchImages,
  points: SearchPoints,
  found: Found,
  cubes: readonly FourierCube[],
  within: number,
): Promise<number> {
  const { warps } = images;
  const refined = await refinePoses(
    images,
    points,
    found,
    (rotations, count, imageOf) => {
      const seenAt = warps ? warpedRotations(rotations, warps, (row) => imageOf[row]) : rotations;
      return Promise.resolve(sliceCubes((slice) => cubes[found.classes[imageOf[slice]]], points, count, seenAt));
    },
    { points: within, iterations: 3, largestTurn: 0.2, largestShift: 2 * (points.boxPixels / 32) },
  );
  found.rotations.set(refined.rotations);
  found.shifts.set(refined.shifts);
  return meanOf(refined.errors) / within;
}

interface MapShape {
  shape: ReturnType<typeof cubeShape>;
  mapPixels: number;
  /** mapPixels³ factors of the voxels. */
  mask: Float32Array;
}

/** A map of each class, backprojected from its images at the first `within` points. */
function remade(
  classes: number,
  { images, found }: { images: SearchImages; found: Found },
  { points, within }: { points: SearchPoints; within: number },
  { shape, mapPixels, mask }: MapShape,
): Float32Array[] {
  const { warps } = images;
  const seen = warps ? { ...found, rotations: warpedRotations(found.rotations, warps) } : found;
  return Array.from({ length: classes }, (_, number) => {
    const sums = new FourierSums(shape);
    backproject(sums, images, seen, { points, count: within, keep: (b) => found.classes[b] === number });
    return confine(mapFromCube(sums.quotient(REGULARISATION), mapPixels), mask);
  });
}

interface SearchedAgainst {
  /** A class each. */
  cubes: readonly FourierCube[];
  plan: StartPlan;
  /** What makes density positive in the images. */
  sign: 1 | -1;
}

/** The images that did not make the maps, against them; those that did (`numbers`) keep their poses. */
async function searchRest(
  scorer: PoseScorer,
  reader: SearchImageReader,
  { cubes, plan, sign }: SearchedAgainst,
  { found: known, numbers }: { found: Found; numbers: Uint32Array },
  hooks: StartHooks,
): Promise<Found> {
  const { count } = reader;
  const whole: Found = {
    rotations: new Float32Array(9 * count),
    shifts: new Float32Array(2 * count),
    classes: new Uint32Array(count),
    errors: new Float32Array(count),
    atBorder: new Uint8Array(count),
  };
  const put = (to: number, from: Found, i: number) => {
    whole.rotations.set(from.rotations.subarray(9 * i, 9 * i + 9), 9 * to);
    whole.shifts.set(from.shifts.subarray(2 * i, 2 * i + 2), 2 * to);
    for (const field of ['classes', 'errors', 'atBorder'] as const) whole[field][to] = from[field][i];
  };
  const isKnown = new Set(numbers);
  const classCounts = countClasses(known.classes, cubes.length);
  const search = searchAgainstMaps(plan, reader.points);
  for (let first = 0; first < count; first += SEARCH_BATCH) {
    const rest = Array.from({ length: Math.min(SEARCH_BATCH, count - first) }, (_, i) => first + i).filter(
      (i) => !isKnown.has(i),
    );
    if (rest.length === 0) continue;
    const images = await reader.read(rest, hooks.signal);
    withSign(images, sign);
    const found = await searchClasses(scorer, images, cubes, search, hooks);
    await polish(images, reader.points, found, cubes, reader.points.count);
    rest.forEach((number, i) => put(number, found, i));
    found.classes.forEach((c) => classCounts[c]++);
    hooks.onProgress?.({
      stage: 'refine',
      fraction: 0.9 + (0.1 * (first + rest.length)) / count,
      message: `Poses of ${(first + rest.length).toLocaleString('en')} of ${count.toLocaleString('en')} images`,
      images: Uint32Array.from(rest),
      rotations: found.rotations,
      classes: found.classes,
      classCounts: [...classCounts],
      atBorder: meanOf(found.atBorder),
      error: meanOf(found.errors) / reader.points.count,
      maps: [],
      mapPixels: 0,
    });
  }
  numbers.forEach((number, i) => put(number, known, i));
  return whole;
}
