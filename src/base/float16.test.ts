import { expect, test } from 'vitest';
import { decodeHalves, encodeHalves, halfFromFloat } from './float16.ts';

/** Naive twin: the nearest of all 65536 halves, ties to the even one. */
function nearestHalf(x: number, all: Float32Array): number {
  let best = 0;
  for (let h = 0; h < 0x7c00; h++) {
    const closer = Math.abs(all[h] - Math.abs(x)) - Math.abs(all[best] - Math.abs(x));
    if (closer < 0 || (closer === 0 && h % 2 === 0)) best = h;
  }
  return (x < 0 ? 0x8000 : 0) | best;
}

test('every half survives a round trip', () => {
  const finite = Uint16Array.from({ length: 65536 }, (_, h) => h).filter((h) => ((h >>> 10) & 31) !== 31);
  expect(encodeHalves(decodeHalves(finite))).toEqual(finite);
});

test('rounding agrees with the nearest half', () => {
  const all = decodeHalves(Uint16Array.from({ length: 65536 }, (_, h) => h));
  const samples = [
    1,
    -1,
    0.1,
    1 / 3,
    1e-8,
    2.98e-8,
    3e-8,
    -6.1e-5,
    6.104e-5,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    2047.5,
    65503,
  ];
  for (let i = 0; i < 100; i++) samples.push((((i * 7919) % 1000) / 1000 - 0.5) * 10 ** ((i % 9) - 5));
  for (const x of samples.map(Math.fround)) expect(halfFromFloat(x)).toBe(nearestHalf(x, all));
});

test('saturates instead of becoming infinite, keeps NaN', () => {
  expect([...decodeHalves(encodeHalves(Float32Array.of(1e9, -Infinity, 65519.9, NaN)))]).toEqual([
    65504,
    -65504,
    65504,
    NaN,
  ]);
});
