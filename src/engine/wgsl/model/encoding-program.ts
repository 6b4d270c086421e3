// Latents of images, recorded once for a number of images: the encoder's input and the encoder forward.
import type { EncodedBatch } from '../../engine.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { paddedRows } from '../gpu/kernels.ts';
import { makeEncoderInput, type LatticeTables } from '../slices/slices.ts';
import { makeImageBuffers, writeImages, type ImageBuffers } from './batch-buffers.ts';
import type { ModelContext } from './decoder-forward.ts';
import { encoderBuffers, encoderForward } from './encoder.ts';
import type { BatchShape } from './training-program.ts';

/** The encoder on a batch of one size, recorded once: images in, μ and log σ² out. */
export class EncodingProgram {
  private constructor(
    private readonly context: ModelContext,
    private readonly views: ImageBuffers,
    private readonly outputs: BufferView,
    readonly shape: BatchShape,
    private readonly commands: readonly Command[],
  ) {}

  /** Records it for batches of one shape; buffers come from the context's arena. */
  static async record(context: ModelContext, tables: LatticeTables, shape: BatchShape): Promise<EncodingProgram> {
    const { gpu, arena, network } = context;
    const { images, translations, ctf, optics } = shape;
    const views = makeImageBuffers(arena, network, images);
    const encoderInput = arena.floats('encoder input', paddedRows(images) * network.encoderInputs);
    const layers = encoderBuffers(context, images);
    const inputs = {
      images: views.images,
      translations: translations ? views.translations : null,
      ctf: ctf ? views.ctf : null,
      optics,
    };
    const commands = [
      ...(await makeEncoderInput({ gpu, arena }, network.slices, tables, images, { inputs, output: encoderInput })),
      ...(await encoderForward(context, encoderInput, layers, images)),
    ];
    return new EncodingProgram(context, views, layers[layers.length - 1], shape, commands);
  }

  /** μ | log σ² of images `from …`, a row of padded(2·zDim) floats each image or pair. */
  async run(batch: EncodedBatch, from: number): Promise<Float32Array> {
    const { gpu, network } = this.context;
    const { images } = this.shape;
    writeImages(gpu, this.views, batch, network.slices.lattice.points, { from, count: images });
    await gpu.run(this.commands);
    return gpu.readFloats({ ...this.outputs, size: 4 * (images / network.imagesPerLatent) * network.encoderOutputs });
  }
}
