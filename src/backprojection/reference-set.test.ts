// Maps from the images of the reference set at the poses of its files, against the true ones: of noisy images with shifts and CTF.
import { expect, it } from 'vitest';
import { SET, setBlob, setCtf, setImages, setPoses, setStates } from '../../testing/reference-set/set.ts';
import { searchPoints } from '../engine/scoring/points.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import { SearchImageReader } from '../inference/pose-search/search-images.ts';
import { fsc } from '../validation/fsc.ts';
import { backproject } from './backproject.ts';
import { cubeShape, mapFromCube } from './fourier-volume.ts';
import { FourierSums } from './insertion.ts';

it('images of either end of the hinge give that end’s map, and not the other’s', async () => {
  const D = SET.boxPixels;
  const points = searchPoints(D, 10);
  const data = { images: await setImages(), ctf: setCtf() };
  const everyImage = Uint32Array.from({ length: SET.count }, (_, i) => i);
  const read = await new SearchImageReader(data, points).read(everyImage);
  const { rotations, translations } = setPoses();
  const posed = { rotations, shifts: translations.map((t) => t * D) };
  const state = setStates();
  const truths = await Promise.all(
    ['truth_000.mrc', 'truth_009.mrc'].map(async (name) => (await readMrcVolume(setBlob(name))).values),
  );
  const ends: ((s: number) => boolean)[] = [(s) => s < 2, (s) => s >= SET.states - 2];
  for (const [end, within] of ends.entries()) {
    const sums = new FourierSums(cubeShape(D, 2, 10));
    backproject(sums, read, posed, { points, count: points.count, keep: (image) => within(state[image]) });
    const map = mapFromCube(sums.quotient(1e-1), D);
    // Shells 2 … 6: beyond them 80 images of SNR 1 say little.
    const likeness = truths.map((truth) => {
      const { values } = fsc(map, truth, D);
      return values.slice(2, 7).reduce((sum, v) => sum + v / 5, 0);
    });
    // Found 0.98 against 0.64.
    expect(likeness[end]).toBeGreaterThan(0.95);
    expect(likeness[1 - end]).toBeLessThan(0.8);
  }
});
