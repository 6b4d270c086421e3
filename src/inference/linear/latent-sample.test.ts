import { expect, it } from 'vitest';
import { LatentSample } from './latent-sample.ts';

const numbers = (first: number, count: number) => Uint32Array.from({ length: count }, (_, i) => first + i);

it('holds the latents of every image where they are few, in the order of the images', () => {
  const sample = new LatentSample(5, 2);
  sample.take(numbers(2, 3), Float32Array.of(5, 6, 7, 8, 9, 10));
  sample.take(numbers(0, 2), Float32Array.of(1, 2, 3, 4));
  expect(sample.stride).toBe(1);
  expect([...sample.taken()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it('holds evenly strided ones where they are many', () => {
  const sample = new LatentSample(10, 1, 4);
  sample.take(numbers(0, 4), Float32Array.of(0, 1, 2, 3));
  sample.take(numbers(4, 6), Float32Array.of(4, 5, 6, 7, 8, 9));
  expect(sample.stride).toBe(3);
  expect([...sample.taken()]).toEqual([0, 3, 6, 9]);
});

it('keeps the sign of each component from one iteration to the next', () => {
  const sample = new LatentSample(2, 2);
  sample.take(numbers(0, 2), Float32Array.of(1, 2, 3, -4));
  sample.taken();
  sample.take(numbers(0, 2), Float32Array.of(-1.5, 2.5, -2.5, -3.5));
  expect([...sample.taken()]).toEqual([1.5, 2.5, 2.5, -3.5]);
  sample.take(numbers(0, 2), Float32Array.of(-1, -2, -3, 4));
  expect([...sample.taken()]).toEqual([1, 2, 3, -4]);
});
