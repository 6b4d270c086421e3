// FSC of two maps within a mask, and what the mask itself adds to it. Masks: a sphere as wide as the box; loose and tight ones about both
// maps' mean, dilated 25 Å with an edge of 15 Å, or 6 Å with 6 Å. Corrected (Chen et al. 2013): where phases were made random beyond a
// shell, the correlation that is left is the mask's, FSCₙ, and FSC = (FSCₜ − FSCₙ)/(1 − FSCₙ) from two shells further on.
import { Random } from '../geometry/random.ts';
import type { Samples } from '../imaging/spectrum.ts';
import { fsc, type FscCurve } from './fsc.ts';
import { applyMask, softMask } from './mask.ts';
import { filterShells, lowPassFactor, randomisePhases } from './radial-filter.ts';

/** Masks that are made of the maps alone. */
export type FscMask = 'none' | 'sphere' | 'loose' | 'tight';
export const FSC_MASKS: readonly FscMask[] = ['none', 'sphere', 'loose', 'tight'];

const WIDTHS = { loose: { dilateAngstrom: 25, edgeAngstrom: 15 }, tight: { dilateAngstrom: 6, edgeAngstrom: 6 } };
/** Noise of half maps is taken out before a threshold is laid through their mean. */
const LOW_PASS_ANGSTROM = 15;
/** Of half the box: the window that images are given, with a cosine for its edge. */
const SPHERE_INNER = 0.85;
const SPHERE_OUTER = 0.99;

/** Factors 0 … 1 for comparing two D³ maps; null for none. */
export function fscMask(
  kind: FscMask,
  [a, b]: readonly [Samples, Samples],
  boxPixels: number,
  pixelSizeAngstrom: number,
): Float32Array | null {
  if (kind === 'none') return null;
  if (kind === 'sphere') return sphereMask(boxPixels);
  const mean = Float32Array.from(a, (value, i) => 0.5 * (value + b[i]));
  const cut = (boxPixels * pixelSizeAngstrom) / LOW_PASS_ANGSTROM;
  const smooth = cut < boxPixels / 2 ? filterShells(mean, boxPixels, lowPassFactor(cut)) : mean;
  return softMask(smooth, boxPixels, { pixelSizeAngstrom, ...WIDTHS[kind] });
}

/** A ball about the middle: 1 to 0.85 of half the box, a cosine to 0 at 0.99. */
function sphereMask(boxPixels: number): Float32Array {
  const half = boxPixels / 2;
  const mask = new Float32Array(boxPixels ** 3);
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++) {
        const share = (Math.hypot(x - half, y - half, z - half) / half - SPHERE_INNER) / (SPHERE_OUTER - SPHERE_INNER);
        mask[at] = share <= 0 ? 1 : share >= 1 ? 0 : 0.5 * (1 + Math.cos(Math.PI * share));
      }
  return mask;
}

/** FSC within a mask, with what phases beyond a shell that are random leave of it. */
export interface CorrectedFsc {
  masked: FscCurve;
  /** FSCₙ: phases of both maps random from `fromShell` on, then masked. */
  randomised: FscCurve;
  corrected: FscCurve;
  /** Shell from which phases were random. */
  fromShell: number;
}

/** Where the unmasked curve is below this phases are made random, as RELION does. */
const RANDOM_BELOW = 0.8;
/** Shells after the first random one that are left as they are: the mask carries phases over from its neighbours. */
const SPARED_SHELLS = 2;

/** `a`, `b`: D³ unmasked maps. `fromShell`: by default the first shell whose unmasked FSC is below 0.8. */
export function correctedFsc(
  [a, b]: readonly [Samples, Samples],
  boxPixels: number,
  mask: Samples,
  { seed = 0, fromShell }: { seed?: number; fromShell?: number } = {},
): CorrectedFsc {
  const within = (first: Samples, second: Samples) => fsc(applyMask(first, mask), applyMask(second, mask), boxPixels);
  const masked = within(a, b);
  const from = fromShell ?? randomFrom(fsc(a, b, boxPixels));
  const [first, second] = [a, b].map((map, i) => randomisePhases(map, boxPixels, from, new Random(seed, i)));
  const randomised = within(first, second);
  return { masked, randomised, corrected: correctFor(masked, randomised, from), fromShell: from };
}

/** The first shell below 0.8, at least the second; the last one where none is. */
function randomFrom({ values }: FscCurve): number {
  const below = values.findIndex((value, shell) => shell > 1 && value < RANDOM_BELOW);
  return below < 0 ? values.length - 1 : below;
}

/** (FSCₜ − FSCₙ)/(1 − FSCₙ) from `fromShell` + 2 on, FSCₜ before. */
function correctFor(masked: FscCurve, randomised: FscCurve, fromShell: number): FscCurve {
  const values = masked.values.map((value, shell) => {
    const noise = randomised.values[shell];
    if (shell < fromShell + SPARED_SHELLS || noise >= 1) return value;
    return (value - noise) / (1 - noise);
  });
  return { values, frequencies: masked.frequencies };
}
