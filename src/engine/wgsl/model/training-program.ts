// A training step for batches of one size, recorded once: buffers, bind groups and the order of all dispatches. Doing it is
// writing the batch and submitting one command buffer. Plan: docs/ENGINE.md, "A step".
import type { ImageBatch, StepOptions } from '../../engine.ts';
import { makeAdam } from '../adam/adam.ts';
import { writeStep } from '../adam/step.ts';
import type { Arena, View } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { makeSampling, makeSamplingGradient } from '../latents/latents.ts';
import type { ProductRows, ProductShape } from '../product/product.ts';
import { makeSlices, type LatticeTables } from '../slices/slices.ts';
import { weightGradientScratch, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { writeImages } from './batch-buffers.ts';
import { chunksOf, type Chunk } from './chunks.ts';
import { decoderBackward, decoderScratch } from './decoder-backward.ts';
import { decoderForward, latentGroups, type Workshop } from './decoder-forward.ts';
import { encoderBackward, encoderForward, encoderScratch } from './encoder.ts';
import { imageLayerBackward } from './image-layers.ts';
import type { Workbench } from './workbench.ts';

export interface StepViews {
  /** lossSums of adam/state.ts. */
  losses: View;
  /** Uniform of adam/step.ts. */
  step: View;
}

/** What a program is recorded for. */
export interface BatchShape {
  images: number;
  translations: boolean;
  ctf: boolean;
  optics: boolean;
}

export function shapeOf(
  images: number,
  { translations, ctf, optics }: Pick<ImageBatch, 'translations' | 'ctf' | 'optics'>,
): BatchShape {
  return { images, translations: translations !== null, ctf: ctf !== null, optics: Boolean(ctf && optics) };
}

export class TrainingProgram {
  private constructor(
    private readonly workshop: Workshop,
    private readonly bench: Workbench,
    private readonly stepViews: StepViews,
    readonly shape: BatchShape,
    readonly commands: readonly Command[],
  ) {}

  /** `bench` holds at least the shape's images; what is recorded comes from the workshop's arena. */
  static async record(
    workshop: Workshop,
    tables: LatticeTables,
    stepViews: StepViews,
    shape: BatchShape,
    bench: Workbench,
  ): Promise<TrainingProgram> {
    const recorder = new Recorder(workshop, tables, stepViews, shape, bench);
    return new TrainingProgram(workshop, bench, stepViews, shape, await recorder.commands());
  }

  /** Writes the batch and sends off the step. `batch` is as the program's shape says. */
  run(batch: ImageBatch, options: StepOptions): Promise<void> {
    const { gpu, network } = this.workshop;
    const { points } = network.slices.lattice;
    const { zDim } = network.spec;
    const { views } = this.bench;
    writeImages(gpu, views, batch, points, 0, batch.count);
    gpu.write(views.rotations, batch.rotations.subarray(0, 9 * batch.count));
    const latents = batch.count / network.views;
    const draws = latents * zDim;
    if (zDim > 0) gpu.write(views.noise, batch.noise?.subarray(0, draws) ?? new Float32Array(draws));
    writeStep(gpu, this.stepViews.step, { ...options, klWeight: 1 / (latents * points), images: batch.count });
    return gpu.run(this.commands);
  }
}

class Recorder {
  private readonly arena: Arena;
  /** Images, or pairs. */
  private readonly latents: number;
  private readonly chunks: Chunk[];
  private readonly scratch: View;

  constructor(
    private readonly workshop: Workshop,
    private readonly tables: LatticeTables,
    private readonly step: StepViews,
    private readonly shape: BatchShape,
    private readonly bench: Workbench,
  ) {
    const { arena, network } = workshop;
    this.arena = arena;
    this.latents = shape.images / network.views;
    this.chunks = [...chunksOf(this.latents, network.rowsPerLatent, bench.chunkRows)];
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

  private slices(): Promise<Command[]> {
    const { gpu, network } = this.workshop;
    const { images, translations, ctf, optics } = this.shape;
    const { views } = this.bench;
    const inputs = {
      images: views.images,
      rotations: views.rotations,
      translations: translations ? views.translations : null,
      ctf: ctf ? views.ctf : null,
      optics,
    };
    const outputs = {
      points: views.points,
      targets: views.targets,
      transfer: views.transfer,
      encoderInput: network.encoder ? views.encoderInput : null,
    };
    return makeSlices(gpu, this.arena, network.slices, this.tables, images, inputs, outputs);
  }

  private async latentsForward(): Promise<Command[]> {
    const { gpu, network } = this.workshop;
    if (!network.encoder) return [];
    const { latents } = this;
    const { views } = this.bench;
    const encoded = this.bench.encoded[this.bench.encoded.length - 1];
    const sampling = { encoded, noise: views.noise, z: views.z, losses: this.step.losses, step: this.step.step };
    return [
      ...(await encoderForward(this.workshop, views.encoderInput, this.bench.encoded, this.shape.images)),
      ...(await makeSampling(gpu, this.arena, { zDim: network.spec.zDim, images: latents }, sampling)),
      ...(await latentGroups(this.workshop, views.z, views.groups, latents)),
    ];
  }

  private async decoder(): Promise<Command[]> {
    const { network, trainables } = this.workshop;
    const { lattice } = network.slices;
    const { chunks } = this;
    const { views, chunk } = this.bench;
    const ownPoints = chunks.length > 1 ? chunk.points : null;
    const groups = network.latentMatrix ? views.groups : trainables.parameter(network.decoder[0].bias);
    const groupGradient = network.latentMatrix ? views.groupGradient : trainables.gradient(network.decoder[0].bias);
    const points = ownPoints ?? views.points;
    const weight = 1 / (this.shape.images * lattice.points);
    const commands: Command[] = [];
    for (const [number, { firstRow, rows }] of chunks.entries()) {
      const place: ProductRows = { rows, firstRow, rowsPerImage: network.rowsPerLatent };
      if (ownPoints) {
        // Copies mind no alignment beyond 4 bytes, bindings do.
        const size = 16 * rows;
        commands.push({
          from: { buffer: views.points.buffer, offset: views.points.offset + 16 * firstRow, size },
          to: { ...ownPoints, size },
        });
      }
      const forward = { points, groups, features: chunk.features, rows: place };
      commands.push(...(await decoderForward(this.workshop, forward, chunk.hidden)));
      const backward = {
        points,
        features: chunk.features,
        hidden: chunk.hidden,
        gradients: chunk.gradients,
        targets: views.targets,
        transfer: views.transfer,
        groupGradient,
        losses: this.step.losses,
        scratch: this.scratch,
      };
      commands.push(...(await decoderBackward(this.workshop, backward, place, { weight, accumulate: number > 0 })));
    }
    return commands;
  }

  /** From the gradient of the groups to that of z and W_z, and through the encoder. */
  private async latentsBackward(): Promise<Command[]> {
    const { gpu, network, trainables } = this.workshop;
    const { latentMatrix, spec } = network;
    if (!latentMatrix) return [];
    const { latents, scratch } = this;
    const { views } = this.bench;
    const weights = latentWeightShape(network);
    const layer = {
      below: views.z,
      gradient: views.groupGradient,
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
    const product = { transposed: trainables.transposed(latentMatrix), out: views.zGradient };
    const encoded = this.bench.encoded[this.bench.encoded.length - 1];
    const sampling = {
      encoded,
      noise: views.noise,
      zGradient: views.zGradient,
      into: views.encodedGradient,
      step: this.step.step,
    };
    const encoder = {
      input: views.encoderInput,
      outputs: this.bench.encoded,
      gradient: views.encodedGradient,
      hidden: views.encoderHidden,
      scratch,
    };
    return [
      ...(await imageLayerBackward(this.workshop, weights, back, layer, product, latents)),
      ...(await makeSamplingGradient(gpu, this.arena, { zDim: spec.zDim, images: latents }, sampling)),
      ...(await encoderBackward(this.workshop, encoder, this.shape.images)),
    ];
  }

  private async adam(): Promise<Command[]> {
    const { gpu, network, trainables } = this.workshop;
    const views = { ...trainables.views, ...this.step };
    return [...(await makeAdam(gpu, this.arena, network.parameters.size, views)), ...trainables.refresh];
  }

  private scratchFloats(): number {
    const { gpu, network, tuned } = this.workshop;
    const { latents } = this;
    const { rowsPerLatent: rowsPerImage } = network;
    let most = encoderScratch(this.workshop, this.shape.images);
    for (const { firstRow, rows } of this.chunks)
      most = Math.max(
        most,
        decoderScratch(this.workshop, { rows, firstRow, rowsPerImage }, this.bench.chunk.features !== null),
      );
    if (network.latentMatrix) {
      const shape = latentWeightShape(network);
      most = Math.max(most, weightGradientScratch(gpu, shape, latents, tuned.weightGradient(shape, latents)));
    }
    return most;
  }
}

function latentWeightShape({ latents, width }: Workshop['network']): WeightGradientShape {
  return { label: 'z gradient', prologue: 'rows', inputs: latents, outputs: width, scalar: 'f32', bias: true };
}
