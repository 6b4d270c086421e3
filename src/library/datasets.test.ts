import { countedInOriginal, countedInTable } from '../base/particle-identity.ts';
import { expect, test } from 'vitest';
import type { ParticleSet } from '../formats/particles.ts';
import { DatasetLibrary } from './datasets.ts';
import { MemoryStorage } from './memory.ts';
import { loadSelections, saveSelections } from './selections.ts';

const count = 5;
const set: ParticleSet = {
  name: 'a.star',
  count,
  boxPixels: 4,
  pixelSizeAngstrom: 4,
  images: { count, boxPixels: 4, pixelSizeAngstrom: 4, read: () => Promise.resolve(new Float32Array(0)) },
  poses: { rotations: new Float32Array(count * 9).fill(1), translations: new Float32Array(count * 2).fill(0.25) },
  ctf: null,
  originalIndex: countedInOriginal([9, 7, 5, 3, 1]),
  opticsGroups: [],
  optics: null,
  originalCount: 12,
  opticsGroupOf: Int32Array.of(0, 1, 0, 1, 0),
  table: {
    kind: 'star',
    fileName: 'a.star',
    rows: 10,
    columnNames: [],
    numericColumn: () => null,
    writeRows: (rows) => new TextEncoder().encode(`rows ${Array.from(rows).join(' ')}`),
  },
  tableRows: countedInTable([9, 7, 5, 3, 1]),
  warnings: [{ code: 'w', message: 'Watch out.' }],
};

test('a dataset comes back from the storage with all but its images', async () => {
  const storage = new MemoryStorage();
  const library = new DatasetLibrary(storage);
  const record = await library.keep(set, { pixelSizeAngstrom: 4, isDemo: false, looksWhite: true, fingerprint: 'f' });
  const again = new DatasetLibrary(storage);
  expect(await again.list()).toEqual([record]);
  const kept = await again.load(record.id);
  expect(kept).toMatchObject({ record, poses: set.poses, ctf: null, originalIndex: set.originalIndex });
  expect(kept?.opticsGroupOf).toEqual(set.opticsGroupOf);
  expect(await (await again.table(record.id))?.text()).toBe('rows 9 7 5 3 1');
  await again.addColumns(record.id, [{ name: 'state', values: Float32Array.of(1, 2, 3, 4, 5) }]);
  await again.addColumns(record.id, [{ name: 'state', values: Float32Array.of(5, 4, 3, 2, 1) }]);
  expect(await again.columns(record.id)).toEqual([{ name: 'state', values: Float32Array.of(5, 4, 3, 2, 1) }]);
  await again.remove(record.id);
  expect(await again.load(record.id)).toBeNull();
});

test('datasets of one name are told apart', async () => {
  const library = new DatasetLibrary(new MemoryStorage());
  const names: string[] = [];
  for (const fingerprint of ['f', 'g', 'h'])
    names.push((await library.keep(set, { pixelSizeAngstrom: 4, isDemo: false, looksWhite: true, fingerprint })).name);
  expect(names).toEqual([set.name, `${set.name} (2)`, `${set.name} (3)`]);
});

test('selections come back, empty ones too, and the files of old ones go', async () => {
  const storage = new MemoryStorage();
  const selections = [
    { name: 'open', color: '#f00', indices: Uint32Array.of(1, 4, 9) },
    { name: 'none', color: '#0f0', indices: new Uint32Array(0) },
  ];
  await saveSelections(storage, 'runs/a', [...selections, ...selections]);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await saveSelections(storage, 'runs/a', selections);
  expect(await loadSelections(storage, 'runs/a')).toEqual(selections);
  expect(await storage.list('runs/a')).toHaveLength(3);
  expect(await loadSelections(storage, 'runs/b')).toEqual([]);
});
