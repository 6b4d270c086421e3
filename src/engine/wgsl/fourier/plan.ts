// How a Fourier sum of any even length is split: powers of two by butterflies of 8 and 4, then 3, 5, 7, then other primes by
// their direct sum. Roots of one in float64, kept in float32.

/** Longest line: two halves of vec2f in 16 KiB of workgroup memory. */
export const LONGEST_LINE = 1024;

const BUTTERFLIES = [3, 5, 7];

/** Radices whose product is `size`, in the order of the stages. Error: RangeError for a length that is odd or too long. */
export function radicesOf(size: number): number[] {
  if (!Number.isInteger(size) || size < 2 || size % 2 !== 0 || size > LONGEST_LINE)
    throw new RangeError(`No Fourier lines of ${size} numbers: even lengths from 2 to ${LONGEST_LINE}.`);
  let rest = size;
  let twos = 0;
  for (; rest % 2 === 0; rest /= 2) twos++;
  const radices: number[] = [];
  for (let p = 3; rest > 1; p += 2) for (; rest % p === 0; rest /= p) radices.push(p);
  return [...powersOfTwo(twos), ...radices];
}

/** 2^twos as few factors, of 8 and 4 where it can be. */
function powersOfTwo(twos: number): number[] {
  if (twos === 1) return [2];
  // Three twos make an 8; one left over turns an 8 into two 4s.
  const fours = (3 - (twos % 3)) % 3;
  return [...new Array<number>((twos - 2 * fours) / 3).fill(8), ...new Array<number>(fours).fill(4)];
}

/** Whether a radix has an unrolled butterfly; other primes are summed. */
export function hasButterfly(radix: number): boolean {
  return radix <= 8 && (radix % 2 === 0 || BUTTERFLIES.includes(radix));
}

/** Forward: exp(−2πi kn/N); inverse: exp(+2πi kn/N), not divided by N. */
export type Direction = 'forward' | 'inverse';

/** Sign of the exponent. */
export function signOf(direction: Direction): 1 | -1 {
  return direction === 'forward' ? -1 : 1;
}

/** exp(∓2πi n/size), interleaved. */
export function rootsOfOne(size: number, direction: Direction): Float32Array<ArrayBuffer> {
  const table = new Float32Array(2 * size);
  for (let n = 0; n < size; n++) {
    const angle = (2 * Math.PI * n) / size;
    table[2 * n] = Math.cos(angle);
    table[2 * n + 1] = signOf(direction) * Math.sin(angle);
  }
  return table;
}

/** Floating-point operations of one line, as is the custom: 5 N log₂ N. */
export function lineFlops(size: number): number {
  return 5 * size * Math.log2(size);
}
