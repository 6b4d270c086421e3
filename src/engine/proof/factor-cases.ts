// Images of awkward sizes for proofs of factor sums, all numbers from a seed, and everything that a maker says of them.
import type { FactorImages, FactorSums } from '../factors/factor-sums.ts';
import { triangle } from '../factors/points.ts';
import { Random } from '../../geometry/random.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { opticsRows, randomFrom } from './model-cases.ts';

/** What images have. */
export interface FactorImagesOptions {
  seed?: number;
  shifted?: boolean;
  ctf?: boolean;
  optics?: boolean;
  groups?: number;
  rotations?: Float32Array;
}

/** Normal numbers. */
export function normals(count: number, seed = 7): Float32Array<ArrayBuffer> {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

/** Noise at poses by chance, up to a tenth of the box from the middle. */
export function factorImages(
  boxPixels: number,
  count: number,
  { seed = 7, shifted = true, ctf = true, optics = true, groups = 2, rotations }: FactorImagesOptions = {},
): FactorImages {
  const random = randomFrom(seed);
  const ctfRow = (i: number) => [boxPixels, 4, 15000 + 900 * (i % 20), 14000, 30, 300, 2.7, 0.1, 10 * (i % 30)];
  return {
    count,
    images: normals(count * makeLattice(boxPixels).points, seed),
    rotations: rotations ?? randomRotations(new Random(seed), count),
    translations: shifted ? Float32Array.from({ length: 2 * count }, () => 0.1 * random()) : null,
    ctf: ctf ? Float32Array.from(Array.from({ length: count }, (_, i) => ctfRow(i)).flat()) : null,
    optics: optics ? opticsRows(random, count) : null,
    groups: groups > 1 ? Uint8Array.from({ length: count }, (_, i) => (i + 1) % groups) : null,
  };
}

/** What a maker says of images, the sums laid out as the twin has them. */
export interface FactorAnswers {
  products: Float32Array;
  residuals: Float32Array;
  inserted: Float32Array;
}

/** Of batches one after the other; moments are waves of their numbers. */
export async function factorAnswers(
  sums: FactorSums,
  batches: readonly FactorImages[],
  cubes: readonly Float32Array[],
): Promise<FactorAnswers> {
  const { factors, grid, groups } = sums.request;
  const entries = triangle(factors, 0);
  sums.setFactors(cubes);
  sums.setPrecision(Float32Array.from({ length: groups * (grid.bandPixels + 1) }, (_, i) => 1 + 0.1 * i));
  sums.clear();
  const products: number[] = [];
  const residuals: number[] = [];
  for (const images of batches) {
    await sums.setImages(images);
    const first = Float32Array.from({ length: images.count * factors }, (_, i) => Math.sin(i));
    const second = Float32Array.from({ length: images.count * entries }, (_, i) => Math.cos(i));
    for (const value of await sums.products()) products.push(value);
    for (const value of await sums.residuals(first)) residuals.push(value);
    await sums.insert(first, second);
  }
  const inserted = await rowsOfSums(sums);
  return { products: Float32Array.from(products), residuals: Float32Array.from(residuals), inserted };
}

/** Rows of F real parts, F imaginary parts, entries. */
async function rowsOfSums(sums: FactorSums): Promise<Float32Array> {
  const { factors, grid } = sums.request;
  const { values, stride, imaginaryAt, entriesAt } = await sums.sums();
  const width = 2 * factors + triangle(factors, 0);
  const rows = new Float32Array(grid.voxels * width);
  for (let v = 0; v < grid.voxels; v++)
    for (let k = 0; k < width; k++) {
      const from = k < factors ? k : k < 2 * factors ? imaginaryAt + k - factors : entriesAt + k - 2 * factors;
      rows[v * width + k] = values[v * stride + from];
    }
  return rows;
}
