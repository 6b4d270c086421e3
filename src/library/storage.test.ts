// What every storage owes: round trips, atomic writes, listings, removal, and no way out of its root.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderBytes } from './arrays.ts';
import { MemoryStorage } from './memory.ts';
import { DiskStorage } from './node/disk.ts';
import { storageFailure } from './paths.ts';
import type { Storage } from './storage.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const makers: [string, () => Storage][] = [
  ['memory', () => new MemoryStorage()],
  ['disk', () => new DiskStorage(join(folder, `disk-${Math.random()}`))],
];

describe.each(makers)('%s storage', (_, make) => {
  test('counts the bytes of a folder and of all that is kept', async () => {
    const storage = make();
    await storage.write('runs/a/z.1.pkl', Uint8Array.of(1, 2, 3, 4));
    await storage.write('datasets/b.json', '{}');
    expect(await folderBytes(storage, 'runs')).toBe(4);
    expect(await folderBytes(storage, '')).toBe(6);
  });

  test('gives back what was written, whole and by range', async () => {
    const storage = make();
    await storage.write('runs/a/z.1.pkl', Uint8Array.of(1, 2, 3, 4));
    await storage.write('runs/a/config.yaml', 'zdim: 8\n');
    expect(await storage.read('runs/a/z.1.pkl')).toEqual(Uint8Array.of(1, 2, 3, 4));
    const blob = await storage.openBlob('runs/a/z.1.pkl');
    expect(new Uint8Array(await blob!.slice(1, 3).arrayBuffer())).toEqual(Uint8Array.of(2, 3));
    expect(await storage.read('runs/a/absent')).toBeNull();
    expect(await storage.openBlob('runs')).toBeNull();
    expect((await storage.list('runs/a')).map((e) => [e.name, e.kind, e.bytes])).toEqual([
      ['config.yaml', 'file', 8],
      ['z.1.pkl', 'file', 4],
    ]);
    expect((await storage.list('runs')).map((e) => [e.name, e.kind])).toEqual([['a', 'folder']]);
    expect(await storage.list('nowhere')).toEqual([]);
  });

  test('a streamed file appears at its close, an aborted one never, and the old one stays until then', async () => {
    const storage = make();
    await storage.write('file', 'old');
    const writer = await storage.createWriter('file');
    await writer.write(Uint8Array.of(110, 101));
    expect(new TextDecoder().decode((await storage.read('file'))!)).toBe('old');
    expect(await storage.list('')).toHaveLength(1);
    await writer.write(Uint8Array.of(119));
    await writer.close();
    expect(new TextDecoder().decode((await storage.read('file'))!)).toBe('new');
    const dropped = await storage.createWriter('file');
    await dropped.write(Uint8Array.of(0));
    await dropped.abort();
    expect(new TextDecoder().decode((await storage.read('file'))!)).toBe('new');
  });

  test('removes files and folders, silently where there is nothing', async () => {
    const storage = make();
    await storage.write('runs/a/b', 'x');
    await storage.write('runs/ab', 'y');
    await storage.remove('runs/a');
    await storage.remove('runs/a');
    expect(await storage.read('runs/a/b')).toBeNull();
    expect(await storage.read('runs/ab')).not.toBeNull();
  });

  test('refuses paths out of its root', async () => {
    const storage = make();
    await expect(async () => storage.write('../out', 'x')).rejects.toMatchObject({ code: 'storage' });
    await expect(async () => storage.read('/etc/passwd')).rejects.toMatchObject({ code: 'storage' });
  });
});

test('a disk write leaves no partial file behind', async () => {
  const root = join(folder, 'clean');
  const storage = new DiskStorage(root);
  await storage.write('a', 'x');
  await (await storage.createWriter('b')).abort();
  expect(await readdir(root)).toEqual(['a']);
});

test('a full disk and an exhausted quota become the storage error', () => {
  expect(storageFailure({ code: 'ENOSPC' }, 'a')).toMatchObject({ code: 'storage' });
  expect(storageFailure(new DOMException('', 'QuotaExceededError'), 'a')).toMatchObject({ code: 'storage' });
  const other = new Error('x');
  expect(storageFailure(other, 'a')).toBe(other);
});
