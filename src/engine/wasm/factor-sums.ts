// Factor sums on the CPU (../factors/factor-sums.ts): a batch of images passes through kernels that all threads run together.
import { VitrineError } from '../../base/errors.ts';
import type { FactorImages, FactorRequest, FactorSums, GridSums } from '../factors/factor-sums.ts';
import { factorPoints, triangle, type FactorPoints } from '../factors/points.ts';
import { Factor } from './factor-fields.ts';
import type { Entry, KernelModule } from './kernels.ts';
import { RegionMemory } from './region-memory.ts';
import type { Threads } from './threads.ts';

const LANES = 4;
/** A point of an image is named by two numbers of 16 bits. */
const MOST_NAMED = 65536;

const vectorsFor = (floats: number): number => Math.ceil(floats / LANES);

/** Images of a batch: their coefficients lie in memory beside the sums. */
const BATCH_IMAGES = 256;

/** Who computes: threads that share the memory, its number among them, the compiled kernels. */
export interface WasmHost {
  id: number;
  threads: Threads;
  kernels: KernelModule;
}

/** The FactorSums on WebAssembly; its twin is the formula as it stands. */
export class WasmFactorSums implements FactorSums {
  readonly batchImages = BATCH_IMAGES;
  private readonly firstVectors: number;
  private readonly sumVectors: number;
  private readonly cubeVectors: number;
  private readonly batchAt: number;
  private count = 0;
  private disposed = false;

  private constructor(
    readonly request: FactorRequest,
    private readonly points: FactorPoints,
    private readonly memory: RegionMemory<Factor>,
    private readonly host: WasmHost,
  ) {
    const { imagePixels, grid, factors, groups } = request;
    this.firstVectors = vectorsFor(factors);
    this.sumVectors = factors === 1 ? 1 : 2 * this.firstVectors + vectorsFor(triangle(factors, 0));
    this.cubeVectors = vectorsFor(2 * factors);
    const { count } = points;
    const padded = LANES * vectorsFor(count);
    const rings = grid.bandPixels + 1;
    for (const field of [Factor.pointNumber, Factor.pointX, Factor.pointY, Factor.pointRing])
      memory.take(field, 4 * padded);
    memory.take(Factor.ringMembers, 4 * rings);
    memory.take(Factor.rowStart, 4 * grid.rowStart.length);
    memory.take(Factor.precision, 4 * groups * rings);
    // The trilinear reading of a row's last coefficient looks one beyond it.
    memory.take(Factor.cubes, 16 * this.cubeVectors * (grid.voxels + 1));
    memory.take(Factor.sums, 16 * this.sumVectors * (grid.voxels + 1));
    const planes = grid.reach + 1;
    memory.take(Factor.planeCounts, 4 * planes * host.threads.count);
    memory.take(Factor.planePlaces, 4 * planes * host.threads.count);
    memory.take(Factor.planeStarts, 4 * (planes + 1));
    const arena = Math.max(4 * padded * (2 * factors + 5), 16 * (imagePixels + 1));
    memory.take(Factor.arenas, arena * host.threads.count);
    memory.settle();
    memory.setWord(Factor.arenaBytes, arena);
    const words: [Factor, number][] = [
      [Factor.boxPixels, imagePixels],
      [Factor.allPoints, points.lattice.points],
      [Factor.points, count],
      [Factor.paddedPoints, padded],
      [Factor.rings, rings],
      [Factor.reach, grid.reach],
      [Factor.side, grid.side],
      [Factor.factors, factors],
      [Factor.cubeVectors, this.cubeVectors],
      [Factor.firstVectors, this.firstVectors],
      [Factor.sumVectors, this.sumVectors],
    ];
    for (const [field, value] of words) memory.setWord(field, value);
    memory.setReal(Factor.oversampling, grid.oversampling);
    memory.words(Factor.pointNumber, count).set(points.number);
    memory.floats(Factor.pointX, count).set(points.x);
    memory.floats(Factor.pointY, count).set(points.y);
    memory.words(Factor.pointRing, count).set(points.ring);
    memory.words(Factor.rowStart, grid.rowStart.length).set(grid.rowStart);
    const members = memory.floats(Factor.ringMembers, rings);
    for (const ring of points.ring) members[ring]++;
    this.batchAt = memory.mark;
  }

  /** Error: 'out-of-memory', 'value-out-of-range' for a box that is too large. */
  static async create(host: WasmHost, request: FactorRequest): Promise<WasmFactorSums> {
    const points = factorPoints(request.imagePixels, request.grid.bandPixels);
    if (points.count > MOST_NAMED)
      throw new VitrineError('value-out-of-range', 'The box is too large for a linear model on the CPU.', {
        expected: 'a box of at most 400 pixels',
        found: String(request.imagePixels),
        advice: 'Choose a smaller training box.',
      });
    const memory = new RegionMemory<Factor>(host.kernels.shared, {
      headerWords: Factor.length,
      refusal: 'There is not enough memory for a linear model of this size.',
      advice: 'Choose a smaller training box or fewer components.',
    });
    const sums = new WasmFactorSums(request, points, memory, host);
    await host.threads.open(host.id, host.kernels, memory.memory);
    return sums;
  }

  setFactors(cubes: readonly Float32Array[]): void {
    const { voxels } = this.request.grid;
    const row = LANES * this.cubeVectors;
    const out = this.memory.floats(Factor.cubes, row * voxels);
    cubes.forEach((cube, a) => {
      for (let v = 0, to = 2 * a; v < voxels; v++, to += row) {
        out[to] = cube[2 * v];
        out[to + 1] = cube[2 * v + 1];
      }
    });
  }

  setPrecision(precision: Float32Array): void {
    this.memory.floats(Factor.precision, precision.length).set(precision);
  }

  async setImages(images: FactorImages): Promise<void> {
    const { memory, points, request } = this;
    const { count } = images;
    if (count > MOST_NAMED) throw new RangeError(`${count} images at once`);
    const { factors, grid, imagePixels } = request;
    const rings = grid.bandPixels + 1;
    this.count = count;
    memory.rewind(this.batchAt);
    const given: [Factor, Float32Array | null | undefined][] = [
      [Factor.images, images.images.subarray(0, count * points.lattice.points)],
      [Factor.rotations, images.rotations],
      [Factor.translations, images.translations?.map((t) => t * imagePixels)],
      [Factor.ctf, images.ctf],
      [Factor.optics, images.ctf && images.optics],
    ];
    for (const [field, table] of given) if (table) memory.take(field, table.byteLength);
    memory.take(Factor.groups, 4 * count);
    memory.take(Factor.values, 8 * count * points.count);
    memory.take(Factor.transfer, 4 * count * points.count);
    memory.take(Factor.products, 4 * count * (triangle(factors, factors) + 1));
    memory.take(Factor.moments, 16 * count * this.sumVectors);
    memory.take(Factor.coefficients, 4 * count * factors);
    memory.take(Factor.residuals, 4 * count * rings);
    memory.take(Factor.planeOf, 2 * count * points.count);
    memory.take(Factor.entries, 4 * count * points.count);
    memory.settle();
    memory.setWord(Factor.count, count);
    for (const [field, table] of given)
      if (table) memory.floats(field, table.length).set(table);
      else memory.setWord(field, 0);
    const groups = memory.words(Factor.groups, count);
    if (images.groups) groups.set(images.groups.subarray(0, count));
    else groups.fill(0);
    await this.run('factorPrepare');
  }

  async products(): Promise<Float32Array> {
    const { factors } = this.request;
    await this.run('factorProducts');
    return this.memory.floats(Factor.products, this.count * (triangle(factors, factors) + 1)).slice();
  }

  async insert(first: Float32Array, second: Float32Array): Promise<void> {
    const { factors } = this.request;
    const entries = triangle(factors, 0);
    const row = LANES * this.sumVectors;
    const moments = this.memory.floats(Factor.moments, this.count * row).fill(0);
    const [imaginaryAt, entriesAt] = this.offsets();
    for (let i = 0; i < this.count; i++) {
      const own = first.subarray(i * factors, (i + 1) * factors);
      moments.set(own, i * row);
      moments.set(own, i * row + imaginaryAt);
      moments.set(second.subarray(i * entries, (i + 1) * entries), i * row + entriesAt);
    }
    await this.run('factorInsert');
  }

  async residuals(coefficients: Float32Array): Promise<Float32Array> {
    const { factors, grid } = this.request;
    this.memory.floats(Factor.coefficients, this.count * factors).set(coefficients.subarray(0, this.count * factors));
    await this.run('factorResiduals');
    return this.memory.floats(Factor.residuals, this.count * (grid.bandPixels + 1)).slice();
  }

  sums(): Promise<GridSums> {
    const stride = LANES * this.sumVectors;
    const [imaginaryAt, entriesAt] = this.offsets();
    const values = this.memory.floats(Factor.sums, stride * this.request.grid.voxels);
    return Promise.resolve({ values, stride, imaginaryAt, entriesAt });
  }

  clear(): void {
    this.memory.floats(Factor.sums, LANES * this.sumVectors * this.request.grid.voxels).fill(0);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.host.threads.close(this.host.id);
  }

  /** Where imaginary parts and entries begin in a row of the sums. */
  private offsets(): [number, number] {
    if (this.sumVectors === 1) return [1, 2];
    return [LANES * this.firstVectors, 2 * LANES * this.firstVectors];
  }

  private run(entry: Entry): Promise<void> {
    if (this.disposed) throw new VitrineError('device-lost', 'These sums were already disposed of.');
    return this.host.threads.run(this.host.id, entry);
  }
}
