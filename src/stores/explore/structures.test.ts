// What is said of structures: how far they are from where they began, and how they differ from each other.
import { expect, it } from 'vitest';
import { displacementOf, spreadOf } from './structures.ts';

it('measures each centre from where it began, and from its mean over structures', () => {
  const start = Float32Array.of(0, 0, 0, 1, 1, 1);
  const positions = [Float32Array.of(3, 4, 0, 1, 1, 1)];
  const named = { epoch: 1, residues: [], centres: [], bonds: new Uint32Array() };
  expect([...displacementOf({ ...named, start, positions })]).toEqual([5, 0]);
  // Two structures 2 Å apart along x: each 1 Å from the mean.
  expect([...spreadOf([Float32Array.of(-1, 0, 0, 5, 5, 5), Float32Array.of(1, 0, 0, 5, 5, 5)])]).toEqual([1, 0]);
});
