import { describe, expect, it } from 'vitest';
import { writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import { MemoryStorage } from './memory.ts';
import { readNoiseByRing, saveNoiseByRing } from './noise-by-ring.ts';
import { RunFolder } from './runs.ts';

const BOX = 8;
const folder = () => new RunFolder(new MemoryStorage(), 'runs/one');
const power = Float32Array.from({ length: 10 }, (_, i) => 0.5 + i);

describe('noise by ring kept with a run', () => {
  it('is read as it was, with groups and without', async () => {
    for (const kept of [
      { power, groupOf: Int32Array.of(1, 0, 1) },
      { power: power.slice(5), groupOf: null },
    ]) {
      const run = folder();
      await saveNoiseByRing(run, kept, BOX);
      expect(await readNoiseByRing(run, BOX)).toEqual(kept);
    }
  });

  it('is missed where it is gone, and refused where it is of another box or lacks a group', async () => {
    const run = folder();
    await expect(readNoiseByRing(run, BOX)).rejects.toMatchObject({ code: 'file-missing' });
    await saveNoiseByRing(run, { power, groupOf: Int32Array.of(1, 0, 1) }, BOX);
    await expect(readNoiseByRing(run, 16)).rejects.toMatchObject({ code: 'count-mismatch' });
    const groups = writeNpy(new NumpyArray([3], Int32Array.of(0, 2, 1)));
    await run.storage.write(run.path('noise_group_of.npy'), groups);
    await expect(readNoiseByRing(run, BOX)).rejects.toMatchObject({
      code: 'count-mismatch',
      detail: { file: 'noise_group_of.npy', found: '2' },
    });
  });
});
