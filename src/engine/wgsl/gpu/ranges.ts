// Work divided: shares of a total, and counts rounded up to what kernels take.

/** `count` rounded up to a multiple of `multiple`. */
export function roundUp(multiple: number, count: number): number {
  return Math.ceil(count / multiple) * multiple;
}

/** Items first … first + count − 1. */
export interface RowRange {
  first: number;
  count: number;
}

/** Equal shares of at most `most`, which are multiples of `multiple` but for the last. */
export function* rangesOf(total: number, most: number, multiple = 1): Generator<RowRange> {
  const parts = Math.ceil(total / Math.max(multiple, Math.floor(most / multiple) * multiple));
  const share = roundUp(multiple, Math.ceil(total / parts));
  for (let first = 0; first < total; first += share) yield { first, count: Math.min(share, total - first) };
}
