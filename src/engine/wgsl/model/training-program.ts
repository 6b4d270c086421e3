// A training step for batches of one size, recorded once: buffers, bind groups and the order of all dispatches. Doing it is
// writing the batch and submitting one command buffer. Plan: docs/ENGINE.md, "A step".
import type { ImageBatch, StepOptions } from '../../engine.ts';
import { givenLatents } from '../../parameters.ts';
import { makeAdam } from '../adam/adam.ts';
import { writeStep } from '../adam/step.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { makeSampling, makeSamplingGradient } from '../latents/latents.ts';
import type { ProductRows, ProductShape } from '../product/product.ts';
import { makeSlices, makeWeighting, type LatticeTables } from '../slices/slices.ts';
import { weightGradientScratch, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { writeImages } from './batch-buffers.ts';
import { chunksOf, type Chunk } from './chunks.ts';
import { decoderBackward, decoderScratch } from './decoder-backward.ts';
import { decoderForward, latentGroups, type ModelContext } from './decoder-forward.ts';
import { encoderBackward, encoderForward, encoderScratch } from './encoder.ts';
import { imageLayerBackward } from './image-layers.ts';
import type { TrainingBuffers } from './training-buffers.ts';

/** Sums of losses and the step's uniform: one of each a model. */
export interface StepBuffers {
  /** lossSums of adam/state.ts. */
  losses: BufferView;
  /** Uniform of adam/step.ts. */
  step: BufferView;
}

/** What a program is recorded for. */
export interface BatchShape {
  images: number;
  translations: boolean;
  ctf: boolean;
  optics: boolean;
  /** Whether residuals are weighted. */
  weighted: boolean;
}

/** Which inputs a batch has: programs are recorded by it. */
export function shapeOf(
  images: number,
  { translations, ctf, optics, residuals }: Pick<ImageBatch, 'translations' | 'ctf' | 'optics' | 'residuals'>,
): BatchShape {
  return {
    ...{ images, translations: translations !== null, ctf: ctf !== null, optics: Boolean(ctf && optics) },
    weighted: Boolean(residuals),
  };
}

/** A training step of one batch shape, recorded once and submitted as often as wanted. */
export class TrainingProgram {
  private constructor(
    private readonly context: ModelContext,
    private readonly buffers: TrainingBuffers,
    private readonly step: StepBuffers,
    readonly shape: BatchShape,
    readonly commands: readonly Command[],
  ) {}

  /** `buffers` holds at least the shape's images; what is recorded comes from the context's arena. */
  static async record(
    context: ModelContext,
    tables: LatticeTables,
    step: StepBuffers,
    shape: BatchShape,
    buffers: TrainingBuffers,
  ): Promise<TrainingProgram> {
    const recorder = new Recorder(context, tables, step, shape, buffers);
    return new TrainingProgram(context, buffers, step, shape, await recorder.commands());
  }

  /** Writes the batch and sends off the step. `batch` is as the program's shape says. */
  run(batch: ImageBatch, options: StepOptions): Promise<void> {
    const { gpu, network } = this.context;
    const { points } = network.slices.lattice;
    const { zDim } = network.spec;
    const { batchBuffers } = this.buffers;
    writeImages(gpu, batchBuffers, batch, points, { from: 0, count: batch.count });
    gpu.write(batchBuffers.rotations, batch.rotations.subarray(0, 9 * batch.count));
    if (batch.residuals) {
      const rings = network.spec.boxPixels / 2 + 1;
      gpu.write(batchBuffers.amplitudes, batch.residuals.amplitudes.subarray(0, rings * batch.count));
      gpu.write(batchBuffers.contrast, batch.residuals.contrast.subarray(0, batch.count));
    }
    const latents = batch.count / network.imagesPerLatent;
    const draws = latents * zDim;
    const given = givenLatents(network.spec, batch);
    if (given) gpu.write(batchBuffers.z, paddedRowsOf(given, zDim, network.latents));
    else if (zDim > 0) gpu.write(batchBuffers.noise, batch.noise?.subarray(0, draws) ?? new Float32Array(draws));
    writeStep(gpu, this.step.step, { ...options, klWeight: 1 / (latents * points), images: batch.count });
    return gpu.run(this.commands);
  }
}

class Recorder {
  private readonly arena: Arena;
  /** Images, or pairs. */
  private readonly latents: number;
  private readonly chunks: Chunk[];
  private readonly scratch: BufferView;

  constructor(
    private readonly context: ModelContext,
    private readonly tables: LatticeTables,
    private readonly step: StepBuffers,
    private readonly shape: BatchShape,
    private readonly buffers: TrainingBuffers,
  ) {
    const { arena, network } = context;
    this.arena = arena;
    this.latents = shape.images / network.imagesPerLatent;
    this.chunks = [...chunksOf(this.latents, network.rowsPerLatent, buffers.chunkRows)];
    this.scratch = arena.floats('scratch', this.scratchFloats());
  }

  async commands(): Promise<Command[]> {
    return [
      ...(await this.slices()),
      ...(await this.latentsForward()),
      ...(await this.decoder()),
      ...(await this.latentsBackward()),
      ...(await this.adam()),
    ];
  }

  private async slices(): Promise<Command[]> {
    const { gpu, network } = this.context;
    const { images, translations, ctf, optics, weighted } = this.shape;
    const { batchBuffers } = this.buffers;
    const inputs = {
      images: batchBuffers.images,
      rotations: batchBuffers.rotations,
      translations: translations ? batchBuffers.translations : null,
      ctf: ctf ? batchBuffers.ctf : null,
      optics,
    };
    const outputs = {
      points: batchBuffers.points,
      targets: batchBuffers.targets,
      transfer: batchBuffers.transfer,
      encoderInput: network.encoder ? batchBuffers.encoderInput : null,
    };
    const place = { gpu, arena: this.arena };
    const slices = await makeSlices(place, network.slices, this.tables, images, { inputs, outputs });
    if (!weighted) return slices;
    const weighting = { inputs: batchBuffers, outputs };
    return [...slices, ...(await makeWeighting(place, network.slices, this.tables, images, weighting))];
  }

  private async latentsForward(): Promise<Command[]> {
    const { gpu, network } = this.context;
    const { latents } = this;
    const { batchBuffers } = this.buffers;
    if (!network.encoder) return latentGroups(this.context, batchBuffers.z, batchBuffers.groups, latents);
    const encoded = this.buffers.encoded[this.buffers.encoded.length - 1];
    const sampling = {
      encoded,
      noise: batchBuffers.noise,
      z: batchBuffers.z,
      losses: this.step.losses,
      step: this.step.step,
    };
    return [
      ...(await encoderForward(this.context, batchBuffers.encoderInput, this.buffers.encoded, this.shape.images)),
      ...(await makeSampling(gpu, this.arena, { zDim: network.spec.zDim, images: latents }, sampling)),
      ...(await latentGroups(this.context, batchBuffers.z, batchBuffers.groups, latents)),
    ];
  }

  private async decoder(): Promise<Command[]> {
    const { network, trainables } = this.context;
    const { lattice } = network.slices;
    const { chunks } = this;
    const { batchBuffers, chunk } = this.buffers;
    const ownPoints = chunks.length > 1 ? chunk.points : null;
    const groups = network.latentMatrix ? batchBuffers.groups : trainables.parameter(network.decoder[0].bias);
    const groupGradient = network.latentMatrix
      ? batchBuffers.groupGradient
      : trainables.gradient(network.decoder[0].bias);
    const points = ownPoints ?? batchBuffers.points;
    const weight = 1 / (this.shape.images * lattice.points);
    const commands: Command[] = [];
    for (const [number, { firstRow, rows }] of chunks.entries()) {
      const place: ProductRows = { rows, firstRow, rowsPerImage: network.rowsPerLatent };
      if (ownPoints) {
        // Copies mind no alignment beyond 4 bytes, bindings do.
        const size = 16 * rows;
        commands.push({
          from: { buffer: batchBuffers.points.buffer, offset: batchBuffers.points.offset + 16 * firstRow, size },
          to: { ...ownPoints, size },
        });
      }
      const forward = { points, groups, features: chunk.features, rows: place };
      commands.push(...(await decoderForward(this.context, forward, chunk.hidden)));
      const backward = {
        points,
        features: chunk.features,
        hidden: chunk.hidden,
        gradients: chunk.gradients,
        targets: batchBuffers.targets,
        transfer: batchBuffers.transfer,
        groupGradient,
        losses: this.step.losses,
        scratch: this.scratch,
      };
      commands.push(...(await decoderBackward(this.context, backward, place, { weight, accumulate: number > 0 })));
    }
    return commands;
  }

  /** From the gradient of the groups to that of z and W_z, and through the encoder. */
  private async latentsBackward(): Promise<Command[]> {
    const { gpu, network, trainables } = this.context;
    const { latentMatrix, spec } = network;
    if (!latentMatrix) return [];
    const { latents, scratch } = this;
    const { batchBuffers } = this.buffers;
    const weights = latentWeightShape(network);
    const layer = {
      below: batchBuffers.z,
      gradient: batchBuffers.groupGradient,
      weightsInto: trainables.gradient(latentMatrix),
      biasInto: trainables.gradient(network.decoder[0].bias),
      scratch,
    };
    const back: ProductShape = {
      label: 'gradient of z',
      prologue: 'rows',
      epilogue: 'plain',
      residual: false,
      activation: null,
      bias: 'none',
      inputs: network.width,
      outputs: network.latents,
      scalar: 'f32',
    };
    const product = { transposed: trainables.transposed(latentMatrix), out: batchBuffers.zGradient };
    const throughLayer = await imageLayerBackward(this.context, { weights, back }, layer, product, latents);
    if (!network.encoder) return throughLayer;
    const encoded = this.buffers.encoded[this.buffers.encoded.length - 1];
    const sampling = {
      encoded,
      noise: batchBuffers.noise,
      zGradient: batchBuffers.zGradient,
      into: batchBuffers.encodedGradient,
      step: this.step.step,
    };
    const encoder = {
      input: batchBuffers.encoderInput,
      outputs: this.buffers.encoded,
      gradient: batchBuffers.encodedGradient,
      hidden: batchBuffers.encoderHidden,
      scratch,
    };
    return [
      ...throughLayer,
      ...(await makeSamplingGradient(gpu, this.arena, { zDim: spec.zDim, images: latents }, sampling)),
      ...(await encoderBackward(this.context, encoder, this.shape.images)),
    ];
  }

  private async adam(): Promise<Command[]> {
    const { gpu, network, trainables } = this.context;
    const views = { ...trainables.buffers, ...this.step };
    return [...(await makeAdam({ gpu, arena: this.arena }, network.parameters.size, views)), ...trainables.refresh];
  }

  private scratchFloats(): number {
    const { gpu, network, tuned } = this.context;
    const { latents } = this;
    const { rowsPerLatent: rowsPerImage } = network;
    let most = encoderScratch(this.context, this.shape.images);
    for (const { firstRow, rows } of this.chunks)
      most = Math.max(
        most,
        decoderScratch(this.context, { rows, firstRow, rowsPerImage }, this.buffers.chunk.features !== null),
      );
    if (network.latentMatrix) {
      const shape = latentWeightShape(network);
      most = Math.max(most, weightGradientScratch(gpu, shape, latents, tuned.weightGradient(shape, latents)));
    }
    return most;
  }
}

/** Rows of `width` numbers, zeros behind them up to `padded`. */
function paddedRowsOf(rows: Float32Array, width: number, padded: number): Float32Array {
  const out = new Float32Array((rows.length / width) * padded);
  for (let row = 0; row * width < rows.length; row++)
    out.set(rows.subarray(row * width, (row + 1) * width), row * padded);
  return out;
}

function latentWeightShape({ latents, width }: ModelContext['network']): WeightGradientShape {
  return { label: 'z gradient', prologue: 'rows', inputs: latents, outputs: width, scalar: 'f32', bias: true };
}
