// Records that a newer version, another program or a damaged disk has left.
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultParams } from '../params/params.ts';
import { DatasetLibrary } from './datasets.ts';
import { MemoryStorage } from './memory.ts';
import { RunLibrary } from './runs.ts';
import { loadSelections, saveSelections } from './selections.ts';

let storage: MemoryStorage;
const run = (changes: object) =>
  JSON.stringify({
    ...{ version: 1, id: 'a', name: 'A', created: '2026-01-01', datasetId: 'd', datasetName: 'D' },
    ...{ params: defaultParams(), status: 'finished', epochsDone: 1, boxPixels: 32, pixelSizeAngstrom: 2 },
    ...{ history: [{ epoch: 1 }], ...changes },
  });
beforeEach(async () => {
  storage = new MemoryStorage();
  await storage.write('runs/good/vitrine.json', run({}));
});

describe('a run', () => {
  it.each([
    ['of a newer version', run({ version: 2 }), 'record-newer', /newer version/],
    ['cut off', run({}).slice(0, 80), 'record-damaged', /not JSON/],
    ['with half a history', run({ history: [{}] }), 'record-damaged', /damaged/],
    ['that is another thing', '[1, 2]', 'record-damaged', /damaged/],
  ])('%s is named and does not take the library down', async (_, text, code, message) => {
    await storage.write('runs/bad/vitrine.json', text);
    const library = new RunLibrary(storage);
    const file = 'runs/bad/vitrine.json';
    await expect(library.record('bad')).rejects.toMatchObject({ code, detail: { file } });
    await expect(library.record('bad')).rejects.toThrow(message);
    const { records, damaged } = await library.listAll();
    expect(records.map(({ id }) => id)).toEqual(['a']);
    expect(damaged.map((error) => [error.code, error.detail.file])).toEqual([[code, file]]);
    await library.remove('bad');
    expect((await library.listAll()).damaged).toEqual([]);
  });

  it('says which field is wrong, what was expected and what was found', async () => {
    await storage.write('runs/bad/vitrine.json', run({ epochsDone: '3' }));
    await expect(new RunLibrary(storage).record('bad')).rejects.toMatchObject({
      detail: { field: 'epochsDone', expected: 'number', found: '"3"' },
    });
  });

  it('keeps fields that this version does not know when others are changed', async () => {
    await storage.write('runs/good/vitrine.json', run({ later: { kept: true } }));
    const changed = await new RunLibrary(storage).folder('good').update({ epochsDone: 2 });
    expect(changed).toMatchObject({ epochsDone: 2, later: { kept: true } });
  });
});

it('a dataset of a newer version is refused by name, one of before versions is read', async () => {
  const dataset = {
    ...{ id: 'd', name: 'D', created: '2026-01-01', particles: 5, boxPixels: 32, pixelSizeAngstrom: 2 },
    ...{ hasPoses: true, hasCtf: true, opticsGroups: [], warnings: [], tableKind: null, fingerprint: 'f' },
  };
  await storage.write('datasets/old/dataset.json', JSON.stringify(dataset));
  await storage.write('datasets/new/dataset.json', JSON.stringify({ ...dataset, version: 7 }));
  const { records, damaged } = await new DatasetLibrary(storage).listAll();
  expect(records.map(({ id }) => id)).toEqual(['d']);
  expect(damaged[0].toData()).toMatchObject({
    code: 'record-newer',
    file: 'datasets/new/dataset.json',
    found: 'version 7',
  });
});

it('selections that cannot be read are not written over', async () => {
  const selections = [{ name: 'open', color: '#123456', indices: Uint32Array.of(1, 5) }];
  await saveSelections(storage, 'runs/good', selections);
  expect(await loadSelections(storage, 'runs/good')).toEqual(selections);
  const text = JSON.stringify({ version: 2, selections: [] });
  await storage.write('runs/good/selections.json', text);
  await expect(loadSelections(storage, 'runs/good')).rejects.toMatchObject({ code: 'record-newer' });
  await expect(saveSelections(storage, 'runs/good', [])).rejects.toMatchObject({ code: 'record-newer' });
  expect(new TextDecoder().decode((await storage.read('runs/good/selections.json'))!)).toBe(text);
});
