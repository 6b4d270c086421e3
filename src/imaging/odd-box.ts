// The centre of the Hartley transform of an image whose side is odd. Its middle pixel is (D−1)/2, as RELION and cryoSPARC
// have it, and its frequencies are −(D−1)/2 … (D−1)/2, so an even crop of D−1 loses one of the outermost two only.
import { planFourier } from './fft.ts';

/**
 * H = Re − Im at k = −d/2 … d/2−1 along y and x of the odd D² image at `image[offset …]`, zero phase at its middle pixel,
 * unnormalised, into `out` (d²). d even, d < D.
 */
export function hartleyOfOddImage(
  image: Float32Array,
  boxPixels: number,
  croppedPixels: number,
  out: Float32Array,
  offset = 0,
): void {
  const half = croppedPixels / 2;
  const columns = half + 1;
  const spectrum = rowSpectra(image, boxPixels, columns, offset);
  const plan = planFourier(boxPixels);
  const line = new Float64Array(2 * boxPixels);
  const transformed = new Float64Array(2 * boxPixels);
  const phases = phasesAboutMiddle(boxPixels);
  for (let kx = 0; kx <= half; kx++) {
    for (let y = 0; y < boxPixels; y++) {
      line[2 * y] = spectrum[2 * (y * columns + kx)];
      line[2 * y + 1] = spectrum[2 * (y * columns + kx) + 1];
    }
    plan.transform(line, transformed);
    for (let ky = -half; ky <= half; ky++) {
      const at = 2 * wrap(ky, boxPixels);
      const turn = 2 * wrap(ky + kx, boxPixels);
      const re = transformed[at] * phases[turn] - transformed[at + 1] * phases[turn + 1];
      const im = transformed[at] * phases[turn + 1] + transformed[at + 1] * phases[turn];
      if (ky < half && kx < half) out[(ky + half) * croppedPixels + kx + half] = re - im;
      // F(−k) = F(k)*.
      if (ky > -half && kx > 0) out[(half - ky) * croppedPixels + half - kx] = re + im;
    }
  }
}

const wrap = (k: number, size: number) => ((k % size) + size) % size;

/** exp(2πi k c / D), c = (D−1)/2, k = 0 … D−1: moves the zero phase from the first to the middle pixel. */
function phasesAboutMiddle(size: number): Float64Array {
  const phases = new Float64Array(2 * size);
  for (let k = 0; k < size; k++) {
    const angle = (2 * Math.PI * ((k * ((size - 1) / 2)) % size)) / size;
    phases[2 * k] = Math.cos(angle);
    phases[2 * k + 1] = Math.sin(angle);
  }
  return phases;
}

/** F(y, kx) of each row, kx = 0 … columns−1; two real rows at once, as the parts of one complex row. */
function rowSpectra(image: Float32Array, size: number, columns: number, offset: number): Float64Array {
  const plan = planFourier(size);
  const input = new Float64Array(2 * size);
  const output = new Float64Array(2 * size);
  const spectra = new Float64Array(2 * size * columns);
  for (let row = 0; row < size; row += 2) {
    const isLast = row + 1 === size;
    for (let n = 0; n < size; n++) {
      input[2 * n] = image[offset + row * size + n];
      input[2 * n + 1] = isLast ? 0 : image[offset + (row + 1) * size + n];
    }
    plan.transform(input, output);
    for (let k = 0; k < columns; k++) {
      const minus = wrap(-k, size);
      const [a, b, c, d] = [output[2 * k], output[2 * k + 1], output[2 * minus], output[2 * minus + 1]];
      spectra[2 * (row * columns + k)] = 0.5 * (a + c);
      spectra[2 * (row * columns + k) + 1] = 0.5 * (b - d);
      if (isLast) continue;
      spectra[2 * ((row + 1) * columns + k)] = 0.5 * (b + d);
      spectra[2 * ((row + 1) * columns + k) + 1] = 0.5 * (c - a);
    }
  }
  return spectra;
}
