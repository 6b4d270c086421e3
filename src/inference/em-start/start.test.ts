// A whole start of small sets: 16² images of a heap of blobs, the 30° grid.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobSet } from '../../../testing/blob-set.ts';
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import type { SearchImages } from '../../engine/scoring/scorer.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import type { HartleyImages } from '../../imaging/hartley-images.ts';
import type { SearchData } from '../pose-search/search-images.ts';
import type { StartBookmark, StartProgress } from './start-plan.ts';
import { findStart } from './start.ts';

const D = 16;
const COUNT = 40;
const points = searchPoints(D, 6);

let engine: Engine;
let data: SearchData;
let images: SearchImages;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  ({ data, images } = await blobSet(D, COUNT, points));
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

  // Five starts' worth of work: minutes where other tests have the cores.
  it('goes on after each part as if it had not been broken off, and from no other start', async () => {
    const set = few();
    const several = { ...plan, classes: 4, patience: 0.1, starts: 2 };
    const bookmarks: StartBookmark[] = [];
    const whole = await findStart(engine, set, several, {
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
      const again = await findStart(engine, set, several, {
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
        set,
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
  }, 180_000);

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
