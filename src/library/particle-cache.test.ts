import { expect, test } from 'vitest';
import type { ImageReader } from '../formats/particles.ts';
import type { HartleyShard } from '../imaging/hartley-images.ts';
import { MemoryStorage } from './memory.ts';
import {
  cacheKey,
  fingerprintImages,
  FULL_PRECISION_BYTES,
  ParticleCache,
  ParticleCacheWriter,
  SHARD_SIZE,
} from './particle-cache.ts';

const header = (count: number, points: number) => ({
  count,
  points,
  boxPixels: 8,
  fingerprint: 'f',
  standardDeviation: 2.5,
  options: { window: true },
});
function shardOf(count: number, points: number, shard: number): HartleyShard {
  const first = shard * SHARD_SIZE;
  const images = Math.min(SHARD_SIZE, count - first);
  const values = Float32Array.from({ length: images * points }, (_, i) => Math.sin(first * points + i) * 10);
  return { first, count: images, values };
}

test('float32: every shard comes back as written, and only once all are there', async () => {
  const storage = new MemoryStorage();
  const writer = await ParticleCacheWriter.open(storage, 'images/a', header(2500, 12));
  expect(writer.shards).toBe(3);
  for (let shard = 0; shard < 2; shard++) await writer.write(shardOf(2500, 12, shard));
  expect(await ParticleCache.open(storage, 'images/a')).toBeNull();
  await expect(writer.finish()).rejects.toMatchObject({ code: 'storage' });
  await writer.write(shardOf(2500, 12, 2));
  const cache = await writer.finish();
  expect(cache).toMatchObject({ count: 2500, points: 12, boxPixels: 8, standardDeviation: 2.5, shardSize: 1024 });
  expect(cache.meta.precision).toBe('float32');
  for (let shard = 0; shard < 3; shard++) expect(await cache.readShard(shard)).toEqual(shardOf(2500, 12, shard));
});

test('a partly written cache goes on after its shards; another preprocessing starts anew', async () => {
  const storage = new MemoryStorage();
  const first = await ParticleCacheWriter.open(storage, 'images/a', header(2500, 12));
  await first.write(shardOf(2500, 12, 0));
  const second = await ParticleCacheWriter.open(storage, 'images/a', header(2500, 12));
  expect([second.has(0), second.has(1), second.firstMissing]).toEqual([true, false, 1]);
  const other = await ParticleCacheWriter.open(storage, 'images/a', {
    ...header(2500, 12),
    options: { window: false },
  });
  expect(other.firstMissing).toBe(0);
});

test('float16 above 256 MiB: to half precision, shard by shard', async () => {
  const storage = new MemoryStorage();
  const points = 2 ** 16;
  const count = FULL_PRECISION_BYTES / points / 4 + 1;
  const writer = await ParticleCacheWriter.open(storage, 'images/b', header(count, points));
  // Of two shards the short one is written, and read through a cache marked complete by hand.
  await writer.write(shardOf(count, points, 1));
  await storage.write('images/b/complete', 'yes');
  const cache = await ParticleCache.open(storage, 'images/b');
  expect(cache?.meta.precision).toBe('float16');
  const { values, first } = await cache!.readShard(1);
  const wanted = shardOf(count, points, 1).values;
  expect(first).toBe(1024);
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(values[i] - wanted[i]));
  // Half of the last of 11 bits at 8 … 16.
  expect(worst).toBeLessThanOrEqual(2 ** -8 + 1e-6);
  expect(worst).toBeGreaterThan(0);
  await expect(cache!.readShard(0)).rejects.toMatchObject({ code: 'storage' });
});

test('the key follows the images and the options', async () => {
  const reader = (scale: number): ImageReader => ({
    count: 100,
    boxPixels: 4,
    pixelSizeAngstrom: null,
    read: (indices) => Promise.resolve(Float32Array.from({ length: indices.length * 16 }, (_, i) => i * scale)),
  });
  const a = await fingerprintImages(reader(1));
  expect(await fingerprintImages(reader(1))).toBe(a);
  expect(await fingerprintImages(reader(2))).not.toBe(a);
  expect(await cacheKey(a, { box: 4 })).not.toBe(await cacheKey(a, { box: 2 }));
});
