// Factor sums as benchmarks ask for them: noise at poses by chance, maps of noise, a linear model's number of factors. Speed does not
// hang on what the images show, but on where their planes lie.
import type { FactorImages, FactorRequest, FactorSums } from '../src/engine/factors/factor-sums.ts';
import { makeHalfCube } from '../src/engine/factors/half-cube.ts';
import { triangle } from '../src/engine/factors/points.ts';
import { Random } from '../src/geometry/random.ts';
import { randomRotations } from '../src/geometry/rotation.ts';
import { makeLattice } from '../src/imaging/lattice.ts';

export interface FactorSize {
  boxPixels: number;
  /** q; there is one factor more, the mean. */
  components: number;
}

/** As fits ask for them in their last iterations. */
export function factorRequest({ boxPixels, components }: FactorSize): FactorRequest {
  const grid = makeHalfCube(boxPixels, boxPixels / 2 - 1);
  return { imagePixels: boxPixels, grid, factors: components + 1, groups: 1 };
}

export function factorBatch(boxPixels: number, count: number): FactorImages {
  const random = new Random(1);
  const { points } = makeLattice(boxPixels);
  const images = Float32Array.from({ length: count * points }, (_, i) => ((i * 7919) % 1000) / 500 - 1);
  const row = (i: number) => [boxPixels, 1.5, 15000 + 10 * i, 14500 + 10 * i, 30, 300, 2.7, 0.1, 0];
  return {
    count,
    images,
    rotations: randomRotations(random, count),
    translations: Float32Array.from({ length: 2 * count }, () => 0.05 * random.normal()),
    ctf: Float32Array.from(Array.from({ length: count }, (_, i) => row(i)).flat()),
    groups: null,
  };
}

/** An iteration's calls on one batch: what it waits for, by name. */
export function factorCalls(
  sums: FactorSums,
  images: FactorImages,
): Record<'images' | 'products' | 'insert', () => Promise<unknown>> {
  const { factors, grid, groups } = sums.request;
  const cube = Float32Array.from({ length: 2 * grid.voxels }, (_, i) => ((i * 7919) % 1000) / 500 - 1);
  sums.setFactors(Array.from({ length: factors }, () => cube));
  sums.setPrecision(new Float32Array(groups * (grid.bandPixels + 1)).fill(1));
  const first = new Float32Array(images.count * factors).fill(0.5);
  const second = new Float32Array(images.count * triangle(factors, 0)).fill(0.5);
  return {
    images: () => sums.setImages(images),
    products: () => sums.products(),
    insert: () => sums.insert(first, second),
  };
}
