// What is kept of a run's latents, and when it is not given back; on the same storages as the library's own test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderBytes } from '../arrays.ts';
import { MemoryStorage } from '../memory.ts';
import { DiskStorage } from '../node/disk.ts';
import { RunLibrary } from '../runs.ts';
import type { Storage } from '../storage.ts';
import { AnalysisLibrary, fingerprintLatents } from './analyses.ts';
import type { AnalysisKey } from './record.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-analyses-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const key: AnalysisKey = { method: 'kmeans', parameters: { k: 8 }, seed: 0, epoch: 20, fingerprint: 'ab' };
const arrays = { labels: Int32Array.of(0, -1, 7), counts: Uint32Array.of(1, 2), centres: Float32Array.of(0.5, 1e-30) };
const k = (clusters: number) => ({ ...key, parameters: { k: clusters } });
const at = 'runs/a/analyses';
const recordsOf = async (storage: Storage) =>
  (await storage.list(at)).map(({ name }) => name).filter((name) => name.endsWith('.json'));

describe.each<[string, () => Storage]>([
  ['memory', () => new MemoryStorage()],
  ['a disk', () => new DiskStorage(join(folder, String(Math.random())))],
])('analyses in %s', (_, make) => {
  it('come back with their types, bit for bit, to whoever asks for the same', async () => {
    const storage = make();
    await new AnalysisLibrary(storage, 'runs/a').keep(key, arrays);
    expect(await new AnalysisLibrary(storage, 'runs/a').find(key)).toEqual(arrays);
  });

  it.each<[string, Partial<AnalysisKey>]>([
    ['another epoch', { epoch: 21 }],
    ['other latents of that epoch', { fingerprint: 'cd' }],
    ['another seed', { seed: 1 }],
    ['other parameters', { parameters: { k: 9 } }],
    ['another method', { method: 'umap' }],
  ])('are not given for %s', async (_what, change) => {
    const kept = new AnalysisLibrary(make(), 'runs/a');
    await kept.keep(key, arrays);
    expect(await kept.find({ ...key, ...change })).toBeNull();
  });

  it('go when those of a later epoch are kept', async () => {
    const storage = make();
    const kept = new AnalysisLibrary(storage, 'runs/a');
    await kept.keep(key, arrays);
    await kept.keep({ ...key, method: 'umap' }, { umap: Float32Array.of(1, 2) });
    const bytes = await folderBytes(storage, at);
    await kept.keep({ ...key, epoch: 21, fingerprint: 'cd' }, arrays);
    expect(await recordsOf(storage)).toHaveLength(1);
    expect(await folderBytes(storage, at)).toBeLessThan(bytes);
  });

  it('are bounded in number and bytes: the oldest go, and what is too large is not kept', async () => {
    const storage = make();
    const kept = new AnalysisLibrary(storage, 'runs/a', { most: 3, mostBytes: 100 });
    for (let n = 1; n <= 5; n++) {
      await kept.keep(k(n), { labels: new Int32Array(4).fill(n) });
      await new Promise((done) => setTimeout(done, 2));
    }
    expect((await kept.of(20, 'ab')).map(({ parameters }) => parameters['k'])).toEqual([3, 4, 5]);
    await kept.keep(k(6), { labels: new Int32Array(20).fill(6) });
    expect((await kept.of(20, 'ab')).map(({ parameters }) => parameters['k'])).toEqual([5, 6]);
    await kept.keep(k(7), { labels: new Int32Array(26) });
    expect(await kept.find(k(7))).toBeNull();
    expect(await kept.find(k(6))).toEqual({ labels: new Int32Array(20).fill(6) });
    const named = (await storage.list(at)).length;
    expect(named).toBe(4);
  });

  it('that are damaged, of a newer version or of a changed method are computed anew, and take nothing else with them', async () => {
    const storage = make();
    const kept = new AnalysisLibrary(storage, 'runs/a');
    for (const n of [1, 2, 3, 4, 5]) await kept.keep(k(n), { labels: Int32Array.of(n, n) });
    const change = async (n: number, edit: (record: Record<string, unknown>) => unknown) => {
      for (const name of await recordsOf(storage)) {
        const record = JSON.parse(new TextDecoder().decode((await storage.read(`${at}/${name}`))!)) as typeof key;
        if (record.parameters['k'] === n) await storage.write(`${at}/${name}`, JSON.stringify(edit({ ...record })));
      }
    };
    await change(1, (record) => ({ ...record, version: 2 }));
    await change(2, (record) => ({ ...record, methodVersion: 0 }));
    await change(3, (record) => ({
      ...record,
      arrays: { labels: { file: '../../secret', type: 'int32', length: 2 } },
    }));
    await change(4, (record) => ({ ...record, arrays: undefined }));
    expect(await Promise.all([1, 2, 3, 4].map((n) => kept.find(k(n))))).toEqual([null, null, null, null]);
    expect(await kept.find(k(5))).toEqual({ labels: Int32Array.of(5, 5) });
    const [array] = (await storage.list(at)).filter(({ name }) => name.endsWith('.labels'));
    for (const { name } of (await storage.list(at)).filter(({ name: each }) => each.endsWith('.labels')))
      await storage.write(`${at}/${name}`, new Uint8Array(array.bytes - 1));
    expect(await kept.find(k(5))).toBeNull();
  });

  it('go with the run', async () => {
    const storage = make();
    await new AnalysisLibrary(storage, 'runs/a').keep(key, arrays);
    expect(await folderBytes(storage, '')).toBeGreaterThan(28);
    await new RunLibrary(storage).remove('a');
    expect(await folderBytes(storage, '')).toBe(0);
  });
});

it('latents are known by their content', async () => {
  const one = await fingerprintLatents(Float32Array.of(1, 2, 3));
  expect(await fingerprintLatents(new Float32Array([0, 1, 2, 3]).subarray(1))).toBe(one);
  expect(await fingerprintLatents(Float32Array.of(1, 2, 3.0000002))).not.toBe(one);
});
