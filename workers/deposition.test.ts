// A selection deposited as Explore and Export ask for it, over the worker classes without workers.
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { LINEAR_DEFAULTS, validateParams } from '../src/params/params.ts';
import type { DroppedFile } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';

const BOX = 16;
const COUNT = 120;
/** Ascending, in both halves of turns. */
const ROWS = Uint32Array.from({ length: 50 }, (_, i) => 2 * i + (i % 2));
const request = { name: 'Open, 1', rows: ROWS, massKilodalton: null };
const call = { id: 'a' };

const storage = new MemoryStorage();
const locks = new MemoryRunLocks();
const io = new Io(storage, locks);
/** Engines that were opened and are still held. */
const held = new Set<Engine>();
const host = new EngineHost({
  ...{ storage, locks },
  async openEngine() {
    const engine = await openWasmEngine({ ownThread: true });
    held.add(engine);
    const dispose = engine.dispose.bind(engine);
    engine.dispose = () => {
      held.delete(engine);
      dispose();
    };
    return engine;
  },
  preparation: () => Promise.resolve(io),
});

let runId: string;
let star: string;
beforeAll(async () => {
  const files = new MemoryStorage();
  await writeSimulation(
    simulate({ count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 8, states: 4, snr: 1 }),
    files,
    '',
    {},
  );
  star = new TextDecoder().decode((await files.read('particles.star'))!);
  const drop = async (path: string): Promise<DroppedFile> => ({ path, file: (await files.openBlob(path))! });
  const draft = await io.openFiles([await drop('particles.mrcs'), await drop('particles.star')], null, call);
  const { id } = await io.accept(draft.id);
  const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 2, epochs: 2, chain: 'none' });
  ({ id: runId } = await host.start(id, 'look', params));
  const statusOf = async () => (await io.listRuns()).find((run) => run.id === runId)?.status;
  await vi.waitFor(async () => expect(await statusOf()).toBe('finished'), { timeout: 20_000 });
});

const imageRows = (text: string) => text.split('\n').filter((line) => /@particles\.mrcs/.test(line));

describe('a selection of a run, deposited', () => {
  it('is one zip of its maps, their FSC and its rows of the table, told with what was found', async () => {
    const before = held.size;
    const messages = new Set<string>();
    const fractions: number[] = [];
    const { name, blob, contour, resolutionAngstrom } = await host.deposit(runId, request, {
      ...call,
      onProgress: ({ fraction, message }) => {
        messages.add(message.replace(/[\d,]+/, 'N'));
        if (fraction !== null) fractions.push(fraction);
      },
    });
    expect(name).toBe('Open_1.zip');
    const files = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    const text = (file: string) => new TextDecoder().decode(files[`Open_1/${file}`]);
    const maps = ['map.mrc', 'half1.mrc', 'half2.mrc', 'mask.mrc'];
    expect(Object.keys(files).sort()).toEqual(
      [...maps, 'fsc.xml', 'contour.txt', 'particles.star', 'README.md'].map((file) => `Open_1/${file}`).sort(),
    );
    const original = imageRows(star);
    expect(original).toHaveLength(COUNT);
    expect(imageRows(text('particles.star'))).toEqual(Array.from(ROWS, (row) => original[row]));
    expect(Number(text('contour.txt'))).toBeCloseTo(contour, 4);
    expect(text('README.md')).toContain(`${resolutionAngstrom.toFixed(2)} Å at 0.143`);
    expect(text('README.md')).toContain('A state of the run look');
    expect(text('README.md')).toContain('Particles: 50 of 120');
    // Neither masked nor filtered: what Explore shows of the selection is the Wiener filter's.
    const map = await readMrcVolume({ path: 'map.mrc', blob: new Blob([files['Open_1/map.mrc'].slice()]) });
    const shown = await host.decode(
      { runId, epoch: null, z: [0, 0], boxPixels: BOX, from: 'selection', rows: ROWS },
      call,
    );
    expect(map).toMatchObject({ boxPixels: BOX, pixelSizeAngstrom: 8 });
    expect(correlation(map.values, shown.values)).toBeGreaterThan(0.8);
    expect([...messages]).toEqual([
      ...['Measuring the images', 'Adding images: N', 'Comparing shell by shell', 'Resolution by direction'],
    ]);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(held.size).toBe(before);
  });

  it('is contoured by a mass', async () => {
    const massKilodalton = 40;
    const { blob, contour } = await host.deposit(runId, { ...request, massKilodalton }, call);
    const files = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    const map = await readMrcVolume({ path: 'map.mrc', blob: new Blob([files['Open_1/map.mrc'].slice()]) });
    const inside = map.values.filter((value) => value >= contour).length;
    expect(inside).toBe(Math.round((massKilodalton * 1000 * 1.21) / 8 ** 3));
  });

  it('ends when it is cancelled, while images are added and while maps are compared, and can be made afterwards', async () => {
    const before = held.size;
    for (const when of ['Adding images', 'Resolution by direction']) {
      const underway = host.deposit(runId, request, {
        id: 'b',
        onProgress: ({ message }) => message.startsWith(when) && host.cancel('b'),
      });
      await expect(underway).rejects.toMatchObject({ code: 'cancelled' });
    }
    expect(held.size).toBe(before);
    expect((await host.deposit(runId, request, call)).blob.size).toBeGreaterThan(4 * 4 * BOX ** 3);
  });

  it('is refused of nothing, of one half alone, of a mass that does not fit before images are read, and without images', async () => {
    const refused = (changes: object, onProgress?: () => void) =>
      expect(host.deposit(runId, { ...request, ...changes }, { ...call, ...(onProgress && { onProgress }) })).rejects;
    await refused({ rows: new Uint32Array(0) }).toMatchObject({ code: 'value-out-of-range' });
    await refused({ rows: Uint32Array.of(2, 4, 8) }).toMatchObject({ code: 'count-mismatch' });
    for (const massKilodalton of [0, 1e6]) {
      const told = vi.fn();
      await refused({ massKilodalton }, told).toMatchObject({ code: 'value-out-of-range' });
      expect(told).not.toHaveBeenCalled();
    }
    await expect(host.deposit('none', request, call)).rejects.toMatchObject({ code: 'file-missing' });
    for (const { name } of await storage.list('images')) await storage.remove(`images/${name}`);
    await refused({}).toMatchObject({ code: 'file-missing', message: expect.stringContaining('not kept') as string });
  });
});

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (of: Float32Array) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
