// Backprojection with halves: maps that are known, weights and selections, noise by optics group, engines, and cryoDRGN's figures.
import { afterAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory, relativeError } from '../../../testing/blobs.ts';
import { hingeCtf, hingeImages, hingePoses } from '../../../testing/hinge.ts';
import { openTestGpu } from '../../../testing/node-gpu.ts';
import { describeWithReference, referenceBlob } from '../../../testing/reference.ts';
import { cubeOfMap } from '../../engine/factors/half-cube-transform.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { WgslEngine } from '../../engine/wgsl/engine.ts';
import { readMrcVolume } from '../../formats/mrc-volume.ts';
import { Random } from '../../geometry/random.ts';
import { fsc } from '../../validation/fsc.ts';
import { openSums } from '../linear/em.ts';
import { imageStream } from '../linear/image-stream.ts';
import { backprojectSelections, type PosedImages } from './backproject.ts';
import type { JoinedHalves } from './joined-halves.ts';
import { evenOdd } from './splits.ts';

const BOX = 16;
const COUNT = 600;
const blobs = new Blobs(BOX);

const gpu = await openTestGpu({ kernels: 'hardware', limits: 'default' });
const wgsl = gpu && new WgslEngine(gpu);
const wasm = await openWasmEngine({ ownThread: true });
afterAll(() => [wgsl, wasm].forEach((engine) => engine?.dispose()));

async function simulated(snr: number, count = COUNT): Promise<PosedImages> {
  const { images, poses, ctf } = blobs.simulate({ count, snr, shiftPixels: 1, seed: 3 });
  return { images: await imagesInMemory(images, 128), poses, ctf };
}

type Selections = Parameters<typeof backprojectSelections>[2];

async function mapsOf(
  data: PosedImages,
  selections: Selections,
  {
    engine = wasm,
    budgetBytes = 2 ** 28,
  }: { engine?: Parameters<typeof backprojectSelections>[0]; budgetBytes?: number } = {},
): Promise<JoinedHalves[]> {
  const found: JoinedHalves[] = [];
  const { halfOf } = evenOdd(data.images.count);
  const options = { halfOf, sphereRadius: 0.85, budgetBytes };
  await backprojectSelections(engine, data, selections, options, (at, maps) => void (found[at] = maps));
  return found;
}

const all = (count = COUNT, step = 1, first = 0) => ({
  rows: Uint32Array.from({ length: Math.ceil((count - first) / step) }, (_, i) => first + step * i),
  weights: null,
});

describe('backprojection', () => {
  it('gives the map that made the images, in the units of the images', async () => {
    const data = await simulated(Infinity);
    const [{ map, halves }] = await mapsOf(data, [all()]);
    const truth = blobs.map();
    // Measured 0.987, in the last shell: linear interpolation.
    expect(Math.min(...fsc(map, truth, BOX).values.slice(1))).toBeGreaterThan(0.98);
    // What the map predicts of an image is the image: their products come to the prediction's own norm.
    const { sums, grid } = await openSums(wasm, data, { mapPixels: BOX, bandPixels: BOX / 2 - 1 }, 1);
    sums.setPrecision(new Float32Array(BOX / 2).fill(1));
    sums.setFactors([cubeOfMap(map, grid)]);
    let [along, own] = [0, 0];
    for await (const { images } of imageStream(data, { batchImages: 256 })) {
      await sums.setImages(images);
      const products = await sums.products();
      for (let i = 0; i < products.length; i += 3) {
        own += products[i];
        along += products[i + 1];
      }
    }
    sums.dispose();
    expect(along / own).toBeGreaterThan(0.97);
    expect(along / own).toBeLessThan(1.03);
    expect(Math.min(...fsc(halves[0], halves[1], BOX).values)).toBeGreaterThan(0.99);
  });

  it('measures the noise and the signal of the images by ring', async () => {
    const data = await simulated(0.2);
    const [{ noise, signal }] = await mapsOf(data, [all()]);
    // White noise: of the same power at all rings, which a map-wide constant would not tell from the falling signal.
    const outer = noise.slice(4, BOX / 2);
    expect(Math.max(...outer) / Math.min(...outer)).toBeLessThan(1.25);
    expect(signal[2] / signal[6]).toBeGreaterThan(5);
  });

  it('counts images by their weights: weight 2 is the image twice, and weights alike are none', async () => {
    const data = await simulated(1, 120);
    const rows = all(120).rows;
    const half = Float32Array.from(rows, (row) => (row < 60 ? 1 : 0.5));
    const [plain, alike, weighted] = await mapsOf(data, [
      { rows, weights: null },
      { rows, weights: new Float32Array(120).fill(3) },
      { rows, weights: half },
    ]);
    const [first] = await mapsOf(data, [{ rows: rows.subarray(0, 60), weights: null }]);
    // A scale of all weights changes the Wiener term beside them, so within its share.
    expect(fsc(plain.map, alike.map, BOX).values.every((value) => value > 0.99)).toBe(true);
    const between = (map: Float32Array) => relativeError(map, first.map);
    expect(between(weighted.map)).toBeLessThan(between(plain.map));
  });

  it('makes the same maps in one pass and in several, of several selections and of each alone', async () => {
    const data = await simulated(1, 300);
    const selections = [all(300, 2), all(300, 3, 1), all(300, 1, 120)];
    const together = await mapsOf(data, selections);
    const apart = await mapsOf(data, selections, { budgetBytes: 1 });
    together.forEach(({ map, halves }, k) => {
      expect(map).toEqual(apart[k].map);
      expect(halves).toEqual(apart[k].halves);
    });
  });

  it('weighs optics groups by their own noise', async () => {
    const data = await simulated(0.5, 400);
    const random = new Random(9);
    const groupOf = Int32Array.from({ length: 400 }, (_, i) => (i >> 1) % 2);
    const { readShard, shardSize, points } = data.images;
    const images = {
      ...data.images,
      async readShard(shard: number) {
        const read = await readShard(shard);
        const values = read.values.slice();
        for (let i = 0; i < read.count; i++)
          if (groupOf[shard * shardSize + i] === 1)
            for (let p = 0; p < points; p++) values[i * points + p] += 6 * random.normal();
        return { ...read, values };
      },
    };
    // The noise is drawn anew with each reading: shards are kept, so that both are of the same images.
    const kept = new Map<number, ReturnType<typeof images.readShard>>();
    const once = {
      ...images,
      readShard: (shard: number) => kept.get(shard) ?? kept.set(shard, images.readShard(shard)).get(shard)!,
    };
    const [blind] = await mapsOf({ ...data, images: once }, [all(400)]);
    const [weighed] = await mapsOf({ ...data, images: once, groupOf }, [all(400)]);
    const truth = blobs.map();
    const agreement = ({ map }: JoinedHalves) =>
      fsc(map, truth, BOX)
        .values.slice(1)
        .reduce((a, b) => a + b);
    expect(agreement(weighed)).toBeGreaterThan(agreement(blind) + 0.3);
  });

  it('is cancelled, and refuses tilt pairs', async () => {
    const data = await simulated(1, 40);
    const controller = new AbortController();
    const options = { halfOf: evenOdd(40).halfOf, sphereRadius: 0.85, signal: controller.signal };
    const asked = backprojectSelections(
      wasm,
      data,
      [all(40)],
      { ...options, onImages: () => controller.abort(), onIdle: () => controller.abort() },
      () => expect.unreachable(),
    ).then(() => 'made');
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    const tilt = { rotation: new Float32Array(9), translations: new Float32Array(80), ctf: null };
    const refused = backprojectSelections(wasm, { ...data, tilt }, [all(40)], options, () => undefined);
    await expect(refused).rejects.toMatchObject({ code: 'usage' });
  });

  it.skipIf(!wgsl)('is the same on WGSL, and the same bits twice', async () => {
    const data = await simulated(0.5, 200);
    const [[onCpu], [onGpu], [again]] = [
      await mapsOf(data, [all(200)]),
      await mapsOf(data, [all(200)], { engine: wgsl! }),
      await mapsOf(data, [all(200)], { engine: wgsl! }),
    ];
    expect(relativeError(onGpu.map, onCpu.map)).toBeLessThan(1e-4);
    expect(relativeError(onGpu.filtered, onCpu.filtered)).toBeLessThan(1e-4);
    expect(again.map).toEqual(onGpu.map);
    expect(again.halves).toEqual(onGpu.halves);
  });
});

describeWithReference('backprojection of the hinge', () => {
  it('is at least that of cryoDRGN at every shell', async () => {
    const data = { images: await hingeImages(), poses: hingePoses(), ctf: hingeCtf() };
    const [{ map, halves }] = await mapsOf(data, [all(4000)]);
    const truth = await readMrcVolume(referenceBlob('hinge/truth/truth_025.mrc'));
    const toTruth = [1, 0.997, 0.999, 0.991, 0.885, 0.917, 0.911, 0.809, 0.778, 0.825, 0.8, 0.765, 0.677, 0.548, 0.425];
    const between = [1, 0.999, 1, 0.999, 0.991, 0.989, 0.974, 0.922, 0.862, 0.845, 0.813, 0.703, 0.54, 0.338, 0.18];
    // The figures are rounded to three places.
    const falls = (curve: Float64Array, wanted: number[]) =>
      wanted.flatMap((value, i) => (curve[i + 1] < value - 5e-4 ? [i + 1] : []));
    expect(falls(fsc(map, truth.values, 32).values, toTruth)).toEqual([]);
    expect(falls(fsc(halves[0], halves[1], 32).values, between)).toEqual([]);
  });
});
