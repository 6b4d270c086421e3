import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { chosenAcrossHalves, joinedByShell } from './across-halves.ts';
import { shellNumbers, shellProducts } from './shells.ts';

const BOX = 24;
const VOXELS = BOX ** 3;
const random = new Random(5);
const normal = (): Float32Array => random.fillNormal(new Float32Array(VOXELS));
const sum = (...parts: [Float32Array, number][]): Float32Array =>
  Float32Array.from({ length: VOXELS }, (_, i) => parts.reduce((total, [map, share]) => total + share * map[i], 0));

/** Of each width a half's map: `kept` of a truth and so much noise. */
function halfOf(truth: Float32Array, widths: { kept: number; other: Float32Array; noise: number }[]): Float32Array[] {
  return widths.map(({ kept, other, noise }) => sum([truth, kept], [other, 1 - kept], [normal(), noise]));
}

describe('widths by shell', () => {
  it('are those of the least error: less noise until too much else is mixed in', () => {
    const truth = normal();
    const other = sum([normal(), 1.5]);
    const widths = [
      { kept: 1, other, noise: 8 },
      { kept: 1, other, noise: 4 },
      { kept: 0.95, other, noise: 1 },
      { kept: 0.1, other, noise: 0.2 },
    ];
    const { width, share } = chosenAcrossHalves(halfOf(truth, widths), halfOf(truth, widths), BOX, 1);
    expect(Array.from(width.subarray(3))).toEqual(new Array(BOX / 2 - 3).fill(2));
    // √(2F/(1 + F)) of a signal of power 0.9 under noise of power 1.
    expect(Math.min(...share.subarray(4))).toBeGreaterThan(0.65);
    expect(Math.max(...share)).toBeLessThan(0.9);
    expect(share[0]).toBe(0);
  });

  it('add next to nothing where the halves have nothing in common', () => {
    const noise = { kept: 1, other: normal(), noise: 1 };
    const none = new Float32Array(VOXELS);
    const { share } = chosenAcrossHalves(
      halfOf(none, [noise, noise, noise]),
      halfOf(none, [noise, noise, noise]),
      BOX,
      1,
    );
    expect(share.filter((value) => value > 0).length).toBeLessThan(3);
    expect(Math.max(...share)).toBeLessThan(0.3);
  });

  it('join the halves shell by shell', () => {
    const maps = [normal(), normal()];
    const width = Uint8Array.from({ length: BOX / 2 }, (_, s) => s % 2);
    const share = Float32Array.from({ length: BOX / 2 }, (_, s) => s / 20);
    const joined = joinedByShell(maps, maps, { width, share }, BOX);
    const shells = shellNumbers(BOX);
    joined.forEach((value, i) => {
      const shell = shells[i];
      expect(value).toBeCloseTo(shell < BOX / 2 ? share[shell] * maps[width[shell]][i] : 0, 5);
    });
    expect(shellProducts(maps[0], maps[0], shells, BOX / 2).length).toBe(BOX / 2);
  });
});
