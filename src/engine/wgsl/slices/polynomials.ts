// The CTF's phase γ − asin w of each image as the kernels take it: a polynomial of the frequency in cycles per pixel, in
// turns (γ/2π), of which whole ones may fall off. The round part, hundreds of radians, is cut into its first 12 bits
// and a rest, so that its product with a number of 12 bits is exact in float32. CTF: imaging/ctf.ts.
import { ctfPhase } from '../../../imaging/ctf.ts';
import { transferOf } from '../../../imaging/transfer.ts';

/** Numbers an image: round, even, odd, fourth, constant, rest of round, 0, 0. */
const POLYNOMIAL = 8;

/** B×8 for the images `from` … `from + count − 1` of `ctf` (rows of 9 as CTF_COLUMNS). */
export function ctfPolynomials(ctf: Float32Array, from: number, count: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(POLYNOMIAL * count);
  for (let image = 0; image < count; image++) {
    const row = ctf.subarray(9 * (from + image), 9 * (from + image + 1));
    const { round, astigmaticEven, astigmaticOdd, fourth, constant } = ctfPhase(row);
    const turns = [round, astigmaticEven, astigmaticOdd, fourth, constant].map((radians) => radians / (2 * Math.PI));
    const coarse = firstBits(turns[0]);
    out.set([coarse, ...turns.slice(1), turns[0] - coarse], POLYNOMIAL * image);
  }
  return out;
}

/** Numbers an image whose optics are known: even and odd part of the square for the zeros, then scale, decay, applied, 0. */
export const OPTICS_POLYNOMIAL = 12;

/** B×12 likewise, `optics` rows of 10 as OPTICS_COLUMNS. */
export function transferPolynomials(
  ctf: Float32Array,
  optics: Float32Array,
  from: number,
  count: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(OPTICS_POLYNOMIAL * count);
  for (let image = 0; image < count; image++) {
    const at = from + image;
    const t = transferOf(ctf.subarray(9 * at, 9 * (at + 1)), optics.subarray(10 * at, 10 * (at + 1)));
    const turns = [t.round, t.even, t.odd, t.fourth, t.constant].map((radians) => radians / (2 * Math.PI));
    const coarse = firstBits(turns[0]);
    const rests = [turns[0] - coarse, t.squareEven, t.squareOdd];
    out.set([coarse, ...turns.slice(1), ...rests, t.scale, t.decay, t.applied], OPTICS_POLYNOMIAL * image);
  }
  return out;
}

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** `value` cut to the first 12 bits of its float32. */
export function firstBits(value: number): number {
  word[0] = value;
  bits[0] &= 0xfffff000;
  return word[0];
}
