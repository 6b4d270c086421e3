// The field as a FieldModel on a graphics processor. What a batch of one size needs is recorded once (training-program.ts,
// encoding-program.ts, values-program.ts); a step writes the batch and submits one command buffer, and nothing is read back
// but losses when they are asked for. Two steps are on their way at most.
import { throwIfCancelled, VitrineError } from '../../../base/errors.ts';
import type {
  EncodedBatch,
  FieldModel,
  ImageBatch,
  KernelChoice,
  Latents,
  LongCall,
  Losses,
  ModelSpec,
  ModelState,
  NetworkField,
  OptimizerState,
  StepOptions,
  VolumeWithStatistics,
  Weights,
} from '../../engine.ts';
import { decoderOperations, latentCount, refuseWithoutEncoder } from '../../parameters.ts';
import { stepUniform } from '../adam/step.ts';
import type { Arena } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { makeLatticeTables, type LatticeTables } from '../slices/slices.ts';
import { rejectWrongVariants } from '../tuning/check-few-rows.ts';
import type { ModelKernels } from '../tuning/kernel-chooser.ts';
import type { Tuned } from '../tuning/tuned.ts';
import { activationBudget, LEAST_BUDGET, rowsAtATime } from './budget.ts';
import type { ModelContext } from './decoder-forward.ts';
import { fullError } from './fits.ts';
import { EncodingProgram } from './encoding-program.ts';
import { LatentGradientLog } from './latent-gradient-log.ts';
import { LossReader } from './losses.ts';
import { MapDecoder } from './map-decoder.ts';
import { Network } from './network.ts';
import { ProgramCache } from './program-cache.ts';
import { PointDecoder } from './point-decoder.ts';
import { Trainables } from './trainables.ts';
import { shapeOf, TrainingProgram, type BatchShape, type StepBuffers } from './training-program.ts';
import { makeTrainingBuffers, type TrainingBuffers } from './training-buffers.ts';

/** Images encoded at a time. */
const ENCODED_AT_ONCE = 64;
const STEPS_UNDERWAY = 2;

/** Storage, budget and kernels of a model. */
export interface WgslModelOptions {
  /** Storage of the decoder's activations; the tuning's choice unless said. */
  scalar?: Scalar;
  /** Bytes for the activations of a chunk, to begin with. */
  budgetBytes?: number;
  /** Compares kernels of few rows with plain ones when they are first asked for. */
  checksFew?: boolean;
  /** Where its kernels come from, and whether better ones are being chosen. */
  kernels?: Pick<ModelKernels, 'choice' | 'beside' | 'outdated'>;
  onDispose?: (model: WgslModel) => void;
}

/** What all programs of a model share. */
interface ModelResources {
  arena: Arena;
  context: ModelContext;
  tables: LatticeTables;
  step: StepBuffers;
  losses: LossReader;
  /** Of a model without encoder. */
  latentGradients: LatentGradientLog | null;
}

interface WgslModelParts {
  gpu: Gpu;
  tuned: Tuned;
  spec: ModelSpec;
  network: Network;
  resources: ModelResources;
  /** What to say where the memory does not hold the smallest batch. */
  full: () => VitrineError;
  options: Required<Pick<WgslModelOptions, 'budgetBytes' | 'checksFew'>> & {
    kernels: WgslModelOptions['kernels'];
    onDispose: WgslModelOptions['onDispose'];
  };
}

/** The field as a FieldModel on a graphics processor. */
export class WgslModel implements FieldModel {
  readonly points: number;
  readonly operationsPerPoint: number;
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;
  /** Resolves when what `dispose` began is done. */
  settled: Promise<void> = Promise.resolve();
  private readonly underway: Promise<void>[] = [];
  private buffers: { arena: Arena; made: TrainingBuffers } | null = null;
  private readonly training = new ProgramCache<TrainingProgram>(4);
  private readonly encoding = new ProgramCache<EncodingProgram>(4);
  private readonly pointDecoder: PointDecoder;
  private readonly maps: MapDecoder;

  readonly spec: ModelSpec;
  private readonly gpu: Gpu;
  private readonly tuned: Tuned;
  private readonly network: Network;
  private readonly resources: ModelResources;
  private budget: number;
  private readonly full: () => VitrineError;
  private readonly checksFew: boolean;
  private readonly choosing: WgslModelOptions['kernels'];
  private readonly onDispose: ((model: WgslModel) => void) | undefined;

  private constructor({ gpu, tuned, spec, network, resources, full, options }: WgslModelParts) {
    this.spec = spec;
    this.gpu = gpu;
    this.tuned = tuned;
    this.network = network;
    this.resources = resources;
    this.full = full;
    this.budget = options.budgetBytes;
    this.checksFew = options.checksFew;
    this.choosing = options.kernels;
    this.onDispose = options.onDispose;
    this.points = network.slices.lattice.points;
    this.operationsPerPoint = decoderOperations(spec);
    this.pointDecoder = new PointDecoder(resources.context);
    this.maps = new MapDecoder(resources.context);
  }

  /** Errors: 'out-of-memory', 'checkpoint-syntax', 'value-out-of-range' (encoder mask larger than the lattice's). */
  static async create(
    gpu: Gpu,
    tuned: Tuned,
    { spec, encoding }: Pick<NetworkField, 'spec' | 'encoding'>,
    state: ModelState,
    {
      scalar = tuned.scalar,
      budgetBytes = activationBudget(gpu),
      checksFew = false,
      kernels,
      onDispose,
    }: WgslModelOptions = {},
  ): Promise<WgslModel> {
    const network = new Network(spec, encoding, scalar);
    const full = () => fullError(gpu, spec, encoding, { scalar, tuned });
    const { made } = await allocateOr(full, gpu, 'model', async (arena) => {
      const lossScale = scalar === 'f16' ? startingScale(network) : 1;
      const trainables = await Trainables.make(gpu, arena, network, state, lossScale);
      const waves = arena.upload('waves', network.waves.waves);
      const losses = new LossReader(arena, trainables.buffers.state);
      const resources: ModelResources = {
        arena,
        context: { gpu, arena, network, tuned, trainables, waves },
        tables: makeLatticeTables(arena, network.slices, spec.boxPixels),
        step: { losses: losses.sums, step: stepUniform(arena) },
        losses,
        latentGradients:
          spec.zDim > 0 && !network.encoder ? new LatentGradientLog(gpu, arena, spec.zDim, network.latents) : null,
      };
      return resources;
    });
    gpu.submit(made.context.trainables.refresh);
    const options = { budgetBytes, checksFew, kernels, onDispose };
    return new WgslModel({ gpu, tuned, spec, network, resources: made, full, options });
  }

  trainStep(batch: ImageBatch, options: StepOptions): Promise<void> {
    return this.inTurn(async () => {
      if (batch.count === 0) return;
      const latents = latentCount(this.spec, batch.count);
      const shape = shapeOf(batch.count, batch);
      const program = await this.trainingProgram(shape);
      await program.run(batch, options);
      const { latentGradients } = this.resources;
      if (latentGradients && this.buffers) await latentGradients.add(this.buffers.made.batchBuffers.zGradient, latents);
      // What goes wrong there is told to the call that waits, or to the next.
      this.underway.push(this.gpu.finished().catch(() => undefined));
      if (this.underway.length > STEPS_UNDERWAY) await this.underway.shift();
    });
  }

  takeLatentGradients(): Promise<Float32Array> {
    return this.inTurn(() => this.resources.latentGradients?.take() ?? new Float32Array(0));
  }

  takeLosses(): Promise<Losses> {
    return this.inTurn(() => this.resources.losses.take(this.gpu, this.points, this.network.imagesPerLatent));
  }

  encode(batch: EncodedBatch): Promise<Latents> {
    return this.inTurn(async () => {
      const { zDim } = this.spec;
      const latents = latentCount(this.spec, batch.count);
      const mu = new Float32Array(latents * zDim);
      const logVariance = new Float32Array(latents * zDim);
      if (zDim === 0) return { mu, logVariance };
      refuseWithoutEncoder(this.spec);
      const stride = this.network.encoderOutputs;
      for (let from = 0; from < batch.count; from += ENCODED_AT_ONCE) {
        const images = Math.min(ENCODED_AT_ONCE, batch.count - from);
        const shape = shapeOf(images, batch);
        const { context, tables } = this.resources;
        const program = await this.encoding.get(keyOf(shape), () =>
          this.recorded('encoding', (arena) => EncodingProgram.record({ ...context, arena }, tables, shape)),
        );
        const encoded = await program.run(batch, from);
        const { imagesPerLatent } = this.network;
        for (let i = 0; i < images / imagesPerLatent; i++) {
          const at = (from / imagesPerLatent + i) * zDim;
          mu.set(encoded.subarray(i * stride, i * stride + zDim), at);
          logVariance.set(encoded.subarray(i * stride + zDim, i * stride + 2 * zDim), at);
        }
      }
      return { mu, logVariance };
    });
  }

  evaluate(coordinates: Float32Array, z: Float32Array | null): Promise<Float32Array> {
    return this.inTurn(() => this.pointDecoder.evaluate(coordinates, z, this.rowsAtATime()));
  }

  volume(
    z: Float32Array | null,
    boxPixels: number,
    standardDeviation: number,
    options: LongCall = {},
  ): Promise<VolumeWithStatistics> {
    return this.inTurn(() => {
      throwIfCancelled(options.signal);
      return this.maps.decode(z, boxPixels, standardDeviation, this.rowsAtATime(), options);
    });
  }

  exportWeights(): Promise<Weights> {
    return this.inTurn(() => this.resources.context.trainables.exportWeights());
  }

  exportOptimizer(): Promise<OptimizerState> {
    return this.inTurn(() => this.resources.context.trainables.exportOptimizer());
  }

  get kernels(): KernelChoice | undefined {
    return this.choosing?.choice;
  }

  get outdated(): boolean {
    return this.choosing?.outdated ?? false;
  }

  beside(): Promise<void> {
    return this.inTurn(() => this.choosing?.beside());
  }

  memoryBytes(): number {
    if (this.disposed) return 0;
    const caches = this.training.bytes + this.encoding.bytes + this.pointDecoder.bytes + this.maps.bytes;
    return this.resources.arena.bytes + (this.buffers?.arena.bytes ?? 0) + caches;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.settled = this.queue.then(() => {
      this.dropTraining();
      this.encoding.clear();
      this.pointDecoder.dispose();
      this.maps.dispose();
      this.resources.arena.destroy();
      this.onDispose?.(this);
    });
  }

  private rowsAtATime(): number {
    return rowsAtATime(this.gpu, this.tuned, this.network, this.budget);
  }

  private async trainingProgram(shape: BatchShape): Promise<TrainingProgram> {
    if (this.buffers && this.buffers.made.images < shape.images) this.dropTraining();
    return this.training.get(keyOf(shape), async () => {
      for (;;) {
        const buffers = await this.trainingBuffers(shape.images);
        const { context, tables, step } = this.resources;
        try {
          return await this.recorded('training step', (arena) =>
            TrainingProgram.record({ ...context, arena }, tables, step, shape, buffers),
          );
        } catch (error) {
          this.halveBudget(error, shape.images);
          this.dropTraining();
        }
      }
    });
  }

  /** Anew where a kernel that was asked for turns out to be wrong here. */
  private async recorded<P>(label: string, record: (arena: Arena) => Promise<P>): Promise<{ arena: Arena; made: P }> {
    for (;;) {
      const program = await this.gpu.allocate(label, record);
      if (!this.checksFew || !(await rejectWrongVariants(this.gpu, this.tuned))) return program;
      program.arena.destroy();
    }
  }

  /** Error: 'out-of-memory' where the batch does not fit even in the smallest chunks. */
  private async trainingBuffers(images: number): Promise<TrainingBuffers> {
    while (!this.buffers) {
      try {
        this.buffers = await this.gpu.allocate('batch', (arena) =>
          makeTrainingBuffers(this.resources.context, arena, images, this.rowsAtATime()),
        );
      } catch (error) {
        this.halveBudget(error, images);
      }
    }
    return this.buffers.made;
  }

  /** Smaller chunks compute the same step. Throws `error` where it is another, or where chunks are at their smallest. */
  private halveBudget(error: unknown, images: number): void {
    if (!isFull(error)) throw error;
    if (this.budget / 2 < LEAST_BUDGET) throw images > this.network.imagesPerLatent ? error : this.full();
    this.budget /= 2;
  }

  private dropTraining(): void {
    this.training.clear();
    this.buffers?.arena.destroy();
    this.buffers = null;
  }

  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.disposed) return Promise.reject(new VitrineError('device-lost', 'This model was already disposed of.'));
    const result = this.queue.then(() => this.gpu.guarded.guard(work));
    this.queue = result.catch(() => undefined);
    return result;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof VitrineError && error.code === 'out-of-memory';
}

/** As `gpu.allocate`; what does not fit is said by `full` where there is one. */
function allocateOr<T>(full: (() => VitrineError) | null, gpu: Gpu, label: string, make: (arena: Arena) => Promise<T>) {
  return gpu.allocate(label, make).catch((error: unknown) => {
    throw full && isFull(error) ? full() : error;
  });
}

function keyOf({ images, translations, ctf, optics, weighted }: BatchShape): string {
  return `${images} ${translations} ${ctf} ${optics} ${weighted}`;
}

/** A power of two near the points of a batch of 8, so that scaled gradients of values are of the residuals' size. */
function startingScale(network: Network): number {
  return 2 ** Math.floor(Math.log2(8 * network.slices.lattice.points));
}
