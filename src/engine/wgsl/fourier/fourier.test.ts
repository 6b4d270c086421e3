import { describe, expect, it } from 'vitest';
import { describeKernel } from '../../../../testing/node-gpu.ts';
import { fourierCases } from './cases.ts';
import { LONGEST_LINE, radicesOf } from './plan.ts';

describe('radices', () => {
  it('multiply to every even length, powers of two first', () => {
    for (let size = 2; size <= LONGEST_LINE; size += 2) {
      const radices = radicesOf(size);
      expect(radices.reduce((product, r) => product * r, 1)).toBe(size);
      expect([2, 4, 8]).toContain(radices[0]);
    }
  });

  it('refuse odd and long lines', () => {
    for (const size of [0, 3, 2.5, LONGEST_LINE + 2]) expect(() => radicesOf(size)).toThrow(RangeError);
  });
});

await describeKernel('Fourier transforms along lines', fourierCases);
