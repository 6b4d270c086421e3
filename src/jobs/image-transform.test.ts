import { describe, expect, it, vi } from 'vitest';
import { expectClose, randomNumbers } from '../engine/proof/kernel-cases.ts';
import { offerSoftwareVulkan } from '../../testing/software-vulkan.ts';
import { findAdapter } from '../engine/gpu-adapter.ts';
import { dawn } from '../engine/node/dawn.ts';
import type { ImageReader } from '../formats/particles.ts';
import { prepareImages } from '../imaging/preprocess.ts';
import type { ImageTransform } from '../imaging/preprocessor.ts';
import { openImageTransform, openOn } from './image-transform.ts';

offerSoftwareVulkan();
const gpu = await dawn();
const adapter = gpu && (await findAdapter(gpu));
if (!adapter) console.warn('SKIPPED transforms on a device: no WebGPU adapter in this Node');

const BOX = 14;
const pixels = randomNumbers(5, 150 * BOX * BOX);

function readerOf(images: Float32Array): ImageReader {
  const area = BOX * BOX;
  const read = (indices: ArrayLike<number>) =>
    Promise.resolve(
      Float32Array.from({ length: indices.length * area }, (_, i) => {
        return images[indices[Math.floor(i / area)] * area + (i % area)];
      }),
    );
  return { count: images.length / area, boxPixels: BOX, pixelSizeAngstrom: null, read };
}

async function allOf(transform: ImageTransform | null, images = pixels) {
  const prepared = await prepareImages(readerOf(images), { boxPixels: 10, transform });
  const shards: number[] = [];
  for await (const { values } of prepared.shards()) shards.push(...values);
  return { values: shards, standardDeviation: prepared.standardDeviation };
}

describe.skipIf(!adapter)('images prepared on a device', () => {
  it('are those of the CPU', async () => {
    if (!adapter) return;
    const transform = await openOn(adapter, BOX, { boxPixels: 10 });
    const [found, wanted] = [await allOf(transform), await allOf(null)];
    expectClose('values', found.values, wanted.values);
    expectClose('deviation', [found.standardDeviation], [wanted.standardDeviation]);
    const broken = pixels.slice();
    broken[100 * BOX * BOX + 3] = NaN;
    await expect(allOf(transform, broken)).rejects.toMatchObject({ code: 'pixels-not-finite', detail: { row: 101 } });
    transform.dispose();
  });

  it('are left to the CPU where the adapter is in software', async () => {
    expect(await openImageTransform(gpu, { count: 1e6, boxPixels: 128 }, {})).toBeNull();
  });
});

it('go on through the CPU where the device fails in their midst', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  let calls = 0;
  const failing: ImageTransform = {
    batchImages: 64,
    moments: (images) => Promise.resolve({ count: 121, sum: 0, squares: images.length > 0 ? 121 : 0 }),
    run: () => {
      calls++;
      return Promise.reject(new Error('lost'));
    },
  };
  const found = await allOf(failing);
  const wanted = await allOf(null);
  // The deviation is what the failing one measured.
  const scale = wanted.standardDeviation / found.standardDeviation;
  expectClose(
    'values',
    found.values,
    wanted.values.map((value) => value * scale),
  );
  expect(calls).toBeGreaterThan(0);
  expect(warned).toHaveBeenCalled();
  warned.mockRestore();
});
