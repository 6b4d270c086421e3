// Small statistics of the checks: means with their errors, paired comparisons, regressions with their level of chance.

/** Mean of the finite values, its standard error, and how many there are. */
export function meanWithError(values: ArrayLike<number>): { mean: number; error: number; count: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) {
      count++;
      sum += values[i];
      squares += values[i] ** 2;
    }
  const mean = sum / Math.max(1, count);
  const variance = Math.max(0, squares / Math.max(1, count) - mean * mean);
  return { mean, error: Math.sqrt(variance / Math.max(1, count - 1)), count };
}

/** Mean of a − b in its standard errors: how clearly a lies above b, image by image. 0 where they are the same. */
export function pairedErrors(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { mean, error } = meanWithError(Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]));
  return mean === 0 ? 0 : mean / error;
}

/** Middle value of a copy; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? NaN : sorted[Math.floor(sorted.length / 2)];
}

/** The value below which a share (0 … 1) of the values lies. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/**
 * Share of the variance of `y` that a linear combination of `columns` explains (0 … 1), by Gram–Schmidt; columns that the ones
 * before them span add nothing and are not counted in `terms`.
 */
export function explained(
  y: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
): { share: number; terms: number } {
  const length = y.length;
  const rest = centred(y);
  const whole = dot(rest, rest);
  if (whole === 0) return { share: 0, terms: 0 };
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const vector = centred(column);
    const before = dot(vector, vector);
    // Twice, for the digits.
    for (const other of [...basis, ...basis]) {
      const along = dot(other, vector);
      for (let i = 0; i < length; i++) vector[i] -= along * other[i];
    }
    const left = dot(vector, vector);
    if (!(left > 1e-9 * before) || before === 0) continue;
    const scale = 1 / Math.sqrt(left);
    basis.push(vector.map((value) => value * scale));
    const unit = basis[basis.length - 1];
    const along = dot(unit, rest);
    for (let i = 0; i < length; i++) rest[i] -= along * unit[i];
  }
  return { share: 1 - dot(rest, rest) / whole, terms: basis.length };
}

/** What `terms` columns of no meaning explain of `count` values: their mean share, and what one in 10,000 exceeds (χ²). */
export function chanceShare(terms: number, count: number): { mean: number; most: number } {
  const free = Math.max(1, count - 1);
  // Wilson and Hilferty's cube for the quantile of χ² at 3.72 standard deviations.
  const cube = terms === 0 ? 0 : 1 - 2 / (9 * terms) + 3.72 * Math.sqrt(2 / (9 * terms));
  return { mean: terms / free, most: Math.min(1, (terms * cube ** 3) / free) };
}

function centred(values: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(values);
  const mean = out.reduce((sum, value) => sum + value, 0) / Math.max(1, out.length);
  return out.map((value) => value - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
