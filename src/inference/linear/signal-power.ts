// Power of the particles by ring, from the images' power less the noise's (linear.md, section 2): by the projection–slice theorem the
// mean shell power of the maps, motion included. A prior taken from the mean map instead loses the shells that motion has washed out.
import { Matrix, solve } from 'ml-matrix';
import type { LinearData } from './fit.ts';
import { ringPower } from './ring-power.ts';

/** Rings below this are taken as measured. */
const FIRST_FITTED = 3;
const DEGREE = 4;

/** Mean |·|² of a Fourier coefficient of a map by ring 0 … band, smooth beyond the first rings. */
export async function signalPower(data: LinearData, bandPixels: number, signal?: AbortSignal): Promise<Float32Array> {
  const [{ images, power, transfer }] = await ringPower(data, bandPixels, { signal });
  const rings = bandPixels + 1;
  const found = Float64Array.from({ length: rings }, (_, ring) =>
    ring === 0 ? 0 : (power[ring] - data.noise[ring]) / Math.max(transfer[ring], 1e-6),
  );
  const rows: number[][] = [];
  const logs: number[][] = [];
  for (let ring = FIRST_FITTED; ring < rings; ring++) {
    if (!(found[ring] > 0)) continue;
    const significance =
      (found[ring] * transfer[ring] * Math.sqrt(6 * images * ring)) / (2 * data.noise[ring] || Number.MIN_VALUE);
    const weight = Math.sqrt(ring) * Math.min(5, significance);
    rows.push(Array.from({ length: DEGREE + 1 }, (_, k) => weight * (ring / bandPixels) ** k));
    logs.push([weight * Math.log(found[ring])]);
  }
  const least = Math.max(...found) * 1e-6 || Number.MIN_VALUE;
  const out = Float32Array.from(found, (value) => Math.max(value, least));
  if (rows.length > DEGREE) {
    const polynomial = solve(new Matrix(rows), new Matrix(logs), true).to1DArray();
    for (let ring = FIRST_FITTED; ring < rings; ring++)
      out[ring] = Math.exp(polynomial.reduce((sum, c, k) => sum + c * (ring / bandPixels) ** k, 0));
  }
  out[0] = 1.5 * out[1];
  return out;
}
