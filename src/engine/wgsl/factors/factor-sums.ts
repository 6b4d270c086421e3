// Factor sums on a graphics processor (../../factors/factor-sums.ts; its twin is the formula as it stands). Images are added by
// gathering: no float is added to by two, so that the same calls give the same bits.
import { VitrineError } from '../../../base/errors.ts';
import type { FactorImages, FactorRequest, FactorSums, GridSums } from '../../factors/factor-sums.ts';
import { factorPoints, triangle, type FactorPoints } from '../../factors/points.ts';
import { memoryFull } from '../../gpu-device.ts';
import type { Arena } from '../gpu/arena.ts';
import { BufferPool, type BufferPoolOptions } from '../gpu/buffer-pool.ts';
import { Dispatcher } from '../gpu/dispatcher.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { rangesOf } from '../gpu/ranges.ts';
import { gridTiles } from './grid-tiles.ts';
import { uploadPart } from './images.ts';
import { insertPart, planesOf } from './insertion.ts';
import { banksOf, insertionPasses } from './insertion-passes.ts';
import { productsOf, residualsOf } from './reading.ts';
import { readSums } from './read-sums.ts';
import { imagesAtOnce, imagesOf, type BatchPart, type Summing } from './summing.ts';
import { uploadTables } from './tables.ts';

/** What proofs set, and who is told of the end. */
export interface GpuFactorSumsOptions extends Pick<BufferPoolOptions, 'onTake'> {
  /** Images that are uploaded and added at a time; what memory and a submission bear unless said. */
  imagesAtOnce?: number;
  onDispose?: (sums: GpuFactorSums) => void;
}

/** The FactorSums on a graphics processor. */
export class GpuFactorSums implements FactorSums {
  readonly batchImages: number;
  private parts: BatchPart[] = [];
  private fresh = true;
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;
  /** Resolves when what `dispose` began is done. */
  settled: Promise<void> = Promise.resolve();

  private constructor(
    readonly request: FactorRequest,
    private readonly arena: Arena,
    private readonly summing: Summing,
    private readonly options: GpuFactorSumsOptions,
  ) {
    const { gpu, points } = summing;
    this.batchImages = options.imagesAtOnce ?? imagesAtOnce(gpu, points, request.grid.bandPixels);
  }

  /** Errors: 'out-of-memory', also where a binding does not show one map's half cube; 'device-lost'. */
  static create(gpu: Gpu, request: FactorRequest, options: GpuFactorSumsOptions = {}): Promise<GpuFactorSums> {
    return gpu.guarded.guard(async () => {
      const { grid } = request;
      if (8 * grid.voxels > gpu.bindingBytes) throw memoryFull(`${8 * grid.voxels} bytes in one binding (a half cube)`);
      const points = factorPoints(request.imagePixels, grid.bandPixels);
      const { arena, made } = await gpu.allocate('factor sums', (own) => buffersOf(gpu, own, request, points));
      const pool = new BufferPool(gpu, 'factor sums', options);
      const dispatcher = new Dispatcher(gpu, arena);
      return new GpuFactorSums(request, arena, { gpu, dispatcher, pool, request, points, ...made }, options);
    });
  }

  setFactors(cubes: readonly Float32Array[]): void {
    const { gpu, cubes: views } = this.summing;
    cubes.forEach((cube, a) => gpu.write(views[a], cube));
  }

  setPrecision(precision: Float32Array): void {
    this.summing.gpu.write(this.summing.precision, precision);
  }

  setImages(images: FactorImages): Promise<void> {
    return this.inTurn(async () => {
      this.parts = [];
      const { lattice } = this.summing.points;
      for (const { first, count } of rangesOf(images.count, this.batchImages)) {
        const own = imagesOf(images, first, count, lattice.points);
        this.parts.push(await uploadPart(this.summing, own, { first, number: this.parts.length }));
      }
    });
  }

  products(): Promise<Float32Array> {
    return this.ofParts((part) => productsOf(this.summing, part));
  }

  residuals(coefficients: Float32Array): Promise<Float32Array> {
    const { factors } = this.request;
    return this.ofParts((part) => residualsOf(this.summing, part, rowsOf(coefficients, part, factors)));
  }

  insert(first: Float32Array, second: Float32Array): Promise<void> {
    const { factors } = this.request;
    return this.inTurn(async () => {
      for (const part of this.parts) {
        const moments = {
          first: rowsOf(first, part, factors),
          second: rowsOf(second, part, triangle(factors, 0)),
        };
        await insertPart(this.summing, part, moments, this.fresh);
        this.fresh = false;
      }
    });
  }

  sums(): Promise<GridSums> {
    return this.inTurn(() => readSums(this.summing, this.fresh));
  }

  clear(): void {
    this.fresh = true;
  }

  /** Bytes on the device. */
  memoryBytes(): number {
    return this.disposed ? 0 : this.arena.bytes + this.summing.pool.bytes;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.settled = this.queue.then(() => {
      this.summing.pool.release();
      this.arena.destroy();
      this.options.onDispose?.(this);
    });
  }

  private ofParts(work: (part: BatchPart) => Promise<Float32Array>): Promise<Float32Array> {
    return this.inTurn(async () => {
      const found: Float32Array[] = [];
      for (const part of this.parts) found.push(await work(part));
      if (found.length === 1) return found[0];
      const all = new Float32Array(found.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const rows of found) {
        all.set(rows, at);
        at += rows.length;
      }
      return all;
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.disposed) return Promise.reject(new VitrineError('device-lost', 'These sums were already disposed of.'));
    const result = this.queue.then(() =>
      this.summing.gpu.guarded.guard(work).catch((error: unknown) => {
        // What was recorded of a call that failed is not sent off with the next.
        this.summing.dispatcher.drop();
        throw error;
      }),
    );
    this.queue = result.catch(() => undefined);
    return result;
  }
}

function buffersOf(gpu: Gpu, arena: Arena, { grid, factors, groups }: FactorRequest, points: FactorPoints) {
  const tiles = gridTiles(grid);
  const passes = insertionPasses(planesOf(factors), 4 * tiles.places, gpu.bindingBytes);
  return {
    ...{ tiles, passes, tables: uploadTables(arena, points, grid, tiles) },
    banks: passes.flatMap((pass) => banksOf(pass).map((planes) => arena.floats('sums', planes * tiles.places))),
    cubes: Array.from({ length: factors }, () => arena.floats('half cube', 2 * grid.voxels)),
    precision: arena.floats('precision', groups * (grid.bandPixels + 1)),
  };
}

/** Rows of a part's images. */
function rowsOf(table: Float32Array, { first, count }: BatchPart, width: number): Float32Array {
  return table.subarray(width * first, width * (first + count));
}
