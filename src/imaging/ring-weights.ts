// What the rings of an image count in a loss where its noise is coloured: the squared residual of a lattice point is divided by the
// noise of its ring, as the likelihood of Gaussian noise has it (Scheres 2012, J. Mol. Biol. 415, eq. 2), times the mean noise:
//   w(g, r) = σ̄² / σ²(g, r),  σ̄² the mean of σ² over the mask's points and all images.
// So noise alone comes to the loss that it has without weights, and β keeps its meaning. Of white noise w is 1.
import { makeLattice, ringsOfPoints } from './lattice.ts';

/** By group and ring, and the group of each image. */
export interface RingWeights {
  /** G×(D/2 + 1): √w. */
  amplitudes: Float32Array;
  /** N; null where there is one group. */
  groupOf: Int32Array | null;
}

/**
 * The noise of a ring is taken as at least a tenth and at most a hundred times that of its group's median point. A ring that a filter
 * has emptied holds neither noise nor signal: with 1/σ² of its own it would be nearly all of the loss; at ten times the
 * median point's weight it keeps the maps empty there. And rings of very much noise, the lowest, still tell the outline.
 */
const [LEAST, MOST] = [0.1, 100];

/**
 * `noise`: G×(D/2 + 1) means of |noise|² by group and ring; `groupOf`: N, null where G is 1. A group without noise (its background
 * was set to zero) has weights of 1.
 */
export function ringWeights(noise: Float32Array, groupOf: Int32Array | null, boxPixels: number): RingWeights {
  const rings = boxPixels / 2 + 1;
  const ringOf = ringsOfPoints(makeLattice(boxPixels));
  const spectra = Array.from({ length: noise.length / rings }, (_, group) =>
    clamped(noise.subarray(group * rings, (group + 1) * rings), ringOf),
  );
  let [sum, images] = [0, 0];
  for (const group of groupOf ?? [0]) {
    const spectrum = spectra[group];
    if (!spectrum) continue;
    sum += spectrum.meanOfPoints;
    images++;
  }
  const mean = sum / Math.max(1, images);
  const amplitudes = new Float32Array(noise.length).fill(1);
  spectra.forEach((spectrum, group) => {
    spectrum?.power.forEach((power, ring) => (amplitudes[group * rings + ring] = Math.sqrt(mean / power)));
  });
  return { amplitudes, groupOf };
}

/** Null where most points have no noise. */
function clamped(noise: Float32Array, ringOf: Uint16Array): { power: Float64Array; meanOfPoints: number } | null {
  const ofPoints = Float64Array.from(ringOf, (ring) => noise[ring]).sort();
  const median = ofPoints[Math.floor(ofPoints.length / 2)];
  if (!(median > 0)) return null;
  const power = Float64Array.from(noise, (value) => Math.min(MOST * median, Math.max(LEAST * median, value)));
  return { power, meanOfPoints: ringOf.reduce((sum, ring) => sum + power[ring], 0) / ringOf.length };
}
