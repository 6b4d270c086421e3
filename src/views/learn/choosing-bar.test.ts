import { expect, it } from 'vitest';
import { choosingBar } from './choosing-bar.ts';

it.each([
  [{ done: 0, total: 0, secondsLeft: null }, null, 'Choosing kernels, 0 of 0'],
  [{ done: 0, total: 74, secondsLeft: null }, 0, 'Choosing kernels, 0 of 74'],
  [{ done: 37, total: 74, secondsLeft: 95.4 }, 0.5, 'Choosing kernels, 37 of 74, 1 min 35 s left'],
  [{ done: 1234, total: 1234, secondsLeft: 0 }, 1, 'Choosing kernels, 1,234 of 1,234, under 1 s left'],
])('says of %o how far it is', (progress, fraction, message) => {
  expect(choosingBar(progress)).toEqual({ fraction, message });
});
