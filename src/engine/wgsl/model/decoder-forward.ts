// The decoder's hidden layers forward: features of the points, z's part of each image as the first layer's bias, then the
// residual layers. Rows are points.
import { makeFeatures } from '../encoding/features.ts';
import { makeFewRows, type FewRowsBuffers } from '../few-rows/few-rows.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Command, KernelContext } from '../gpu/gpu.ts';
import { makeProduct, type ProductRows, type ProductShape } from '../product/product.ts';
import type { Tuned } from '../tuning/tuned.ts';
import type { Network } from './network.ts';
import type { Trainables } from './trainables.ts';

/** What recording a model's programs needs beside the device. */
export interface ModelContext extends KernelContext {
  network: Network;
  tuned: Tuned;
  trainables: Trainables;
  /** The encoding's table on the device. */
  waves: BufferView;
}

/** What the decoder reads of a chunk. */
export interface DecoderInputs {
  /** rows × vec4f. */
  points: BufferView;
  /** z·W_z + bias, a row a latent; without z the bias alone, one row. */
  groups: BufferView;
  /** rows × padded features, where they are stored rather than made on the way. */
  features: BufferView | null;
  /** Its images are the latents: of a tilt pair the rows of both images. */
  rows: ProductRows;
}

/** A product by the variant that was chosen for its shape and rows. */
export async function product(
  { gpu, arena, tuned }: Pick<ModelContext, 'gpu' | 'arena' | 'tuned'>,
  shape: ProductShape,
  buffers: Parameters<typeof makeProduct>[2],
  rows: ProductRows,
): Promise<Command[]> {
  return makeProduct({ gpu, arena }, shape, buffers, rows, tuned.product(shape, rows.rows));
}

/** Of rows that are images or latents: few of them in one dispatch. */
export async function imageProduct(
  context: Pick<ModelContext, 'gpu' | 'arena' | 'tuned'>,
  shape: ProductShape,
  buffers: FewRowsBuffers,
  rows: number,
): Promise<Command[]> {
  const { gpu, arena, tuned } = context;
  if (tuned.inOneDispatch(shape, rows, 'product')) return [await makeFewRows({ gpu, arena }, shape, buffers, rows)];
  return product(context, shape, buffers, { rows, firstRow: 0, rowsPerImage: 1 });
}

/** `hidden[l]`: where the activations of hidden layer l go; views may be shared by layers that do not follow each other. */
export async function decoderForward(
  context: ModelContext,
  { points, groups, features, rows }: DecoderInputs,
  hidden: readonly BufferView[],
): Promise<Command[]> {
  const { gpu, arena, network, trainables, waves } = context;
  const { width, scalar, spec } = network;
  const { activation, zDim } = spec;
  const inputs = network.waves.padded;
  const commands: Command[] = [];
  if (features)
    commands.push(
      ...(await makeFeatures(
        { gpu, arena },
        { features: inputs, scalar },
        { points, waves, out: features },
        rows.rows,
      )),
    );
  for (const [layer, { matrices, bias }] of network.decoder.slice(0, -1).entries()) {
    const first = layer === 0;
    const shape: ProductShape = {
      label: `decoder ${layer} forward`,
      prologue: first && !features ? 'encoding' : 'rows',
      epilogue: 'forward',
      residual: !first,
      activation,
      bias: first && zDim > 0 ? 'by-image' : 'shared',
      inputs: first ? inputs : width,
      outputs: width,
      scalar,
    };
    const left = first ? (features ?? points) : hidden[layer - 1];
    const buffers = {
      left,
      ...(shape.prologue === 'encoding' && { waves }),
      right: trainables.matrix(matrices[0]),
      bias: first ? groups : trainables.parameter(bias),
      out: hidden[layer],
    };
    commands.push(...(await product(context, shape, buffers, rows)));
  }
  return commands;
}

/** groups = z·W_z + bias of `latents` rows; nothing to do without z, where the bias itself serves. */
export async function latentGroups(
  context: ModelContext,
  z: BufferView,
  groups: BufferView,
  latents: number,
): Promise<Command[]> {
  const { network, trainables } = context;
  if (!network.latentMatrix) return [];
  const shape: ProductShape = {
    label: 'groups',
    prologue: 'rows',
    epilogue: 'forward',
    residual: false,
    activation: null,
    bias: 'shared',
    inputs: network.latents,
    outputs: network.width,
    scalar: 'f32',
  };
  const buffers = {
    left: z,
    right: trainables.parameter(network.latentMatrix),
    bias: trainables.parameter(network.decoder[0].bias),
    out: groups,
  };
  return imageProduct(context, shape, buffers, latents);
}
