// A lopsided heap of Gaussian blobs, whose Fourier transform is known in closed form: at k in Fourier pixels of a box of D,
//   F(k) = Σ w (σ√2π)³ exp(−2π²σ²|k|²/D²) exp(−2πi k·x/D).
// Its map, its projections (imaging/simulate.ts) and a field that is it exactly, for tests of what lies between them. The last
// third of the blobs moves along y by the latent, pixels, where a field is asked for one.
import type { Domain, FieldModel } from '../src/engine/engine.ts';
import { Random } from '../src/geometry/random.ts';
import type { HartleyImages } from '../src/imaging/hartley-images.ts';
import type { Molecule } from '../src/imaging/molecule.ts';
import { prepareImages, type PrepareOptions } from '../src/imaging/preprocess.ts';
import { densityOfAtoms } from '../src/imaging/projection.ts';
import { simulate, type Simulation, type SimulationOptions } from '../src/imaging/simulate.ts';

const COUNT = 18;
/** σ = resolution / (π√2), imaging/projection.ts; pixels. */
const WIDTH = 0.9;
const BLOB_RESOLUTION = WIDTH * Math.PI * Math.SQRT2;

export class Blobs {
  /** n×3 pixels from the origin, their mean there. */
  readonly positions: Float32Array;
  readonly weights: Float32Array;

  constructor(
    readonly boxPixels: number,
    seed = 5,
  ) {
    const random = new Random(seed);
    this.weights = Float32Array.from({ length: COUNT }, () => 0.5 + random.uniform());
    // Longer than wide and wider than deep, so that no turn but the whole one maps it onto itself.
    const extent = [0.34, 0.25, 0.17].map((share) => share * boxPixels);
    this.positions = Float32Array.from({ length: 3 * COUNT }, (_, i) => extent[i % 3] * (2 * random.uniform() - 1));
    for (let axis = 0; axis < 3; axis++) {
      let mean = 0;
      for (let b = 0; b < COUNT; b++) mean += this.positions[3 * b + axis] / COUNT;
      for (let b = 0; b < COUNT; b++) this.positions[3 * b + axis] -= mean;
    }
  }

  /** Positions at a latent. */
  private at(z: number): Float32Array {
    return this.positions.map((v, i) => (i % 3 === 1 && i >= 2 * COUNT ? v + z : v));
  }

  map(z = 0): Float32Array {
    return densityOfAtoms(this.at(z), this.weights, {
      boxPixels: this.boxPixels,
      pixelSizeAngstrom: 1,
      resolutionAngstrom: BLOB_RESOLUTION,
    });
  }

  /** Re and Im of the map's transform, k in Fourier pixels. */
  transform(kx: number, ky: number, kz: number, z = 0, positions = this.at(z)): [number, number] {
    const squared = (kx * kx + ky * ky + kz * kz) / this.boxPixels ** 2;
    const height = (WIDTH * Math.sqrt(2 * Math.PI)) ** 3 * Math.exp(-2 * Math.PI ** 2 * WIDTH ** 2 * squared);
    let [re, im] = [0, 0];
    for (let b = 0; b < COUNT; b++) {
      const [x, y, depth] = positions.subarray(3 * b, 3 * b + 3);
      const angle = (-2 * Math.PI * (kx * x + ky * y + kz * depth)) / this.boxPixels;
      re += this.weights[b] * Math.cos(angle);
      im += this.weights[b] * Math.sin(angle);
    }
    return [height * re, height * im];
  }

  /** The blobs as a neural field has them: what it answers, no more. `asked` counts the points. */
  field(domain: Domain, zDim = 0): FieldModel & { asked: number } {
    const { boxPixels } = this;
    const model = {
      spec: { boxPixels, zDim, domain },
      operationsPerPoint: 20 * COUNT,
      asked: 0,
      evaluate: (coordinates: Float32Array, z: Float32Array | null) => {
        const rows = coordinates.length / 3;
        model.asked += rows;
        const out = new Float32Array(domain === 'fourier' ? 2 * rows : rows);
        const positions = this.at(z ? z[0] : 0);
        for (let i = 0; i < rows; i++) {
          const [kx, ky, kz] = coordinates.subarray(3 * i, 3 * i + 3).map((k) => k * boxPixels);
          const [re, im] = this.transform(kx, ky, kz, 0, positions);
          if (domain === 'fourier') out.set([re, im], 2 * i);
          else out[i] = re - im;
        }
        return Promise.resolve(out);
      },
    };
    return model as unknown as FieldModel & { asked: number };
  }

  molecule(): Molecule {
    const none = () => new Uint8Array(COUNT);
    return {
      name: 'blobs',
      positions: this.positions,
      weights: this.weights,
      ...{ domains: none(), domainNames: ['all'] },
      hinges: [{ moves: none(), origin: [0, 0, 0], axis: [0, 0, 1] }],
    };
  }

  /** Images of them by the project's simulator, `pixelSizeAngstrom` Å a pixel for the CTF's sake. */
  simulate(options: Partial<SimulationOptions> & { count: number }): Simulation {
    const pixelSizeAngstrom = options.pixelSizeAngstrom ?? 6;
    const molecule = this.molecule();
    molecule.positions = molecule.positions.map((v) => v * pixelSizeAngstrom);
    return simulate({
      molecule,
      ...{ boxPixels: this.boxPixels, pixelSizeAngstrom, states: 1 },
      resolutionAngstrom: BLOB_RESOLUTION * pixelSizeAngstrom,
      ...options,
    });
  }
}

/** Images as training reads them, in memory, in shards as small as wanted. */
export async function imagesInMemory(
  reader: Simulation['images'],
  shardSize = 1024,
  options?: PrepareOptions,
): Promise<HartleyImages> {
  const prepared = await prepareImages(reader, options);
  const { points, count, boxPixels, standardDeviation } = prepared;
  const all = new Float32Array(count * points);
  for await (const { first, values } of prepared.shards()) all.set(values, first * points);
  return {
    ...{ count, boxPixels, points, shardSize, standardDeviation },
    readShard: (shard, signal) => {
      signal?.throwIfAborted();
      const first = shard * shardSize;
      const size = Math.min(shardSize, count - first);
      return Promise.resolve({ first, count: size, values: all.subarray(first * points, (first + size) * points) });
    },
  };
}

/** |a − b| over |b|. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
