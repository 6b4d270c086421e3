// Half spectra of real images and volumes: F[k] = Σ x[n] exp(−2πi k·n/D) for kx = 0 … D/2, the rest being F(−k) = F(k)*.
// Layout [ky][kx] or [kz][ky][kx] with D/2+1 columns, complex interleaved, zero frequency first (not centred).
// D is even: rows are transformed in pairs, as the real and imaginary part of one complex row.
import { planFourier } from './fft.ts';

/** Any array of numbers that transforms read and write. */
export type Samples = Float32Array | Float64Array;

/** Numbers (two a coefficient) in the half spectrum of a D² image or D³ volume. */
export function halfSpectrumLength(boxPixels: number, dimensions: 2 | 3): number {
  return 2 * (boxPixels / 2 + 1) * boxPixels ** (dimensions - 1);
}

/** Half spectrum of a real D² image (row-major, x fast) into `out`, `halfSpectrumLength(D, 2)` numbers. */
export function transformImage(image: Samples, boxPixels: number, out: Samples, offset = 0): void {
  transformRows(image, offset, boxPixels, boxPixels, out);
  const columns = boxPixels / 2 + 1;
  transformAxis(out, boxPixels, columns, 1, 0);
}

/** Half spectrum of a real D³ volume [z][y][x] into `out`, `halfSpectrumLength(D, 3)` numbers. */
export function transformVolume(volume: Samples, boxPixels: number, out: Samples): void {
  const columns = boxPixels / 2 + 1;
  transformRows(volume, 0, boxPixels, boxPixels * boxPixels, out);
  transformAxis(out, boxPixels, columns, boxPixels, boxPixels * columns);
  transformAxis(out, boxPixels, boxPixels * columns, 1, 0);
}

/** x axis: `rows` real rows of D to D/2+1 coefficients each. */
function transformRows(values: Samples, offset: number, size: number, rows: number, out: Samples): void {
  const plan = planFourier(size);
  const input = new Float64Array(2 * size);
  const output = new Float64Array(2 * size);
  const half = size / 2;
  const width = 2 * (half + 1);
  for (let row = 0; row < rows; row += 2) {
    const even = offset + row * size;
    for (let n = 0; n < size; n++) {
      input[2 * n] = values[even + n];
      input[2 * n + 1] = values[even + size + n];
    }
    plan.transform(input, output);
    const first = row * width;
    const second = first + width;
    for (let k = 0; k <= half; k++) {
      const minus = k === 0 ? 0 : size - k;
      const a = output[2 * k];
      const b = output[2 * k + 1];
      const c = output[2 * minus];
      const d = output[2 * minus + 1];
      out[first + 2 * k] = 0.5 * (a + c);
      out[first + 2 * k + 1] = 0.5 * (b - d);
      out[second + 2 * k] = 0.5 * (b + d);
      out[second + 2 * k + 1] = 0.5 * (c - a);
    }
  }
}

/** Columns gathered at once, so that a cache line fetched for one serves its neighbours. */
const BLOCK = 8;

/**
 * In-place complex transform of length `size` along an axis of stride `stride` coefficients, for each of the `stride`
 * columns of each of `outer` slabs that lie `outerStride` coefficients apart.
 */
function transformAxis(values: Samples, size: number, stride: number, outer: number, outerStride: number): void {
  const plan = planFourier(size);
  const columns = Array.from({ length: BLOCK }, () => new Float64Array(2 * size));
  const output = new Float64Array(2 * size);
  for (let slab = 0; slab < outer; slab++)
    for (let column = 0; column < stride; column += BLOCK) {
      const width = Math.min(BLOCK, stride - column);
      const base = 2 * (slab * outerStride + column);
      for (let n = 0; n < size; n++)
        for (let b = 0, at = base + 2 * n * stride; b < width; b++, at += 2) {
          columns[b][2 * n] = values[at];
          columns[b][2 * n + 1] = values[at + 1];
        }
      for (let b = 0; b < width; b++) {
        plan.transform(columns[b], output);
        columns[b].set(output);
      }
      for (let n = 0; n < size; n++)
        for (let b = 0, at = base + 2 * n * stride; b < width; b++, at += 2) {
          values[at] = columns[b][2 * n];
          values[at + 1] = columns[b][2 * n + 1];
        }
    }
}
