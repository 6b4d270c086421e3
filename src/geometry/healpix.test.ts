import { describe, expect, it } from 'vitest';
import { pixelDirection } from './healpix.ts';
import { Random } from './random.ts';

/** healpy 1.x, pix2ang(nside, pixel, nest=True): nside, pixel, θ, φ. */
const HEALPY = [
  [1, 0, 0.8410686705679303, 0.7853981633974483],
  [1, 5, 1.5707963267948966, 1.5707963267948966],
  [1, 11, 2.300523983021863, 5.497787143782138],
  [2, 0, 1.2309594173407747, 0.7853981633974483],
  [2, 1, 0.8410686705679303, 1.1780972450961724],
  [2, 2, 0.8410686705679303, 0.39269908169872414],
  [2, 3, 0.4111378623223478, 0.7853981633974483],
  [2, 17, 1.5707963267948966, 0.39269908169872414],
  [2, 30, 1.5707963267948966, 4.319689898685965],
  [2, 44, 2.7304547912674453, 5.497787143782138],
  [4, 37, 0.8410686705679303, 4.516039439535327],
  [4, 100, 1.7382444060145859, 3.534291735288517],
  [8, 333, 1.7382444060145859, 1.6689710972195775],
  [8, 767, 1.6542264134055116, 5.497787143782138],
  [256, 0, 1.5681921571847817, 0.7853981633974483],
  [256, 123456, 0.5391425525348317, 2.0175797131587148],
  [256, 500000, 1.6830108479544401, 4.1601558967458585],
  [256, 786431, 1.5734004964050115, 5.497787143782138],
];

/** The pixel of a direction, by the diagonals of the equator's belt and the caps' rings (Górski et al. 2005, section 4). */
function pixelOf(nside: number, theta: number, phi: number): number {
  const z = Math.cos(theta);
  const turns = phi / (Math.PI / 2);
  let base: number, x: number, y: number;
  if (Math.abs(z) <= 2 / 3) {
    // Lines that fall and lines that rise, counted from the west.
    const [falling, rising] = [0.5 + turns - 0.75 * z, 0.5 + turns + 0.75 * z].map((v) => Math.floor(v * nside));
    const [f, r] = [Math.floor(falling / nside), Math.floor(rising / nside)];
    base = f === r ? (f % 4) + 4 : f < r ? f % 4 : (r % 4) + 8;
    [x, y] = [rising % nside, nside - 1 - (falling % nside)];
  } else {
    const column = Math.min(3, Math.floor(turns));
    const along = turns - column;
    const reach = nside * Math.sqrt(3 * (1 - Math.abs(z)));
    const [i, j] = [along * reach, (1 - along) * reach].map((v) => Math.min(nside - 1, Math.floor(v)));
    base = z > 0 ? column : column + 8;
    [x, y] = z > 0 ? [nside - 1 - j, nside - 1 - i] : [i, j];
  }
  let inBase = 0;
  for (let bit = 1; bit < nside; bit *= 2)
    inBase += bit * bit * ((Math.floor(x / bit) % 2) + 2 * (Math.floor(y / bit) % 2));
  return base * nside * nside + inBase;
}

describe('HEALPix pixels', () => {
  it("have healpy's centres", () => {
    for (const [nside, pixel, theta, phi] of HEALPY) {
      const found = pixelDirection(nside, pixel);
      expect(found[0]).toBeCloseTo(theta, 13);
      expect(found[1]).toBeCloseTo(phi, 13);
    }
  });

  it('contain their own centres and those of their children', () => {
    for (const nside of [1, 2, 4, 8, 16])
      for (let pixel = 0; pixel < 12 * nside * nside; pixel++) {
        expect(pixelOf(nside, ...pixelDirection(nside, pixel))).toBe(pixel);
        for (let child = 4 * pixel; child < 4 * pixel + 4; child++)
          expect(pixelOf(nside, ...pixelDirection(2 * nside, child))).toBe(pixel);
      }
  });

  it('have equal areas: random directions fall into each as often', () => {
    const random = new Random(3);
    const counts = new Array<number>(48).fill(0);
    const draws = 96_000;
    for (let i = 0; i < draws; i++)
      counts[pixelOf(2, Math.acos(2 * random.uniform() - 1), 2 * Math.PI * random.uniform())]++;
    // 2000 each; five standard deviations of a count.
    for (const count of counts) expect(Math.abs(count - draws / 48)).toBeLessThan(5 * Math.sqrt(draws / 48));
  });

  it('lie evenly about the origin', () => {
    for (const nside of [1, 8]) {
      const sums = [0, 0, 0, 0];
      for (let pixel = 0; pixel < 12 * nside * nside; pixel++) {
        const [theta, phi] = pixelDirection(nside, pixel);
        const sin = Math.sin(theta);
        [sin * Math.cos(phi), sin * Math.sin(phi), Math.cos(theta)].forEach((v, i) => (sums[i] += v));
        sums[3] += Math.cos(theta) ** 2 / (12 * nside * nside);
      }
      sums.slice(0, 3).forEach((v) => expect(Math.abs(v)).toBeLessThan(1e-10));
      // z² over the sphere is a third; centres stand for it up to the pixels' size.
      expect(Math.abs(sums[3] - 1 / 3)).toBeLessThan(0.05 / nside ** 2);
    }
  });

  it('stay exact where numbers pass 2³²', () => {
    const nside = 2 ** 15;
    const [theta, phi] = pixelDirection(nside, 12 * nside * nside - 1);
    expect(phi).toBeCloseTo(1.75 * Math.PI, 12);
    // The northern corner of the last base pixel touches the equator from below.
    expect(theta).toBeCloseTo(Math.PI / 2 + 2 / (3 * nside), 9);
  });
});
