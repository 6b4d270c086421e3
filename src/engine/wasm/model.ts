// A neural field on the CPU: owns the memory that the kernels compute in, feeds it batches chunk by chunk, reads results.
// Calls wait for each other, so decoding may be asked for while training goes on.
import { VitrineError } from '../../base/errors.ts';
import type {
  EncodedBatch,
  FieldModel,
  ImageBatch,
  Latents,
  Losses,
  ModelSpec,
  ModelState,
  NetworkField,
  OptimizerState,
  StepOptions,
  Weights,
} from '../engine.ts';
import {
  decoderOperations,
  givenLatents,
  hasEncoder,
  imagesPerLatent,
  joined,
  latentCount,
  refuseWithoutEncoder,
} from '../parameters.ts';
import { makeSliceLayout, type SliceLayout } from '../slices.ts';
import { Header } from './header-fields.ts';
import type { KernelModule } from './kernels.ts';
import { packParameters, unpackParameters } from './layers.ts';
import { EVALUATE_ROWS, panelStride, planMemory, type MemoryPlan } from './memory-plan.ts';
import { memoryFor, ModelMemory } from './model-memory.ts';
import type { Threads } from './threads.ts';

const ADAM_BETAS = [0.9, 0.999] as const;

/** Where a model computes: the threads that know it by `id`, and their kernels. */
export interface WasmPlace {
  id: number;
  threads: Threads;
  kernels: KernelModule;
  /** Called once. */
  onDispose?: () => void;
}

interface WasmModelParts extends Pick<WasmPlace, 'id' | 'threads'> {
  spec: ModelSpec;
  slices: SliceLayout;
  plan: MemoryPlan;
  memory: ModelMemory;
  onDispose: () => void;
  /** Of Adam, done before. */
  steps: number;
}

/** The field as a FieldModel on WebAssembly with SIMD over threads (docs/CPU_ENGINE.md). */
export class WasmModel implements FieldModel {
  readonly points: number;
  readonly operationsPerPoint: number;
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;

  readonly spec: ModelSpec;
  private readonly slices: SliceLayout;
  private readonly plan: MemoryPlan;
  private readonly memory: ModelMemory;
  private readonly threads: Threads;
  private readonly id: number;
  private readonly onDispose: () => void;
  private steps: number;
  /** Of each step since they were taken. */
  private latentGradients: Float32Array[] = [];

  private constructor({ spec, slices, plan, memory, threads, id, onDispose, steps }: WasmModelParts) {
    this.spec = spec;
    this.slices = slices;
    this.plan = plan;
    this.memory = memory;
    this.threads = threads;
    this.id = id;
    this.onDispose = onDispose;
    this.steps = steps;
    this.points = slices.lattice.points;
    this.operationsPerPoint = decoderOperations(spec);
  }

  /**
   * Errors: 'out-of-memory', 'checkpoint-syntax', 'value-out-of-range' (encoder mask larger than the
   * lattice's).
   */
  static async create(
    { id, threads, kernels, onDispose = () => undefined }: WasmPlace,
    { spec, encoding }: Pick<NetworkField, 'spec' | 'encoding'>,
    state: ModelState,
  ): Promise<WasmModel> {
    const slices = makeSliceLayout(spec);
    const plan = planMemory(spec, encoding, slices, threads.count);
    const whole = memoryFor(plan, kernels.shared);
    const memory = new ModelMemory(whole, plan, spec, slices);
    packParameters(plan.parameters, state.weights, memory.floats(Header.parameters, plan.parameters.floats));
    if (state.optimizer) {
      const { first, second } = state.optimizer;
      packParameters(plan.parameters, first, memory.floats(Header.firstMoments, plan.parameters.floats));
      packParameters(plan.parameters, second, memory.floats(Header.secondMoments, plan.parameters.floats));
    }
    await threads.open(id, kernels, whole);
    const steps = state.optimizer?.steps ?? 0;
    return new WasmModel({ spec, slices, plan, memory, threads, id, onDispose, steps });
  }

  trainStep(batch: ImageBatch, options: StepOptions): Promise<void> {
    return this.inTurn(async () => {
      if (batch.count === 0) return;
      const { memory, spec } = this;
      const latents = latentCount(spec, batch.count);
      const views = imagesPerLatent(spec);
      const { zDim } = spec;
      const given = givenLatents(spec, batch);
      const noise = hasEncoder(spec) ? batch.noise : null;
      const gradients = new Float32Array(given ? latents * zDim : 0);
      if (given) this.latentGradients.push(gradients);
      memory.setWord(Header.batchCount, batch.count);
      const { residuals } = batch;
      const rings = spec.boxPixels / 2 + 1;
      memory.setWord(Header.hasWeights, residuals ? 1 : 0);
      memory.setReal(Header.beta, options.beta);
      this.steps++;
      memory.setReal(Header.stepSize, options.learningRate / (1 - ADAM_BETAS[0] ** this.steps));
      memory.setReal(Header.secondScale, 1 / Math.sqrt(1 - ADAM_BETAS[1] ** this.steps));
      memory.setReal(Header.weightDecay, options.weightDecay);
      memory.words(Header.groupTouched, this.plan.groups).fill(0);
      await this.inChunks(batch, async (from, count) => {
        memory.setWord(Header.firstChunk, from === 0 ? 1 : 0);
        memory.copy(Header.rotations, batch.rotations, from * 9, count * 9);
        if (residuals) {
          memory.copy(Header.amplitudes, residuals.amplitudes, from * rings, count * rings);
          memory.copy(Header.contrast, residuals.contrast, from, count);
        }
        memory.setWord(Header.hasNoise, noise ? 1 : 0);
        const [first, own] = [from / views, count / views];
        if (noise) memory.copy(Header.noise, noise, first * zDim, own * zDim);
        if (given) memory.copyLatents(given, first, own, zDim);
        memory.setWord(Header.lastChunk, from + count === batch.count ? 1 : 0);
        await this.threads.run(this.id, 'trainChunk');
        if (given) gradients.set(memory.floats(Header.latentGradients, own * zDim), first * zDim);
      });
    });
  }

  takeLatentGradients(): Promise<Float32Array> {
    return this.inTurn(() => joined(this.latentGradients.splice(0)));
  }

  takeLosses(): Promise<Losses> {
    return this.inTurn(() => {
      const sums = this.memory.doubles(Header.losses, 4);
      const [images, squares, kl, total] = sums;
      sums.fill(0);
      const mean = (sum: number) => (images > 0 ? sum / images : 0);
      return { images, reconstruction: mean(squares), kl: mean(kl), total: mean(total) };
    });
  }

  encode(batch: EncodedBatch): Promise<Latents> {
    return this.inTurn(async () => {
      const { zDim } = this.spec;
      const latents = latentCount(this.spec, batch.count);
      const mu = new Float32Array(latents * zDim);
      const logVariance = new Float32Array(latents * zDim);
      if (zDim === 0) return { mu, logVariance };
      refuseWithoutEncoder(this.spec);
      const stride = panelStride((2 * zDim + 3) & ~3) / 4;
      await this.inChunks(batch, async (firstImage, images) => {
        await this.threads.run(this.id, 'encodeChunk');
        const views = imagesPerLatent(this.spec);
        const [from, count] = [firstImage / views, images / views];
        const output = this.memory.floats(Header.encoderOutput, Math.ceil(count / 8) * stride);
        for (let i = 0; i < count; i++)
          for (let j = 0; j < zDim; j++) {
            const at = (i >> 3) * stride + 8 * j + (i & 7);
            mu[(from + i) * zDim + j] = output[at];
            logVariance[(from + i) * zDim + j] = output[at + 8 * zDim];
          }
      });
      return { mu, logVariance };
    });
  }

  evaluate(coordinates: Float32Array, z: Float32Array | null): Promise<Float32Array> {
    return this.inTurn(async () => {
      const { channels } = this.slices;
      const rows = coordinates.length / 3;
      const values = new Float32Array(rows * channels);
      const { zDim } = this.spec;
      if (zDim > 0) this.memory.copy(Header.latents, z ?? new Float32Array(zDim), 0, zDim);
      for (let from = 0; from < rows; from += EVALUATE_ROWS) {
        const count = Math.min(EVALUATE_ROWS, rows - from);
        this.memory.setWord(Header.rows, count);
        this.memory.copy(Header.coordinates, coordinates, 3 * from, 3 * count);
        await this.threads.run(this.id, 'evaluateChunk');
        values.set(this.memory.floats(Header.values, count * channels), from * channels);
      }
      return values;
    });
  }

  exportWeights(): Promise<Weights> {
    return this.inTurn(() => this.unpacked(Header.parameters));
  }

  exportOptimizer(): Promise<OptimizerState> {
    return this.inTurn(() => ({
      steps: this.steps,
      first: this.unpacked(Header.firstMoments),
      second: this.unpacked(Header.secondMoments),
    }));
  }

  memoryBytes(): number {
    return this.disposed ? 0 : this.memory.bytes;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.onDispose();
    void this.queue.then(() => {
      this.threads.close(this.id);
      this.memory.release();
    });
  }

  private unpacked(field: Header): Weights {
    return unpackParameters(this.plan.parameters, this.memory.floats(field, this.plan.parameters.floats));
  }

  /** Images, translations, CTF and optics of each chunk in place, then `run` with its first image and its count. */
  private async inChunks(batch: EncodedBatch, run: (from: number, count: number) => Promise<void>): Promise<void> {
    const { memory, points, plan } = this;
    memory.setWord(Header.hasTranslations, batch.translations ? 1 : 0);
    memory.setWord(Header.hasCtf, batch.ctf ? 1 : 0);
    memory.setWord(Header.hasOptics, batch.ctf && batch.optics ? 1 : 0);
    for (let from = 0; from < batch.count; from += plan.chunkImages) {
      const count = Math.min(plan.chunkImages, batch.count - from);
      memory.setWord(Header.count, count);
      memory.copy(Header.images, batch.images, from * points, count * points);
      if (batch.translations) memory.copyShifts(batch.translations, from, count, this.spec.boxPixels);
      if (batch.ctf) memory.copy(Header.ctf, batch.ctf, from * 9, count * 9);
      if (batch.ctf && batch.optics) memory.copy(Header.optics, batch.optics, from * 10, count * 10);
      await run(from, count);
    }
  }

  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.disposed) return Promise.reject(new VitrineError('device-lost', 'This model was already disposed of.'));
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}
