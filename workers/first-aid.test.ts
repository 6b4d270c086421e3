// First aid over the io worker's class: once a dataset, kept with it, giving way to a run's images.
import { describe, expect, it, vi } from 'vitest';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { givingWay } from './first-aid.ts';
import { Io } from './io.ts';

const call = (id = 'first-aid') => ({ id });

async function accepted(io: Io): Promise<string> {
  const files = new MemoryStorage();
  const simulation = simulate({ count: 120, boxPixels: 16, pixelSizeAngstrom: 8, states: 1, snr: 1 });
  await writeSimulation(simulation, files, '', {});
  const dropped = ['particles.mrcs', 'particles.star'].map(async (path) => ({
    path,
    file: (await files.openBlob(path)) ?? new Blob(),
  }));
  const draft = await io.openFiles(await Promise.all(dropped), null, call());
  return (await io.accept(draft.id)).id;
}

describe('first aid of a dataset', () => {
  it('is told in sentences, and kept for when its files are gone', async () => {
    const storage = new MemoryStorage();
    const io = new Io(storage, new MemoryRunLocks());
    const id = await accepted(io);
    const messages: string[] = [];
    const found = await io.firstAid(id, { ...call(), onProgress: ({ message }) => messages.push(message) });
    const contrast = found?.find(({ check }) => check === 'contrast');
    expect(contrast).toMatchObject({ title: 'Contrast', verdict: 'good' });
    expect(messages.length).toBeGreaterThan(0);
    const reloaded = new Io(storage, new MemoryRunLocks());
    expect(await reloaded.firstAid(id, call())).toEqual(found);
  });

  it('is nothing where files are not open and nothing is kept, and ends when it is cancelled', async () => {
    const storage = new MemoryStorage();
    const io = new Io(storage, new MemoryRunLocks());
    const id = await accepted(io);
    const cancelled = io.firstAid(id, call('one'));
    io.cancel('one');
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await new Io(storage, new MemoryRunLocks()).firstAid(id, call())).toBeNull();
  });

  it('waits while a run’s images are prepared', async () => {
    const read = vi.fn(() => Promise.resolve(new Float32Array(4)));
    let prepared = (): void => undefined;
    const preparing = new Set([new Promise<void>((done) => (prepared = done))]);
    const reader = givingWay({ count: 1, boxPixels: 2, pixelSizeAngstrom: 1, read }, preparing);
    const reading = reader.read([0]);
    await new Promise((later) => setTimeout(later, 5));
    expect(read).not.toHaveBeenCalled();
    preparing.clear();
    prepared();
    expect(await reading).toHaveLength(4);
  });
});
