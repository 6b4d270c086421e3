// Whether images bear the marks of a CTF, from their power spectra alone: no defocus, voltage or pose is known. With
// CTF² = sin²(φ), φ(k) = a k² + asin w, two marks are looked for; either is enough.
// 1. Rings. The mean spectrum of images of like defocus has maxima and zeros evenly spaced in k². Its logarithm, less a
//    cubic, is compared with −cos 2φ for every a. A molecule of round shape has rings too, but evenly spaced in k: they
//    must explain less.
// 2. Lobes. Over images of different defocus the rings smear, but an image with more power than others before the first
//    maximum (φ < π/2) has less between it and the first zero (φ < π), and more behind (φ < 3π/2), since ∂CTF²/∂a ∝ sin 2φ.
//    Ice thickness makes bands rise together instead, and noise makes none. Orientation can do the same as a CTF, but
//    turns a few percent of a band's signal, where defocus turns tens: the bands' covariance, relative to their signal.
import type { ImageReader } from '../formats/particles.ts';
import { radialPowers, type RadialPowers } from './radial-power.ts';

/** Whether images' power spectra oscillate as a CTF does, and how clearly. */
export interface CtfSigns {
  oscillates: boolean;
  /** Zeros seen, in Fourier pixels: of the common defocus (rings), or the first one of the typical defocus (lobes). */
  zeros: number[];
  /**
   * 0 … 1. Rings: how far the power falls from maximum to zero, noise included. Lobes: the correlation, turned, between
   * the power before the first maximum and after it. 0 where nothing is seen.
   */
  depth: number;
}

const NOTHING: CtfSigns = { oscillates: false, zeros: [], depth: 0 };
/** Images looked at: no more, and no more pixels. Small images need many, as their bands hold few coefficients. */
const SAMPLE_IMAGES = 4096;
const SAMPLE_PIXELS = 2 ** 23;
const LARGEST_SHELL = 160;
/** asin of an amplitude contrast of 0.1; 0.07 moves a zero by less than a percent. */
const CONTRAST_PHASE = 0.1;
/** First zeros from 0.2 µm to 8 µm of defocus at 200 to 300 kV. */
const FINEST_FIRST_ZERO_ANGSTROM = 6;
const COARSEST_FIRST_ZERO_ANGSTROM = 45;
const SCAN_STEP = 0.25;

/** Rings: share of the variance explained, and standard errors (of noise, and of the residual). Noise reaches 3. */
const RINGS = { explained: 0.5, noiseErrors: 6, residualErrors: 6 };
/**
 * Lobes: standard errors (noise reaches 2; reference/hinge, at SNR 0.1 in 32², has 13 and 3), and the relative covariances
 * of the first two pairs of bands, added: −0.16 and below with the CTF of 0.8 to 2.5 µm, −0.10 and above without, over four
 * molecules, four noise levels and three pixel sizes.
 */
const LOBES = { againstSecond: 4, third: 2.5, relative: -0.14 };

/**
 * What a sample of the images shows. A yes is meant to be certain; a no is not: noisy images of one common
 * defocus, a thousand images of 32² at an SNR of 0.1, or zeros beyond the band show nothing.
 */
export async function looksLikeCtf(
  images: ImageReader,
  pixelSizeAngstrom: number | null,
  signal?: AbortSignal,
): Promise<CtfSigns> {
  const { boxPixels, count } = images;
  const taken = Math.min(count, SAMPLE_IMAGES, Math.max(16, Math.floor(SAMPLE_PIXELS / boxPixels ** 2)));
  const rows = Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
  const powers = await radialPowers(images, rows, LARGEST_SHELL, signal);
  return ctfSigns(powers, pixelSizeAngstrom === null ? null : boxPixels * pixelSizeAngstrom);
}

/** Zeros are looked for where microscopes put them: `boxAngstrom` scales that to Fourier pixels. */
export function ctfSigns(spectra: RadialPowers, boxAngstrom: number | null): CtfSigns {
  if (spectra.count < 4 || spectra.shells < 8) return NOTHING;
  const least = boxAngstrom === null ? 0 : boxAngstrom / COARSEST_FIRST_ZERO_ANGSTROM;
  const most = boxAngstrom === null ? Infinity : boxAngstrom / FINEST_FIRST_ZERO_ANGSTROM;
  return rings(spectra, least, most) ?? lobes(spectra, least, most) ?? NOTHING;
}

function scan(least: number, most: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((most - least) / SCAN_STEP)) }, (_, i) => least + i * SCAN_STEP);
}

function meanPowers({ count, shells, powers }: RadialPowers): Float64Array {
  const mean = new Float64Array(shells);
  powers.forEach((power, at) => (mean[at % shells] += power / count));
  return mean;
}

interface RingFit {
  firstZero: number;
  lastShell: number;
  explained: number;
  amplitude: number;
  noiseErrors: number;
  residualErrors: number;
}

function rings(spectra: RadialPowers, least: number, most: number): CtfSigns | null {
  const mean = meanPowers(spectra);
  const bestOf = (power: 1 | 2) =>
    scan(Math.max(4, power === 2 ? least : 0), Math.min(spectra.shells * 0.66, power === 2 ? most : Infinity))
      .flatMap((firstZero) => fitRings(spectra, mean, firstZero, power) ?? [])
      .reduce<RingFit | null>((best, fit) => (best && best.explained >= fit.explained ? best : fit), null);
  const chirp = bestOf(2);
  if (!chirp || chirp.explained < RINGS.explained) return null;
  if (chirp.noiseErrors < RINGS.noiseErrors || chirp.residualErrors < RINGS.residualErrors) return null;
  if ((bestOf(1)?.explained ?? 0) > chirp.explained) return null;
  const zeros: number[] = [];
  for (let n = 1; ; n++) {
    const zero = chirp.firstZero * Math.sqrt((n * Math.PI - CONTRAST_PHASE) / (Math.PI - CONTRAST_PHASE));
    if (zero > chirp.lastShell) break;
    zeros.push(zero);
  }
  return { oscillates: true, zeros, depth: 1 - Math.exp(-2 * chirp.amplitude) };
}

/**
 * ln(mean power) as a cubic in k minus an amplitude times cos 2φ with φ = π at `firstZero` (k² in φ, or k where `power` is
 * 1), from the first maximum on for two to four zeros, as long as a shell resolves them. Weights are the shells' coefficients.
 */
function fitRings(spectra: RadialPowers, mean: Float64Array, firstZero: number, power: 1 | 2): RingFit | null {
  const a = (Math.PI - CONTRAST_PHASE) / firstZero ** power;
  const used: { y: number; ring: number; weight: number; k: number; phase: number }[] = [];
  for (let k = 1; k <= spectra.shells; k++) {
    const phase = CONTRAST_PHASE + a * k ** power;
    const step = power * a * k ** (power - 1);
    if (phase <= Math.PI / 2 || phase >= 4.25 * Math.PI || step >= 1.3) continue;
    // The mean of −cos 2φ over the shell.
    const ring = (-Math.cos(2 * phase) * Math.sin(step)) / step;
    used.push({ y: Math.log(mean[k - 1]), ring, weight: Math.sqrt(spectra.coefficients[k - 1]), k, phase });
  }
  const freedom = used.length - 5;
  if (used.length < 9 || used[used.length - 1].phase < 2 * Math.PI) return null;
  const [first, last] = [used[0].k, used[used.length - 1].k];
  const basis: Float64Array[] = [];
  // Takes out of `values` what the basis explains (Gram–Schmidt, twice for its digits).
  const residual = (values: Float64Array): Float64Array => {
    const rest = values.slice();
    for (const vector of [...basis, ...basis]) {
      const along = dot(vector, rest);
      rest.forEach((value, i) => (rest[i] = value - along * vector[i]));
    }
    return rest;
  };
  for (let degree = 0; degree <= 3; degree++) {
    const column = Float64Array.from(
      used,
      ({ k, weight }) => weight * ((2 * k - first - last) / (last - first)) ** degree,
    );
    const rest = residual(column);
    const length = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / length));
  }
  const y = residual(Float64Array.from(used, (shell) => shell.y * shell.weight));
  const ring = residual(Float64Array.from(used, (shell) => shell.ring * shell.weight));
  const [yy, ringRing, yRing] = [dot(y, y), dot(ring, ring), dot(y, ring)];
  const amplitude = yRing / ringRing;
  if (!(amplitude > 0) || freedom < 4) return null;
  const explainedSquares = amplitude * yRing;
  return {
    firstZero,
    lastShell: last,
    amplitude,
    explained: explainedSquares / yy,
    // ln of a mean of m exponential deviates has a standard deviation of 1/√m.
    noiseErrors: Math.sqrt(explainedSquares * spectra.count),
    residualErrors: Math.sqrt(explainedSquares / ((yy - explainedSquares) / freedom)),
  };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

function lobes(spectra: RadialPowers, least: number, most: number): CtfSigns | null {
  const { count, shells, powers } = spectra;
  const mean = meanPowers(spectra);
  const deviation = new Float64Array(shells);
  powers.forEach((power, at) => (deviation[at % shells] += (power - mean[at % shells]) ** 2 / count));
  const outer = mean.subarray(shells - Math.max(2, Math.floor(shells / 8)));
  const floor = outer.reduce((sum, power) => sum + power, 0) / outer.length;
  // Bands are summed by the share of their power that is signal.
  const share = mean.map((power) => Math.max(0, (power - floor) / power));
  let best = { score: -Infinity, firstZero: 0, againstSecond: 0, third: 0 };
  for (const firstZero of scan(Math.max(3.5, least), Math.min(shells * 0.8, most))) {
    const a = (Math.PI - CONTRAST_PHASE) / firstZero ** 2;
    const phases = Float64Array.from(mean, (_, shell) => CONTRAST_PHASE + a * (shell + 1) ** 2);
    const shellsOf = (band: number) =>
      Array.from(phases.keys()).filter((shell) => Math.floor(phases[shell] / (Math.PI / 2)) === band);
    const bands = [0, 1, 2].map((band) => {
      const members = shellsOf(band);
      const weights = members.map((k) => (Math.abs(Math.sin(2 * phases[k])) * share[k]) / Math.sqrt(deviation[k]));
      return unit(bandSums(spectra, mean, members, weights));
    });
    const [before, after, third] = bands;
    if (!before || !after || !third) continue;
    const relative = [0, 1, 2].map((band) => {
      const members = shellsOf(band);
      const information = members.map((k) => share[k] ** 2 * spectra.coefficients[k]);
      const total = information.reduce((sum, value) => sum + value, 0);
      const weights = members.map((k, i) => information[i] / (total * share[k] * mean[k] || Infinity));
      return bandSums(spectra, mean, members, weights);
    });
    const covariance = (dot(relative[0], relative[1]) + dot(relative[1], relative[2])) / count;
    if (!(covariance <= LOBES.relative)) continue;
    const difference = unit(before.map((value, i) => value - after[i]));
    if (!difference) continue;
    // A correlation of independent bands has a standard error of 1/√count.
    const againstSecond = -dot(before, after) * Math.sqrt(count);
    const withThird = dot(third, difference) * Math.sqrt(count);
    const score = Math.min(againstSecond / LOBES.againstSecond, withThird / LOBES.third);
    if (score > best.score) best = { score, firstZero, againstSecond, third: withThird };
  }
  if (best.score < 1) return null;
  return { oscillates: true, zeros: [best.firstZero], depth: best.againstSecond / Math.sqrt(count) };
}

/** Weighted sum of some shells' powers, less their mean, one an image. */
function bandSums(
  { count, shells, powers }: RadialPowers,
  mean: Float64Array,
  members: number[],
  weights: number[],
): Float64Array {
  const sums = new Float64Array(count);
  members.forEach((shell, n) => {
    for (let i = 0; i < count; i++) sums[i] += weights[n] * (powers[i * shells + shell] - mean[shell]);
  });
  return sums;
}

/** `values` with mean 0 to length 1; null where they are all 0. */
function unit(values: Float64Array): Float64Array | null {
  const length = Math.sqrt(dot(values, values));
  return length > 0 ? values.map((value) => value / length) : null;
}
