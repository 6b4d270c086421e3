// Per-image FSC (docs/CONVENTIONS.md): maps decoded at images' own latents against the true maps of the states that made
// those images, no mask; summed up as CryoBench does (area) and as the resolution at 0.5.
import { fsc, fscArea, resolutionPixels, resolutionShellPixels } from './fsc.ts';
import type { FscCurve } from './fsc.ts';

/** FSC of a map against the true one. */
export interface MapScore {
  maps: number;
  /** Mean area under the curves over i/D. */
  fscArea: number;
  /** The largest area there can be, (D/2 − 1)/D. */
  fscAreaLargest: number;
  /** Mean and standard deviation of the frequency of the first shell below 0.5, as pixels. */
  resolutionPixels: number;
  resolutionPixelsDeviation: number;
  /** The same with the crossing interpolated between shells: mean. */
  resolutionInterpolatedPixels: number;
  curves: FscCurve[];
}

/** `maps` and `truths` in pairs, each D³ [z][y][x]. */
export function scoreMaps(pairs: Iterable<[map: Float32Array, truth: Float32Array]>, boxPixels: number): MapScore {
  const curves: FscCurve[] = [];
  for (const [map, truth] of pairs) curves.push(fsc(map, truth, boxPixels));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const shells = curves.map((curve) => resolutionShellPixels(curve));
  const average = mean(shells);
  return {
    maps: curves.length,
    fscArea: mean(curves.map(fscArea)),
    fscAreaLargest: (boxPixels / 2 - 1) / boxPixels,
    resolutionPixels: average,
    resolutionPixelsDeviation: Math.sqrt(mean(shells.map((v) => (v - average) ** 2))),
    resolutionInterpolatedPixels: mean(curves.map((curve) => resolutionPixels(curve))),
    curves,
  };
}
