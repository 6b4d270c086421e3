// Maps chosen along a volume component of a sketch.
import { expect, it } from 'vitest';
import type { Landscape } from '../../../../workers/contract.ts';
import { mapsAlong } from './maps-along.ts';

/** Two components a map; z is the map's number and its negative. */
function sketchWith(scores: number[]): Pick<Landscape, 'pca' | 'sketch'> {
  const rows = Uint32Array.from(scores.keys());
  const z = Float32Array.from([...rows].flatMap((map) => [map, -map]));
  const pca = { components: 2, scores: Float32Array.from(scores.flatMap((score) => [0, score])) };
  return { pca, sketch: { rows, zDim: 2, z } } as unknown as Pick<Landscape, 'pca' | 'sketch'>;
}

it('go from the least score to the greatest in even steps', () => {
  const { z, steps } = mapsAlong(sketchWith([10, 0, 4.9, 2, 7, 5.2]), 1, 3);
  expect(steps).toBe(3);
  expect([...z]).toEqual([1, -1, 2, -2, 0, -0]);
});

it('are no map twice, and none that was left out', () => {
  const { z, steps } = mapsAlong(sketchWith([0, Number.NaN, 1, 100]), 1, 10);
  expect(steps).toBe(3);
  expect([...z].filter((_, i) => i % 2 === 0)).toEqual([0, 2, 3]);
});
