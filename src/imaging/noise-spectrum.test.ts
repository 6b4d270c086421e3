// Noise measured around the particle, against the spectrum that it was made with; of groups each its own.
import { describe, expect, it } from 'vitest';
import { Blobs } from '../../testing/blobs.ts';
import type { ImageReader } from '../formats/particles.ts';
import { measureNoise, measureNoiseByGroup, noiseAtBox } from './noise-spectrum.ts';

const BOX = 24;
const COUNT = 240;
const options = { boxPixels: BOX, window: false, windowRadius: 0.85 };

const noisy = (noiseSlope: number) => new Blobs(BOX).simulate({ count: COUNT, snr: 0.05, noiseSlope, seed: 2 }).images;

/** Images of one reader and another in turn, those of the second three times as bright, then ten of the first. */
const white = noisy(0);
const coloured = noisy(2);
const mixed: ImageReader = {
  ...white,
  async read(indices) {
    const out = new Float32Array(indices.length * BOX ** 2);
    for (let at = 0; at < indices.length; at++) {
      const second = indices[at] % 2 === 1 && indices[at] < COUNT - 10;
      const image = await (second ? coloured : white).read([indices[at]]);
      out.set(
        image.map((value) => (second ? 3 : 1) * value),
        at * BOX ** 2,
      );
    }
    return out;
  },
};
const groupOf = Int32Array.from({ length: COUNT }, (_, i) => (i >= COUNT - 10 ? 2 : i % 2));

describe('noise by ring', () => {
  it('falls as the noise was made to', async () => {
    const flat = await measureNoise(white, options);
    const sloped = await measureNoise(coloured, options);
    // The corners are a third of an image: some hundred numbers at the lowest rings. Their outline smooths what falls steeply.
    expect(flat[3] / flat[10]).toBeCloseTo(1, 0);
    const steepness = Math.log(sloped[4] / sloped[9]) / Math.log(9 / 4);
    expect(steepness).toBeGreaterThan(1.6);
    expect(steepness).toBeLessThan(2.3);
  });

  it('is each group’s own, and the whole set’s where a group is small', async () => {
    const rings = BOX / 2 + 1;
    const { whole, groups, groupOf: kept } = await measureNoiseByGroup(mixed, groupOf, options);
    expect(kept).toBe(groupOf);
    expect(groups.length).toBe(3 * rings);
    const [first, second, third] = [0, 1, 2].map((group) => groups.subarray(group * rings, (group + 1) * rings));
    expect(whole).toEqual(await measureNoise(mixed, options));
    expect(third).toEqual(whole);
    const flat = await measureNoise(white, options);
    const sloped = await measureNoise(coloured, options);
    for (const ring of [4, 8, 12]) {
      expect(first[ring] / flat[ring]).toBeGreaterThan(0.85);
      expect(first[ring] / flat[ring]).toBeLessThan(1.18);
      expect(second[ring] / (9 * sloped[ring])).toBeGreaterThan(0.85);
      expect(second[ring] / (9 * sloped[ring])).toBeLessThan(1.18);
    }
  });

  it('of a smaller box is that of its rings, of every group', async () => {
    const rings = BOX / 2 + 1;
    const { whole, groups } = await measureNoiseByGroup(mixed, groupOf, options);
    const small = noiseAtBox({ whole, groups, groupOf }, 10);
    expect(small.whole).toEqual(whole.subarray(0, 6));
    expect(small.groups.subarray(6, 12)).toEqual(groups.subarray(rings, rings + 6));
    expect(small.groups.length).toBe(18);
  });

  it('of one group is that of the whole set', async () => {
    const { whole, groups, groupOf: none } = await measureNoiseByGroup(white, null, options);
    expect(none).toBeNull();
    expect(groups).toEqual(whole);
  });
});
