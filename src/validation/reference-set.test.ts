// Scores of the reference set's model against those of NumPy and SciPy (testing/reference-set/make/figures.py).
import { expect, it } from 'vitest';
import { SET, setBlob, setLatents, setStates, setText } from '../../testing/reference-set/set.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import { fsc } from './fsc.ts';
import { scoreLatents } from './latent-score.ts';
import { scoreMaps } from './map-score.ts';

const expected = JSON.parse(setText('expected.json')) as {
  latents: { spearmanPc1: number; spearmanNeighbours: number };
  maps: { curves: number[][]; fscArea: number; resolutionPixels: number; resolutionPixelsDeviation: number };
};
const map = async (name: string) => (await readMrcVolume(setBlob(name))).values;

it('ranks of PC1 and of the nearest neighbours’ state are SciPy’s', async () => {
  const { mu, zDim } = setLatents();
  const score = await scoreLatents(mu, zDim, setStates());
  expect(score.images).toBe(SET.count);
  expect(score.spearmanPc1).toBeCloseTo(expected.latents.spearmanPc1, 6);
  // Neighbours at one distance may change places in float32.
  expect(score.spearmanNeighbours).toBeCloseTo(expected.latents.spearmanNeighbours, 4);
});

it('shells of decoded maps, true maps and the two of them are NumPy’s, and so are their sums', async () => {
  const decoded = [await map('fourier/vol_001.mrc'), await map('fourier/vol_002.mrc')];
  const truth = [await map('truth_000.mrc'), await map('truth_009.mrc')];
  const score = scoreMaps(
    decoded.map((values, i) => [values, truth[i]]),
    SET.boxPixels,
  );
  const { curves, fscArea, resolutionPixels, resolutionPixelsDeviation } = expected.maps;
  const found = [...score.curves, fsc(truth[0], truth[1], SET.boxPixels)];
  expect(curves.length).toBe(found.length);
  found.forEach(({ values }, i) =>
    // Float32 spectra.
    values.forEach((value, shell) => expect(Math.abs(value - curves[i][shell])).toBeLessThan(1e-5)),
  );
  expect(score.fscArea).toBeCloseTo(fscArea, 6);
  expect([score.resolutionPixels, score.resolutionPixelsDeviation]).toEqual([
    expect.closeTo(resolutionPixels, 6),
    expect.closeTo(resolutionPixelsDeviation, 6),
  ]);
});
