// What an image's transform is multiplied by where more is known of its optics than the CTF's nine columns
// (docs/CONVENTIONS.md, "Beyond the nine columns"):
//   f·CTF(Mk), f = scale · exp(−B s²/4), s = |Mk| / pixel size; of phase-flipped images −f·|CTF|, of images that were
//   multiplied by the CTF, with scale and B factor, −f·|f|·CTF². A scale below zero turns an image over.
// The sign: the CTF is negative at low frequency, so that prepared images of white particles are; programs that flip or
// multiply leave white particles white, and prepared they are negative there as before.
import { ctfPhase } from './ctf.ts';
import type { Lattice } from './lattice.ts';

/** Columns of a row as OPTICS_COLUMNS. */
const COLUMN = { scale: 0, bFactor: 1, applied: 2, magnification: 3 } as const;

/** What was done to the images before: `ctfApplied` of OPTICS_COLUMNS. */
const APPLIED = { nothing: 0, sign: 1, ctf: 2 } as const;

/**
 * The transfer as a polynomial in the coordinates x, y (cycles per pixel), with r² = x² + y², e = x² − y², o = xy and
 * m = r² + squareEven·e + squareOdd·o, which is |Mk|² but for a factor that `fourth` and `decay` hold:
 * phase = round·r² + even·e + odd·o + fourth·m² + constant (radians), f = scale · exp(decay·m), CTF = sin(phase).
 */
export interface Transfer {
  round: number;
  even: number;
  odd: number;
  fourth: number;
  constant: number;
  squareEven: number;
  squareOdd: number;
  scale: number;
  decay: number;
  /** As APPLIED. */
  applied: number;
}

/** `row` as CTF_COLUMNS, `optics` as OPTICS_COLUMNS; pixel-size ratio and beam tilt are none of the transfer's. */
export function transferOf(row: ArrayLike<number>, optics: ArrayLike<number>): Transfer {
  const { round, astigmaticEven, astigmaticOdd, fourth, constant } = ctfPhase(row);
  const [xx, xy, yx, yy] = [0, 1, 2, 3].map((i) => optics[COLUMN.magnification + i]);
  // Mᵀ A M of the form A = (round + even, odd/2; odd/2, round − even).
  const form = (r: number, e: number, o: number) => {
    const [a, b, d] = [r + e, o / 2, r - e];
    const first = a * xx * xx + 2 * b * xx * yx + d * yx * yx;
    const mixed = a * xx * xy + b * (xx * yy + xy * yx) + d * yx * yy;
    const second = a * xy * xy + 2 * b * xy * yy + d * yy * yy;
    return [(first + second) / 2, (first - second) / 2, 2 * mixed];
  };
  const phase = form(round, astigmaticEven, astigmaticOdd);
  const square = form(1, 0, 0);
  return {
    round: phase[0],
    even: phase[1],
    odd: phase[2],
    fourth: fourth * square[0] * square[0],
    constant,
    squareEven: square[1] / square[0],
    squareOdd: square[2] / square[0],
    scale: optics[COLUMN.scale],
    decay: (-optics[COLUMN.bFactor] * square[0]) / (4 * row[1] * row[1]),
    applied: optics[COLUMN.applied],
  };
}

/** As a function of the frequency (x, y) in cycles per pixel. */
export function transferFunction(row: ArrayLike<number>, optics: ArrayLike<number>): (x: number, y: number) => number {
  const t = transferOf(row, optics);
  return (x, y) => {
    const r2 = x * x + y * y;
    const e = x * x - y * y;
    const m = r2 + t.squareEven * e + t.squareOdd * x * y;
    const phase = t.round * r2 + t.even * e + t.odd * x * y + t.fourth * m * m + t.constant;
    const f = t.scale * Math.exp(t.decay * m);
    const ctf = Math.sin(phase);
    if (t.applied === APPLIED.sign) return -f * Math.abs(ctf);
    return t.applied === APPLIED.ctf ? -f * Math.abs(f) * ctf * ctf : f * ctf;
  };
}

/** At the lattice's points: P values into `out`. */
export function transferAtPoints(
  row: ArrayLike<number>,
  optics: ArrayLike<number>,
  { points, x, y }: Lattice,
  out: Float32Array,
): void {
  const transfer = transferFunction(row, optics);
  // Even in k: the second half of the points mirrors the first.
  for (let p = 0, q = points - 1; p < q; p++, q--) {
    const value = transfer(x[p], y[p]);
    out[p] = value;
    out[q] = value;
  }
}
