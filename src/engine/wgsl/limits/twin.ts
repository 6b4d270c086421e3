// The twins of the limits' kernels, float64.
import { FMA_CHAINS, FMA_STEPS } from './kernels.ts';

/** Sum over the chains of one thread: each began at start + chain and went x <- a·x + b. */
export function fmaSum(thread: number, lanes: number, rounds: number, a: number, b: number): number {
  let sum = 0;
  for (let chain = 0; chain < FMA_CHAINS; chain++) {
    let x = (thread % 64) + chain;
    for (let step = 0; step < rounds * FMA_STEPS; step++) x = a * x + b;
    sum += lanes * x;
  }
  return sum;
}

/** rounds · A·B; left M × K, right K × N, row-major. */
export function matrixProduct(
  left: Float32Array,
  right: Float32Array,
  [M, N, K]: number[],
  rounds: number,
): Float64Array {
  const out = new Float64Array(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++)
      for (let k = 0; k < K; k++) out[m * N + n] += rounds * left[m * K + k] * right[k * N + n];
  return out;
}
