import { expect, it } from 'vitest';
import { featuresOf, waveTable } from './table.ts';

it('puts a sine and a cosine of the same wave together and pads to 16', () => {
  const waveVectors = Float32Array.from([1, 0, 0, 0, 2, 0, 0, 2, 0, 3, 3, 3]);
  const table = waveTable({ waveVectors, isCosine: Uint8Array.from([0, 1, 0, 1]) });
  expect(table.padded).toBe(16);
  expect([...table.inputRows]).toEqual([0, -1, 2, 1, -1, 3]);
  const features = featuresOf(table, Float32Array.from([0.1, 0.2, 0.3, 1]));
  const wanted = [Math.sin(0.1), 0, Math.sin(0.4), Math.cos(0.4), 0, Math.cos(1.8), ...new Array<number>(10).fill(0)];
  wanted.forEach((value, i) => expect(features[i]).toBeCloseTo(value, 6));
});

it('keeps the same wave apart where a feature is there twice', () => {
  const waveVectors = Float32Array.from([1, 2, 3, 1, 2, 3]);
  const table = waveTable({ waveVectors, isCosine: Uint8Array.from([0, 0]) });
  expect([...table.inputRows]).toEqual([0, -1, 1, -1]);
});

it('gives the coordinates themselves without an encoding', () => {
  const table = waveTable({ waveVectors: new Float32Array(), isCosine: new Uint8Array() });
  expect([...table.inputRows]).toEqual([0, -1, 1, -1, 2, -1]);
  const features = featuresOf(table, Float32Array.from([0.1, -0.2, 0.3, 1]));
  expect([...features].map((x) => Math.round(1000 * x) / 1000).slice(0, 6)).toEqual([0.1, 0, -0.2, 0, 0.3, 0]);
});
