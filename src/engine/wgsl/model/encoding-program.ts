// Latents of images, recorded once for a number of images: the encoder's input and the encoder forward.
import type { ImageBatch } from '../../engine.ts';
import type { View } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { paddedRows } from '../gpu/kernels.ts';
import { makeEncoderInput, type LatticeTables } from '../slices/slices.ts';
import { imageViews, writeImages, type ImageViews } from './batch-buffers.ts';
import type { Workshop } from './decoder-forward.ts';
import { encoderBuffers, encoderForward } from './encoder.ts';
import type { BatchShape } from './training-program.ts';

export class EncodingProgram {
  private constructor(
    private readonly workshop: Workshop,
    private readonly views: ImageViews,
    private readonly outputs: View,
    readonly shape: BatchShape,
    private readonly commands: readonly Command[],
  ) {}

  static async record(workshop: Workshop, tables: LatticeTables, shape: BatchShape): Promise<EncodingProgram> {
    const { gpu, arena, network } = workshop;
    const { images, translations, ctf, optics } = shape;
    const views = imageViews(arena, network, images);
    const encoderInput = arena.floats('encoder input', paddedRows(images) * network.encoderInputs);
    const layers = encoderBuffers(workshop, images);
    const inputs = {
      images: views.images,
      translations: translations ? views.translations : null,
      ctf: ctf ? views.ctf : null,
      optics,
    };
    const commands = [
      ...(await makeEncoderInput(gpu, arena, network.slices, tables, images, inputs, encoderInput)),
      ...(await encoderForward(workshop, encoderInput, layers, images)),
    ];
    return new EncodingProgram(workshop, views, layers[layers.length - 1], shape, commands);
  }

  /** μ | log σ² of images `from …`, a row of padded(2·zDim) floats each image or pair. */
  async run(batch: Omit<ImageBatch, 'rotations' | 'noise'>, from: number): Promise<Float32Array> {
    const { gpu, network } = this.workshop;
    const { images } = this.shape;
    writeImages(gpu, this.views, batch, network.slices.lattice.points, from, images);
    await gpu.run(this.commands);
    return gpu.readFloats({ ...this.outputs, size: 4 * (images / network.views) * network.encoderOutputs });
  }
}
