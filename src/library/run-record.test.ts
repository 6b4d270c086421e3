// Records as older and newer versions wrote them.
import { expect, it } from 'vitest';
import { newRecord, params } from '../../testing/noise-run.ts';
import { newRunRecord } from '../jobs/new-run.ts';
import { LINEAR_DEFAULTS, validateParams } from '../params/params.ts';
import { MemoryStorage } from './memory.ts';
import { fieldOfRecord, completeRunRecord, type RunRecord } from './run-record.ts';
import { RunLibrary } from './runs.ts';

/** As it was before records said the kind of field and the job. */
function older(method: RunRecord['params']['method']): RunRecord {
  const { kind: _kind, job: _job, ...rest } = newRecord();
  return { ...rest, params: { ...params, method } } as RunRecord;
}

it('a record that says no kind is of a coordinate network, and its job is the parameters’ method', () => {
  expect(completeRunRecord(older('known-poses'))).toMatchObject({ kind: 'network', job: 'train' });
  expect(completeRunRecord(older('ab-initio'))).toMatchObject({ kind: 'network', job: 'ab-initio' });
});

it('of the method linear is of a linear model, its latent dimensions being components', () => {
  const { datasetId, datasetName, files, particles, imagePixels, pixelSizeAngstrom, fingerprint } = newRecord();
  const set = { datasetId, datasetName, files, particles, imagePixels, pixelSizeAngstrom, fingerprint };
  const record = newRunRecord({ name: 'linear', params: validateParams(LINEAR_DEFAULTS), set });
  expect(record).toMatchObject({ kind: 'linear', job: 'linear' });
  expect(fieldOfRecord(record)).toEqual({ kind: 'linear', boxPixels: imagePixels, components: 4, contrast: true });
});

it('keeps the job that was begun, whatever the parameters say since', () => {
  const record = { ...newRecord(), job: 'ab-initio' as const };
  expect(completeRunRecord(record).job).toBe('ab-initio');
});

it('of a newer version is refused, and left out of the list', async () => {
  const library = new RunLibrary(new MemoryStorage());
  const known = newRecord();
  await library.folder('known').writeRecord({ ...known, id: 'known' });
  await library.folder('newer').writeRecord({ ...known, id: 'newer', version: 2 as never });
  expect((await library.list()).map(({ id }) => id)).toEqual(['known']);
  await expect(library.record('newer')).rejects.toMatchObject({
    code: 'record-newer',
    detail: { file: 'runs/newer/vitrine.json', found: 'version 2' },
  });
});

it('says the field: of tilt pairs one that joins two views, of an unknown kind a refusal', () => {
  const record = { ...newRecord(), params: validateParams({ ...params, zDim: 3 }) };
  expect(fieldOfRecord(record)).toMatchObject({ kind: 'network', spec: { zDim: 3, boxPixels: 16 } });
  const files = { particles: 'a.mrcs', poses: null, ctf: null, ind: null, datadir: null, tilt: 'b.mrcs' };
  expect(fieldOfRecord({ ...record, files })).toMatchObject({ spec: { tilts: 2 } });
  const field = { kind: 'atoms', boxPixels: 64, boxAngstrom: 128, zDim: 1, centres: 2, bonds: 1, sides: 0 } as const;
  const atoms = { ...field, restraintStrength: 0.1, layers: 3, width: 256 };
  expect(fieldOfRecord({ ...record, kind: 'atoms', field: atoms })).toEqual(atoms);
  expect(() => fieldOfRecord({ ...record, kind: 'bilinear' as never })).toThrow(
    expect.objectContaining({ code: 'field-kind-unknown' }) as Error,
  );
});
