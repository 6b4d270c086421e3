// Whether particles are white: the images' match to a blob in the middle that went through each one's transfer,
//   s = Σ −c(k) G(k) Re F(k) exp(−2πi k·t/D),  G a Gaussian of 0.15 D, c the transfer, t the shift; white particles give s > 0.
// A compact object has real positive coefficients near the origin, and c is below zero there (docs/CONVENTIONS.md).
import { inWords, measure, type Finding } from './finding.ts';
import { shiftsOf, transfersOf, type CheckedParticles } from './particles.ts';
import type { ImageSample } from './sample.ts';
import { meanWithError } from './statistics.ts';

/** Width of the blob over the box: particles usually fill half of it. */
const WIDTH = 0.15;
/** G is below 0.001 from the fourth ring on. */
const RINGS = 4;
/** Standard errors; noise alone passes once in 16,000 sets. */
const CERTAIN = 4;
/** Fewer have no standard error to speak of. */
const LEAST_IMAGES = 5;

/** Σ of one image each, positive where it looks white. */
function whiteness(particles: CheckedParticles, sample: ImageSample): Float64Array {
  const { points, values, rows, boxPixels } = sample;
  const used = points.radius.filter((radius) => radius <= RINGS).length;
  const transfers = transfersOf(particles, sample, undefined, used);
  const shifts = shiftsOf(particles, sample);
  const blob = Float64Array.from({ length: used }, (_, p) => Math.exp(-2 * (Math.PI * WIDTH * points.radius[p]) ** 2));
  return Float64Array.from(rows, (_, place) => {
    const [tx, ty] = shifts ? [shifts[2 * place], shifts[2 * place + 1]] : [0, 0];
    let sum = 0;
    for (let p = 0; p < used; p++) {
      const at = 2 * (place * points.count + p);
      const angle = (2 * Math.PI * (points.x[p] * tx + points.y[p] * ty)) / boxPixels;
      const real = values[at] * Math.cos(angle) + values[at + 1] * Math.sin(angle);
      sum -= (transfers ? transfers[place * used + p] : -1) * blob[p] * real;
    }
    return sum;
  });
}

export function checkContrast(particles: CheckedParticles, sample: ImageSample): Finding {
  const { mean, error, count } = meanWithError(whiteness(particles, sample));
  const errors = error > 0 ? mean / error : 0;
  const base = {
    check: 'contrast' as const,
    measures: [measure('brightness of the middle', errors, 'standard errors')],
  };
  if (count < LEAST_IMAGES || Math.abs(errors) < CERTAIN)
    return {
      ...base,
      verdict: 'cannot say',
      sentence: 'Neither white nor dark particles stand out from the noise in the middle of the images.',
      advice: 'Look at a low-passed gallery; White particles has to be off where they are dark.',
    };
  if (errors > 0)
    return {
      ...base,
      verdict: 'good',
      sentence: `Particles are white on dark, as expected (${inWords(errors)} standard errors).`,
      advice: null,
    };
  return {
    ...base,
    verdict: 'wrong',
    sentence: `Particles are dark on white (${inWords(-errors)} standard errors); a run takes them for white unless it is told.`,
    advice: 'Turn White particles off in a run’s form; on the command line give --uninvert-data.',
    remedy: 'uninvert-data',
  };
}
