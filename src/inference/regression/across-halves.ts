// How wide to weight images in each shell, and how much of what is found to believe, by what the two halves of the images say of each
// other (linear.md, section 6). A narrow width's maps are noisy but hardly blurred, and the noise of one half is not that of the
// other: what a wide map of one half has in common with a narrow one of the other is signal.
import { shellNumbers, shellProducts } from './shells.ts';

/** Which maps are taken in each shell 0 … D/2 − 1. */
export interface ShellChoice {
  /** Number of the width. */
  width: Uint8Array;
  /** 0 … 1: what the mean of both halves is multiplied by; 0 where the halves have nothing in common. */
  share: Float32Array;
}

/** The narrow width that others are held against: the narrowest is mostly noise. */
const REFERENCE = 1;
/** Of the box: shells to either side that have a say in a shell's width, and in its share. In one alone noise decides. */
const WIDTH_REACH = 1 / 4;
const SHARE_REACH = 1 / 8;
/** What halves have in common counts beyond so many standard errors. */
const SURE = 2;

/**
 * Of maps' Hartley transforms, narrow to wide, one list a half. `freedom`: the share of a shell's coefficients that are independent
 * of each other (that of the box inside the mask). The width is that whose maps correlate best with the other half's at a narrow
 * width; the share the correlation that the mean of both halves has with the truth, √(2F/(1 + F)) by their FSC F (Rosenthal &
 * Henderson 2003), F less what noise may give.
 */
export function chosenAcrossHalves(
  even: readonly Float32Array[],
  odd: readonly Float32Array[],
  boxPixels: number,
  freedom: number,
): ShellChoice {
  const count = boxPixels / 2;
  const shells = shellNumbers(boxPixels);
  const products = (a: Float32Array, b: Float32Array) => shellProducts(a, b, shells, count);
  // Of a real map half the coefficients are the conjugates of the others.
  const independent = membersOf(shells, count).map((members) => Math.max(1, (members * freedom) / 2));
  const powers = even.map((map, k) => [products(map, map), products(odd[k], odd[k])]);
  const reference = Math.min(REFERENCE, even.length - 1);
  const scores = even.map((map, k) => {
    const seen = [products(map, odd[reference]), products(even[reference], odd[k])];
    const scale = [
      powers[k][0].map((power, s) => power * powers[reference][1][s]),
      powers[k][1].map((power, s) => power * powers[reference][0][s]),
    ];
    // In standard errors of no correlation.
    const sure = independent.map((n, s) =>
      [0, 1].reduce((sum, i) => sum + (scale[i][s] > 0 ? (seen[i][s] * Math.sqrt(n)) / Math.sqrt(scale[i][s]) : 0), 0),
    );
    return around(sure, WIDTH_REACH * boxPixels);
  });
  const width = Uint8Array.from({ length: count }, (_, s) =>
    scores.reduce((best, score, k) => (score[s] > scores[best][s] ? k : best), 0),
  );
  const common = even.map((map, k) => products(map, odd[k]));
  const weighted = Float64Array.from(width, (k, s) => {
    const power = Math.sqrt(powers[k][0][s] * powers[k][1][s]);
    return power > 0 ? (common[k][s] / power) * independent[s] : 0;
  });
  const totals = around(independent, SHARE_REACH * boxPixels);
  const share = Float32Array.from(around(weighted, SHARE_REACH * boxPixels), (sum, s) => {
    const fsc = Math.max(0, (sum - SURE * Math.sqrt(totals[s])) / totals[s]);
    return s === 0 ? 0 : Math.sqrt((2 * fsc) / (1 + fsc));
  });
  return { width, share };
}

function membersOf(shells: Uint16Array, count: number): Float64Array {
  const members = new Float64Array(count + 1);
  for (const shell of shells) members[shell]++;
  return members.subarray(0, count);
}

/** Sums over the shells up to `reach` away, shell 0 left out. */
function around(values: Float64Array, reach: number): Float64Array {
  const most = Math.max(1, Math.round(reach));
  return values.map((_, s) => {
    let total = 0;
    for (let k = Math.max(1, s - most); k <= Math.min(values.length - 1, s + most); k++) total += values[k];
    return total;
  });
}

/** Σ over shells of share · (even + odd)/2 at the chosen width: a Hartley transform. */
export function joinedByShell(
  even: readonly Float32Array[],
  odd: readonly Float32Array[],
  { width, share }: ShellChoice,
  boxPixels: number,
): Float32Array {
  const shells = shellNumbers(boxPixels);
  const out = new Float32Array(boxPixels ** 3);
  for (let i = 0; i < out.length; i++) {
    const shell = shells[i];
    if (shell < width.length) out[i] = (share[shell] * (even[width[shell]][i] + odd[width[shell]][i])) / 2;
  }
  return out;
}
