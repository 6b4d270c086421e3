import { expect, it } from 'vitest';
import type { Finding } from '../first-aid/finding.ts';
import { keepFirstAid, readFirstAid } from './first-aid-record.ts';
import { MemoryStorage } from './memory.ts';

const finding: Finding = {
  ...{
    check: 'contrast',
    verdict: 'wrong',
    sentence: 'Particles are dark.',
    advice: 'Turn it off.',
    remedy: 'uninvert-data',
  },
  measures: [{ name: 'brightness', value: -9.5, unit: 'standard errors' }],
};

it('comes back as it was kept, images that were not read among it', async () => {
  const storage = new MemoryStorage();
  expect(await readFirstAid(storage, 'a')).toBeNull();
  const found = { findings: [finding], deviations: Float32Array.of(1, NaN, 0.5) };
  await keepFirstAid(storage, 'a', found);
  expect(await readFirstAid(storage, 'a')).toEqual(found);
  expect(await readFirstAid(storage, 'b')).toBeNull();
});

it('is refused by name where it is of a newer version or damaged', async () => {
  const storage = new MemoryStorage();
  await storage.write('datasets/a/first-aid.json', JSON.stringify({ version: 2, findings: [] }));
  await expect(readFirstAid(storage, 'a')).rejects.toMatchObject({ code: 'record-newer' });
  await storage.write('datasets/a/first-aid.json', JSON.stringify({ version: 1, findings: [{ check: 'other' }] }));
  await expect(readFirstAid(storage, 'a')).rejects.toMatchObject({ code: 'record-damaged' });
});
