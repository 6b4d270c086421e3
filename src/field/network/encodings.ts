// Positional encodings as tables of wave vectors (docs/CONVENTIONS.md, "Neural field"; Zhong et al. 2021, eq. 3.1–3.3 of
// the thesis). Coordinates x in [−½, ½]; E frequencies an axis.
//   gaussian: B ∈ R^(3E×3) from N(0, σ²), or as evenly spread as that (even-frequencies.ts), k = (D/2) B x, features [sin k | cos k]
//   the others: for each axis [sin f_i x | cos f_i x], i = 0 … E−1; `none`: the coordinates themselves
import type { EncodingTable } from '../../engine/engine.ts';
import type { Random } from '../../geometry/random.ts';
import { evenFrequencies } from './even-frequencies.ts';

export const ENCODING_TYPES = [
  'gaussian',
  'geom_ft',
  'geom_full',
  'geom_lowf',
  'geom_nohighf',
  'linear_lowf',
  'none',
] as const;
export type EncodingType = (typeof ENCODING_TYPES)[number];

export interface EncodingChoice {
  type: EncodingType;
  /** E; null for half the box. */
  frequencies: number | null;
  /** σ of the gaussian encoding. */
  sigma: number;
  /** How the gaussian encoding's frequencies are drawn where a network begins; at random if absent. */
  draw?: 'even' | 'random';
}

/** The 3E×3 matrix B, standard deviation σ. */
export function drawFrequencies(choice: EncodingChoice, boxPixels: number, random: Random): Float32Array {
  const frequencies = choice.frequencies ?? boxPixels / 2;
  if (choice.draw === 'even') return evenFrequencies(3 * frequencies, choice.sigma, random);
  return Float32Array.from({ length: 9 * frequencies }, () => choice.sigma * random.normal());
}

export function gaussianEncoding(randomFrequencies: Float32Array, boxPixels: number): EncodingTable {
  const half = randomFrequencies.length;
  const waveVectors = new Float32Array(2 * half);
  for (let i = 0; i < half; i++) waveVectors[i] = waveVectors[half + i] = randomFrequencies[i] * (boxPixels / 2);
  const isCosine = new Uint8Array((2 * half) / 3).fill(1, half / 3);
  return { waveVectors, isCosine };
}

/** The matrix B a gaussian table was made of, 3E×3. */
export function frequenciesOf(encoding: EncodingTable, boxPixels: number): Float32Array {
  const half = encoding.waveVectors.subarray(0, encoding.waveVectors.length / 2);
  return half.map((k) => k / (boxPixels / 2));
}

/** f_0 … f_{E−1} of an axis-wise encoding, radians per lattice coordinate. */
export function axisFrequencies(choice: EncodingChoice, boxPixels: number): number[] {
  const D = boxPixels;
  const E = choice.frequencies ?? D / 2;
  const geometric = (start: number, ratio: number) =>
    Array.from({ length: E }, (_, i) => start * ratio ** (E === 1 ? 0 : i / (E - 1)));
  switch (choice.type) {
    case 'geom_ft':
      return geometric(D * Math.PI, 2 / D);
    case 'geom_full':
      return geometric(D * Math.PI, 1 / (D * Math.PI));
    case 'geom_lowf':
      return geometric(D / 2, 2 / D);
    case 'geom_nohighf':
      return geometric(D / 2, (4 * Math.PI) / D);
    case 'linear_lowf':
      return Array.from({ length: D / 2 }, (_, i) => i + 1);
    default:
      return [];
  }
}

function axisEncoding(frequencies: number[]): EncodingTable {
  const E = frequencies.length;
  const waveVectors = new Float32Array(18 * E);
  const isCosine = new Uint8Array(6 * E);
  for (let axis = 0; axis < 3; axis++)
    for (let cosine = 0; cosine < 2; cosine++)
      frequencies.forEach((f, i) => {
        const feature = (2 * axis + cosine) * E + i;
        waveVectors[3 * feature + axis] = f;
        isCosine[feature] = cosine;
      });
  return { waveVectors, isCosine };
}

/** `random` is drawn from for the gaussian encoding only. */
export function makeEncoding(choice: EncodingChoice, boxPixels: number, random: Random): EncodingTable {
  return choice.type === 'gaussian'
    ? gaussianEncoding(drawFrequencies(choice, boxPixels, random), boxPixels)
    : axisEncoding(axisFrequencies(choice, boxPixels));
}
