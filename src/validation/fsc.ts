// Fourier shell correlation of two maps (docs/CONVENTIONS.md; Harauz & van Heel 1986). Shell i holds the points at distance
// [i−1, i) from the origin, i = 1 … D/2−1; its frequency is i/D in 1/pixel. Entry 0 of a curve is 1 by convention.
import { VitrineError } from '../base/errors.ts';
import { halfSpectrumLength, transformVolume, type Samples } from '../imaging/spectrum.ts';

/** Correlation of each shell and its frequency in 1/pixel. */
export interface FscCurve {
  /** D/2 values; entry i belongs to frequency i/D. */
  values: Float64Array;
  /** 1/pixel. */
  frequencies: Float64Array;
}

/** Half spectrum of a D³ map, in the map's own precision. Error: 'count-mismatch' where it is not D³. */
export function mapSpectrum(map: Samples, boxPixels: number): Samples {
  if (map.length !== boxPixels ** 3)
    throw new VitrineError('count-mismatch', 'The two maps are not of one size.', {
      expected: `${boxPixels}³ values`,
      found: String(map.length),
      advice: 'Compare maps of one box.',
    });
  const length = halfSpectrumLength(boxPixels, 3);
  const spectrum = map instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  transformVolume(map, boxPixels, spectrum);
  return spectrum;
}

/** FSC of two D³ maps [z][y][x]. Error: 'count-mismatch' where a map is not D³. */
export function fsc(a: Samples, b: Samples, boxPixels: number): FscCurve {
  const [first, second] = [mapSpectrum(a, boxPixels), mapSpectrum(b, boxPixels)];
  const half = boxPixels / 2;
  const columns = half + 1;
  const cross = new Float64Array(half);
  const powers = [new Float64Array(half), new Float64Array(half)];
  for (let z = 0; z < boxPixels; z++) {
    const kz = z < half ? z : z - boxPixels;
    for (let y = 0; y < boxPixels; y++) {
      const ky = y < half ? y : y - boxPixels;
      for (let kx = 0; kx < columns; kx++) {
        // floor(|k|) = i − 1; the squared distance is whole, so the square root of a square is exact.
        const shell = Math.floor(Math.sqrt(kx * kx + ky * ky + kz * kz)) + 1;
        if (shell >= half) break;
        // Columns right of the first stand for their mirror images too.
        const weight = kx === 0 ? 1 : 2;
        const at = 2 * ((z * boxPixels + y) * columns + kx);
        cross[shell] += weight * (first[at] * second[at] + first[at + 1] * second[at + 1]);
        powers[0][shell] += weight * (first[at] ** 2 + first[at + 1] ** 2);
        powers[1][shell] += weight * (second[at] ** 2 + second[at + 1] ** 2);
      }
    }
  }
  const values = cross.map((sum, shell) => {
    if (shell === 0) return 1;
    const power = Math.sqrt(powers[0][shell] * powers[1][shell]);
    return power > 0 ? sum / power : 0;
  });
  return { values, frequencies: Float64Array.from(values, (_, i) => i / boxPixels) };
}

/**
 * Resolution in pixels where the curve first falls below the threshold, linear between shells; 2 (Nyquist) where it never
 * does. Times the pixel size it is in Å.
 */
export function resolutionPixels(curve: FscCurve, threshold = 0.5): number {
  const below = curve.values.findIndex((value) => value < threshold);
  if (below < 0) return 2;
  const [above, under] = [curve.values[below - 1], curve.values[below]];
  const [near, far] = [curve.frequencies[below - 1], curve.frequencies[below]];
  return 1 / (near + ((above - threshold) / (above - under)) * (far - near));
}

/** Resolution in pixels as the frequency of the first shell below the threshold, without interpolation; 2 where none is. */
export function resolutionShellPixels(curve: FscCurve, threshold = 0.5): number {
  const below = curve.values.findIndex((value) => value < threshold);
  return below < 0 ? 2 : 1 / curve.frequencies[below];
}

/** Area under the curve over i/D by trapezia: CryoBench's summary, at most (D/2 − 1)/D. */
export function fscArea(curve: FscCurve): number {
  let area = 0;
  for (let i = 1; i < curve.values.length; i++)
    area += 0.5 * (curve.values[i] + curve.values[i - 1]) * (curve.frequencies[i] - curve.frequencies[i - 1]);
  return area;
}
