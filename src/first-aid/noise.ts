// Noise from what lies around the particles: how its power runs over frequency, and whether it is white.
import { inWords, measure, type Finding, type Measure } from './finding.ts';
import type { ImageSample } from './sample.ts';

/** Cycles a pixel: low enough that ice and gradients of the background do not count, high enough for eight pixels a wave. */
const LOW = [0.06, 0.125] as const;
const HIGH = [0.4, 0.49] as const;
/** Ratios within which noise passes for white: the loss of a network, which weighs all frequencies alike, loses a few percent. */
const WHITE = 1.5;
/** Beyond: the images were low-passed, enlarged, or multiplied by something. */
const STRONG = 10;
/** Power of the surroundings over that of the images below which there is no noise in them. */
const NONE = 1e-5;

/** Images times their side: fewer leave a band's power uncertain by a tenth and more. */
const LEAST = 600;

/** Mean |noise|² of a coefficient over the pixels, by ring 1 … D/2. */
function noiseByRing({ surroundings }: ImageSample): Float64Array {
  const { rings, powers, images } = surroundings;
  const mean = new Float64Array(rings);
  powers.forEach((power, at) => (mean[at % rings] += power / Math.max(1, images.length)));
  return mean;
}

export function checkNoise(sample: ImageSample, pixelSizeAngstrom: number | null): Finding {
  const { boxPixels, pixelVariance } = sample;
  const power = noiseByRing(sample);
  const between = ([from, to]: readonly [number, number]) => {
    const inside = power.filter((_, i) => (i + 1) / boxPixels >= from && (i + 1) / boxPixels <= to);
    return inside.reduce((sum, value) => sum + value, 0) / Math.max(1, inside.length);
  };
  const [low, high] = [between(LOW), between(HIGH)];
  const all = pixelVariance.reduce((sum, value) => sum + value, 0) / pixelVariance.length;
  const ratio = high / low;
  const slope = slopeOf(power, boxPixels);
  const edge = edgeOf(sample.surroundings.wholePower);
  const edgeAngstrom = pixelSizeAngstrom === null || edge === null ? null : (boxPixels * pixelSizeAngstrom) / edge;
  const measures: Measure[] = [
    measure('power at high over low frequency', low > 0 ? ratio : null),
    measure('slope of log power over log frequency', slope),
    measure('power ends at', edgeAngstrom, 'Å'),
  ];
  const base = { check: 'noise' as const, measures };
  if (sample.rows.length * boxPixels < LEAST)
    return {
      ...base,
      verdict: 'cannot say',
      sentence: 'There are too few images to say what the noise is like.',
      advice: null,
    };
  if (!(low > NONE * all) || !(all > 0))
    return {
      ...base,
      verdict: 'look',
      sentence: 'There is no noise around the particles: the images were masked, or simulated without noise.',
      advice: 'Give images that were not masked: noise is measured around the particle.',
    };
  if (edge !== null && edge < 0.8 * (boxPixels / 2))
    return {
      ...base,
      verdict: 'look',
      sentence: `The images hold next to nothing beyond ${edgeAngstrom === null ? `ring ${edge} of ${boxPixels / 2}` : `${inWords(edgeAngstrom)} Å`}: they were low-passed or enlarged.`,
      advice: `A box of ${2 * Math.ceil(edge) + 2} pixels for training loses nothing and is quicker.`,
    };
  if (ratio < WHITE && ratio > 1 / WHITE)
    return {
      ...base,
      verdict: 'good',
      sentence: `The noise is white: its power at high frequency is ${inWords(ratio)} × that at low frequency.`,
      advice: null,
    };
  const strong = ratio > STRONG || ratio < 1 / STRONG;
  return {
    ...base,
    verdict: strong ? 'wrong' : 'look',
    sentence: `The noise is not white: its power at high frequency is ${inWords(ratio)} × that at low frequency.`,
    advice: strong
      ? 'Look whether the images were filtered; extract them without a filter. First look weighs each frequency by its noise, a network does not.'
      : 'Nothing has to be done: First look weighs each frequency by its noise. A network weighs all alike and attends to the noisier ones first.',
  };
}

/** Least squares of ln power over ln frequency between LOW and HIGH; NaN where there is none. */
function slopeOf(power: Float64Array, boxPixels: number): number {
  const used = Array.from(power.keys()).filter(
    (i) => (i + 1) / boxPixels >= LOW[0] && (i + 1) / boxPixels <= HIGH[1] && power[i] > 0,
  );
  const xs = used.map((i) => Math.log(i + 1));
  const ys = used.map((i) => Math.log(power[i]));
  const [mx, my] = [xs, ys].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const covariance = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i] - my), 0);
  return covariance / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}

/** The ring from which on power stays below a thousandth of the median of the inner rings; null where it never does. */
function edgeOf(power: Float64Array): number | null {
  const inner = power.slice(1, Math.max(2, Math.floor(power.length / 4))).sort();
  const floor = inner[Math.floor(inner.length / 2)] / 1000;
  let last = power.length;
  while (last > 0 && power[last - 1] < floor) last--;
  return last === power.length ? null : last;
}
