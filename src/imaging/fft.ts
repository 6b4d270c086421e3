// One-dimensional Fourier transforms of any size: F[k] = Σ x[n] exp(−2πi kn/N), unnormalised, complex interleaved float64.
// Powers of two by fft.js; an odd factor up to 15 in front of one by decimation in time; other sizes by Bluestein's
// chirp (Rabiner, Schafer & Rader 1969) over the next power of two that holds 2N − 1.
import FFT from 'fft.js';

/** Transforms N complex numbers; `input` and `out` are 2N interleaved float64 and must differ. */
export interface FourierPlan {
  readonly size: number;
  transform(input: Float64Array, out: Float64Array): void;
}

const LARGEST_ODD_FACTOR = 15;
const plans = new Map<number, FourierPlan>();

/** The plan for a size, made once. Plans keep scratch: one thread at a time, which is all a worker has. */
export function planFourier(size: number): FourierPlan {
  let plan = plans.get(size);
  if (!plan) {
    plan = makePlan(size);
    plans.set(size, plan);
  }
  return plan;
}

function makePlan(size: number): FourierPlan {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`No Fourier transform of size ${size}.`);
  if (size === 1) return { size, transform: (input, out) => out.set(input.subarray(0, 2)) };
  let odd = size;
  while (odd % 2 === 0) odd /= 2;
  if (odd === 1) return powerOfTwo(size);
  return odd <= LARGEST_ODD_FACTOR && odd < size ? oddTimesPowerOfTwo(size, odd) : bluestein(size);
}

function powerOfTwo(size: number): FourierPlan {
  const fft = new FFT(size);
  return { size, transform: (input, out) => fft.transform(out, input) };
}

/** cos and −sin of 2πn/N, interleaved: exp(−2πi n/N). */
function roots(size: number): Float64Array {
  const table = new Float64Array(2 * size);
  for (let n = 0; n < size; n++) {
    table[2 * n] = Math.cos((2 * Math.PI * n) / size);
    table[2 * n + 1] = -Math.sin((2 * Math.PI * n) / size);
  }
  return table;
}

/** N = m·L: m interleaved transforms of L, joined by twiddles and an m-point sum. */
function oddTimesPowerOfTwo(size: number, odd: number): FourierPlan {
  const length = size / odd;
  const part = planFourier(length);
  const root = roots(size);
  const picked = new Float64Array(2 * length);
  const parts = Array.from({ length: odd }, () => new Float64Array(2 * length));
  return {
    size,
    transform(input, out) {
      for (let r = 0; r < odd; r++) {
        for (let n = 0; n < length; n++) {
          const from = 2 * (n * odd + r);
          picked[2 * n] = input[from];
          picked[2 * n + 1] = input[from + 1];
        }
        part.transform(picked, parts[r]);
      }
      for (let k = 0; k < size; k++) {
        const j = 2 * (k % length);
        let real = parts[0][j];
        let imaginary = parts[0][j + 1];
        let turn = 0;
        for (let r = 1; r < odd; r++) {
          turn += k;
          if (turn >= size) turn -= size;
          const cos = root[2 * turn];
          const sin = root[2 * turn + 1];
          const a = parts[r][j];
          const b = parts[r][j + 1];
          real += a * cos - b * sin;
          imaginary += a * sin + b * cos;
        }
        out[2 * k] = real;
        out[2 * k + 1] = imaginary;
      }
    },
  };
}

function bluestein(size: number): FourierPlan {
  let length = 2;
  while (length < 2 * size - 1) length *= 2;
  const inner = planFourier(length);
  // chirp[n] = exp(−πi n²/N); n² modulo 2N keeps the argument small.
  const chirp = new Float64Array(2 * size);
  for (let n = 0; n < size; n++) {
    const angle = (Math.PI * ((n * n) % (2 * size))) / size;
    chirp[2 * n] = Math.cos(angle);
    chirp[2 * n + 1] = -Math.sin(angle);
  }
  const kernel = new Float64Array(2 * length);
  for (let n = 0; n < size; n++)
    for (const at of n === 0 ? [0] : [n, length - n]) {
      kernel[2 * at] = chirp[2 * n];
      kernel[2 * at + 1] = -chirp[2 * n + 1];
    }
  const kernelSpectrum = new Float64Array(2 * length);
  inner.transform(kernel, kernelSpectrum);
  const work = new Float64Array(2 * length);
  const spectrum = new Float64Array(2 * length);
  return {
    size,
    transform(input, out) {
      work.fill(0, 2 * size);
      for (let n = 0; n < 2 * size; n += 2) {
        work[n] = input[n] * chirp[n] - input[n + 1] * chirp[n + 1];
        work[n + 1] = input[n] * chirp[n + 1] + input[n + 1] * chirp[n];
      }
      inner.transform(work, spectrum);
      // The product is conjugated, so that a second forward transform serves as the inverse one.
      for (let k = 0; k < 2 * length; k += 2) {
        const real = spectrum[k] * kernelSpectrum[k] - spectrum[k + 1] * kernelSpectrum[k + 1];
        const imaginary = spectrum[k] * kernelSpectrum[k + 1] + spectrum[k + 1] * kernelSpectrum[k];
        work[k] = real;
        work[k + 1] = -imaginary;
      }
      inner.transform(work, spectrum);
      for (let n = 0; n < 2 * size; n += 2) {
        const real = spectrum[n] / length;
        const imaginary = -spectrum[n + 1] / length;
        out[n] = real * chirp[n] - imaginary * chirp[n + 1];
        out[n + 1] = real * chirp[n + 1] + imaginary * chirp[n];
      }
    },
  };
}
