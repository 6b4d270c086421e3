// The PoseScorer on a graphics processor (../../scoring/scorer.ts; its twin is the formula as it stands). Buffers are made
// when first needed and kept; calls wait for each other.
import { VitrineError } from '../../../base/errors.ts';
import type {
  Expectation,
  ExpectationRequest,
  FourierCube,
  OwnRequest,
  PoseScorer,
  Scores,
  SearchImages,
  SearchPoints,
  SharedRequest,
} from '../../scoring/scorer.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { Dispatcher } from '../gpu/dispatcher.ts';
import { expect } from './expectation.ts';
import { BufferPool, type BufferPoolOptions } from '../gpu/buffer-pool.ts';
import { uploadImages, type UploadedImages } from './images.ts';
import { scoreOwn } from './own.ts';
import type { PoseVariant } from './product.ts';
import { LEAST_BUDGET, positionsOf, searchBudget, type Search } from './search.ts';
import { scoreShared } from './shared.ts';
import { uploadCubes, type UploadedCubes } from './volumes.ts';

/** Budget and kernels of a scorer; proofs and benchmarks set them. */
export interface GpuPoseScorerOptions extends Pick<BufferPoolOptions, 'onTake'> {
  /** Bytes for slices, moved images and errors, to begin with. */
  budgetBytes?: number;
  /** Of products; the default where it is not said. */
  variant?: PoseVariant;
  onDispose?: (scorer: GpuPoseScorer) => void;
}

/** The PoseScorer on a graphics processor. */
export class GpuPoseScorer implements PoseScorer {
  private readonly data: BufferPool;
  private readonly work: BufferPool;
  private images: UploadedImages | null = null;
  private cubes: UploadedCubes = { oversampling: 1, reach: 0, side: 1, cubes: [] };
  private budget: number;
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;
  /** Resolves when what `dispose` began is done. */
  settled: Promise<void> = Promise.resolve();

  private constructor(
    private readonly gpu: Gpu,
    readonly points: SearchPoints,
    private readonly arena: Arena,
    private readonly resources: { dispatcher: Dispatcher; positions: BufferView },
    private readonly options: GpuPoseScorerOptions,
  ) {
    this.data = new BufferPool(gpu, 'pose search', options);
    this.work = new BufferPool(gpu, 'pose search', options);
    this.budget = options.budgetBytes ?? searchBudget(gpu);
  }

  /** Errors: 'out-of-memory', 'device-lost'. */
  static create(gpu: Gpu, points: SearchPoints, options: GpuPoseScorerOptions = {}): Promise<GpuPoseScorer> {
    return gpu.guarded.guard(async () => {
      const { arena, made } = await gpu.allocate('pose search', (own) => ({
        dispatcher: new Dispatcher(gpu, own),
        positions: own.upload('positions', positionsOf(points)),
      }));
      return new GpuPoseScorer(gpu, points, arena, made, options);
    });
  }

  setVolumes(cubes: readonly FourierCube[]): Promise<void> {
    return this.inTurn(async () => {
      const before = this.cubes.cubes.length;
      this.cubes = await uploadCubes(this.gpu, this.data, cubes, this.points, before);
    });
  }

  setImages(images: SearchImages): Promise<void> {
    return this.inTurn(async () => {
      this.images = await uploadImages(this.gpu, this.data, images, this.points.count);
    });
  }

  scoreShared(request: SharedRequest): Promise<Scores> {
    return this.compute((search) => scoreShared(search, request));
  }

  scoreOwn(request: OwnRequest): Promise<Scores> {
    return this.compute((search) => scoreOwn(search, request));
  }

  expect(request: ExpectationRequest): Promise<Expectation> {
    return this.compute((search) => expect(search, request));
  }

  /** Bytes on the device. */
  memoryBytes(): number {
    return this.disposed ? 0 : this.arena.bytes + this.data.bytes + this.work.bytes;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.settled = this.queue.then(() => {
      this.data.release();
      this.work.release();
      this.arena.destroy();
      this.options.onDispose?.(this);
    });
  }

  /** Where the memory is full, smaller chunks compute the same. */
  private compute<T>(work: (search: Search) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      for (;;) {
        try {
          return await work(this.search());
        } catch (error) {
          const full = error instanceof VitrineError && error.code === 'out-of-memory';
          this.resources.dispatcher.drop();
          this.work.release();
          if (!full || this.budget / 2 < LEAST_BUDGET) throw error;
          this.budget /= 2;
        }
      }
    });
  }

  private search(): Search {
    if (!this.images) throw new RangeError('no images are set');
    const { gpu, work, images, cubes, budget, resources } = this;
    const { variant } = this.options;
    return { gpu, ...resources, work, boxPixels: this.points.boxPixels, images, cubes, budget, variant };
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.disposed) return Promise.reject(new VitrineError('device-lost', 'This search was already disposed of.'));
    const result = this.queue.then(() => this.gpu.guarded.guard(work));
    this.queue = result.catch(() => undefined);
    return result;
  }
}
