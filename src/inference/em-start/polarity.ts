// Whether density is positive in the images as they are prepared: the start allows none below zero.
import type { SearchImages, SearchPoints } from '../../engine/scoring/scorer.ts';

/** Fourier pixels around the origin that hold the particle's overall shape. */
const NEAR = 2.01;

/**
 * 1 where the particles, corrected for their CTF's sign, are brighter than their surroundings, −1 where they are darker: the sign
 * of Σ c·Re y near the origin, since a compact centred object has real positive coefficients there.
 */
export function densitySign({ count, values, ctf }: SearchImages, points: SearchPoints): 1 | -1 {
  let sum = 0;
  for (let b = 0; b < count; b++)
    for (let p = 0; p < points.count && points.radius[p] <= NEAR; p++) {
      const at = b * points.count + p;
      sum += (ctf ? ctf[at] : 1) * values[2 * at];
    }
  return sum < 0 ? -1 : 1;
}

/** In place. */
export function withSign({ values }: SearchImages, sign: 1 | -1): void {
  if (sign < 0) for (let i = 0; i < values.length; i++) values[i] = -values[i];
}
