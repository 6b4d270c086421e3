// The twins of weight gradients and group sums: plain loops, float64 sums.

/** Σ_rows left[row][m]·gradient[row][n], inputs × outputs. */
export function weightGradientTwin(
  left: ArrayLike<number>,
  gradient: ArrayLike<number>,
  rows: number,
  inputs: number,
  outputs: number,
): Float64Array {
  const sums = new Float64Array(inputs * outputs);
  for (let row = 0; row < rows; row++)
    for (let m = 0; m < inputs; m++)
      for (let n = 0; n < outputs; n++) sums[m * outputs + n] += left[row * inputs + m] * gradient[row * outputs + n];
  return sums;
}

/** Σ gradient of the rows of each image that the chunk touches, images × outputs; the others are zero. */
export function groupSumsTwin(
  gradient: ArrayLike<number>,
  outputs: number,
  { rows, firstRow, rowsPerImage }: { rows: number; firstRow: number; rowsPerImage: number },
  images: number,
): Float64Array {
  const sums = new Float64Array(images * outputs);
  for (let row = 0; row < rows; row++)
    for (let n = 0; n < outputs; n++)
      sums[Math.floor((firstRow + row) / rowsPerImage) * outputs + n] += gradient[row * outputs + n];
  return sums;
}
