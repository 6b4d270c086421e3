// Twin of the transforms along lines: imaging's own transform in float64.
import { planFourier } from '../../../imaging/fft.ts';
import type { StridedShape } from './strided.ts';

/** `values` (complex interleaved) with `lines` lines transformed; the rest as it was. */
export function stridedTwin(values: ArrayLike<number>, shape: StridedShape, lines: number): Float64Array {
  const { size, direction, stride, across, aside, slab } = shape;
  const result = Float64Array.from(values);
  const [input, output] = [new Float64Array(2 * size), new Float64Array(2 * size)];
  // The inverse is the forward one of the conjugate, conjugated.
  const turn = direction === 'forward' ? 1 : -1;
  for (let line = 0; line < lines; line++) {
    const base = Math.floor(line / across) * slab + (line % across) * aside;
    for (let n = 0; n < size; n++) {
      input[2 * n] = values[2 * (base + n * stride)];
      input[2 * n + 1] = turn * values[2 * (base + n * stride) + 1];
    }
    planFourier(size).transform(input, output);
    for (let n = 0; n < size; n++) {
      result[2 * (base + n * stride)] = output[2 * n];
      result[2 * (base + n * stride) + 1] = turn * output[2 * n + 1];
    }
  }
  return result;
}
