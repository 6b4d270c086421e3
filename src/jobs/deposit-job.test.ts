// The bundle of a state: its files, its counts, and that its maps are of the selection's images and of no others.
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory } from '../../testing/blobs.ts';
import { countedInOriginal, everyRow, type SetRows } from '../base/particle-identity.ts';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { readCryodrgnPickle } from '../formats/cryodrgn-pickles.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import type { ParticleSet } from '../formats/particles.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import { defaultParams, validateParams } from '../params/params.ts';
import { fsc } from '../validation/fsc.ts';
import { depositState, type DepositWork } from './deposit-job.ts';
import { newRunRecord } from './new-run.ts';

const BOX = 16;
const COUNT = 150;
const APIX = 6;
/** 90 images, of which 45 are even: one half. */
const ROWS = Uint32Array.from({ length: 90 }, (_, i) => i + 40) as SetRows;

let engine: Engine;
let work: DepositWork;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  const { images, poses, ctf } = new Blobs(BOX).simulate({ count: COUNT, snr: 1, seed: 3, pixelSizeAngstrom: APIX });
  const originalIndex = countedInOriginal(everyRow(COUNT));
  const set: ParticleSet = {
    warnings: [],
    ...{ name: 'blobs', count: COUNT, boxPixels: BOX, pixelSizeAngstrom: APIX, images, poses, ctf, optics: null },
    ...{ originalIndex, originalCount: COUNT, opticsGroups: [], opticsGroupOf: null, table: null, tableRows: null },
  };
  const record = newRunRecord({
    name: 'a run',
    params: validateParams({ ...defaultParams(), boxPixels: BOX, window: false }),
    set: {
      ...{ datasetId: '', datasetName: 'blobs', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: APIX, fingerprint: '' },
    },
  });
  const prepared = await imagesInMemory(images, 64);
  const particles = { images: prepared, poses, ctf, optics: null, originalIndex };
  work = { engine, run: new RunFolder(new MemoryStorage(), ''), record, particles, set };
});
afterAll(() => engine.dispose());

const unzipped = async (zip: Blob) => unzipSync(new Uint8Array(await zip.arrayBuffer()));

async function bundle(from: DepositWork, rows = ROWS) {
  const { zip, ...told } = await depositState(from, { name: 'State 1', rows });
  return { files: await unzipped(zip), ...told };
}

describe('the bundle of a state', () => {
  it('holds map, halves, mask, FSC, contour, list and what they are', async () => {
    const { files, contour } = await bundle(work);
    const names = ['map.mrc', 'half1.mrc', 'half2.mrc', 'mask.mrc', 'fsc.xml', 'contour.txt', 'ind.pkl', 'README.md'];
    expect(Object.keys(files).sort()).toEqual(names.map((name) => `State_1/${name}`).sort());
    const listed = readCryodrgnPickle(files['State_1/ind.pkl'], 'ind.pkl');
    expect(listed.kind === 'index' && Array.from(listed.indices)).toEqual(Array.from(ROWS));
    const map = async (name: string) =>
      readMrcVolume({ path: name, blob: new Blob([files[`State_1/${name}`] as Uint8Array<ArrayBuffer>]) });
    const [whole, half1, half2, mask] = await Promise.all(names.slice(0, 4).map(map));
    expect(whole.pixelSizeAngstrom).toBeCloseTo(APIX, 5);
    // The halves are not masked: there is density beyond the mask.
    for (const half of [half1, half2])
      expect(half.values.some((value, i) => mask.values[i] === 0 && value !== 0)).toBe(true);
    const truth = new Blobs(BOX).map();
    expect(fsc(whole.values, truth, BOX).values[4]).toBeGreaterThan(0.9);
    expect(fsc(half1.values, half2.values, BOX).values[3]).toBeGreaterThan(0.7);
    expect(half1.values).not.toEqual(half2.values);
    const readme = new TextDecoder().decode(files['State_1/README.md']);
    expect(readme).toContain('backprojection of exactly these particles');
    expect(readme).toContain('45 and 45 particles, split every second particle');
    expect(readme).toContain('Particles: 90 of 150, 60.00 ±');
    expect(Number(new TextDecoder().decode(files['State_1/contour.txt']))).toBeCloseTo(contour, 4);
  });

  it('knows nothing of images that are not its own, and follows those that are', async () => {
    const { images } = work.particles;
    const spoiled = (isSpoiled: (row: number) => boolean): DepositWork => ({
      ...work,
      particles: {
        ...work.particles,
        images: {
          ...images,
          readShard: async (shard) => {
            const { first, count, values } = await images.readShard(shard);
            const other = values.map((value, at) =>
              isSpoiled(first + Math.floor(at / images.points)) ? 7 - 3 * value : value,
            );
            return { first, count, values: other };
          },
        },
      },
    });
    const mine = new Set(Array.from(ROWS));
    const maps = ({ files }: Awaited<ReturnType<typeof bundle>>) =>
      ['map', 'half1', 'half2', 'mask'].map((name) => files[`State_1/${name}.mrc`]);
    const own = maps(await bundle(work));
    expect(maps(await bundle(spoiled((row) => !mine.has(row))))).toEqual(own);
    expect(maps(await bundle(spoiled((row) => row === 77)))[0]).not.toEqual(own[0]);
  });

  it('is refused of nothing, and of images of one half alone', async () => {
    await expect(bundle(work, new Uint32Array(0) as SetRows)).rejects.toMatchObject({ code: 'value-out-of-range' });
    await expect(bundle(work, Uint32Array.of(2, 4, 8) as SetRows)).rejects.toMatchObject({ code: 'count-mismatch' });
  });
});
