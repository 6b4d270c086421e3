// The main job over the worker classes without workers, on memory storage: files dropped, accepted, learned from, stopped,
// resumed, decoded, exported and the exported lists taken back in.
import { readCsv } from '../src/formats/csv.ts';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { VitrineError } from '../src/base/errors.ts';
import { simulate, type SimulationOptions } from '../src/imaging/simulate.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { defaultParams, LINEAR_DEFAULTS, type Params } from '../src/params/params.ts';
import { Analysis } from './analysis.ts';
import type { ContouredMap, DatasetSummary, DroppedFile, RunEvent, RunSummary } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';
import { latentsOfLibrary } from './latents-registry.ts';

const call = (id = 'test') => ({ id });
const params: Params = {
  ...defaultParams(),
  zDim: 2,
  epochs: 2,
  batchSize: 16,
  encoderDim: 8,
  decoderDim: 8,
  encoderLayers: 1,
  decoderLayers: 1,
  device: 'cpu',
};

async function simulatedFiles(changes: Partial<SimulationOptions> = {}): Promise<DroppedFile[]> {
  const files = new MemoryStorage();
  const options = { count: 120, boxPixels: 16, pixelSizeAngstrom: 8, states: 4, ...changes };
  await writeSimulation(simulate(options), files, '', {});
  const drop = async (path: string): Promise<DroppedFile> => ({ path, file: (await files.openBlob(path))! });
  return [await drop('particles.mrcs'), await drop('particles.star')];
}

class Bench {
  readonly storage = new MemoryStorage();
  readonly locks = new MemoryRunLocks();
  readonly events: RunEvent[] = [];
  io = new Io(this.storage, this.locks);
  engine = this.newEngine();
  readonly analysis = new Analysis({
    readLatents: latentsOfLibrary(new RunLibrary(this.storage)),
    decodeMap: (request, { onProgress }) => this.engine.decode(request, { id: 'map', onProgress }),
  });

  private newEngine(): EngineHost {
    const host = new EngineHost({
      storage: this.storage,
      locks: this.locks,
      openEngine: () => openWasmEngine({ ownThread: true }),
      preparation: () => Promise.resolve(this.io),
    });
    void host.subscribe((event) => this.events.push(event));
    return host;
  }

  async accept(changes?: Partial<SimulationOptions>): Promise<DatasetSummary> {
    const draft = await this.io.openFiles(await simulatedFiles(changes), null, call());
    return this.io.accept(draft.id);
  }

  /** Waits for a status other than running. */
  async end(runId: string): Promise<RunSummary> {
    await vi.waitFor(
      () => {
        const over = (e: RunEvent): boolean => e.type === 'failed' || (e.type === 'status' && e.status !== 'running');
        if (!this.events.some((e) => e.runId === runId && over(e))) throw new Error('still going on');
      },
      { timeout: 20_000 },
    );
    return (await this.io.listRuns()).find(({ id }) => id === runId)!;
  }
}

describe('a drop becomes a dataset', () => {
  test('files are named with their roles; what is accepted is kept and its images can be seen', async () => {
    const bench = new Bench();
    const draft = await bench.io.openFiles(await simulatedFiles(), null, call());
    expect(draft).toMatchObject({ particles: 120, boxPixels: 16, pixelSizeAngstrom: 8, hasPoses: true, hasCtf: true });
    expect(draft.files.map(({ role, used }) => [role, used])).toEqual([
      ['stack', true],
      ['star', true],
    ]);
    const dataset = await bench.io.accept(draft.id);
    expect(dataset).toMatchObject({ particles: 120, originalsAtHand: true, imagesKept: false, tableKind: 'star' });
    const tiles = await bench.io.images(dataset.id, { indices: [3, 5], lowPassAngstrom: 20, flipPhases: true });
    expect(tiles.pixels).toHaveLength(2 * 256);
    expect(tiles.pixels.reduce((sum, v) => sum + v, 0) / 512).toBeCloseTo(0, 4);
    const columns = await bench.io.columns(dataset.id);
    expect(columns.defocusAngstrom).toHaveLength(120);
    expect(Math.max(...columns.tiltDegrees!)).toBeLessThanOrEqual(180);
  });

  test('a stack alone is accepted: its poses can be found; training with known poses refuses it', async () => {
    const bench = new Bench();
    const [stack] = await simulatedFiles();
    const draft = await bench.io.openFiles([stack], null, call());
    expect(draft).toMatchObject({ missing: [], hasPoses: false, hasCtf: false });
    const dataset = await bench.io.accept(draft.id);
    expect(dataset).toMatchObject({ particles: 120, hasPoses: false, tableKind: null });
    await expect(bench.engine.start(dataset.id, 'x', params)).rejects.toMatchObject({ code: 'poses-missing' });
    const again = await bench.io.openFiles([stack], null, call());
    expect((await bench.io.accept(again.id)).id).toBe(dataset.id);
  });

  test('a stack with poses that cannot be read is not accepted, and says what is missing', async () => {
    const bench = new Bench();
    const [stack] = await simulatedFiles();
    const broken = { path: 'pose.pkl', file: new Blob(["cos\nsystem\n(S'true'\ntR."]) };
    const draft = await bench.io.openFiles([stack, broken], null, call());
    expect(draft.missing.join()).toContain('poses');
    await expect(bench.io.accept(draft.id)).rejects.toMatchObject({ code: 'poses-missing' });
  });

  test('the same files dropped again are the same dataset', async () => {
    const bench = new Bench();
    const first = await bench.accept();
    bench.io = new Io(bench.storage, bench.locks);
    expect((await bench.io.listDatasets())[0].originalsAtHand).toBe(false);
    expect((await bench.accept()).id).toBe(first.id);
  });
});

describe('a linear model', () => {
  test('is fitted, tells each iteration, and is explored like any run', async () => {
    const bench = new Bench();
    const dataset = await bench.accept();
    const linear: Params = { ...defaultParams(), ...LINEAR_DEFAULTS, zDim: 2, epochs: 3 };
    const started = await bench.engine.start(dataset.id, 'look', linear);
    expect(started).toMatchObject({ kind: 'linear', kindTitle: 'linear model', job: 'linear', latentDimension: 2 });
    const run = await bench.end(started.id);
    expect(run).toMatchObject({ status: 'finished', history: [], can: { decode: true, encode: true, resume: false } });
    const told = bench.events.flatMap((event) => (event.type === 'linear' ? [event.progress] : []));
    expect(told.length).toBeGreaterThan(0);
    expect(told.map(({ scree }) => scree.length)).toEqual(told.map(() => 2));
    const pictures = bench.events.flatMap((event) => (event.type === 'linear' ? [event] : []));
    for (const { latents: z, stride, percents } of pictures) {
      expect([z.length, stride, percents.length]).toEqual([2 * 120, 1, 2]);
      expect(z.some((value) => value !== 0)).toBe(true);
      expect(percents[0] + percents[1]).toBeCloseTo(100, 3);
    }
    expect(run.can.components).toBe(true);
    const report = await bench.io.componentsReport(run.id);
    expect(report?.percents).toHaveLength(2);
    expect(report?.words).toMatch(/(halves of the images|explains these images)\.$/);
    expect(bench.events.at(-1)).toMatchObject({ type: 'status', epochsDone: run.epochsDone });
    const latents = (await bench.io.latents(run.id, null))!;
    expect(latents).toMatchObject({ epoch: run.epochsDone, zDim: 2, count: 120 });
    const z = [...latents.mu.subarray(0, 2)];
    const map = await bench.engine.decode({ runId: run.id, epoch: null, z, boxPixels: 8 }, call());
    expect(map.values.some((value) => value !== 0)).toBe(true);
    await expect(bench.engine.resume(run.id, 9)).rejects.toMatchObject({ code: 'usage' });
  });

  test('is followed by a chain, a run beside it, told before the end', async () => {
    const bench = new Bench();
    const dataset = await bench.accept({ count: 240, snr: 1 });
    const linear: Params = { ...defaultParams(), ...LINEAR_DEFAULTS, zDim: 2, epochs: 4 };
    const look = await bench.engine.start(dataset.id, 'look', linear);
    expect(await bench.end(look.id)).toMatchObject({ status: 'finished', kind: 'linear' });
    const messages = bench.events.flatMap((event) => (event.type === 'preparing' ? [event.progress.message] : []));
    expect(messages).toContain('Fitting a chain: circle');
    const [told] = bench.events.slice(-2);
    const chain = (await bench.io.listRuns()).find(({ kind }) => kind === 'chain')!;
    expect(told).toEqual({ type: 'chain', runId: look.id, chain });
    expect(chain).toMatchObject({
      ...{
        name: 'look, chain',
        datasetId: dataset.id,
        status: 'finished',
        kindTitle: 'chain of structures',
        job: 'chain',
      },
      ...{ latentDimension: 1, can: { decode: true, encode: true, resume: false, turnHand: false } },
    });
    const latents = (await bench.io.latents(chain.id, null))!;
    expect(latents).toMatchObject({ epoch: 1, zDim: 1, count: 240 });
    const at = (s: number) => bench.engine.decode({ runId: chain.id, epoch: null, z: [s], boxPixels: 8 }, call());
    expect((await at(-0.9)).values).not.toEqual((await at(0.9)).values);
    await expect(bench.engine.resume(chain.id, 9)).rejects.toMatchObject({ code: 'usage' });
  });

  test('gives maps from its images, which are named so and can be made again, where the images are kept', async () => {
    const bench = new Bench();
    const dataset = await bench.accept();
    const linear: Params = { ...defaultParams(), ...LINEAR_DEFAULTS, zDim: 2, epochs: 2, chain: 'none' };
    const { id: runId } = await bench.engine.start(dataset.id, 'look', linear);
    const run = await bench.end(runId);
    const z = [...(await bench.io.latents(runId, null))!.mu.subarray(0, 2)];
    const request = { key: 'made', runId, epoch: null, z, boxPixels: 16, from: 'images' as const };
    const told: string[] = [];
    const { map } = await bench.analysis.decode(
      { ...request, level: { kind: 'suggested' } },
      { ...call(), onProgress: ({ message }) => told.push(message) },
    );
    expect(map.source).toMatchObject({ runId, epoch: run.epochsDone, z, from: 'images' });
    expect(map).toMatchObject({ boxPixels: 16, pixelSizeAngstrom: 8, made: { images: expect.any(Number) as number } });
    expect(map.made!.fsc).toHaveLength(8);
    expect(map.made!.resolutionAngstrom).toBeGreaterThanOrEqual(16);
    expect(new Set(told)).toEqual(new Set(['Looking at all images', 'Looking at the images around']));
    const once = await bench.analysis.projection(map);
    await bench.analysis.releaseMaps([map.key]);
    expect(await bench.analysis.projection(map)).toEqual(once);
    // By the model it is another one.
    const decoded = await bench.engine.decode({ runId, epoch: null, z, boxPixels: 16 }, call());
    expect(decoded.made).toBeUndefined();
    for (const { name } of await bench.storage.list('images')) await bench.storage.remove(`images/${name}`);
    const again = bench.engine.decode(request, call());
    await expect(again).rejects.toMatchObject({ code: 'file-missing', message: expect.stringContaining('not kept') });
  });

  test('gives the map of a selection from its images alone, the same again once it was let go', async () => {
    const bench = new Bench();
    const dataset = await bench.accept();
    const linear: Params = { ...defaultParams(), ...LINEAR_DEFAULTS, zDim: 1, epochs: 2, chain: 'none' };
    const { id: runId } = await bench.engine.start(dataset.id, 'look', linear);
    const run = await bench.end(runId);
    const rows = Uint32Array.from({ length: 50 }, (_, i) => 2 * i + (i % 2));
    const request = { key: 'own', runId, epoch: null, z: [0], boxPixels: 16, from: 'selection' as const, rows };
    const told: string[] = [];
    const asked = { ...request, level: { kind: 'suggested' as const } };
    const { map } = await bench.analysis.decode(asked, { ...call(), onProgress: ({ message }) => told.push(message) });
    expect(map.source).toMatchObject({ runId, epoch: run.epochsDone, from: 'selection', rows });
    expect(map).toMatchObject({ boxPixels: 16, pixelSizeAngstrom: 8, made: { images: 50 } });
    expect(map.made!.fsc).toHaveLength(8);
    expect(told[0]).toBe('Measuring the images');
    const once = await bench.analysis.projection(map);
    await bench.analysis.releaseMaps([map.key]);
    expect(await bench.analysis.projection(map)).toEqual(once);
    // Of one half only nothing can be said.
    const even = { ...request, rows: Uint32Array.of(0, 2, 4) };
    await expect(bench.engine.decode(even, call())).rejects.toMatchObject({ code: 'count-mismatch' });
  });

  test('is refused without poses', async () => {
    const bench = new Bench();
    const [stack] = await simulatedFiles();
    const dataset = await bench.io.accept((await bench.io.openFiles([stack], null, call())).id);
    const linear = { ...defaultParams(), ...LINEAR_DEFAULTS };
    await expect(bench.engine.start(dataset.id, 'x', linear)).rejects.toMatchObject({ code: 'poses-missing' });
  });
});

describe('a run', () => {
  const bench = new Bench();
  let dataset: DatasetSummary;
  let run: RunSummary;

  beforeAll(async () => {
    dataset = await bench.accept();
    const estimate = await bench.engine.estimate(dataset.id, params, call());
    expect(estimate.imagesPerSecond).toBeGreaterThan(0);
    run = await bench.engine.start(dataset.id, 'first', params);
    await expect(bench.engine.start(dataset.id, 'second', params)).rejects.toMatchObject({ code: 'usage' });
    run = await bench.end(run.id);
  });

  test('trains every epoch, tells so, and leaves a cryoDRGN folder', async () => {
    expect(run).toMatchObject({ status: 'finished', epochsDone: 2, boxPixels: 16 });
    expect(run.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    const kinds = new Set(bench.events.map(({ type }) => type));
    for (const kind of ['preparing', 'progress', 'epoch', 'status']) expect(kinds).toContain(kind);
    const names = (await bench.storage.list(`runs/${run.id}`)).map(({ name }) => name);
    for (const name of [
      'config.yaml',
      'weights.1.pkl',
      'weights.2.pkl',
      'z.2.pkl',
      'pose.pkl',
      'ctf.pkl',
      'vitrine.json',
    ])
      expect(names).toContain(name);
    expect((await bench.io.listDatasets())[0].imagesKept).toBe(true);
  });

  test('gives latents and maps, whole and as previews', async () => {
    const latents = (await bench.io.latents(run.id, null))!;
    expect(latents).toMatchObject({ epoch: 2, zDim: 2, count: 120 });
    const z = [...latents.mu.subarray(0, 2)];
    const whole = await bench.engine.decode({ runId: run.id, epoch: null, z, boxPixels: 16 }, call());
    expect(whole).toMatchObject({ boxPixels: 16, pixelSizeAngstrom: 8 });
    const small = await bench.engine.decode({ runId: run.id, epoch: 1, z, boxPixels: 8 }, call());
    expect(small.pixelSizeAngstrom).toBe(16);
    const given = bench.engine.decode({ runId: run.id, epoch: null, z, boxPixels: 16 }, call('given up'));
    bench.engine.cancel('given up');
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect([whole.epoch, small.epoch]).toEqual([2, 1]);
    const far: string[] = [];
    const series: ContouredMap[] = [];
    const maps = [[5, -5], z].map((one, i) => ({ key: `map ${i}`, z: one }));
    await bench.analysis.decodeSeries(
      { runId: run.id, epoch: null, boxPixels: 16, maps, level: { kind: 'suggested' }, sameLevel: true },
      (_, contoured) => series.push(contoured),
      { id: 'series', onProgress: ({ message }) => far.push(message) },
    );
    expect(far).toContain('Decoding map 2 of 2');
    expect(series.map(({ level }) => level)).toEqual(Array(2).fill(series[0].map.statistics.suggestedLevel));
    expect(series[1].map.statistics).toEqual(mapStatistics(whole.values));
    expect(series[0].map.statistics).not.toEqual(series[1].map.statistics);
    expect(series[1].map.source).toEqual({ runId: run.id, epoch: 2, z, boxPixels: 16 });
  });

  test('goes on with more epochs exactly as if it had not stopped', async () => {
    const straight = await bench.engine.start(dataset.id, 'straight', { ...params, epochs: 3 });
    await bench.end(straight.id);
    bench.events.length = 0;
    await bench.engine.resume(run.id, 3);
    const resumed = await bench.end(run.id);
    expect(resumed).toMatchObject({ status: 'finished', epochsDone: 3 });
    expect((await bench.io.latents(run.id, 3))!.mu).toEqual((await bench.io.latents(straight.id, 3))!.mu);
  });

  test('lists go out and come back as the same particles, also after a reload', async () => {
    const reloaded = new Io(bench.storage, bench.locks);
    const rows = Uint32Array.of(2, 17, 31, 99);
    for (const format of ['star', 'ind.pkl', 'csv'] as const) {
      const { name, bytes } = await reloaded.exportSelection(dataset.id, rows, format);
      const file = { path: name, file: new Blob([bytes as Uint8Array<ArrayBuffer>]) };
      expect((await reloaded.importSelection(dataset.id, file)).indices).toEqual(rows);
    }
    const columns = [{ name: 'pc1', values: Float32Array.of(0.5, -1, 2, 4) }];
    const { bytes } = await reloaded.exportSelection(dataset.id, rows, 'csv', columns);
    const written = readCsv(bytes, 'list.csv').columns;
    expect(Array.from(written.find(({ name }) => name === 'pc1')?.values ?? [])).toEqual([0.5, -1, 2, 4]);
    expect(Array.from(written[0].values)).toEqual([...rows]);
    await expect(reloaded.exportSelection(dataset.id, rows, 'cs')).rejects.toMatchObject({ code: 'usage' });
    const tiles = await reloaded.images(dataset.id, { indices: [3], lowPassAngstrom: null, flipPhases: false });
    expect(tiles.boxPixels).toBe(16);
  });

  test('the folder leaves as a zip, maps and latents as files', async () => {
    const zip = await bench.io.exportRun(run.id, call());
    expect(zip.size).toBeGreaterThan(10_000);
    const names = Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer())));
    for (const name of ['config.yaml', 'vitrine.json', `datasets/${run.datasetId}/dataset.json`])
      expect(names.filter((path) => path.endsWith(`/${name}`))).toHaveLength(1);
    const at = (key: string, z: number[]) => ({
      ...{ key, z, label: key, source: { runId: run.id, epoch: null, z, boxPixels: 16 } },
    });
    const one = await bench.analysis.exportMaps([at('zero', [0, 0])], 'at zero', call());
    expect(one.name).toBe('at_zero.mrc');
    const map = await readMrcVolume({ path: one.name, blob: one.blob });
    expect(map).toMatchObject({ boxPixels: 16, pixelSizeAngstrom: 8 });
    const two = await bench.analysis.exportMaps([at('zero', [0, 0]), at('one', [1, 0])], 'two', call());
    expect(two.name).toBe('two.zip');
    expect(Object.keys(unzipSync(new Uint8Array(await two.blob.arrayBuffer())))).toEqual([
      ...['vol_001.mrc', 'vol_002.mrc', 'z_values.csv'],
    ]);
    expect(await bench.analysis.mapsKept()).toMatchObject({ count: 2 });
    expect((await bench.io.exportLatents(run.id, 'csv', Uint32Array.of(4))).bytes.length).toBeGreaterThan(10);
    await bench.io.renameRun(run.id, 'renamed');
    expect((await bench.io.listRuns()).find(({ id }) => id === run.id)?.name).toBe('renamed');
  });
});

describe('a run that is broken off', () => {
  test('stopped, it keeps its whole epochs and goes on from the last', async () => {
    const bench = new Bench();
    const dataset = await bench.accept();
    const run = await bench.engine.start(dataset.id, 'stopped', { ...params, epochs: 500 });
    await expect.poll(() => bench.events.some(({ type }) => type === 'epoch'), { timeout: 20_000 }).toBe(true);
    await bench.engine.pause(run.id);
    await expect.poll(() => bench.events.some((e) => e.type === 'status' && e.status === 'paused')).toBe(true);
    // Maps while it is paused, then while it trains.
    await bench.engine.decode({ runId: run.id, epoch: null, z: [0, 0], boxPixels: 16 }, call());
    await bench.engine.continue(run.id);
    await bench.engine.decode({ runId: run.id, epoch: null, z: [0, 0], boxPixels: 8 }, call());
    await bench.engine.stop(run.id);
    const stopped = (await bench.io.listRuns())[0];
    expect(stopped.status).toBe('interrupted');
    expect(stopped.epochsDone).toBeGreaterThan(0);
    bench.events.length = 0;
    await bench.engine.resume(run.id, stopped.epochsDone + 1);
    expect(await bench.end(run.id)).toMatchObject({ status: 'finished', epochsDone: stopped.epochsDone + 1 });
  });

  test('marked as running while nobody holds it, it was interrupted', async () => {
    const bench = new Bench();
    const dataset = await bench.accept();
    const run = await bench.engine.start(dataset.id, 'crashed', params);
    await bench.end(run.id);
    const folder = `runs/${run.id}/vitrine.json`;
    const record = JSON.parse(new TextDecoder().decode((await bench.storage.read(folder))!)) as object;
    await bench.storage.write(folder, JSON.stringify({ ...record, status: 'running' }));
    expect((await bench.io.listRuns())[0].status).toBe('interrupted');
    await bench.locks.hold(run.id);
    expect((await bench.io.listRuns())[0].status).toBe('running');
    await expect(bench.engine.resume(run.id, 5)).rejects.toMatchObject({ code: 'usage' });
  });

  test('without images or files it fails with advice', async () => {
    const bench = new Bench();
    const dataset = await bench.accept();
    bench.io = new Io(bench.storage, bench.locks);
    const run = await bench.engine.start(dataset.id, 'no files', params);
    const ended = await bench.end(run.id);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'file-missing' } });
    expect(VitrineError.fromData(ended.error!).describe()).toContain('Open the original files');
  });
});
