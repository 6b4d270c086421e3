// Maps to half cubes and back. A map is real, D³ [z][y][x], its origin at voxel D/2; the cube's coefficient at step k is
// F(k) = Σ_n v[n] exp(−2πi k·(n − D/2) / O), O = oversampling·D. Each axis is transformed only where it is not zero on the way there,
// and only where it is wanted on the way back.
import { planFourier, type FourierPlan } from '../../imaging/fft.ts';
import { interpolationWindow } from '../../imaging/interpolation-window.ts';
import type { HalfCube } from './half-cube.ts';

/** One line of O coefficients in double precision. */
class Line {
  readonly size: number;
  readonly input: Float64Array;
  readonly output: Float64Array;
  private readonly plan: FourierPlan;

  constructor(size: number) {
    this.size = size;
    this.input = new Float64Array(2 * size);
    this.output = new Float64Array(2 * size);
    this.plan = planFourier(size);
  }

  /** Where step or voxel `k` from the origin lies, as a number of its real part. */
  place(k: number): number {
    return 2 * (k < 0 ? k + this.size : k);
  }
  transform(): void {
    this.plan.transform(this.input, this.output);
  }
}

/**
 * The half cube of a map divided by the interpolation's window, so that slices read from it are the map's: 2V floats. The same window
 * divides on the way back, since reading and writing each multiply by it.
 */
export function cubeOfMap(map: Float32Array, grid: HalfCube): Float32Array {
  const { boxPixels: box, oversampling, reach, side } = grid;
  const line = new Line(oversampling * box);
  const window = interpolationWindow(box, oversampling);
  const half = box / 2;
  // z first, two columns along x at a time as real and imaginary part: [z ≤ reach][y][x].
  const planes = new Float32Array(2 * (reach + 1) * box * box);
  for (let y = 0; y < box; y++)
    for (let x = 0; x < box; x += 2) {
      line.input.fill(0);
      for (let z = 0; z < box; z++) {
        const divisor = window[z] * window[y];
        const at = (z * box + y) * box + x;
        const place = line.place(z - half);
        line.input[place] = map[at] / (divisor * window[x]);
        line.input[place + 1] = map[at + 1] / (divisor * window[x + 1]);
      }
      line.transform();
      for (let z = 0; z <= reach; z++) {
        const [plus, minus] = [line.place(z), line.place(-z)];
        const [a, b] = [line.output[plus], line.output[plus + 1]];
        const [c, d] = [line.output[minus], line.output[minus + 1]];
        const to = 2 * ((z * box + y) * box + x);
        planes[to] = 0.5 * (a + c);
        planes[to + 1] = 0.5 * (b - d);
        planes[to + 2] = 0.5 * (b + d);
        planes[to + 3] = 0.5 * (c - a);
      }
    }
  const rows = new Float32Array(2 * side * box);
  const values = new Float32Array(2 * grid.voxels);
  for (let z = 0; z <= reach; z++) {
    for (let x = 0; x < box; x++) {
      line.input.fill(0);
      for (let y = 0; y < box; y++) {
        const from = 2 * ((z * box + y) * box + x);
        const place = line.place(y - half);
        line.input[place] = planes[from];
        line.input[place + 1] = planes[from + 1];
      }
      line.transform();
      for (let y = -reach; y <= reach; y++) {
        const to = 2 * ((y + reach) * box + x);
        const place = line.place(y);
        rows[to] = line.output[place];
        rows[to + 1] = line.output[place + 1];
      }
    }
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      const wide = grid.rowReach[row];
      if (wide < 0) continue;
      line.input.fill(0);
      for (let x = 0; x < box; x++) {
        const from = 2 * ((y + reach) * box + x);
        const place = line.place(x - half);
        line.input[place] = rows[from];
        line.input[place + 1] = rows[from + 1];
      }
      line.transform();
      for (let x = -wide; x <= wide; x++) {
        const to = 2 * (grid.rowStart[row] + x);
        const place = line.place(x);
        values[to] = line.output[place];
        values[to + 1] = line.output[place + 1];
      }
    }
  }
  return values;
}

/**
 * The map of a half cube, Σ_k F(k) exp(2πi k·(n − D/2)/O) / O³ over the whole cube, F(−k) = F(k)*, divided by the interpolation's
 * window: D³. `cube` holds (Re, Im) of coefficient v at `stride`·v and `stride`·v + `imaginaryAt`; plane z = 0 is Hermitian.
 */
export function mapOfCube(cube: Float32Array, grid: HalfCube, { stride = 2, imaginaryAt = 1 } = {}): Float32Array {
  const { boxPixels: box, oversampling, reach, side } = grid;
  const line = new Line(oversampling * box);
  const window = interpolationWindow(box, oversampling);
  const half = box / 2;
  const scale = 1 / (oversampling * box) ** 3;
  // The inverse transform is the conjugate of the transform of conjugates.
  const rows = new Float32Array(2 * side * box);
  const planes = new Float32Array(2 * (reach + 1) * box * box);
  for (let z = 0; z <= reach; z++) {
    rows.fill(0);
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      const wide = grid.rowReach[row];
      if (wide < 0) continue;
      line.input.fill(0);
      for (let x = -wide; x <= wide; x++) {
        const from = stride * (grid.rowStart[row] + x);
        const place = line.place(x);
        line.input[place] = cube[from];
        line.input[place + 1] = -cube[from + imaginaryAt];
      }
      line.transform();
      for (let x = 0; x < box; x++) {
        const to = 2 * ((y + reach) * box + x);
        const place = line.place(x - half);
        rows[to] = line.output[place];
        rows[to + 1] = line.output[place + 1];
      }
    }
    for (let x = 0; x < box; x++) {
      line.input.fill(0);
      for (let y = -reach; y <= reach; y++) {
        const from = 2 * ((y + reach) * box + x);
        const place = line.place(y);
        line.input[place] = rows[from];
        line.input[place + 1] = rows[from + 1];
      }
      line.transform();
      for (let y = 0; y < box; y++) {
        const to = 2 * ((z * box + y) * box + x);
        const place = line.place(y - half);
        planes[to] = line.output[place];
        planes[to + 1] = line.output[place + 1];
      }
    }
  }
  // Two real columns at a time: column a + i·b has the coefficients A(z) + i·B(z), those at −z being A* + i·B*.
  const map = new Float32Array(box ** 3);
  for (let y = 0; y < box; y++)
    for (let x = 0; x < box; x += 2) {
      line.input.fill(0);
      for (let z = 0; z <= reach; z++) {
        const from = 2 * ((z * box + y) * box + x);
        const [a, b, c, d] = [planes[from], planes[from + 1], planes[from + 2], planes[from + 3]];
        // Conjugated already: A − here stands for A(z)*.
        const [plus, minus] = [line.place(z), line.place(-z)];
        line.input[plus] = a - d;
        line.input[plus + 1] = b + c;
        if (z === 0) {
          line.input[0] = a;
          line.input[1] = c;
          continue;
        }
        line.input[minus] = a + d;
        line.input[minus + 1] = c - b;
      }
      line.transform();
      for (let z = 0; z < box; z++) {
        const place = line.place(z - half);
        const divisor = window[z] * window[y];
        const to = (z * box + y) * box + x;
        map[to] = (scale * line.output[place]) / (divisor * window[x]);
        map[to + 1] = (scale * line.output[place + 1]) / (divisor * window[x + 1]);
      }
    }
  return map;
}

/** Makes a row of numbers of the plane z = 0 (Re at `at`, Im at `imaginaryAt`, real where that is null) Hermitian: F(k) + F(−k)*. */
export function foldPlane(
  values: Float32Array,
  grid: HalfCube,
  stride: number,
  at: number,
  imaginaryAt: number | null,
) {
  const { reach, rowReach, rowStart } = grid;
  for (let y = 0; y <= reach; y++) {
    const wide = rowReach[y + reach];
    for (let x = -wide; x <= wide; x++) {
      if (y === 0 && x < 0) continue;
      const here = stride * (rowStart[y + reach] + x);
      const there = stride * (rowStart[reach - y] - x);
      const sum = values[here + at] + values[there + at];
      values[here + at] = sum;
      values[there + at] = sum;
      if (imaginaryAt === null) continue;
      const difference = values[here + imaginaryAt] - values[there + imaginaryAt];
      values[here + imaginaryAt] = difference;
      values[there + imaginaryAt] = -difference;
    }
  }
}
