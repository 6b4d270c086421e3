// Checks of a run and maps compared as Validate asks for them, over the worker classes without workers.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { Random } from '../src/geometry/random.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { RunFolder, RunLibrary } from '../src/library/runs.ts';
import { defaultParams, LINEAR_DEFAULTS, validateParams } from '../src/params/params.ts';
import { blobModel } from '../testing/linear-model.ts';
import type { CompareRequest, DroppedFile } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';

const call = { id: 'a' };
const storage = new MemoryStorage();
const locks = new MemoryRunLocks();
const io = new Io(storage, locks);
const engine = new EngineHost({
  ...{ storage, locks },
  openEngine: () => openWasmEngine({ ownThread: true }),
  preparation: () => Promise.resolve(io),
});

describe('checks of a run', () => {
  let runId: string;
  beforeAll(async () => {
    const files = new MemoryStorage();
    await writeSimulation(
      simulate({ count: 120, boxPixels: 16, pixelSizeAngstrom: 8, states: 4, snr: 1 }),
      files,
      '',
      {},
    );
    const drop = async (path: string): Promise<DroppedFile> => ({ path, file: (await files.openBlob(path))! });
    const draft = await io.openFiles([await drop('particles.mrcs'), await drop('particles.star')], null, call);
    const { id } = await io.accept(draft.id);
    const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 2, epochs: 2, chain: 'none' });
    ({ id: runId } = await engine.start(id, 'look', params));
    const statusOf = async () => (await io.listRuns()).find((run) => run.id === runId)?.status;
    await vi.waitFor(async () => expect(await statusOf()).toBe('finished'), { timeout: 20_000 });
  });

  it('are made by name, told with what they ask, and read again', async () => {
    expect(await io.runChecks(runId)).toEqual([]);
    const made = await engine.checkRun(runId, ['leakage', 'populations'], 'linear', call);
    expect(made.map(({ check, title }) => [check, title])).toEqual([
      ['leakage', 'Leakage'],
      ['populations', 'Populations'],
    ]);
    const [leakage, populations] = made;
    expect(leakage.question).toContain('latents follow');
    const shares = populations.table!.rows.map((row) => Number(row[2]));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
    expect(await io.runChecks(runId)).toEqual(made);
  });

  it('end when they are cancelled: nothing is kept of the one that goes on, and it can be made afterwards', async () => {
    const before = await io.runChecks(runId);
    const underway = engine.checkRun(runId, ['phases'], 'linear', {
      id: 'b',
      onProgress: () => engine.cancel('b'),
    });
    await expect(underway).rejects.toMatchObject({ code: 'cancelled' });
    expect(await io.runChecks(runId)).toEqual(before);
    const [phases] = await engine.checkRun(runId, ['phases'], 'linear', call);
    expect(phases.curves.length).toBeGreaterThan(0);
    expect(phases.fromShell).toBeGreaterThan(0);
    expect(phases.curves[0].values.slice(0, 2).every((value) => value > 0.5)).toBe(true);
    expect((await io.runChecks(runId)).map(({ check }) => check)).toContain('phases');
  });

  it('fit networks where that is asked: of a network’s run with its own parameters', async () => {
    const { datasetId } = (await io.listRuns()).find((run) => run.id === runId)!;
    const own = {
      ...defaultParams(),
      zDim: 2,
      epochs: 2,
      boxPixels: 16,
      encoderDim: 16,
      decoderDim: 16,
      batchSize: 16,
    };
    const { id } = await engine.start(datasetId, 'network', validateParams({ ...own, learningRate: 2e-3 }));
    await vi.waitFor(async () => expect((await io.listRuns()).find((run) => run.id === id)?.status).toBe('finished'), {
      timeout: 20_000,
    });
    const [halves] = await engine.checkRun(id, ['halves'], 'network', call);
    expect(halves.curves).toHaveLength(5);
    const library = new RunLibrary(storage);
    for (const half of ['a', 'b']) {
      const record = await new RunFolder(storage, library.folder(id).path(`validate/network-halves-${half}`)).record();
      expect(record).toMatchObject({ status: 'finished', epochsDone: 2, particles: 60 });
      expect(record!.params).toMatchObject({ ...own, learningRate: 2e-3, latents: 'encoder' });
    }
  });

  it('are refused where the run is not there', async () => {
    await expect(engine.checkRun('none', ['leakage'], 'linear', call)).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe('two dropped maps', () => {
  const D = 32;
  const truth = blobModel(D, 1).weights.get('mean')!.data;
  const noisy = (seed: number): Float32Array => {
    const random = new Random(seed);
    const spread = Math.sqrt(truth.reduce((sum, value) => sum + value ** 2, 0) / truth.length);
    return truth.map((value) => value + spread * random.normal());
  };
  const dropped = (path: string, values: Float32Array, boxPixels = D, pixelSizeAngstrom = 3): DroppedFile => ({
    path,
    file: new Blob([writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }).slice()]),
  });
  const request: CompareRequest = { mask: 'none', randomise: false, local: false };
  const [a, b] = [dropped('a.mrc', noisy(1)), dropped('b.mrc', noisy(2))];

  it('are compared shell by shell; a map and itself agree to Nyquist', async () => {
    const { curves, boxPixels, pixelSizeAngstrom } = await io.compareMaps(a, b, request, call);
    expect([boxPixels, pixelSizeAngstrom]).toEqual([D, 3]);
    expect(curves.map(({ name }) => name)).toEqual(['no mask']);
    expect(curves[0].values[1]).toBeGreaterThan(0.9);
    expect(curves[0].values[D / 2 - 1]).toBeLessThan(0.3);
    expect(curves[0].resolution0143).toBeGreaterThan(6.5);
    expect(curves[0].resolution05).toBeGreaterThan(curves[0].resolution0143);
    const same = await io.compareMaps(a, a, request, call);
    expect(same.curves[0].resolution0143).toBeCloseTo(6, 6);
  });

  it('are corrected by random phases within a mask, and without one cannot be', async () => {
    const within = await io.compareMaps(a, b, { ...request, mask: 'sphere', randomise: true }, call);
    expect(within.curves.map(({ name }) => name)).toEqual(['no mask', 'masked', 'random phases', 'corrected']);
    const without = await io.compareMaps(a, b, { ...request, randomise: true }, call);
    expect(without.curves).toHaveLength(1);
  });

  it('are told by direction: noise along z alone makes that the worst', async () => {
    const random = new Random(3);
    // Of planes across z, so that it lies on the z axis of Fourier space.
    const planes = Array.from({ length: D }, () => 0.02 * random.normal());
    const smeared = dropped(
      'smeared.mrc',
      truth.map((value, i) => value + planes[Math.floor(i / D ** 2)]),
    );
    const clean = dropped('clean.mrc', truth);
    const { anisotropy } = await io.compareMaps(clean, smeared, request, call);
    const { directions, resolutionAngstrom, worstAngstrom, bestAngstrom } = anisotropy!;
    expect(directions).toHaveLength(3 * resolutionAngstrom.length);
    const worst = resolutionAngstrom.indexOf(worstAngstrom);
    expect(Math.abs(directions[3 * worst + 2])).toBeGreaterThan(Math.cos((25 * Math.PI) / 180));
    expect(worstAngstrom).toBeGreaterThan(1.3 * bestAngstrom);
  });

  it('are told by place only where that is asked', async () => {
    const small = dropped('small.mrc', blobModel(16, 1).weights.get('mean')!.data, 16);
    const { local } = await io.compareMaps(small, small, { ...request, mask: 'sphere', local: true }, call);
    expect(local!.best).toBeLessThanOrEqual(local!.median);
    expect(local!.median).toBeLessThanOrEqual(local!.worst);
    expect(local!.values).toHaveLength(16 ** 3);
    // The surface lies in the box, where it can be coloured by them.
    const { positions, indices } = local!.mesh;
    const { best, worst } = local!.onSurface;
    expect(worst).toBeGreaterThanOrEqual(best);
    expect(Math.min(...local!.values)).toBeLessThanOrEqual(best);
    expect(indices.length).toBeGreaterThan(100);
    expect(positions.every((angstrom) => Math.abs(angstrom) <= (16 * 3) / 2)).toBe(true);
    expect((await io.compareMaps(a, b, request, call)).local).toBeNull();
  });

  it('are refused where their boxes differ, or no pixel size is known', async () => {
    const small = dropped('small.mrc', new Float32Array(16 ** 3).fill(1), 16);
    await expect(io.compareMaps(a, small, request, call)).rejects.toMatchObject({ code: 'count-mismatch' });
    const unsized = dropped('unsized.mrc', noisy(1), D, 0);
    await expect(io.compareMaps(unsized, b, request, call)).rejects.toMatchObject({ code: 'pixel-size-unknown' });
  });

  it('end when they are cancelled', async () => {
    const underway = io.compareMaps(a, b, { ...request, mask: 'sphere', local: true }, { id: 'c' });
    io.cancel('c');
    await expect(underway).rejects.toMatchObject({ code: 'cancelled' });
  });
});
