// The solvent mask of a kept run: as a map, as another fit would have it, and what is done with it to maps.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNT, noiseParticles } from '../testing/noise-run.ts';
import { refusalOf } from '../testing/refusal.ts';
import type { Engine } from '../src/engine/engine.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { maskForFit } from '../src/jobs/given-mask.ts';
import { keepDrawnMask, keepMaskFile, keptMasks } from '../src/jobs/kept-masks.ts';
import { linearRun } from '../src/jobs/linear-job.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import { writeRunFolder } from '../src/jobs/run-particles.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { RunLibrary, type RunFolder } from '../src/library/runs.ts';
import { LINEAR_DEFAULTS, validateParams, type Params } from '../src/params/params.ts';
import type { FinishRequest } from './contract.ts';
import { MapFinishing } from './map-finishing.ts';

const BOX = 16;
const PIXEL = 2;
const library = new RunLibrary(new MemoryStorage());
const finishing = new MapFinishing(library);

function recordOf(own: Partial<Params>) {
  const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 2, epochs: 2, boxPixels: BOX, chain: 'none', ...own });
  return newRunRecord({
    ...{ name: 'run', params },
    set: {
      ...{ datasetId: '', datasetName: 'noise', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: PIXEL, fingerprint: '' },
    },
  });
}

let engine: Engine;
let run: RunFolder;
let runId: string;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  const record = recordOf({ mask: 'sphere' });
  runId = record.id;
  run = library.folder(runId);
  await run.writeRecord(record);
  await writeRunFolder(run, record, noiseParticles());
  const white = new Float32Array(BOX / 2 + 1).fill(1);
  const particles = { ...noiseParticles(), noise: { whole: white, groups: white, groupOf: null } };
  const work = { openEngine: () => Promise.resolve(engine), particles, chainFolder: () => run };
  await linearRun(run, work, {}, { onEvent: () => undefined });
});
afterAll(() => engine.dispose());

const request = () => ({ runId, epoch: null, z: [0, 0], boxPixels: BOX });
const map = () => ({
  ...{ boxPixels: BOX, pixelSizeAngstrom: PIXEL, epoch: 2 },
  values: Float32Array.from({ length: BOX ** 3 }, (_, i) => Math.sin(i)),
});
const finished = async (finish: FinishRequest) => (await finishing.finish(map(), { ...request(), finish })).values;
const masked = (mask: Float32Array) => map().values.map((value, i) => value * mask[i]);

describe('the solvent mask of a run', () => {
  it('is a map of its weights, which stay when that is given away', async () => {
    const { weights } = (await run.loadCheckpoint(null)).checkpoint;
    const first = await finishing.mask({ ...request(), from: 'mask' });
    expect(first.values).toEqual(weights.get('mask')!.data);
    structuredClone(first.values, { transfer: [first.values.buffer as ArrayBuffer] });
    const { values, extent } = await finishing.mask({ ...request(), from: 'mask' });
    expect(values).toEqual(weights.get('mask')!.data);
    // A sphere of 0.45 of the box.
    expect(Math.abs(extent!.reachAngstrom - 0.45 * BOX * PIXEL)).toBeLessThan(PIXEL);
    expect(extent!.share).toBeCloseTo((4 / 3) * Math.PI * 0.45 ** 3, 1);
  });

  it('is seen as another fit would have it', async () => {
    const reach = async (choice: { from: Params['mask']; widerAngstrom: number }) =>
      (await finishing.mask({ ...request(), from: 'mask', choice })).extent!.reachAngstrom;
    const plain = await reach({ from: 'sphere', widerAngstrom: 0 });
    expect(Math.abs((await reach({ from: 'sphere', widerAngstrom: -6 })) - plain + 6)).toBeLessThan(PIXEL);
    expect(await reach({ from: 'auto', widerAngstrom: 0 })).toBeGreaterThan(0);
    const nothing = reach({ from: 'sphere', widerAngstrom: -60 });
    expect(await refusalOf(nothing)).toMatchObject({ code: 'value-out-of-range' });
    expect(await refusalOf(reach({ from: 'file', widerAngstrom: 0 }))).toMatchObject({ code: 'file-missing' });
  });

  it('is what maps are multiplied by, or a chosen one is, and negative density is taken away', async () => {
    const { values: mask } = await finishing.mask({ ...request(), from: 'mask' });
    const own = { from: 'run', name: 'the mask of the run', count: 0 } as const;
    expect(await finished({ mask: own })).toEqual(masked(mask));
    expect(await finished({ mask: own, clip: true })).toEqual(masked(mask).map((value) => Math.max(0, value)));
    expect((await finished({})).some((value) => value < 0)).toBe(true);
    const half = Float32Array.from({ length: BOX ** 3 }, (_, i) => (i % BOX < BOX / 2 ? 1 : 0));
    const volume = { boxPixels: BOX, pixelSizeAngstrom: PIXEL, values: half };
    const file = (values: Float32Array) => ({
      path: 'masks/half.mrc',
      blob: new Blob([writeMrcVolume({ ...volume, values }) as Uint8Array<ArrayBuffer>]),
    });
    await keepMaskFile(run, file(half));
    expect(await finished({ mask: { from: 'file', name: 'half.mrc', count: 1 } })).toEqual(masked(half));
    // The same file begins another fit.
    const next = recordOf({ mask: 'file' });
    expect(await maskForFit(next, { run, kind: 'file' })).toMatchObject({ path: 'chosen_mask.mrc' });
    expect(await maskForFit(recordOf({}), { run, kind: 'file' })).toBeNull();
    // A drawn mask does not take its place.
    expect(await refusalOf(maskForFit(next, { run, kind: 'drawn' }))).toMatchObject({ code: 'file-missing' });
    const other = half.map((value) => 1 - value);
    const drawn = { shapes: [{ how: 'add' as const, kind: 'file' as const, name: 'other.mrc' }], edgeAngstrom: 3 };
    await keepDrawnMask(run, file(other), drawn);
    expect(await finished({ mask: { from: 'drawn', name: 'the drawn mask', count: 2 } })).toEqual(masked(other));
    expect(await finished({ mask: { from: 'file', name: 'half.mrc', count: 2 } })).toEqual(masked(half));
    expect(await keptMasks(run)).toEqual({ drawn, file: { name: 'half.mrc' } });
    expect(await maskForFit(next, { run, kind: 'drawn' })).toMatchObject({ path: 'drawn_mask.mrc' });
    expect(await refusalOf(maskForFit(next, null))).toMatchObject({ code: 'usage' });
  });
});
