// Between maps and their Fourier coefficients on a finer grid: a map is padded to `oversampling` times its box, so that
// slices can be interpolated from its transform, and comes back from sums on that grid. Interpolating linearly between
// coefficients multiplies the map by sinc² along each axis; both ways it is divided out. Map: D³ [z][y][x].
import type { FourierCube } from '../engine/scoring/scorer.ts';
import { hartleyVolume } from '../imaging/hartley.ts';
import { interpolationWindow } from '../imaging/interpolation-window.ts';
import { halfSpectrumLength, transformVolume } from '../imaging/spectrum.ts';

/**
 * Grid of a Fourier cube: the map's box, how much finer the cube samples frequency than 1/D, and how many of its steps it
 * reaches from the origin.
 */
export interface CubeShape {
  oversampling: number;
  /** Steps from the origin to each side. */
  reach: number;
}

/** A cube that slices up to `bandPixels` can be interpolated from; at most the padded box. */
export function cubeShape(boxPixels: number, oversampling: number, bandPixels: number): CubeShape {
  const reach = Math.ceil(bandPixels * oversampling) + 1;
  return { oversampling, reach: Math.min(reach, (boxPixels * oversampling) / 2) };
}

/** Fourier coefficients of a map, centred, unnormalised: F(k) = Σ v(x)·exp(−2πi k·x/D). */
export function cubeFromMap(map: Float32Array, boxPixels: number, { oversampling, reach }: CubeShape): FourierCube {
  const size = boxPixels * oversampling;
  const pad = (size - boxPixels) / 2;
  const window = interpolationWindow(boxPixels, oversampling);
  const padded = new Float32Array(size ** 3);
  for (let z = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++) {
      const from = (z * boxPixels + y) * boxPixels;
      const to = ((z + pad) * size + y + pad) * size + pad;
      const across = window[z] * window[y];
      for (let x = 0; x < boxPixels; x++) padded[to + x] = map[from + x] / (across * window[x]);
    }
  const spectrum = new Float32Array(halfSpectrumLength(size, 3));
  transformVolume(padded, size, spectrum);
  const side = 2 * reach + 1;
  const values = new Float32Array(2 * side ** 3);
  const columns = size / 2 + 1;
  const wrap = (k: number) => (k + size) % size;
  for (let z = -reach; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const to = ((z + reach) * side + y + reach) * side + reach;
      for (let x = -reach; x <= reach; x++) {
        // F(−k) = F(k)*; the shift of the origin to the middle is a factor (−1)^(x+y+z).
        const mirrored = x < 0;
        const [kx, ky, kz] = mirrored ? [-x, wrap(-y), wrap(-z)] : [x, wrap(y), wrap(z)];
        const from = 2 * ((kz * size + ky) * columns + kx);
        const sign = (x + y + z) % 2 === 0 ? 1 : -1;
        values[2 * (to + x)] = sign * spectrum[from];
        values[2 * (to + x) + 1] = (mirrored ? -sign : sign) * spectrum[from + 1];
      }
    }
  return { oversampling, reach, values };
}

/** The map of coefficients on a cube (zero beyond it), its interpolation window divided out. */
export function mapFromCube({ oversampling, reach, values }: FourierCube, boxPixels: number): Float32Array {
  const size = boxPixels * oversampling;
  const half = size / 2;
  const side = 2 * reach + 1;
  const last = Math.min(reach, half - 1);
  const hartley = new Float32Array(size ** 3);
  for (let z = -last; z <= last; z++)
    for (let y = -last; y <= last; y++) {
      const from = 2 * (((z + reach) * side + y + reach) * side + reach);
      const to = ((z + half) * size + y + half) * size + half;
      for (let x = -last; x <= last; x++) hartley[to + x] = values[from + 2 * x] - values[from + 2 * x + 1];
    }
  hartleyVolume(hartley, size, hartley, 1 / size ** 3);
  const pad = (size - boxPixels) / 2;
  const window = interpolationWindow(boxPixels, oversampling);
  const map = new Float32Array(boxPixels ** 3);
  for (let z = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++) {
      const to = (z * boxPixels + y) * boxPixels;
      const from = ((z + pad) * size + y + pad) * size + pad;
      const across = window[z] * window[y];
      for (let x = 0; x < boxPixels; x++) map[to + x] = hartley[from + x] / (across * window[x]);
    }
  return map;
}
