import { describe, expect, it } from 'vitest';
import type { TrainingData } from '../training.ts';
import { imagesOf, imageStream, type ImageSubset } from './image-stream.ts';

/** One value a point: the image's own number. */
function dataOf(count: number, shardSize = 1024): TrainingData {
  return {
    images: {
      ...{ count, boxPixels: 2, points: 1, shardSize, standardDeviation: 1 },
      readShard: (shard) => {
        const first = shard * shardSize;
        const size = Math.min(shardSize, count - first);
        return Promise.resolve({
          first,
          count: size,
          values: Float32Array.from({ length: size }, (_, i) => first + i),
        });
      },
    },
    poses: { rotations: Float32Array.from({ length: 9 * count }, (_, i) => Math.floor(i / 9)), translations: null },
    ctf: null,
  };
}

async function numbersOf(count: number, subset: ImageSubset): Promise<number[]> {
  const seen: number[] = [];
  for await (const { numbers, images } of imageStream(dataOf(count), { subset, batchImages: 256 })) {
    expect(Array.from(images.images)).toEqual(Array.from(numbers));
    expect(images.rotations[0]).toBe(numbers[0]);
    seen.push(...numbers);
  }
  return seen;
}

describe('a stream of images', () => {
  it('gives all in their order, and halves that share none', async () => {
    expect(await numbersOf(3000, 'all')).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    const [even, odd] = [await numbersOf(3001, 'even'), await numbersOf(3001, 'odd')];
    expect(even.length).toBe(imagesOf('even', 3001));
    expect([...even, ...odd].sort((a, b) => a - b)).toEqual(Array.from({ length: 3001 }, (_, i) => i));
  });

  it('gives a part of many, spread over all of them, and all of few', async () => {
    const part = await numbersOf(50_000, 'part');
    expect(part.length).toBe(imagesOf('part', 50_000));
    expect(part).toEqual(Array.from({ length: part.length }, (_, i) => 3 * i));
    expect(part.at(-1)).toBeGreaterThan(49_990);
    expect(await numbersOf(3000, 'part')).toEqual(await numbersOf(3000, 'all'));
  });

  it('gives no more of a half than tell what it has in common with the other', async () => {
    const even = await numbersOf(50_000, 'even');
    expect(even.length).toBe(imagesOf('even', 50_000));
    expect(even.length).toBeLessThanOrEqual(10_000);
    expect(even.at(-1)).toBeGreaterThan(49_000);
    const odd = new Set(await numbersOf(50_000, 'odd'));
    expect(even.some((number) => odd.has(number))).toBe(false);
  });
});
