import { expect, it } from 'vitest';
import { writeLatentsPickle } from '../formats/cryodrgn-pickles.ts';
import { writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import { MemoryStorage } from './memory.ts';
import { readPosterior } from './posteriors.ts';
import { RunFolder } from './runs.ts';

const mu = new Float32Array(6);

it('is the row of the table that a linear model leaves', async () => {
  const storage = new MemoryStorage();
  const triangles = Float32Array.from({ length: 9 }, (_, i) => i / 8);
  await storage.write('covariance.npy', writeNpy(new NumpyArray([3, 3], triangles)));
  const run = new RunFolder(storage, '');
  expect(await readPosterior(run, 1, 1)).toEqual(triangles.slice(3, 6));
  expect(await readPosterior(run, 1, 2)).toEqual(triangles.slice(6, 9));
  await expect(readPosterior(run, 1, 3)).rejects.toMatchObject({ code: 'index-out-of-range' });
});

it('is the variances of the latents where there is no such table', async () => {
  const storage = new MemoryStorage();
  const logVariance = Float32Array.of(0, 0, Math.log(2), Math.log(3), 0, 0);
  await storage.write('z.4.pkl', writeLatentsPickle(2, mu, logVariance));
  const found = await readPosterior(new RunFolder(storage, ''), 4, 1);
  expect(Array.from(found!, (value) => Number(value.toFixed(5)))).toEqual([2, 0, 3]);
});

it('is not known of latents that stand alone', async () => {
  const storage = new MemoryStorage();
  await storage.write('z.4.pkl', writeLatentsPickle(2, mu, null));
  expect(await readPosterior(new RunFolder(storage, ''), 4, 1)).toBeNull();
  expect(await readPosterior(new RunFolder(storage, ''), 5, 1)).toBeNull();
});
