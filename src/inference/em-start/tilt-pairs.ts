// The second views of tilt pairs against a start's maps. A start looks at the first views alone: it knows no shifts of the
// second, its hand is a guess, and a first view leaves poses open that the pair does not. Of each map the hand is taken at which
// the second views fit better, as a tilt of known sense tells a structure from its mirror image (Rosenthal & Henderson 2003);
// then every particle is searched in both its views at once against the maps of those hands.
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import type { Engine } from '../../engine/engine.ts';
import { pointsWithin, searchPoints } from '../../engine/scoring/points.ts';
import type { FourierCube, PoseScorer, SearchImages, SearchPoints } from '../../engine/scoring/scorer.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { mirrorPoses, mirrorVolume } from '../../imaging/hand.ts';
import { largestStretch, rowsByWarp } from '../../imaging/image-optics.ts';
import { InterpolatedComparison, type View } from '../pose-search/comparison.ts';
import { chosenImages, SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import { searchBySubdivision } from '../pose-search/subdivide.ts';
import { lastBandOf, searchAgainstMaps, SEARCH_BATCH, type RefinedStart } from './refine-start.ts';
import { startTranslations } from './start.ts';
import { countClasses, meanOf, type StartHooks, type StartPlan } from './start-plan.ts';

/** Both views of every particle: first the one that the start looked at. */
export interface TiltPairs {
  views: readonly [SearchData, SearchData];
  /** 3×3: the second view's rotation is this times the particle's. */
  rotation: Float32Array;
}

/** A start of both views. */
export interface PairedStart extends RefinedStart {
  /** N×2 pixels of the images' box: shifts of the second views. */
  secondShifts: Float32Array;
  /** By map: whether it is now the mirror image of what the first views had found. */
  isMirrored: boolean[];
}

/** Images of each map that are asked for its hand. */
const HAND_IMAGES = 500;

/** Errors: 'cancelled', those of reading images and of the engine. */
export async function poseTiltPairs(
  engine: Engine,
  { views, rotation }: TiltPairs,
  plan: StartPlan,
  start: RefinedStart,
  hooks: StartHooks = {},
): Promise<PairedStart> {
  const { mapPixels } = start;
  const { boxPixels } = views[0].images;
  const stretch = Math.max(...views.map(({ optics }) => largestStretch(optics?.warps)));
  const points = searchPoints(boxPixels, lastBandOf(plan, mapPixels, stretch));
  const readers = views.map((view) => new SearchImageReader(view, points));
  const scorers: PoseScorer[] = [];
  for (const _ of views) scorers.push(await engine.createScorer(points));
  const shape = cubeShape(mapPixels, 2, mapPixels / 2);
  const read = { readers, scorers, rotation, points };
  try {
    const cubesOf = (map: Float32Array): Record<'asFound' | 'mirrored', FourierCube> => ({
      asFound: cubeFromMap(map, mapPixels, shape),
      mirrored: cubeFromMap(mirrorVolume(map, mapPixels), mapPixels, shape),
    });
    const isMirrored: boolean[] = [];
    for (const [number, map] of start.maps.entries())
      isMirrored.push(await fitsMirrored({ cubes: cubesOf(map), number, plan }, read, start, hooks));
    const maps = start.maps.map((map, c) => (isMirrored[c] ? mirrorVolume(map, mapPixels) : map));
    const cubes = maps.map((map) => cubeFromMap(map, mapPixels, shape));
    const found = await searchPairs(cubes, read, plan, { ...start, maps }, hooks);
    return { ...start, maps, isMirrored, ...found };
  } finally {
    for (const scorer of scorers) scorer.dispose();
  }
}

interface Read {
  readers: SearchImageReader[];
  scorers: PoseScorer[];
  rotation: Float32Array;
  points: SearchPoints;
}

/** Whether the second views fit the mirror image of the map of this number better than the map, at the poses of the first. */
async function fitsMirrored(
  { cubes, number, plan }: { cubes: Record<'asFound' | 'mirrored', FourierCube>; number: number; plan: StartPlan },
  { readers, scorers, rotation, points }: Read,
  start: RefinedStart,
  hooks: StartHooks,
): Promise<boolean> {
  const ofClass = Array.from(start.classes.keys()).filter((i) => start.classes[i] === number);
  const step = Math.max(1, Math.floor(ofClass.length / HAND_IMAGES));
  const asked = ofClass.filter((_, i) => i % step === 0);
  const sums = { asFound: 0, mirrored: 0 };
  const offsets = startTranslations(plan.shiftExtent, points.boxPixels);
  for (let from = 0; from < asked.length; from += SEARCH_BATCH) {
    throwIfCancelled(hooks.signal);
    const numbers = asked.slice(from, from + SEARCH_BATCH);
    const images = await readers[1].read(numbers, hooks.signal);
    for (const rows of rowsByWarp([...numbers.keys()], [images.warps ?? null])) {
      const alike = chosenImages(images, points.count, rows);
      const rotations = new Float32Array(9 * rows.length);
      rows.forEach((row, i) => rotations.set(start.rotations.subarray(9 * numbers[row], 9 * numbers[row] + 9), 9 * i));
      for (const hand of ['asFound', 'mirrored'] as const) {
        const view: View = { scorer: scorers[1], images: alike, tilt: rotation };
        const comparison = await InterpolatedComparison.open(cubes[hand], [view]);
        const seen = hand === 'asFound' ? rotations : mirrorPoses({ rotations, translations: null }).rotations;
        const poses = { rotations: seen, shifts: [new Float32Array(2 * rows.length)] };
        const { errors } = await comparison.own(poses, 1, offsets, points.count);
        for (const error of errors) sums[hand] += error;
      }
    }
    await hooks.onIdle?.();
  }
  return sums.mirrored < sums.asFound;
}

/** Every particle in both views against every map; the one that fits best has it. */
async function searchPairs(
  cubes: readonly FourierCube[],
  { readers, scorers, rotation, points }: Read,
  plan: StartPlan,
  start: RefinedStart,
  hooks: StartHooks,
): Promise<Pick<PairedStart, 'rotations' | 'shifts' | 'secondShifts' | 'classes' | 'atBorder' | 'error'>> {
  const { count } = readers[0];
  const rotations = new Float32Array(9 * count);
  const shifts = [new Float32Array(2 * count), new Float32Array(2 * count)];
  const classes = new Uint32Array(count);
  const errors = new Float32Array(count).fill(Infinity);
  const atBorder = new Uint8Array(count);
  const search = searchAgainstMaps(plan, points);
  for (let first = 0; first < count; first += SEARCH_BATCH) {
    const numbers = Array.from({ length: Math.min(SEARCH_BATCH, count - first) }, (_, i) => first + i);
    const images: SearchImages[] = [];
    for (const reader of readers) images.push(await reader.read(numbers, hooks.signal));
    const warps = images.map((view) => view.warps ?? null);
    for (const rows of rowsByWarp([...numbers.keys()], warps)) {
      const seen = images.map((view, number): View => ({
        scorer: scorers[number],
        images: chosenImages(view, points.count, rows),
        tilt: number === 0 ? null : rotation,
      }));
      for (const [number, cube] of cubes.entries()) {
        throwIfCancelled(hooks.signal);
        const poses = await searchBySubdivision(await InterpolatedComparison.open(cube, seen), search);
        rows.forEach((row, b) => {
          const i = numbers[row];
          if (!(poses.errors[b] < errors[i])) return;
          rotations.set(poses.rotations.subarray(9 * b, 9 * b + 9), 9 * i);
          shifts.forEach((view, v) => view.set(poses.shifts[v].subarray(2 * b, 2 * b + 2), 2 * i));
          classes[i] = number;
          errors[i] = poses.errors[b];
          atBorder[i] = poses.atBorder[b];
        });
        await hooks.onIdle?.();
      }
    }
    const done = first + numbers.length;
    hooks.onProgress?.({
      stage: 'refine',
      fraction: done / count,
      message: `Both views of ${done.toLocaleString('en')} of ${count.toLocaleString('en')} particles`,
      images: Uint32Array.from(numbers),
      rotations: rotations.subarray(9 * first, 9 * done),
      classes: classes.subarray(first, done),
      classCounts: countClasses(classes.subarray(0, done), cubes.length),
      atBorder: meanOf(atBorder.subarray(0, done)),
      error: meanOf(errors.subarray(0, done)) / (2 * points.count),
      maps: start.maps,
      mapPixels: start.mapPixels,
    });
  }
  const error = meanOf(errors) / (2 * pointsWithin(points, search.bandEnd));
  return { rotations, shifts: shifts[0], secondShifts: shifts[1], classes, atBorder: meanOf(atBorder), error };
}
