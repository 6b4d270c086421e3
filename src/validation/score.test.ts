import { describe, expect, it } from 'vitest';
import { describeWithReference, referenceBytes } from '../../testing/reference.ts';
import { Random } from '../geometry/random.ts';
import { firstPrincipalComponent, predictFromNeighbours, scoreLatents } from './latent-score.ts';
import { scoreMaps } from './map-score.ts';
import { pearson, ranks, spearman } from './rank-correlation.ts';

describe('rank correlation', () => {
  it('gives ties their mean rank', () => {
    expect([...ranks([3, 1, 3, 2, 3])]).toEqual([4, 1, 4, 2, 4]);
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
    // Without ties: 1 − 6Σd²/(n(n²−1)).
    expect(spearman([1, 2, 3, 4, 5], [2, 1, 4, 5, 3])).toBeCloseTo(1 - (6 * (1 + 1 + 1 + 1 + 4)) / 120, 12);
    expect(pearson([1, 2, 3], [1, 1, 1])).toBeNaN();
  });
});

describe('score of latents', () => {
  const [count, zDim] = [300, 3];
  const latents = new Random(1).fillNormal(new Float32Array(count * zDim));
  const values = Array.from({ length: count }, (_, i) => Math.round(4 * latents[i * zDim]));

  it('predicts from the nearest others, as sorting all of them does', async () => {
    const found = await predictFromNeighbours(latents, zDim, values, { neighbours: 7 });
    for (let i = 0; i < count; i++) {
      const distance = (j: number) =>
        [0, 1, 2].reduce((sum, d) => sum + (latents[i * zDim + d] - latents[j * zDim + d]) ** 2, 0);
      const nearest = Array.from({ length: count }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => distance(a) - distance(b))
        .slice(0, 7);
      expect(found[i]).toBeCloseTo(nearest.reduce((sum, j) => sum + values[j], 0) / 7, 12);
    }
  });

  it('stops when cancelled', async () => {
    await expect(predictFromNeighbours(latents, zDim, values, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('finds the axis of largest variance', () => {
    const stretched = latents.map((v, i) => (i % zDim === 1 ? 5 * v : v));
    const along = Array.from({ length: count }, (_, i) => stretched[i * zDim + 1]);
    expect(Math.abs(pearson(firstPrincipalComponent(stretched, zDim), along))).toBeGreaterThan(0.99);
  });
});

describeWithReference('scores of reference/hinge', () => {
  const text = (path: string) => new TextDecoder().decode(referenceBytes(path));
  const float32At = (path: string, start: number, count: number) =>
    new Float32Array(referenceBytes(path).slice(start, start + 4 * count).buffer);
  const states = () =>
    text('hinge/labels.csv')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[0]));

  it("cryoDRGN's latents score 0.902 and 0.904, as tools/score.py says", async () => {
    const [count, zDim] = [4000, 8];
    // The pickle's first array: a run of 4·N·zDim bytes after the opcode BINBYTES and that length.
    const bytes = referenceBytes('hinge/cryodrgn/z.20.pkl');
    const length = 4 * count * zDim;
    const mark = [0x42, length & 255, (length >> 8) & 255, (length >> 16) & 255, length >> 24];
    const start = bytes.findIndex((_, i) => mark.every((byte, j) => bytes[i + j] === byte)) + mark.length;
    const latents = float32At('hinge/cryodrgn/z.20.pkl', start, count * zDim);
    const score = await scoreLatents(latents, zDim, states());
    expect(score.images).toBe(4000);
    expect(score.spearmanPc1).toBeCloseTo(0.902, 3);
    expect(score.spearmanNeighbours).toBeCloseTo(0.904, 3);
  });

  it("cryoDRGN's maps score 0.389 and 2.34 (0.40)", () => {
    const box = 32;
    const state = states();
    const picks = text('hinge/cryodrgn/picks.txt').trim().split(',').map(Number);
    const map = (path: string) => float32At(path, 1024, box ** 3);
    const score = scoreMaps(
      picks.map((image, i) => [
        map(`hinge/cryodrgn/maps/vol_${String(i + 1).padStart(3, '0')}.mrc`),
        map(`hinge/truth/truth_${String(state[image]).padStart(3, '0')}.mrc`),
      ]),
      box,
    );
    expect(score.maps).toBe(20);
    expect(score.fscArea).toBeCloseTo(0.389, 3);
    expect(score.fscAreaLargest).toBeCloseTo(0.469, 3);
    expect(Math.abs(score.resolutionPixels - 2.34)).toBeLessThan(0.005);
    expect(Math.abs(score.resolutionPixelsDeviation - 0.4)).toBeLessThan(0.005);
    // The crossing lies before the shell that is below.
    expect(score.resolutionInterpolatedPixels).toBeGreaterThan(score.resolutionPixels);
  });
});
