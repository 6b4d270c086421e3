// Expectation–maximisation on a voxel grid, small and quick: 16² images of a heap of blobs (testing/blobs.ts), the 30° grid.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory, relativeError } from '../../../testing/blobs.ts';
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import type { PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { Random } from '../../geometry/random.ts';
import { rotationDistanceSquared } from '../../geometry/rotation.ts';
import { gridRotations, gridSize } from '../../geometry/rotation-grid.ts';
import type { HartleyImages } from '../../imaging/hartley-images.ts';
import { SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import { confine, randomBlob, softSphere } from './initial-map.ts';
import { densitySign, withSign } from './polarity.ts';
import { clearlyLarger } from './several-classes.ts';
import { classesSchedule, settlingSchedule, startSchedule, valueAt } from './schedule.ts';
import { bandOfGrid, type StartBookmark, type StartProgress } from './start-plan.ts';
import { findStart, startTranslations } from './start.ts';
import { VoxelEm } from './voxel-em.ts';

const D = 16;
const COUNT = 40;
const points = searchPoints(D, 6);
const blobs = new Blobs(D);
const rotations = gridRotations(1);
const translations = startTranslations(1, D);

let engine: Engine;
let scorer: PoseScorer;
let data: SearchData;
let images: SearchImages;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  scorer = await engine.createScorer(points);
  const simulation = blobs.simulate({ count: COUNT, snr: 1, shiftPixels: 1, seed: 2 });
  data = { images: await imagesInMemory(simulation.images), ctf: simulation.ctf };
  images = await new SearchImageReader(data, points).read(Uint32Array.from({ length: COUNT }, (_, i) => i));
});
afterAll(() => engine.dispose());

const firstOf = (set: HartleyImages, count: number): HartleyImages => ({
  ...set,
  count,
  shardSize: count,
  readShard: async () => {
    const { values } = await set.readShard(0);
    return { first: 0, count, values: values.subarray(0, count * set.points) };
  },
});
const all = (maps: readonly Float32Array[], test: (v: number) => boolean) => maps.every((map) => map.every(test));

describe('expectation–maximisation', () => {
  it('fits the images better step by step, with maps of density inside the sphere', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    const first = em.maps[0].slice();
    const residuals: number[] = [];
    const evidence: number[] = [];
    for (let step = 0; step < 8; step++) {
      const result = await em.step(images, { band: 4, heat: 1, momentum: 0 });
      residuals.push(result.residual);
      evidence.push(result.logEvidence.reduce((a, b) => a + b, 0) / COUNT);
      expect(result.bestRotation.every((r) => r < gridSize(1))).toBe(true);
      expect(result.bestTranslation.every((t) => t < translations.length / 2)).toBe(true);
      // Posteriors sharpen no further than one pose.
      expect(result.effectivePoses.every((poses) => poses > 0.999)).toBe(true);
    }
    expect(residuals[7]).toBeLessThan(0.7 * residuals[0]);
    expect(evidence[7]).toBeGreaterThan(evidence[0]);
    expect(relativeError(em.maps[0], first)).toBeGreaterThan(0.5);
    const mask = softSphere(D);
    expect(all(em.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
    em.maps[0].forEach((v, i) => mask[i] === 0 && expect(v).toBe(0));
  });

  it('held hot fits no worse from step to step', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    // Not each step has to: the variance changes with the residual and density below zero is cut off. A hundredth of slack.
    const residuals: number[] = [];
    for (let step = 0; step < 6; step++)
      residuals.push((await em.step(images, { band: 4, heat: 4, momentum: 0 })).residual);
    for (let step = 2; step < 6; step++) expect(residuals[step]).toBeLessThan(residuals[step - 1] * 1.01);
  });

  it('keeps of earlier batches what momentum says', async () => {
    const run = async (momentum: number) => {
      const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
      for (const heat of [4, 4]) await em.step(images, { band: 4, heat, momentum });
      return em.maps[0];
    };
    expect(await run(0.5)).toEqual(await run(0.5));
    expect(relativeError(await run(0.9), await run(0))).toBeGreaterThan(1e-3);
  });

  it('starts from a map as strong as a share of the images, whatever their scale', async () => {
    for (const scale of [1, 1000]) {
      const scaled = { ...images, values: images.values.map((v) => v * scale) };
      const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
      const { residual } = await em.step(scaled, { band: 4, heat: 1, momentum: 0 });
      const power = scaled.values.reduce((sum, v) => sum + v * v, 0);
      expect(residual).toBeGreaterThan(0);
      expect(residual).toBeLessThan(power);
    }
  });

  it('splits one map into classes that differ, real and without negative density', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    for (let step = 0; step < 3; step++) await em.step(images, { band: 4, heat: 2, momentum: 0 });
    const [before] = em.maps;
    em.split(3, new Random(5));
    expect(em.maps.length).toBe(3);
    expect(all(em.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
    const apart = [relativeError(em.maps[1], em.maps[0]), relativeError(em.maps[2], em.maps[0])];
    const from = em.maps.map((map) => relativeError(map, before));
    for (const distance of apart) expect(distance).toBeGreaterThan(0.02);
    for (const distance of from) expect(distance).toBeLessThan(0.5);
    const result = await em.step(images, { band: 4, heat: 1, momentum: 0.5 });
    // Each image is in one of the classes.
    const counts = [0, 0, 0];
    for (const row of result.bestRotation) counts[Math.floor(row / gridSize(1))]++;
    expect(counts.reduce((a, b) => a + b, 0)).toBe(COUNT);
    expect(em.maps.length).toBe(3);
    expect(all(em.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
  });

  it('splits evenly: what the classes have in common is the map they come from', () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    em.maps = [confine(blobs.map(), softSphere(D))];
    const [before] = em.maps;
    em.split(20, new Random(5));
    const mean = before.map((_, i) => em.maps.reduce((sum, map) => sum + map[i] / 20, 0));
    // Each differs by three hundredths; where there is none, noise below zero is cut off.
    expect(relativeError(mean, before)).toBeLessThan(0.03);
  });

  it('looks at images without changing its maps', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    em.split(2, new Random(5));
    await em.step(images, { band: 4, heat: 1, momentum: 0 });
    const before = em.maps.map((map) => map.slice());
    const looks = [await em.look(images, { band: 4, heat: 1 }), await em.look(images, { band: 4, heat: 1 })];
    expect(em.maps).toEqual(before);
    expect(looks[1].logEvidence).toEqual(looks[0].logEvidence);
    // The step that follows begins with just what was seen.
    const { residual, bestRotation } = await em.step(images, { band: 4, heat: 1, momentum: 0 });
    expect(residual).toBe(looks[0].residual);
    expect(bestRotation).toEqual(looks[0].bestRotation);
  });

  it('turns its grid as a whole, each time otherwise, and poses turn with it', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    const random = new Random(9);
    expect(em.rotations).toEqual(rotations);
    const [first, second] = [0, 1].map(() => {
      em.turn(random);
      return em.rotations;
    });
    expect(relativeError(first, rotations)).toBeGreaterThan(0.1);
    expect(relativeError(first, second)).toBeGreaterThan(0.1);
    // Distances within the grid stay: R_a·Q and R_b·Q are as far apart as R_a and R_b.
    for (const other of [9, 900, 4500])
      expect(rotationDistanceSquared(first, first, 0, other)).toBeCloseTo(
        rotationDistanceSquared(rotations, rotations, 0, other),
        4,
      );
    // A map fits its images whichever way the grid is turned, but for the grid's gaps.
    em.maps = [confine(blobs.map(), softSphere(D))];
    const options = { band: 4, heat: 1, momentum: 0 };
    const residuals: number[] = [];
    for (let i = 0; i < 3; i++) {
      const fresh = new VoxelEm(scorer, D, rotations, translations, new Random(1));
      for (let turns = 0; turns < i; turns++) fresh.turn(random);
      fresh.maps = em.maps;
      await fresh.step(images, options);
      residuals.push((await fresh.step(images, options)).residual);
    }
    expect(Math.max(...residuals)).toBeLessThan(1.2 * Math.min(...residuals));
  });

  it('shares images in halves between two equal classes, whose maps are that of one', async () => {
    const one = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    const two = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    two.maps = [two.maps[0], two.maps[0].slice()];
    const options = { band: 4, heat: 1, momentum: 0 };
    await one.step(images, options);
    await two.step(images, options);
    expect(relativeError(two.maps[0], one.maps[0])).toBeLessThan(1e-3);
    expect(relativeError(two.maps[1], one.maps[0])).toBeLessThan(1e-3);
  });
});

describe('the sign of density', () => {
  const numbers = Uint32Array.from({ length: COUNT }, (_, i) => i);
  it.each([true, false])('is found in images with a CTF, prepared with sign flip: %s', async (invert) => {
    const simulation = blobs.simulate({ count: COUNT, snr: 0.1, shiftPixels: 1 });
    const prepared = await imagesInMemory(simulation.images, 1024, { invert });
    const read = await new SearchImageReader({ images: prepared, ctf: simulation.ctf }, points).read(numbers);
    // The simulator's particles are white, the CTF negative near the origin.
    expect(densitySign(read, points)).toBe(invert ? 1 : -1);
    const before = read.values.slice();
    withSign(read, densitySign(read, points));
    expect(densitySign(read, points)).toBe(1);
    expect(relativeError(read.values, before)).toBe(invert ? 0 : 2);
  });

  it('is found without a CTF', async () => {
    const simulation = blobs.simulate({ count: COUNT, snr: 0.1, shiftPixels: 1, ctf: 'none' });
    for (const invert of [true, false]) {
      const prepared = await imagesInMemory(simulation.images, 1024, { invert });
      const read = await new SearchImageReader({ images: prepared, ctf: null }, points).read(numbers);
      expect(densitySign(read, points)).toBe(invert ? -1 : 1);
    }
  });
});

describe('the first map', () => {
  it('is a round blob that chance makes lopsided, confined to the sphere', () => {
    const mask = softSphere(D);
    expect(Math.max(...mask)).toBe(1);
    expect(mask[0]).toBe(0);
    expect(mask[(D / 2) * (D * D + D + 1)]).toBe(1);
    const [a, b] = [1, 2].map((seed) => confine(randomBlob(D, new Random(seed)), mask));
    expect(all([a, b], (v) => v >= 0)).toBe(true);
    expect(relativeError(a, b)).toBeGreaterThan(0.1);
    expect(confine(randomBlob(D, new Random(1)), mask)).toEqual(a);
  });
});

describe('the schedule', () => {
  it('raises the band and lowers the heat, never beyond the band asked for', () => {
    for (const band of [3, 6, 11]) {
      const schedule = startSchedule(band);
      const steps = Array.from({ length: 101 }, (_, i) => i / 100);
      const bands = steps.map((f) => valueAt(schedule.band, f));
      const heats = steps.map((f) => valueAt(schedule.heat, f));
      expect(Math.max(...bands)).toBe(band);
      expect(bands.at(-1)).toBe(band);
      expect(heats[0]).toBe(4);
      expect(heats.at(-1)).toBe(1);
      bands.forEach((value, i) => i > 0 && expect(value).toBeGreaterThanOrEqual(bands[i - 1]));
      heats.forEach((value, i) => i > 0 && expect(value).toBeLessThanOrEqual(heats[i - 1]));
    }
    const table = [
      [0, 2],
      [0.5, 4],
      [1, 3],
    ] as const;
    expect([0, 0.25, 0.5, 0.75, 1, 2].map((f) => valueAt(table, f))).toEqual([2, 3, 4, 3.5, 3, 3]);
    expect([1, 2, 3].map(bandOfGrid)).toEqual([6, 11, 22]);
  });

  it('of several classes splits once, and settles at the measured noise and the last band limit', () => {
    const schedule = classesSchedule(11, 100);
    const { split, batchSteps, heat, band } = schedule;
    expect(split).toBeGreaterThan(0);
    expect(split).toBeLessThan(batchSteps - 100);
    for (let step = batchSteps - 100; step < batchSteps; step++)
      expect([valueAt(heat, step / batchSteps), valueAt(band, step / batchSteps)]).toEqual([1, 11]);
    expect(valueAt(heat, 0)).toBe(2);
    expect(classesSchedule(11, 100, 2).batchSteps).toBe(2 * batchSteps);
    expect(classesSchedule(11, 0).batchSteps).toBe(batchSteps - 100);
    expect(classesSchedule(11, 0, 0.01).split).toBe(0);
    expect([startSchedule(11).split, startSchedule(11).turns, schedule.turns]).toEqual([Infinity, false, true]);
  });

  it('of maps that are known stays at the measured noise and the last band limit, and splits none', () => {
    const { batchSteps, wholeSteps, heat, band, split } = settlingSchedule(11, 60);
    expect([batchSteps, wholeSteps]).toEqual([60, 0]);
    expect([0, 0.5, 1].map((f) => [valueAt(heat, f), valueAt(band, f)])).toEqual(new Array(3).fill([1, 11]));
    expect(split).toBeLessThan(0);
    expect(settlingSchedule(11, 60, 0.5).batchSteps).toBe(30);
  });

  it('keeps classes over copies of others only where images say so clearly', () => {
    const gains = Float32Array.from({ length: 100 }, (_, i) => i);
    const better = (by: number, spread: number) => gains.map((value, i) => value + by + (i % 2 ? spread : -spread));
    expect(clearlyLarger(better(1, 1), gains)).toBe(true);
    // Two standard errors of 100 differences of ±10 are 2.
    expect([1.9, 2.1].map((by) => clearlyLarger(better(by, 10), gains))).toEqual([false, true]);
    expect([clearlyLarger(gains, gains), clearlyLarger(gains, better(1, 0))]).toEqual([false, false]);
  });

  it('shifts by a thirty-second of the box, as far as the extent and no more than a step further', () => {
    expect(Array.from(startTranslations(0, 32))).toEqual([0, 0]);
    expect(startTranslations(2, 32).length).toBe(2 * 25);
    expect(Math.max(...startTranslations(2, 32))).toBe(2);
    expect(Math.max(...startTranslations(3, 64))).toBe(4);
  });
});

describe('a whole start', () => {
  /** Fewer images, where what is found does not matter. */
  const few = () => ({ ...data, images: firstOf(data.images, 12) });
  const plan = { seed: 1, starts: 1, classes: 1, baseLevel: 1, shiftExtent: 1 };

  it('finds poses, classes and maps of a small set, telling how far it is', async () => {
    const told: StartProgress[] = [];
    const found = await findStart(
      engine,
      data,
      { ...plan, classes: 2 },
      { onProgress: (progress) => told.push(progress) },
    );
    expect(found.rotations.length).toBe(9 * COUNT);
    expect(found.shifts.length).toBe(2 * COUNT);
    expect(found.maps.length).toBe(2);
    expect(found.mapPixels).toBe(D);
    expect(all(found.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
    const counts = [0, 0];
    for (const number of found.classes) counts[number]++;
    expect(counts[0] + counts[1]).toBe(COUNT);
    expect(Number.isFinite(found.evidence) && found.error > 0).toBe(true);
    told.forEach((progress) => {
      expect(progress.rotations.length).toBe(9 * progress.images.length);
      expect(progress.classes.length).toBe(progress.images.length);
    });
    const inStart = told.filter(({ stage }) => stage === 'start');
    expect(inStart.length).toBeGreaterThan(30);
    inStart.forEach(({ fraction }, i) => i > 0 && expect(fraction).toBeGreaterThan(inStart[i - 1].fraction));
    expect(inStart.at(-1)?.fraction).toBeCloseTo(1, 6);
    // The largest class is kept; the other is found anew among images that it leaves.
    const later = inStart.filter(({ message }) => message.startsWith('Other classes'));
    expect(later.length).toBeGreaterThan(30);
    later.forEach(({ classes, maps, images: among }) => {
      expect(classes.every((c) => c === 1)).toBe(true);
      expect(maps.length).toBe(2);
      expect(maps[0]).toBe(later[0].maps[0]);
      expect(among.length).toBeLessThanOrEqual(COUNT / 2);
    });
    // Slices of the class's map at the found pose look like the image.
    const cubes = found.maps.map((map) => cubeFromMap(map, D, cubeShape(D, 2, 6)));
    const slices = sliceCubes((b) => cubes[found.classes[b]], points, points.count, found.rotations);
    let [cross, power] = [0, 0];
    for (let i = 0; i < slices.length; i++) {
      const at = Math.floor(i / 2);
      const [b, p] = [Math.floor(at / points.count), at % points.count];
      const phase = (2 * Math.PI * (points.x[p] * found.shifts[2 * b] + points.y[p] * found.shifts[2 * b + 1])) / D;
      const [re, im] = [slices[2 * at], slices[2 * at + 1]];
      const moved =
        i % 2 === 0 ? re * Math.cos(phase) - im * Math.sin(phase) : re * Math.sin(phase) + im * Math.cos(phase);
      const predicted = images.ctf![at] * moved;
      cross += (predicted - images.values[i]) ** 2;
      power += images.values[i] ** 2;
    }
    expect(cross / power).toBeLessThan(0.6);
  });

  it('sets two of several classes aside, and lets the others begin as copies of them', async () => {
    const told: StartProgress[] = [];
    const found = await findStart(
      engine,
      data,
      { ...plan, classes: 5, patience: 0.1 },
      { onProgress: (progress) => told.push({ ...progress, maps: [...progress.maps] }) },
    );
    expect(found.maps.length).toBe(5);
    const inStart = told.filter(({ stage }) => stage === 'start');
    const parts = ['Classes', 'Other classes', 'Copies', 'All classes'];
    const of = (part: string) => inStart.filter(({ message }) => message.startsWith(`${part}, step `));
    expect(parts.reduce((sum, part) => sum + of(part).length, 0)).toBe(inStart.length);
    const last = parts.map((part) => of(part).at(-1)!);
    expect(last.map(({ maps }) => maps.length)).toEqual([5, 5, 5, 5]);
    // Those set aside stay as they are until all are annealed together.
    const [, others, copies, all] = last;
    expect(copies.maps[0]).toBe(others.maps[0]);
    expect(others.maps).toContain(copies.maps[1]);
    expect(copies.classes.every((c) => c >= 2)).toBe(true);
    expect(all.maps.every((map) => !copies.maps.includes(map))).toBe(true);
    // Images that two classes leave are fewer than all; each class's images of all are told, by a batch's shares.
    expect(copies.images.length).toBeLessThan(others.images.length);
    last.forEach(({ classCounts, images, classes }) => {
      const sum = classCounts.reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - COUNT)).toBeLessThanOrEqual(classCounts.length);
      expect(new Set(classes).size).toBeLessThanOrEqual(classCounts.length);
      expect(images.length).toBeLessThanOrEqual(COUNT);
    });
  });

  it('goes on after each part as if it had not been broken off, and from no other start', async () => {
    const several = { ...plan, classes: 4, patience: 0.1, starts: 2 };
    const bookmarks: StartBookmark[] = [];
    const whole = await findStart(engine, data, several, {
      onBookmark: (bookmark) => bookmarks.push(structuredClone(bookmark)),
    });
    expect(bookmarks.map(({ start, part }) => [start, part])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    for (const bookmark of [0, 2, 4].map((i) => bookmarks[i])) {
      const parts: string[] = [];
      const again = await findStart(engine, data, several, {
        bookmark,
        onProgress: ({ stage, message }) => stage === 'start' && parts.push(message.split(', ').slice(0, 2).join(', ')),
      });
      const next = ['Other classes', 'Copies', 'All classes'][bookmark.part - 1];
      expect(parts[0]).toBe(`Start ${bookmark.start + 1} of 2, ${next}`);
      expect(again).toEqual(whole);
    }
    let first = '';
    const stopped = new AbortController();
    await expect(
      findStart(
        engine,
        data,
        { ...several, seed: 2 },
        {
          bookmark: bookmarks[1],
          signal: stopped.signal,
          onProgress: ({ message }) => {
            first ||= message;
            stopped.abort();
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(first).toMatch(/^Start 1 of 2, Classes, step 1 /);
  });

  it('ends as cancelled where it is told to stop, before it begins and on its way', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(findStart(engine, data, plan, { signal: abort.signal })).rejects.toThrow();
    for (const stage of ['start', 'refine'] as const) {
      const later = new AbortController();
      const stop = { signal: later.signal, onProgress: (told: StartProgress) => told.stage === stage && later.abort() };
      await expect(findStart(engine, few(), plan, stop)).rejects.toMatchObject({ code: 'cancelled' });
    }
  });

  it('of images of the other sign finds the same poses, and the maps that make those images', async () => {
    const set = few();
    const negative: SearchData = {
      ...set,
      images: {
        ...set.images,
        readShard: async (shard) => {
          const read = await set.images.readShard(shard);
          return { ...read, values: read.values.map((v) => -v) };
        },
      },
    };
    const [one, other] = [await findStart(engine, set, plan), await findStart(engine, negative, plan)];
    expect(other.rotations).toEqual(one.rotations);
    expect(other.shifts).toEqual(one.shifts);
    expect(other.maps[0]).toEqual(one.maps[0].map((v) => -v));
  });

  it('of several starts keeps the likeliest', async () => {
    const evidence = async (seed: number, starts: number) =>
      (await findStart(engine, few(), { ...plan, seed, starts })).evidence;
    const [one, two] = [await evidence(3, 1), await evidence(3, 2)];
    expect(two).toBeGreaterThanOrEqual(one);
  });
});
