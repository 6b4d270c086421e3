// How the noise around the particles rises with the CTF², across images: slope of P_i(r)/P(r) over x_i(r)/x(r), P_i an image's power
// in a ring of its surroundings, x_i its CTF² there, smeared as the area's shape smears it; means over the images without an index.
import { transferOfRow, APPLIED, type CheckedParticles } from './particles.ts';
import type { ImageSample, Surroundings } from './sample.ts';

/** Directions in which a ring is sampled: astigmatism turns twice in a circle. */
const DIRECTIONS = 8;
/** Power of the surroundings over the images' below which there is no noise to speak of. */
const NONE = 1e-5;
/** Fewer images give no slope. */
const LEAST_IMAGES = 50;
/** Spread of x over its mean below which a ring tells nothing. */
const LEAST_SPREAD = 0.02;

/** Null where there is no CTF, no noise, or one CTF for all. */
export function noiseSlope(particles: CheckedParticles, sample: ImageSample): { slope: number; error: number } | null {
  const { surroundings, rings, boxPixels, pixelVariance } = sample;
  const { images } = surroundings;
  if (!particles.ctf || images.length < LEAST_IMAGES) return null;
  const kernel = ringSmear(surroundings, rings);
  const squares = Array.from(images, (place) => ringSquares(particles, sample.rows[place], rings, boxPixels));
  const variance = pixelVariance.reduce((sum, value) => sum + value, 0) / pixelVariance.length;
  let [products, spread] = [0, 0];
  const residuals: { x: number; p: number }[] = [];
  for (let ring = 1; ring < rings; ring++) {
    const x = squares.map((of) => kernel[ring].reduce((sum, weight, other) => sum + weight * of[other], 0));
    const p = Array.from(images, (_, i) => surroundings.powers[i * surroundings.rings + ring]);
    const [meanX, meanP] = [meanOf(x), meanOf(p)];
    if (!(meanX > 0) || !(meanP > NONE * variance)) continue;
    const deviation = Math.sqrt(meanOf(x.map((value) => (value / meanX - 1) ** 2)));
    if (deviation < LEAST_SPREAD) continue;
    // An image with thicker ice has more noise in all rings; within a ring it is chance.
    x.forEach((value, i) => {
      const [dx, dp] = [value / meanX - 1, p[i] / meanP - 1];
      products += dx * dp;
      spread += dx * dx;
      residuals.push({ x: dx, p: dp });
    });
  }
  if (spread === 0) return null;
  const slope = products / spread;
  const squaresLeft = residuals.reduce((sum, { x, p }) => sum + (x * (p - slope * x)) ** 2, 0);
  return { slope, error: Math.sqrt(squaresLeft) / spread };
}

/** CTF² of an image by ring 1 … R, over directions. */
export function ringSquares(
  particles: Pick<CheckedParticles, 'ctf' | 'optics'>,
  row: number,
  rings: number,
  boxPixels: number,
  stretch = 1,
): Float64Array {
  const transfer = transferOfRow(particles, row, APPLIED.nothing);
  const out = new Float64Array(rings);
  for (let ring = 0; transfer && ring < rings; ring++)
    for (let d = 0; d < DIRECTIONS; d++) {
      const angle = (Math.PI * (d + 0.5)) / DIRECTIONS;
      const k = (stretch * (ring + 1)) / boxPixels;
      out[ring] += transfer(k * Math.cos(angle), k * Math.sin(angle)) ** 2 / DIRECTIONS;
    }
  return out;
}

/** R×R: share of each ring's power that comes from each other ring. */
function ringSmear({ smear, smearReach }: Surroundings, rings: number): Float64Array[] {
  const side = 2 * smearReach + 1;
  return Array.from({ length: rings }, (_, ring) => {
    const row = new Float64Array(rings);
    let whole = 0;
    for (let d = 0; d < DIRECTIONS; d++) {
      const angle = (2 * Math.PI * (d + 0.5)) / DIRECTIONS;
      const [x, y] = [(ring + 1) * Math.cos(angle), (ring + 1) * Math.sin(angle)];
      for (let i = 0; i < smear.length; i++) {
        const other = Math.round(Math.hypot(x + (i % side) - smearReach, y + Math.floor(i / side) - smearReach)) - 1;
        if (other < 0 || other >= rings) continue;
        row[other] += smear[i];
        whole += smear[i];
      }
    }
    return row.map((value) => value / whole);
  });
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
