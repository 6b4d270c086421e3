// Which class gives way to which.
import { expect, it } from 'vitest';
import { ClassCounts } from './class-counts.ts';

const batch = (...counts: number[]) =>
  Uint32Array.from(counts.flatMap((n, c) => new Array<number>(n).fill(10 * c + 3)));

it('lets the smallest class begin anew beside the largest, over all batches since the last time', () => {
  const filled = new ClassCounts(3);
  filled.add(batch(5, 1, 2), 10);
  filled.add(batch(5, 9, 2), 10);
  expect(filled.regrouped()).toEqual({ from: 2, to: 0 });
  // The newcomer is left alone for once, however few it has.
  filled.add(batch(4, 6, 1), 10);
  expect(filled.regrouped()).toEqual({ from: 0, to: 1 });
  filled.add(batch(3, 6, 2), 10);
  expect(filled.regrouped()).toEqual({ from: 2, to: 1 });
});

it('of one class alone has nothing else to say', () => {
  const filled = new ClassCounts(1);
  filled.add(batch(5), 10);
  expect(filled.regrouped()).toEqual({ from: 0, to: 0 });
  expect(filled.regrouped()).toEqual({ from: 0, to: 0 });
});
