import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openFileBlob } from './file-blob.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-blob-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('slices, nested slices, negative bounds and streams as a Blob in memory does', async () => {
  const path = join(folder, 'small.bin');
  const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);
  writeFileSync(path, bytes);
  const disk = openFileBlob(path);
  const memory = new Blob([bytes]);
  for (const cut of [
    (b: Blob) => b,
    (b: Blob) => b.slice(10, 20),
    (b: Blob) => b.slice(100).slice(5, 50),
    (b: Blob) => b.slice(-30, -10),
    (b: Blob) => b.slice(2990, 5000),
    (b: Blob) => b.slice(50, 20),
  ]) {
    expect(cut(disk).size).toBe(cut(memory).size);
    expect(new Uint8Array(await cut(disk).arrayBuffer())).toEqual(new Uint8Array(await cut(memory).arrayBuffer()));
  }
  expect(new Uint8Array(await new Response(disk.stream()).arrayBuffer())).toEqual(bytes);
});

test('a file beyond 4 GiB keeps its size and is read at its far end', async () => {
  const path = join(folder, 'large.bin');
  writeFileSync(path, 'head');
  const size = 5 * 2 ** 30;
  truncateSync(path, size);
  const blob = openFileBlob(path);
  expect(blob.size).toBe(size);
  expect(await blob.slice(0, 4).text()).toBe('head');
  expect(new Uint8Array(await blob.slice(size - 3).arrayBuffer())).toEqual(new Uint8Array(3));
});
