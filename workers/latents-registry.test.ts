// Latents by handle: read once, kept while they are open, read again by a worker that does not have them.
import { expect, it } from 'vitest';
import { writeLatentsPickle } from '../src/formats/cryodrgn-pickles.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { RunLibrary } from '../src/library/runs.ts';
import type { LatentsHandle } from './contract.ts';
import { LatentsRegistry, latentsOfLibrary } from './latents-registry.ts';

const mu = Float32Array.of(1, 2, 3, 4, 5, 6);
const handle = (epoch: number): LatentsHandle => ({ runId: 'run', epoch, zDim: 2, count: 3 });

/** A registry on a library with epochs 1 to 3 of one run, that counts what it reads. */
async function counted() {
  const storage = new MemoryStorage();
  for (const epoch of [1, 2, 3])
    await storage.write(`runs/run/z.${epoch}.pkl`, writeLatentsPickle(2, mu, new Float32Array(6)));
  const read = latentsOfLibrary(new RunLibrary(storage));
  const asked: number[] = [];
  const registry = new LatentsRegistry((latents) => {
    asked.push(latents.epoch);
    return read(latents);
  });
  return { storage, registry, asked };
}

it('reads opened latents once, and drops them when all who opened them have released them', async () => {
  const { registry, asked } = await counted();
  await Promise.all([registry.open(handle(2)), registry.open(handle(2))]);
  expect(await registry.mu(handle(2))).toEqual(mu);
  registry.release(handle(2));
  await registry.mu(handle(2));
  expect(asked).toEqual([2]);
  registry.release(handle(2));
  expect(registry.size).toBe(0);
});

it('answers for opened latents whose file went with a later epoch; others are missing by name', async () => {
  const { registry, storage } = await counted();
  await registry.open(handle(1));
  for (const epoch of [1, 2]) await storage.remove(`runs/run/z.${epoch}.pkl`);
  expect(await registry.mu(handle(1))).toEqual(mu);
  await expect(registry.mu(handle(2))).rejects.toMatchObject({ code: 'file-missing' });
  expect(registry.size).toBe(1);
});

it('keeps one at most that nobody opened', async () => {
  const { registry, asked } = await counted();
  await registry.mu(handle(1));
  await registry.mu(handle(1));
  await registry.mu(handle(3));
  expect([asked, registry.size]).toEqual([[1, 3], 1]);
});

it('refuses latents of another shape than the handle says', async () => {
  const { registry } = await counted();
  await expect(registry.open({ ...handle(1), count: 4 })).rejects.toMatchObject({ code: 'count-mismatch' });
});
