// Guinier plot of a map: ln of the amplitude of each shell against 1/d² (Rosenthal & Henderson 2003), the B factor that a straight line
// through it says, F ∝ exp(−B s²/4), and a map sharpened by it.
import { VitrineError } from '../base/errors.ts';
import type { Samples } from '../imaging/spectrum.ts';
import { mapSpectrum, type FscCurve } from './fsc.ts';
import { filterShells, lowPassFactor } from './radial-filter.ts';

/** Amplitudes by shell and the line through them. */
export interface GuinierPlot {
  /** s² of shells 1 … D/2 − 1, 1/Å². */
  squaredFrequencies: Float64Array;
  /** ln of the root mean square amplitude of each; −Infinity where there is none. */
  logAmplitudes: Float64Array;
  /** Å², above 0 where amplitudes fall. */
  bFactor: number;
  /** Of the line, at s = 0. */
  intercept: number;
  /** Shells that the line was laid through. */
  fitted: { from: number; to: number };
}

/** Coarser than this a molecule's shape rules its amplitudes. */
const SHAPE_ANGSTROM = 10;
const LEAST_SHELLS = 3;

/**
 * `fromAngstrom` (10) to `toAngstrom` (Nyquist): what the line is laid through. With half maps' `curve` amplitudes count √(2 FSC/(1 + FSC)).
 * Error: 'value-out-of-range' where fewer than three shells lie between.
 */
export function guinierPlot(
  map: Samples,
  boxPixels: number,
  pixelSizeAngstrom: number,
  options: { fromAngstrom?: number; toAngstrom?: number; curve?: FscCurve } = {},
): GuinierPlot {
  const side = boxPixels * pixelSizeAngstrom;
  const power = shellPower(map, boxPixels);
  const logAmplitudes = power.map((value, i) => 0.5 * Math.log(value) + Math.log(figureOfMerit(options.curve, i + 1)));
  const squaredFrequencies = power.map((_, i) => ((i + 1) / side) ** 2);
  const from = Math.max(1, Math.ceil(side / (options.fromAngstrom ?? SHAPE_ANGSTROM)));
  const to = Math.min(power.length, Math.floor(side / (options.toAngstrom ?? 2 * pixelSizeAngstrom)));
  const shells: number[] = [];
  for (let shell = from; shell <= to; shell++) if (Number.isFinite(logAmplitudes[shell - 1])) shells.push(shell - 1);
  if (shells.length < LEAST_SHELLS)
    throw new VitrineError('value-out-of-range', 'Too few shells lie between the limits of the Guinier fit.', {
      expected: `at least ${LEAST_SHELLS} shells`,
      found: String(shells.length),
      advice: 'Let the fit begin at a coarser resolution, or end at a finer one.',
    });
  const mean = (values: Float64Array) => shells.reduce((sum, i) => sum + values[i], 0) / shells.length;
  const [x, y] = [mean(squaredFrequencies), mean(logAmplitudes)];
  let [cross, square] = [0, 0];
  for (const i of shells) {
    cross += (squaredFrequencies[i] - x) * (logAmplitudes[i] - y);
    square += (squaredFrequencies[i] - x) ** 2;
  }
  const slope = cross / square;
  return { squaredFrequencies, logAmplitudes, bFactor: -4 * slope, intercept: y - slope * x, fitted: { from, to } };
}

/** Mean |F|² of shells 1 … D/2 − 1, |k| rounded to the nearest: each then lies about its own frequency. */
function shellPower(map: Samples, boxPixels: number): Float64Array {
  const spectrum = mapSpectrum(map, boxPixels);
  const half = boxPixels / 2;
  const sums = new Float64Array(half - 1);
  const points = new Float64Array(half - 1);
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x <= half; x++, at++) {
        const shell = Math.round(Math.hypot(x, y < half ? y : y - boxPixels, z < half ? z : z - boxPixels));
        if (shell < 1 || shell >= half) continue;
        // Columns right of the first stand for their mirror images too.
        const weight = x === 0 ? 1 : 2;
        sums[shell - 1] += weight * (spectrum[2 * at] ** 2 + spectrum[2 * at + 1] ** 2);
        points[shell - 1] += weight;
      }
  return sums.map((sum, i) => sum / points[i]);
}

/** √(2 FSC/(1 + FSC)): how well the mean of two half maps correlates with the truth; 1 without a curve. */
function figureOfMerit(curve: FscCurve | undefined, shell: number): number {
  if (!curve) return 1;
  const value = Math.max(0, curve.values[Math.min(shell, curve.values.length - 1)]);
  return Math.sqrt((2 * value) / (1 + value));
}

/** The map times exp(B s²/4), weighed by the curve and cut at `resolutionAngstrom`. */
export function sharpened<T extends Samples>(
  map: T,
  boxPixels: number,
  pixelSizeAngstrom: number,
  { bFactor, resolutionAngstrom, curve }: { bFactor: number; resolutionAngstrom: number; curve?: FscCurve },
): T {
  const side = boxPixels * pixelSizeAngstrom;
  const cut = lowPassFactor(Math.min(boxPixels / 2, side / resolutionAngstrom));
  return filterShells(map, boxPixels, (radius) => {
    const factor = cut(radius);
    if (factor === 0) return 0;
    return factor * Math.exp((bFactor * (radius / side) ** 2) / 4) * figureOfMerit(curve, Math.round(radius));
  });
}
