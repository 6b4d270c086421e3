import { expect, test } from 'vitest';
import { readNpy } from '../formats/npy.ts';
import { ORDINARY_OPTICS } from '../formats/particles.ts';
import { MemoryStorage } from './memory.ts';
import { writeRunOptics } from './run-optics.ts';
import { RunFolder } from './runs.ts';

test('optics of a run lie beside its ctf.pkl as a NumPy table of ten columns', async () => {
  const storage = new MemoryStorage();
  const optics = Float32Array.from([...ORDINARY_OPTICS, 0.75, 50, 2, 1.02, 0, 0, 0.98, 1, 0.5, -0.25]);
  await writeRunOptics(new RunFolder(storage, 'run'), optics);
  const written = await storage.read('run/optics.npy');
  expect(written && readNpy(written, 'optics.npy')).toMatchObject({ shape: [2, 10], data: optics });
});
