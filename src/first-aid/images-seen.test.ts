// What is seen in the images alone: each check says good of a simulated set, and what is wrong of the same set spoiled.
import { beforeAll, describe, expect, it } from 'vitest';
import { changed, checkedSet, filtered, withPixels } from '../../testing/checked-set.ts';
import { checkContrast } from './contrast.ts';
import { checkCtf } from './ctf-fit.ts';
import { checkDuplicates } from './duplicates.ts';
import { checkImages } from './images.ts';
import { checkNoise } from './noise.ts';
import { checkPixelSize } from './pixel-size.ts';
import type { CheckedParticles } from './particles.ts';
import { scanImages, type ImageScan } from './scan.ts';

let set: CheckedParticles;
let scan: ImageScan;
beforeAll(async () => {
  set = await checkedSet();
  scan = await scanImages(set.images);
}, 60_000);
const spoiled = async (change: (image: Float32Array, row: number) => Float32Array): Promise<ImageScan> =>
  scanImages((await changed(set, change)).images);

describe('images', () => {
  it('are good as they are', () => expect(checkImages(scan).verdict).toBe('good'));

  it('with a pixel that is no number, or empty, are wrong and named', async () => {
    const broken = checkImages(await spoiled((image, row) => (row === 7 ? image.fill(NaN, 3, 4) : image)));
    expect(broken).toMatchObject({ verdict: 'wrong', rows: [7] });
    const empty = checkImages(await spoiled((image, row) => (row % 100 === 9 ? image.fill(1.5) : image)));
    expect(empty).toMatchObject({ verdict: 'wrong', rows: [9, 109, 209, 309, 409] });
  });

  it('of another contrast or cut off are worth a look', async () => {
    const bright = checkImages(await spoiled((image, row) => (row === 3 ? image.map((value) => 20 * value) : image)));
    expect(bright).toMatchObject({ verdict: 'look', rows: [3] });
    const cut = checkImages(
      await spoiled((image, row) => (row === 5 ? image.map((value) => Math.min(value, 1)) : image)),
    );
    expect(cut).toMatchObject({ verdict: 'look', rows: [5] });
  });
});

describe('duplicates', () => {
  it('are none in a set of different images', () => expect(checkDuplicates(scan, set).verdict).toBe('good'));

  it('to the last bit are found wherever they stand, and not those that differ in one', async () => {
    const first = (await set.images.read([0])).slice();
    const copied = await changed(set, (image, row) =>
      row % 50 === 1 ? first.slice() : row === 2 ? nudged(first) : image,
    );
    const found = checkDuplicates(await scanImages(copied.images), { ...copied, poses: null });
    expect(found).toMatchObject({ verdict: 'wrong' });
    expect(found.rows).toEqual(Array.from({ length: 10 }, (_, i) => 50 * i + 1));
  });

  it('in other poses are told as symmetry expansion', async () => {
    const copied = await changed(set, (image) => image);
    const pixels = await copied.images.read(Uint32Array.from({ length: 500 }, (_, i) => i >> 1));
    const expanded = withPixels(set, pixels);
    expect(checkDuplicates(await scanImages(expanded.images), expanded)).toMatchObject({ verdict: 'look' });
  });

  it('by where they were picked', () => {
    const places = Float64Array.from({ length: 1000 }, (_, i) => (i % 2) * 100 + Math.floor(i / 2) * 60);
    const picked = { micrograph: new Int32Array(500), places };
    const still = { ...set, poses: null };
    expect(checkDuplicates(scan, { ...still, picked }).verdict).toBe('good');
    const twice = places.slice();
    for (let row = 1; row < 500; row += 40) twice.set([places[2 * row - 2] + 5, places[2 * row - 1] - 5], 2 * row);
    const found = checkDuplicates(scan, { ...still, picked: { ...picked, places: twice } });
    expect(found).toMatchObject({ verdict: 'wrong' });
    expect(found.rows).toHaveLength(13);
    const apart = { micrograph: Int32Array.from({ length: 500 }, (_, i) => i), places: twice };
    expect(checkDuplicates(scan, { ...still, picked: apart }).verdict).toBe('good');
  });

  it('cannot be excluded where the stack is read in part', async () => {
    const part = await scanImages(set.images, {}, 1000);
    expect(part.rows).toHaveLength(500);
    expect(checkDuplicates({ ...part, count: 100_000 }, { ...set, poses: null }).verdict).toBe('cannot say');
  });
});

describe('contrast', () => {
  it('of white particles is good, with and without the CTF', () => {
    expect(checkContrast(set, scan.sample).verdict).toBe('good');
    expect(checkContrast({ ...set, ctf: null, poses: null }, scan.sample).verdict).toBe('good');
  });

  it('of dark ones is wrong, and can be set', async () => {
    const { sample } = await spoiled((image) => image.map((value) => 2 - value));
    expect(checkContrast(set, sample)).toMatchObject({ verdict: 'wrong', remedy: 'uninvert-data' });
  });

  it('of noise is not said', async () => {
    const noise = await checkedSet({ snr: 1e-7, count: 300 });
    expect(checkContrast(noise, (await scanImages(noise.images)).sample).verdict).toBe('cannot say');
  });
});

describe('noise', () => {
  it('that is white is good', () => expect(checkNoise(scan.sample, 4).verdict).toBe('good'));

  it('that falls or rises over frequency is said, and images that end before the edge', async () => {
    const pink = await scanImages((await filtered(set, (_, k) => 1 / (0.03 + k))).images);
    expect(checkNoise(pink.sample, 4)).toMatchObject({ verdict: 'wrong' });
    const mild = await scanImages((await filtered(set, (_, k) => 1 / (1 + k))).images);
    expect(checkNoise(mild.sample, 4)).toMatchObject({ verdict: 'look' });
    const low = checkNoise((await scanImages((await filtered(set, (_, k) => (k < 0.25 ? 1 : 0))).images)).sample, 4);
    expect(low).toMatchObject({ verdict: 'look' });
    // A quarter of a cycle a pixel at 4 Å is 16 Å.
    expect(low.measures.find(({ name }) => name === 'power ends at')?.value).toBeCloseTo(16, -0.5);
  });

  it('of a few small images is not said', async () => {
    const few = await scanImages({ ...set.images, count: 6 });
    expect(checkNoise(few.sample, 4).verdict).toBe('cannot say');
  });

  it('that is not there is said', async () => {
    const masked = await spoiled((image) =>
      image.map((value, at) => (Math.hypot((at % 32) - 16, Math.floor(at / 32) - 16) < 14 ? value : 0)),
    );
    expect(checkNoise(masked.sample, 4)).toMatchObject({ verdict: 'look' });
  });
});

describe('pixel size', () => {
  it('of a microscope, with a particle of the simulated width, is good', () => {
    const found = checkPixelSize(scan.sample, 4, null);
    expect(found.verdict).toBe('good');
    const width = found.measures.find(({ name }) => name === 'width of the particle')?.value ?? 0;
    // The heap is some 65 Å long; shifts of 8 Å widen it.
    expect(width).toBeGreaterThan(40);
    expect(width).toBeLessThan(110);
  });

  it('that nothing says, that no microscope has, that the header contradicts', () => {
    expect(checkPixelSize(scan.sample, null, null).verdict).toBe('wrong');
    expect(checkPixelSize(scan.sample, 40, null).verdict).toBe('wrong');
    expect(checkPixelSize(scan.sample, 4, 2)).toMatchObject({ verdict: 'look' });
    expect(checkPixelSize(scan.sample, 0.4, null)).toMatchObject({ verdict: 'look' });
  });
});

describe('CTF', () => {
  it('of the images is good', async () => expect((await checkCtf(set, scan.sample, null)).verdict).toBe('good'));

  it('at half the pixel size, in another order, or missing, is wrong', async () => {
    const ctf = set.ctf ?? new Float32Array(0);
    const half = ctf.map((value, i) => (i % 9 === 1 ? value / 1.5 : value));
    const found = await checkCtf({ ...set, ctf: half }, scan.sample, null);
    expect(found.verdict).toBe('wrong');
    expect(found.measures.find(({ name }) => name === 'best factor on the pixel size')?.value).toBeCloseTo(1.5, 0.7);
    const moved = Float32Array.from(ctf, (_, i) => ctf[(i + 9 * 200) % ctf.length]);
    expect((await checkCtf({ ...set, ctf: moved }, scan.sample, null)).verdict).not.toBe('good');
    expect((await checkCtf({ ...set, ctf: null }, scan.sample, null)).verdict).toBe('wrong');
  });
});

function nudged(image: Float32Array): Float32Array {
  const out = image.slice();
  out[100] += 1e-5;
  return out;
}
