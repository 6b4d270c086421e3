// Shells of a map's centred Hartley transform, D³: the point at distance r from the middle belongs to shell round(r). Of real maps the
// sum of products of Hartley values over a shell is that of their Fourier coefficients, one conjugated.

/** Shell of each voxel; what lies beyond D/2 − 1 belongs to none and is said to be of shell D/2. */
export function shellNumbers(boxPixels: number): Uint16Array {
  const half = boxPixels / 2;
  const shells = new Uint16Array(boxPixels ** 3);
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++)
        shells[at] = Math.min(half, Math.round(Math.hypot(x - half, y - half, z - half)));
  return shells;
}

/** D/2 sums of products over shells 0 … D/2 − 1. */
export function shellProducts(a: Float32Array, b: Float32Array, shells: Uint16Array, count: number): Float64Array {
  const sums = new Float64Array(count + 1);
  for (let i = 0; i < a.length; i++) sums[shells[i]] += a[i] * b[i];
  return sums.subarray(0, count);
}
