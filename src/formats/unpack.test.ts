// Packed files: gzip is read, what is not is said to be there.
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { understand } from './assemble.ts';
import { writeMrcStack } from './mrc-write.ts';
import type { NamedBlob } from './particles.ts';
import { unpacked } from './unpack.ts';

const named = (path: string, bytes: Uint8Array | string): NamedBlob => ({
  path,
  blob: new Blob([typeof bytes === 'string' ? bytes : bytes.slice()]),
});
const pixels = Float32Array.from({ length: 48 }, (_, i) => Math.floor(i / 16));
const stack = writeMrcStack({ count: 3, boxPixels: 4, pixelSizeAngstrom: 2 }, pixels);
const star = (name: string) => named('p/a.star', `data_\n\nloop_\n_rlnImageName\n3@${name}\n1@${name}\n`);

describe('a packed stack', () => {
  it.each([
    ['x/a.mrcs', 'p/x/a.mrcs.gz'],
    ['x/a.mrcs.gz', 'p/x/a.mrcs.gz'],
    ['x/a.mrcs.gz', 'p/x/a.mrcs'],
  ])('named %s is read from %s', async (name, path) => {
    const { set, files } = await understand([star(name), named(path, gzipSync(stack))]);
    expect(files.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(Array.from((await set?.images.read([0, 1])) ?? []).filter((_, i) => i % 16 === 0)).toEqual([2, 0]);
  });

  it('alone is particles', async () => {
    const { set } = await understand([named('a.mrcs.gz', gzipSync(stack))]);
    expect([set?.count, set?.boxPixels]).toEqual([3, 4]);
  });

  it('cut off or too large is refused', async () => {
    const packed = gzipSync(stack);
    await expect(unpacked(named('a.mrcs.gz', packed.subarray(0, packed.length - 20)))).rejects.toMatchObject({
      code: 'file-truncated',
    });
    await expect(unpacked(named('a.mrcs.gz', packed), 500)).rejects.toMatchObject({
      code: 'out-of-memory',
      detail: { advice: 'Unpack it first (gunzip).' },
    });
  });
});

it.each([
  ['x/a.mrcs', 'p/x/a.mrcs.bz2', 'BZh9', 'This is a bzip2 file.'],
  ['x/a.hdf', 'p/x/a.hdf', '\u0089HDF', 'This is an HDF5 file.'],
])('a stack that cannot be read (%s) is not called absent', async (name, path, beginning, message) => {
  const bytes = new Uint8Array(200);
  bytes.set(Array.from(beginning, (char) => char.charCodeAt(0)));
  const { set, files } = await understand([star(name), named(path, bytes)]);
  expect([set, files[0].error?.message, files[0].error?.file]).toEqual([null, message, path]);
});
