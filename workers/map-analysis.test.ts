// The maps of the analysis worker against an engine of a few lines: one call from z to surface, what is kept and let go, and
// what is asked of a map afterwards.
import { beforeEach, describe, expect, it } from 'vitest';
import { VitrineError } from '../src/base/errors.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import type { ContourLevel, DecodeRequest } from './contract.ts';
import { MapAnalysis } from './map-analysis.ts';
import type { DecodedMap } from './peer.ts';

const BYTES_OF_24 = 4 * 24 ** 3;

/** A ball whose radius is z, brighter inside. */
function ball(boxPixels: number, radius: number): Float32Array {
  const half = boxPixels / 2;
  return Float32Array.from({ length: boxPixels ** 3 }, (_, v) => {
    const [x, y, z] = [v % boxPixels, Math.floor(v / boxPixels) % boxPixels, Math.floor(v / boxPixels ** 2)];
    return radius - Math.hypot(x - half, y - half, z - half);
  });
}

/** `live` as of a model that learns on. */
class BallEngine {
  asked: number[] = [];
  live = false;
  readonly decode = async ({ z, boxPixels }: DecodeRequest, { onProgress }: JobOptions): Promise<DecodedMap> => {
    this.asked.push(z[0]);
    onProgress?.({ fraction: 0.5, message: 'half' });
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { boxPixels, pixelSizeAngstrom: 2, values: ball(boxPixels, z[0]), epoch: this.live ? null : 7 };
  };
}

let engine: BallEngine;
let maps: MapAnalysis;
beforeEach(() => {
  engine = new BallEngine();
  maps = new MapAnalysis(engine.decode, 2.5 * BYTES_OF_24);
});
const level: ContourLevel = { kind: 'value', value: 0 };
const request = (radius: number, boxPixels = 24) => ({
  ...{ key: `r${radius}`, runId: 'run', epoch: null, z: [radius], boxPixels, level },
});
const decode = async (radius: number, boxPixels?: number) => (await maps.decode(request(radius, boxPixels), {})).map;

it('decodes, measures and contours in one call; the handle says what it is made of', async () => {
  const values = ball(24, 7);
  const statistics = mapStatistics(values);
  const wanted: [ContourLevel, number][] = [
    [{ kind: 'suggested' }, statistics.suggestedLevel],
    [{ kind: 'value', value: 1 }, 1],
    [{ kind: 'sigmas', value: 0.5 }, statistics.mean + 0.5 * statistics.standardDeviation],
  ];
  for (const [asked, expected] of wanted) {
    const contoured = await maps.decode({ ...request(7), level: asked }, {});
    expect(contoured.level).toBe(expected);
    expect(contoured.mesh).toEqual(surfaceNets(values, 24, 2, expected));
    expect(contoured.map).toEqual({
      ...{ key: 'r7', z: [7], boxPixels: 24, pixelSizeAngstrom: 2, statistics },
      source: { runId: 'run', epoch: 7, z: [7], boxPixels: 24 },
    });
  }
  expect(maps.registry.size).toEqual({ count: 1, bytes: BYTES_OF_24 });
});

it('makes a series in order at one level or each at its own, and tells how far it is', async () => {
  const series = async (sameLevel: boolean) => {
    const levels: number[] = [];
    const asked = { runId: 'run', epoch: null, boxPixels: 24, level: { kind: 'suggested' } as const, sameLevel };
    const each = [4, 5, 6].map((radius) => ({ key: `r${radius}`, z: [radius] }));
    const told: (number | null)[] = [];
    await maps.decodeSeries({ ...asked, maps: each }, (index, { level: at }) => (levels[index] = at), {
      onProgress: ({ fraction }) => told.push(fraction),
    });
    expect(told).toEqual([0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6]);
    return levels;
  };
  const own = [4, 5, 6].map((radius) => mapStatistics(ball(24, radius)).suggestedLevel);
  expect(await series(false)).toEqual(own);
  expect(await series(true)).toEqual([own[0], own[0], own[0]]);
  expect(engine.asked).toEqual([4, 5, 6, 4, 5, 6]);
});

describe('what is kept', () => {
  it('keeps nothing of a call that was given up', async () => {
    const stop = new AbortController();
    const given = maps.decode(request(7), { signal: stop.signal });
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect(maps.registry.size.count).toBe(0);
  });

  it('lets go of the longest unused beyond its budget, never of what is shown, and decodes it again when asked', async () => {
    const first = await decode(4);
    maps.registry.show([first.key]);
    const second = await decode(5);
    await decode(6);
    expect(maps.registry.size).toEqual({ count: 2, bytes: 2 * BYTES_OF_24 });
    await maps.isosurface(first, 1);
    expect(engine.asked).toEqual([4, 5, 6]);
    expect(await maps.isosurface(second, 1)).toEqual(surfaceNets(ball(24, 5), 24, 2, 1));
    expect(engine.asked).toEqual([4, 5, 6, 5]);
    expect(maps.registry.size.count).toBe(2);
  });

  it('decodes a map that was let go once for all who ask at a time', async () => {
    const map = await decode(5);
    maps.registry.release([map.key]);
    await Promise.all([maps.isosurface(map, 1), maps.projection(map), maps.fsc(map, map)]);
    expect(engine.asked).toEqual([5, 5]);
    expect(maps.registry.size.count).toBe(1);
  });

  it('forgets a map that is released while it is decoded again', async () => {
    const map = await decode(5);
    maps.registry.release([map.key]);
    const asked = maps.isosurface(map, 1);
    maps.registry.release([map.key]);
    expect((await asked).indices.length).toBeGreaterThan(0);
    expect(maps.registry.size.count).toBe(0);
  });

  it('never lets go of a map of a model that learns on; released, it is gone by name', async () => {
    engine.live = true;
    const map = await decode(4);
    expect(map.source).toBeNull();
    engine.live = false;
    for (const radius of [5, 6, 7]) await decode(radius);
    await maps.isosurface(map, 1);
    maps.registry.release([map.key]);
    const failure = await maps.isosurface(map, 1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VitrineError);
    expect(failure).toMatchObject({ code: 'map-gone', detail: { advice: expect.stringContaining('Decode it again') } });
    expect(engine.asked).toEqual([4, 5, 6, 7]);
  });
});

describe('what is asked of a map', () => {
  it('gives planes of its own and refuses those outside the box', async () => {
    const map = await decode(7);
    const [plane] = await maps.planes(map, [{ axis: 'x', index: 12 }]);
    expect(plane.values[12 * 24 + 12]).toBe(7);
    expect(plane.values).toHaveLength(24 * 24);
    await expect(maps.planes(map, [{ axis: 'y', index: 24 }])).rejects.toMatchObject({ code: 'index-out-of-range' });
  });

  it('correlates maps of one box and refuses two sizes', async () => {
    const map = await decode(7);
    const curve = await maps.fsc(map, map);
    expect(curve).toHaveLength(12);
    curve.forEach((value) => expect(value).toBeCloseTo(1, 5));
    await expect(maps.fsc(map, await decode(6, 20))).rejects.toMatchObject({ code: 'value-out-of-range' });
  });

  it('writes maps that are kept as they are, and decodes others without keeping them', async () => {
    const kept = await decode(7);
    const z = [5];
    const other = { key: 'new', source: { runId: 'run', epoch: null, z, boxPixels: 24 }, z, label: 'five' };
    const { name, blob } = await maps.exportMaps([{ ...kept, label: 'seven' }, other], 'two maps', {});
    expect(name).toBe('two_maps.zip');
    expect(blob.size).toBeGreaterThan(2 * BYTES_OF_24);
    expect(engine.asked).toEqual([7, 5]);
    expect(maps.registry.size.count).toBe(1);
  });
});
