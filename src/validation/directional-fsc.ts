// Directional FSC: correlation of the points of each shell within 20° of a direction or its opposite (Tan et al. 2017), for the directions
// of an icosphere. The frequencies at which the curves cross the threshold span a surface about the origin; its sphericity,
// π^⅓ (6V)^⅔ / A over that of the same icosphere when round, is 1 where resolution is the same every way.
import type { Samples } from '../imaging/spectrum.ts';
import { fsc, mapSpectrum, resolutionPixels, type FscCurve } from './fsc.ts';
import { icosphere, type Icosphere } from './icosphere.ts';

/** FSC by direction. */
export interface DirectionalFsc {
  /** V×3, unit vectors x y z. */
  directions: Float64Array;
  /** F×3. */
  faces: Uint32Array;
  /** V: pixels at the first crossing along each. */
  resolutionPixels: Float64Array;
  /** V×D/2, curves after one another. */
  curves: Float64Array;
  sphericity: number;
  /** Of the resolutions over the directions, pixels: best and worst. */
  best: number;
  worst: number;
}

export interface DirectionalOptions {
  /** 20. */
  halfAngleDegrees?: number;
  /** 0.143. */
  threshold?: number;
  /** 2: 162 directions. */
  level?: number;
}

/** Curves along `directions` (unit vectors), D/2 values each. Error: 'count-mismatch'. */
export function fscAlong(
  a: Samples,
  b: Samples,
  boxPixels: number,
  directions: readonly ArrayLike<number>[],
  halfAngleDegrees = 20,
): FscCurve[] {
  const spectra = [mapSpectrum(a, boxPixels), mapSpectrum(b, boxPixels)];
  const cosine = Math.cos((halfAngleDegrees * Math.PI) / 180);
  const whole = fsc(a, b, boxPixels);
  return coneSums(spectra, boxPixels, { directions, cosine }).map((sums) => curveOf(sums, whole));
}

/** Of two D³ maps, masked or not. Error: 'count-mismatch'. */
export function directionalFsc(
  a: Samples,
  b: Samples,
  boxPixels: number,
  { halfAngleDegrees = 20, threshold = 0.143, level = 2 }: DirectionalOptions = {},
): DirectionalFsc {
  const sphere = icosphere(level);
  const count = sphere.antipodes.length;
  // Curves are the same in opposite directions.
  const own = Array.from({ length: count }, (_, i) => i).filter((i) => i < sphere.antipodes[i]);
  const along = own.map((i) => sphere.vertices.subarray(3 * i, 3 * i + 3));
  const found = fscAlong(a, b, boxPixels, along, halfAngleDegrees);
  const half = boxPixels / 2;
  const curves = new Float64Array(count * half);
  const resolutions = new Float64Array(count);
  own.forEach((i, d) => {
    for (const vertex of [i, sphere.antipodes[i]]) {
      curves.set(found[d].values, vertex * half);
      resolutions[vertex] = resolutionPixels(found[d], threshold);
    }
  });
  return {
    directions: sphere.vertices,
    faces: sphere.faces,
    resolutionPixels: resolutions,
    curves,
    sphericity: sphericityOf(
      sphere,
      resolutions.map((pixels) => 1 / pixels),
    ),
    best: Math.min(...resolutions),
    worst: Math.max(...resolutions),
  };
}

interface Cones {
  directions: readonly ArrayLike<number>[];
  cosine: number;
}

/** D/2×3 a direction: cross, power, power of each shell. */
function coneSums([first, second]: Samples[], boxPixels: number, { directions, cosine }: Cones): Float64Array[] {
  const half = boxPixels / 2;
  const sums = directions.map(() => new Float64Array(3 * half));
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x <= half; x++, at += 2) {
        const [ky, kz] = [y < half ? y : y - boxPixels, z < half ? z : z - boxPixels];
        const radius = Math.sqrt(x * x + ky * ky + kz * kz);
        const shell = Math.floor(radius) + 1;
        if (shell >= half) continue;
        const weight = x === 0 ? 1 : 2;
        const cross = weight * (first[at] * second[at] + first[at + 1] * second[at + 1]);
        const powerA = weight * (first[at] ** 2 + first[at + 1] ** 2);
        const powerB = weight * (second[at] ** 2 + second[at + 1] ** 2);
        const least = cosine * radius;
        for (let d = 0; d < directions.length; d++) {
          const along = directions[d];
          if (Math.abs(along[0] * x + along[1] * ky + along[2] * kz) < least) continue;
          sums[d][3 * shell] += cross;
          sums[d][3 * shell + 1] += powerA;
          sums[d][3 * shell + 2] += powerB;
        }
      }
  return sums;
}

/** A shell with no point in the cone has the whole shell's correlation. */
function curveOf(sums: Float64Array, whole: FscCurve): FscCurve {
  const values = whole.values.map((value, shell) => {
    const power = Math.sqrt(sums[3 * shell + 1] * sums[3 * shell + 2]);
    return shell > 0 && power > 0 ? sums[3 * shell] / power : value;
  });
  return { values, frequencies: whole.frequencies };
}

/** Of the surface at `radii` along the vertices, over that of the icosphere itself. */
export function sphericityOf(sphere: Icosphere, radii: ArrayLike<number>): number {
  const round = Float64Array.from(radii, () => 1);
  return shape(sphere, radii) / shape(sphere, round);
}

function shape({ vertices, faces }: Icosphere, radii: ArrayLike<number>): number {
  let [volume, area] = [0, 0];
  const point = (vertex: number) => [0, 1, 2].map((axis) => vertices[3 * vertex + axis] * radii[vertex]);
  for (let f = 0; f < faces.length; f += 3) {
    const [p, q, r] = [point(faces[f]), point(faces[f + 1]), point(faces[f + 2])];
    const [u, v] = [q.map((value, axis) => value - p[axis]), r.map((value, axis) => value - p[axis])];
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    area += Math.hypot(...normal) / 2;
    volume += (normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2]) / 6;
  }
  return (Math.cbrt(Math.PI) * (6 * volume) ** (2 / 3)) / area;
}
