// Maps of windows along a path from a run's images, over the worker classes without workers, and what computes them.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { VitrineError } from '../src/base/errors.ts';
import type { Engine } from '../src/engine/engine.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { windowAround } from '../src/inference/half-maps/windows.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { defaultParams, LINEAR_DEFAULTS, validateParams } from '../src/params/params.ts';
import { fsc } from '../src/validation/fsc.ts';
import { Analysis } from './analysis.ts';
import type { ContouredMap, DroppedFile, RunLatents } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';
import { latentsOfLibrary } from './latents-registry.ts';
import type { DecodedMap } from './peer.ts';

const BOX = 16;
const COUNT = 160;
const IMAGES = 60;
const call = { id: 'a' };

const storage = new MemoryStorage();
const locks = new MemoryRunLocks();
const io = new Io(storage, locks);
/** Devices that were asked for since the test began. */
let asked: string[] = [];
/** An engine says that it is a graphics processor, and is full when sums are read so many times, where this is a number. */
let failsAt: number | null = null;
const host = new EngineHost({
  ...{ storage, locks },
  async openEngine({ device }) {
    asked.push(device);
    const engine = await openWasmEngine({ ownThread: true });
    return device === 'cpu' || failsAt === null ? engine : failing(engine, failsAt);
  },
  preparation: () => Promise.resolve(io),
});

function failing(engine: Engine, at: number): Engine {
  let left = at;
  const createFactorSums = engine.createFactorSums!.bind(engine);
  return {
    ...engine,
    device: { ...engine.device, processor: 'gpu' },
    async createFactorSums(request) {
      const sums = await createFactorSums(request);
      const read = sums.sums.bind(sums);
      sums.sums = async () => {
        if (left-- === 0) throw new VitrineError('out-of-memory', 'The memory of the graphics processor is full.');
        return read();
      };
      return sums;
    },
    dispose: () => engine.dispose(),
  };
}

let runId: string;
let datasetId: string;
let latents: RunLatents;
let zs: number[][];
beforeAll(async () => {
  const files = new MemoryStorage();
  const set = simulate({ count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 8, states: 4, snr: 1 });
  await writeSimulation(set, files, '', {});
  const drop = async (path: string): Promise<DroppedFile> => ({ path, file: (await files.openBlob(path))! });
  const draft = await io.openFiles([await drop('particles.mrcs'), await drop('particles.star')], null, call);
  ({ id: datasetId } = await io.accept(draft.id));
  const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 1, epochs: 2, chain: 'none' });
  ({ id: runId } = await host.start(datasetId, 'look', params));
  await ended(runId);
  latents = (await io.latents(runId, null))!;
  const sorted = latents.mu.slice().sort();
  zs = [0.1, 0.5, 0.9].map((share) => [sorted[Math.floor(share * COUNT)]]);
});
beforeEach(() => {
  asked = [];
  failsAt = null;
});

async function ended(id: string): Promise<void> {
  const statusOf = async () => (await io.listRuns()).find((run) => run.id === id)?.status;
  await vi.waitFor(async () => expect(await statusOf()).not.toMatch(/running|paused/), { timeout: 20_000 });
}

const wanted = () => ({ runId, epoch: null, boxPixels: BOX, from: 'window' as const, windowImages: IMAGES });

/** Of the norm of the second. */
const difference = (a: Float32Array, b: Float32Array) =>
  Math.hypot(...a.map((value, i) => value - b[i])) / Math.hypot(...b);

async function windows(id = 'a'): Promise<DecodedMap[]> {
  const found: DecodedMap[] = [];
  await host.decodeWindows({ ...wanted(), zs }, (index, map) => void (found[index] = map), { id });
  return found;
}

describe('windows along a path', () => {
  it('are of the images nearest to each latent, with the FSC of halves and with the model', async () => {
    const found = await windows();
    expect(found).toHaveLength(zs.length);
    for (const [i, { values, boxPixels, pixelSizeAngstrom, epoch, made }] of found.entries()) {
      expect({ boxPixels, pixelSizeAngstrom, epoch }).toEqual({ boxPixels: BOX, pixelSizeAngstrom: 8, epoch: 2 });
      const near = windowAround(zs[i], { mu: latents.mu, zDim: 1 }, IMAGES);
      expect(made!.images).toBe(near.rows.length);
      const model = await host.decode({ runId, epoch: null, z: zs[i], boxPixels: BOX }, call);
      const curve = fsc(values, model.values, BOX).values;
      expect(made!.model).toEqual(Float32Array.from(curve));
      expect(made!.model![2]).toBeGreaterThan(0.8);
      expect(made!.fsc[1]).toBeGreaterThan(0.5);
    }
    // Each is most like the model's map at its own end.
    const at = async (z: number[]) => (await host.decode({ runId, epoch: null, z, boxPixels: BOX }, call)).values;
    const [low, high] = [await at(zs[0]), await at(zs[2])];
    const like = (map: Float32Array, model: Float32Array) =>
      fsc(map, model, BOX)
        .values.slice(1, 5)
        .reduce((a, b) => a + b);
    expect(like(found[0].values, low)).toBeGreaterThan(like(found[0].values, high));
    expect(like(found[2].values, high)).toBeGreaterThan(like(found[2].values, low));
  });

  it('come as a series of contoured maps, and one is made again by itself once it was let go', async () => {
    const analysis = new Analysis({
      readLatents: latentsOfLibrary(new RunLibrary(storage)),
      decodeMap: (request, { onProgress }) => host.decode(request, { id: 'map', onProgress }),
      decodeWindows: (request, onMap, { onProgress }) => host.decodeWindows(request, onMap, { id: 'map', onProgress }),
    });
    const series: ContouredMap[] = [];
    const told: string[] = [];
    const maps = zs.map((z, i) => ({ key: `window ${i}`, z }));
    await analysis.decodeSeries(
      { ...wanted(), maps, level: { kind: 'suggested' }, sameLevel: true },
      (index, contoured) => void (series[index] = contoured),
      { ...call, onProgress: ({ message }) => told.push(message) },
    );
    // One pass: the images are measured once.
    expect(told.filter((message) => message === 'Measuring the images')).toHaveLength(1);
    expect(series.map(({ level }) => level)).toEqual(series.map(() => series[0].level));
    for (const [i, { map }] of series.entries()) {
      expect(map.source).toMatchObject({ runId, epoch: 2, z: zs[i], from: 'window', windowImages: IMAGES });
      expect(map.made!.model).toHaveLength(BOX / 2);
    }
    const { map } = series[1];
    const once = await analysis.projection(map);
    await analysis.releaseMaps([map.key]);
    const again = await analysis.projection(map);
    // Its noise is measured of its own images then.
    expect(difference(again, once)).toBeLessThan(0.05);
  });

  it('are finished as decoded maps are', async () => {
    const finish = { clip: true };
    const map = await host.decode({ ...wanted(), z: zs[0], finish }, call);
    expect(Math.min(...map.values)).toBe(0);
    expect(map.made!.images).toBeGreaterThan(0);
  });

  it('end when they are cancelled, and are refused of too few images, and of latents of another run', async () => {
    const underway = host.decodeWindows({ ...wanted(), zs }, () => expect.unreachable(), {
      id: 'b',
      onProgress: () => host.cancel('b'),
    });
    await expect(underway).rejects.toMatchObject({ code: 'cancelled' });
    const refused = (changes: object) => expect(host.decode({ ...wanted(), z: zs[0], ...changes }, call)).rejects;
    await refused({ windowImages: 0 }).toMatchObject({ code: 'value-out-of-range' });
    await refused({ windowImages: 1 }).toMatchObject({ code: 'count-mismatch' });
    await refused({ z: [0, 0] }).toMatchObject({ code: 'count-mismatch' });
  });
});

describe('the device that makes maps from images', () => {
  const rows = Uint32Array.from({ length: 50 }, (_, i) => 2 * i + (i % 2));
  const selection = () => host.decode({ runId, epoch: null, z: zs[0], boxPixels: BOX, from: 'selection', rows }, call);

  it('is the run’s, for selections, windows and depositions', async () => {
    await selection();
    await host.deposit(runId, { name: 'state', rows, massKilodalton: null }, call);
    expect(asked).toEqual(['auto', 'auto']);
  });

  it('is the CPU while a run learns', async () => {
    const params = { ...defaultParams(), zDim: 2, epochs: 200, encoderDim: 8, decoderDim: 8, batchSize: 16 };
    const { id } = await host.start(datasetId, 'learning', validateParams(params));
    asked = [];
    await selection();
    expect(asked.filter((device) => device === 'cpu')).toEqual(['cpu']);
    await host.stop(id);
    await ended(id);
  });

  it('is the CPU where a graphics processor does not hold it; maps that were made are not made again', async () => {
    const whole = await windows();
    asked = [];
    // After both halves of the first.
    failsAt = 2;
    const made: number[] = [];
    const again: DecodedMap[] = [];
    const take = (index: number, map: DecodedMap) => {
      made.push(index);
      again[index] = map;
    };
    await host.decodeWindows({ ...wanted(), zs }, take, call);
    expect(made).toEqual([0, 1, 2]);
    expect(asked.filter((device) => device !== 'auto')).toEqual(['cpu']);
    expect(again[0].values).toEqual(whole[0].values);
    again.forEach(({ values }, i) => expect(difference(values, whole[i].values)).toBeLessThan(0.05));
  });
});
