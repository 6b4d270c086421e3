// A map found in an orientation, a hand and an origin of its own, brought to those of a reference, and their FSC. An alignment
// says where a point r (a row, from voxel d/2) of the reference lies in the map: at (r + o)·Q, of the map mirrored by z → −z
// where `mirrored`; Q and o are those of pose-error.ts. In Fourier space F'(k) = exp(2πi k·o/d) F(k·Q), F read from the map's
// transform at twice the box by cubic B-splines. Volumes d³ [z][y][x], k in Fourier pixels.
import { rotationFromVector, multiplyRotations } from '../geometry/local-rotations.ts';
import { inverseHartleyVolume } from '../imaging/hartley.ts';
import { mirrorVolume } from '../imaging/hand.ts';
import { halfSpectrumLength, transformVolume } from '../imaging/spectrum.ts';
import { fsc } from './fsc.ts';
import type { FscCurve } from './fsc.ts';

/** Rotation and shift that lay one map on another. */
export interface MapAlignment {
  /** Q, row-major. */
  rotation: Float64Array;
  mirrored: boolean;
  /** o, x y z. */
  offsetPixels: [number, number, number];
}

/** The map in the reference's frame. Nothing is left beyond Nyquist's sphere; what leaves the box comes back opposite. */
export function turnVolume(
  volume: Float32Array,
  boxPixels: number,
  rotation: ArrayLike<number>,
  options: { mirror?: boolean; offsetPixels?: readonly [number, number, number] } = {},
): Float32Array {
  const spectrum = new PaddedSpectrum(options.mirror ? mirrorVolume(volume, boxPixels) : volume, boxPixels);
  const points = halfSphere(boxPixels, boxPixels / 2);
  const values = spectrum.sample(points, rotation, options.offsetPixels ?? [0, 0, 0]);
  const hartley = new Float32Array(boxPixels ** 3);
  const half = boxPixels / 2;
  for (let p = 0; p < points.length / 3; p++) {
    const [x, y, z] = [points[3 * p], points[3 * p + 1], points[3 * p + 2]];
    hartley[((z + half) * boxPixels + y + half) * boxPixels + x + half] = values[2 * p] - values[2 * p + 1];
    hartley[((half - z) * boxPixels + half - y) * boxPixels + half - x] = values[2 * p] + values[2 * p + 1];
  }
  inverseHartleyVolume(hartley, boxPixels, hartley);
  return hartley;
}

/** FSC of the aligned map with the reference. */
export function alignedFsc(
  map: Float32Array,
  reference: Float32Array,
  boxPixels: number,
  alignment: MapAlignment,
): FscCurve {
  const { rotation, mirrored, offsetPixels } = alignment;
  return fsc(turnVolume(map, boxPixels, rotation, { mirror: mirrored, offsetPixels }), reference, boxPixels);
}

/** How far an alignment looks from where it begins. */
export interface AlignmentSearch {
  /** Fourier pixels compared in the end; half of it at first. */
  bandPixels?: number;
  /** Where the offset begins. */
  offsetPixels?: readonly [number, number, number];
  /** First steps. */
  turnDegrees?: number;
  shiftPixels?: number;
}

/** Where an alignment begins (rotation Q, 3×3 row-major), whether the map is mirrored first, and how far it looks. */
export interface AlignmentStart {
  start: ArrayLike<number>;
  hand: 'same' | 'mirrored';
  search?: AlignmentSearch;
}

/**
 * The alignment near `start` (Q) that makes map and reference correlate most, every shell with the same power: the mean of the
 * FSC over the points of the band. Local: `start` within some ten degrees, as poses give it.
 */
export function alignMaps(
  map: Float32Array,
  reference: Float32Array,
  boxPixels: number,
  { start, hand, search = {} }: AlignmentStart,
): MapAlignment & { correlation: number } {
  const { bandPixels = boxPixels / 4, offsetPixels = [0, 0, 0], turnDegrees = 4, shiftPixels = 1 } = search;
  const mirrored = hand === 'mirrored';
  const spectrum = new PaddedSpectrum(mirrored ? mirrorVolume(map, boxPixels) : map, boxPixels);
  const target = new PaddedSpectrum(reference, boxPixels);
  // Unknowns: a rotation vector in units of the first turn, from the left, and the offset in units of the first shift.
  const turn = (turnDegrees * Math.PI) / 180;
  const small = new Float64Array(9);
  const at = (unknowns: ArrayLike<number>) => {
    const rotation = new Float64Array(9);
    rotationFromVector(unknowns[0] * turn, unknowns[1] * turn, unknowns[2] * turn, small);
    multiplyRotations({ a: small, aAt: 0 }, { b: Float64Array.from(start), bAt: 0 }, { out: rotation, outAt: 0 });
    const offset = offsetPixels.map((from, axis) => from + unknowns[3 + axis] * shiftPixels);
    return { rotation, offsetPixels: [offset[0], offset[1], offset[2]] as [number, number, number] };
  };
  let best: number[] = [0, 0, 0, 0, 0, 0];
  let correlation = -1;
  for (const [band, step, tolerance] of [
    [Math.max(3, bandPixels / 2), 1, 1e-5],
    [bandPixels, 0.25, 1e-7],
  ]) {
    const points = halfSphere(boxPixels, band);
    const aim = target.sample(points, IDENTITY, [0, 0, 0]);
    const loss = (unknowns: ArrayLike<number>) => {
      const { rotation, offsetPixels: offset } = at(unknowns);
      return -shellCorrelation(spectrum.sample(points, rotation, offset), aim, points);
    };
    const least = leastBySimplex(loss, best, step, tolerance);
    best = least.place;
    correlation = -least.value;
  }
  return { ...at(best), mirrored, correlation };
}

/** How well the map, turned by Q and moved by o, correlates with the reference to `bandPixels`: as alignMaps reckons, −1 … 1. */
export function alignmentScore(
  map: Float32Array,
  reference: Float32Array,
  boxPixels: number,
  bandPixels: number,
): (rotation: ArrayLike<number>, offsetPixels: readonly [number, number, number]) => number {
  const spectrum = new PaddedSpectrum(map, boxPixels);
  const points = halfSphere(boxPixels, bandPixels);
  const aim = new PaddedSpectrum(reference, boxPixels).sample(points, IDENTITY, [0, 0, 0]);
  return (rotation, offset) => shellCorrelation(spectrum.sample(points, rotation, offset), aim, points);
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Lattice points 0 < |k| < band of one half of space, n×3 (x, y, z); the other half is the complex conjugate. The origin first. */
function halfSphere(boxPixels: number, bandPixels: number): Int16Array {
  const limit = Math.min(bandPixels, boxPixels / 2);
  const points: number[] = [];
  const reach = Math.ceil(limit) - 1;
  for (let z = 0; z <= reach; z++)
    for (let y = z === 0 ? 0 : -reach; y <= reach; y++)
      for (let x = z === 0 && y === 0 ? 0 : -reach; x <= reach; x++)
        if (x * x + y * y + z * z < limit * limit) points.push(x, y, z);
  return Int16Array.from(points);
}

/** Mean over the points of the FSC of their shells; the origin does not count. */
function shellCorrelation(a: Float32Array, b: Float32Array, points: Int16Array): number {
  const shells = new Map<number, [points: number, cross: number, powerA: number, powerB: number]>();
  for (let p = 1; p < points.length / 3; p++) {
    const shell = Math.floor(Math.hypot(points[3 * p], points[3 * p + 1], points[3 * p + 2]));
    let sums = shells.get(shell);
    if (!sums) shells.set(shell, (sums = [0, 0, 0, 0]));
    sums[0]++;
    sums[1] += a[2 * p] * b[2 * p] + a[2 * p + 1] * b[2 * p + 1];
    sums[2] += a[2 * p] ** 2 + a[2 * p + 1] ** 2;
    sums[3] += b[2 * p] ** 2 + b[2 * p + 1] ** 2;
  }
  let sum = 0;
  for (const [count, cross, powerA, powerB] of shells.values())
    if (powerA > 0 && powerB > 0) sum += (count * cross) / Math.sqrt(powerA * powerB);
  return sum / (points.length / 3 - 1);
}

/**
 * A map's transform between its lattice points. Cubic B-splines over the transform of a box twice as wide multiply the map by
 * sinc⁴(x/2d) an axis, so it is divided by that first; the echoes that remain are 4e-4 of a point half way to the box's edge.
 */
class PaddedSpectrum {
  private readonly size: number;
  private readonly spectrum: Float32Array;

  constructor(
    volume: Float32Array,
    private readonly boxPixels: number,
  ) {
    const size = (this.size = 2 * boxPixels);
    const half = boxPixels / 2;
    // Voxel d/2 goes to voxel 0, so that the transform needs no phase and is smooth.
    const place = Array.from({ length: boxPixels }, (_, i) => (i - half + size) % size);
    const gain = Array.from({ length: boxPixels }, (_, i) => {
      const x = (Math.PI * (i - half)) / size;
      return x === 0 ? 1 : (x / Math.sin(x)) ** 4;
    });
    const padded = new Float32Array(size ** 3);
    for (let z = 0, i = 0; z < boxPixels; z++)
      for (let y = 0; y < boxPixels; y++)
        for (let x = 0; x < boxPixels; x++, i++)
          padded[(place[z] * size + place[y]) * size + place[x]] = volume[i] * gain[z] * gain[y] * gain[x];
    this.spectrum = new Float32Array(halfSpectrumLength(size, 3));
    transformVolume(padded, size, this.spectrum);
  }

  /** exp(2πi k·o/d) F(k·Q) at n×3 points k, complex n×2. */
  sample(points: Int16Array, rotation: ArrayLike<number>, offset: readonly [number, number, number]): Float32Array {
    const { size, spectrum, boxPixels } = this;
    const columns = size / 2 + 1;
    const values = new Float32Array((2 * points.length) / 3);
    const weights = [0, 1, 2].map(() => new Float64Array(4));
    const first = [0, 0, 0];
    for (let p = 0; p < points.length / 3; p++) {
      const [kx, ky, kz] = [points[3 * p], points[3 * p + 1], points[3 * p + 2]];
      for (let axis = 0; axis < 3; axis++) {
        const k = 2 * (kx * rotation[axis] + ky * rotation[3 + axis] + kz * rotation[6 + axis]);
        first[axis] = Math.floor(k) - 1;
        splineWeights(k - Math.floor(k), weights[axis]);
      }
      let [real, imaginary] = [0, 0];
      for (let c = 0; c < 4; c++)
        for (let b = 0; b < 4; b++) {
          const weight = weights[2][c] * weights[1][b];
          const [z, y] = [first[2] + c, first[1] + b];
          const right = (wrap(z, size) * size + wrap(y, size)) * columns;
          const left = (wrap(-z, size) * size + wrap(-y, size)) * columns;
          for (let a = 0; a < 4; a++) {
            // Left of the centre stands the conjugate of the point opposite.
            const x = fold(first[0] + a, size);
            const from = 2 * (x < 0 ? left - x : right + x);
            real += weight * weights[0][a] * spectrum[from];
            imaginary += weight * weights[0][a] * (x < 0 ? -spectrum[from + 1] : spectrum[from + 1]);
          }
        }
      const phase = (2 * Math.PI * (kx * offset[0] + ky * offset[1] + kz * offset[2])) / boxPixels;
      const [cos, sin] = [Math.cos(phase), Math.sin(phase)];
      values[2 * p] = real * cos - imaginary * sin;
      values[2 * p + 1] = real * sin + imaginary * cos;
    }
    return values;
  }
}

/** −size/2 … size/2. */
const fold = (k: number, size: number): number => (2 * k > size ? k - size : 2 * k < -size ? k + size : k);
const wrap = (k: number, size: number): number => (k < 0 ? k + size : k >= size ? k - size : k);

/** Cubic B-spline at −1, 0, 1, 2 from a point `t` to the right of 0. */
function splineWeights(t: number, out: Float64Array): void {
  const s = 1 - t;
  out[0] = (s * s * s) / 6;
  out[1] = 2 / 3 - t * t * (1 - t / 2);
  out[2] = 2 / 3 - s * s * (1 - s / 2);
  out[3] = (t * t * t) / 6;
}

/** Least value near `start` by the simplex of Nelder & Mead (1965); stops where its corners agree to `tolerance`. */
function leastBySimplex(
  loss: (place: number[]) => number,
  start: number[],
  step: number,
  tolerance: number,
): { place: number[]; value: number } {
  const corner = (place: number[]) => ({ place, value: loss(place) });
  const corners = [corner(start), ...start.map((_, i) => corner(start.map((v, j) => (i === j ? v + step : v))))];
  for (let round = 0; round < 100 * start.length; round++) {
    corners.sort((a, b) => a.value - b.value);
    const worst = corners[corners.length - 1];
    if (worst.value - corners[0].value < tolerance) break;
    const others = corners.slice(0, -1);
    const centre = start.map((_, i) => others.reduce((sum, { place }) => sum + place[i], 0) / others.length);
    const along = (factor: number) => corner(centre.map((v, i) => v + factor * (worst.place[i] - v)));
    let next = along(-1);
    if (next.value < corners[0].value) {
      const further = along(-2);
      if (further.value < next.value) next = further;
    } else if (next.value >= others[others.length - 1].value) {
      next = along(next.value < worst.value ? -0.5 : 0.5);
    }
    if (next.value < worst.value) corners[corners.length - 1] = next;
    else {
      const [{ place: best }] = corners;
      for (let i = 1; i < corners.length; i++)
        corners[i] = corner(corners[i].place.map((v, j) => best[j] + 0.5 * (v - best[j])));
    }
  }
  return corners.reduce((a, b) => (a.value <= b.value ? a : b));
}
