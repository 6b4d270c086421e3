// Factor sums as the formula stands, one point after the other in double precision: the proof of the makers (factor-sums.ts).
import { ctfAtPoints } from '../../imaging/ctf.ts';
import { shiftHartley } from '../../imaging/shift.ts';
import { transferAtPoints } from '../../imaging/transfer.ts';
import type { FactorImages, FactorRequest, FactorSums, GridSums } from './factor-sums.ts';
import { factorPoints, triangle, type FactorPoints } from './points.ts';

/** The eight coefficients around a point of space and their weights; `conjugate` where the point was turned to z ≥ 0. */
interface Corners {
  numbers: Int32Array;
  weights: Float64Array;
  conjugate: boolean;
}

/** FactorSums on the calling thread; slow. */
export class FactorTwin implements FactorSums {
  readonly points: FactorPoints;
  readonly batchImages = 16;
  private cubes: readonly Float32Array[] = [];
  private precision: Float32Array = new Float32Array(0);
  private images: FactorImages | null = null;
  private readonly totals: Float64Array;
  private readonly stride: number;
  private values: Float32Array = new Float32Array(0);
  private transfer: Float32Array = new Float32Array(0);

  constructor(readonly request: FactorRequest) {
    this.points = factorPoints(request.imagePixels, request.grid.bandPixels);
    const { factors } = request;
    this.stride = 2 * factors + triangle(factors, 0);
    this.totals = new Float64Array(request.grid.voxels * this.stride);
  }

  setFactors(cubes: readonly Float32Array[]): void {
    this.cubes = cubes;
  }
  setPrecision(precision: Float32Array): void {
    this.precision = precision;
  }

  setImages(images: FactorImages): Promise<void> {
    this.images = images;
    const { lattice } = this.points;
    const { points, boxPixels } = lattice;
    this.values = images.images.slice(0, images.count * points);
    this.transfer = new Float32Array(images.count * points).fill(1);
    for (let i = 0; i < images.count; i++) {
      const values = this.values.subarray(i * points, (i + 1) * points);
      if (images.translations) {
        const [tx, ty] = images.translations.subarray(2 * i, 2 * i + 2);
        shiftHartley(values, lattice, { tx, ty }, values, boxPixels);
      }
      if (!images.ctf) continue;
      const row = rowOf(images.ctf, i, images.count);
      const out = this.transfer.subarray(i * points, (i + 1) * points);
      if (images.optics) transferAtPoints(row, rowOf(images.optics, i, images.count), lattice, out);
      else ctfAtPoints(row, lattice, out);
    }
    return Promise.resolve();
  }

  products(): Promise<Float32Array> {
    const { factors } = this.request;
    const width = triangle(factors, factors) + 1;
    const out = new Float32Array(this.count * width);
    for (let i = 0; i < this.count; i++) {
      const sums = new Float64Array(width);
      for (let p = 0; p < this.points.count; p++) {
        const u = [...this.predicted(i, p), this.observed(i, p)];
        const weight = 2 * this.weight(i, p);
        for (let a = 0; a <= factors; a++)
          for (let b = 0; b <= a; b++) sums[triangle(a, b)] += weight * (u[a][0] * u[b][0] + u[a][1] * u[b][1]);
      }
      out.set(sums, i * width);
    }
    return Promise.resolve(out);
  }

  insert(first: Float32Array, second: Float32Array): Promise<void> {
    const { factors } = this.request;
    const { stride, totals } = this;
    const entries = triangle(factors, 0);
    for (let i = 0; i < this.count; i++)
      for (let p = 0; p < this.points.count; p++) {
        const { numbers, weights, conjugate } = this.corners(i, p);
        const c = this.transfer[i * this.points.lattice.points + this.points.number[p]];
        const [re, im] = this.observed(i, p);
        const w = this.weight(i, p);
        for (let corner = 0; corner < 8; corner++) {
          const at = numbers[corner] * stride;
          const share = weights[corner] * w * c;
          for (let a = 0; a < factors; a++) {
            totals[at + a] += share * re * first[i * factors + a];
            totals[at + factors + a] += share * (conjugate ? -im : im) * first[i * factors + a];
          }
          for (let e = 0; e < entries; e++) totals[at + 2 * factors + e] += share * c * second[i * entries + e];
        }
      }
    return Promise.resolve();
  }

  residuals(coefficients: Float32Array): Promise<Float32Array> {
    const { factors, grid } = this.request;
    const rings = grid.bandPixels + 1;
    const out = new Float32Array(this.count * rings);
    for (let i = 0; i < this.count; i++) {
      const sums = new Float64Array(rings);
      const members = new Float64Array(rings);
      for (let p = 0; p < this.points.count; p++) {
        let [re, im] = this.observed(i, p);
        this.predicted(i, p).forEach(([uRe, uIm], a) => {
          re -= coefficients[i * factors + a] * uRe;
          im -= coefficients[i * factors + a] * uIm;
        });
        sums[this.points.ring[p]] += re * re + im * im;
        members[this.points.ring[p]]++;
      }
      sums.forEach((sum, ring) => (out[i * rings + ring] = members[ring] > 0 ? sum / members[ring] : 0));
    }
    return Promise.resolve(out);
  }

  sums(): Promise<GridSums> {
    const { factors } = this.request;
    const values = Float32Array.from(this.totals);
    return Promise.resolve({ values, stride: this.stride, imaginaryAt: factors, entriesAt: 2 * factors });
  }
  clear(): void {
    this.totals.fill(0);
  }
  dispose(): void {
    this.images = null;
  }

  private get count(): number {
    return this.images?.count ?? 0;
  }

  private weight(image: number, point: number): number {
    const rings = this.request.grid.bandPixels + 1;
    return this.precision[(this.images?.groups?.[image] ?? 0) * rings + this.points.ring[point]];
  }

  /** Re and Im of the centred image: H(±k) = Re ∓ Im. */
  private observed(image: number, point: number): [number, number] {
    const { points } = this.points.lattice;
    const near = this.values[image * points + this.points.number[point]];
    const far = this.values[image * points + points - 1 - this.points.number[point]];
    return [0.5 * (near + far), 0.5 * (far - near)];
  }

  private predicted(image: number, point: number): [number, number][] {
    const { numbers, weights, conjugate } = this.corners(image, point);
    const c = this.transfer[image * this.points.lattice.points + this.points.number[point]];
    return this.cubes.map((cube) => {
      let [re, im] = [0, 0];
      for (let corner = 0; corner < 8; corner++) {
        re += weights[corner] * cube[2 * numbers[corner]];
        im += weights[corner] * cube[2 * numbers[corner] + 1];
      }
      return [c * re, conjugate ? -c * im : c * im];
    });
  }

  private corners(image: number, point: number): Corners {
    const { grid } = this.request;
    const rotation = this.images?.rotations.subarray(9 * image, 9 * image + 9) ?? [];
    const place = [0, 1, 2].map(
      (axis) => grid.oversampling * (this.points.x[point] * rotation[axis] + this.points.y[point] * rotation[3 + axis]),
    );
    const conjugate = place[2] < 0;
    const [x, y, z] = conjugate ? place.map((k) => -k) : place;
    const [fx, fy, fz] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const numbers = new Int32Array(8);
    const weights = new Float64Array(8);
    for (let corner = 0; corner < 8; corner++) {
      const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2];
      numbers[corner] = grid.rowStart[(fz + dz) * grid.side + fy + dy + grid.reach] + fx + dx;
      weights[corner] = (dx ? x - fx : 1 - x + fx) * (dy ? y - fy : 1 - y + fy) * (dz ? z - fz : 1 - z + fz);
    }
    return { numbers, weights, conjugate };
  }
}

/** Row `i` of a table of `count` rows. */
function rowOf(table: Float32Array, i: number, count: number): Float32Array {
  const width = table.length / count;
  return table.subarray(width * i, width * (i + 1));
}
