// The decoder's last layer with its loss, and the way back through the hidden layers, for one chunk of rows.
import type { BufferView } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { makeOutput, outputScratch, type OutputShape } from '../output/output.ts';
import type { ProductRows, ProductShape } from '../product/product.ts';
import { groupSumsScratch, makeGroupSums, type GroupSumsShape } from '../weight-gradient/group-sums.ts';
import {
  canSumByImage,
  makeWeightGradient,
  weightGradientScratch,
  type WeightGradientShape,
} from '../weight-gradient/weight-gradient.ts';
import { product, type ModelContext } from './decoder-forward.ts';

/** Activations of the way there, gradients of the way back, scratch of the weight gradients. */
export interface DecoderBackwardBuffers {
  points: BufferView;
  features: BufferView | null;
  /** Activations of the hidden layers. */
  hidden: readonly BufferView[];
  /** Two gradients of hidden activations, used in turn. */
  gradients: readonly [BufferView, BufferView];
  /** Of the whole batch. */
  targets: BufferView;
  transfer: BufferView;
  /** Gradient of z·W_z + bias: latents × width, one row without z. */
  groupGradient: BufferView;
  losses: BufferView;
  scratch: BufferView;
}

/** From the gradient before the last hidden activation to the gradients of all weights and of the groups. */
export async function decoderBackward(
  context: ModelContext,
  buffers: DecoderBackwardBuffers,
  rows: ProductRows,
  /** 1/(B·P), and whether gradients of an earlier chunk are added to. */
  { weight, accumulate }: { weight: number; accumulate: boolean },
): Promise<Command[]> {
  const { gpu, arena, network, trainables, waves } = context;
  const { hidden, gradients, points, features, scratch, groupGradient } = buffers;
  const { width, scalar, spec } = network;
  const scaled = scalar === 'f16' ? { scale: trainables.buffers.state } : {};
  const last = network.decoder[network.hidden];
  const commands: Command[] = [];

  const output = {
    left: hidden[network.hidden - 1],
    weights: trainables.parameter(last.matrices[0]),
    bias: trainables.parameter(last.bias),
    targets: buffers.targets,
    transfer: buffers.transfer,
    gradient: gradients[0],
    weightsInto: trainables.gradient(last.matrices[0]),
    biasInto: trainables.gradient(last.bias),
    losses: buffers.losses,
    scratch,
    ...scaled,
  };
  const chunk = { rows: rows.rows, firstRow: rows.firstRow, accumulate, weight };
  commands.push(...(await makeOutput({ gpu, arena }, outputShape(context), output, chunk)));

  for (let layer = network.hidden - 1; layer >= 0; layer--) {
    const { matrices, bias } = network.decoder[layer];
    const from = gradients[(network.hidden - 1 - layer) % 2];
    const shape = weightShape(context, layer, features !== null);
    const { variant, byImage } = wayOf(context, shape, rows, layer);
    const into = {
      left: layer === 0 ? (features ?? points) : hidden[layer - 1],
      ...(shape.prologue === 'encoding' && { waves }),
      gradient: from,
      into: trainables.gradient(matrices[0]),
      biasInto: layer === 0 ? groupGradient : trainables.gradient(bias),
      scratch,
      ...scaled,
    };
    // A chunk adds to the sums of an image that was begun before it; without z to those of all.
    const goesOn = rows.firstRow % rows.rowsPerImage !== 0;
    const images = { ...rows, accumulate: goesOn };
    const own = { rows: rows.rows, accumulate, ...(byImage === 'with the gradient' && { byImage: images }) };
    const made = { ...shape, bias: byImage !== 'apart' };
    commands.push(...(await makeWeightGradient({ gpu, arena }, made, into, own, variant)));
    if (byImage === 'apart') {
      const views = { gradient: from, into: groupGradient, scratch, ...scaled };
      commands.push(...(await makeGroupSums({ gpu, arena }, groupShape(context), views, images)));
    }
    if (layer === 0) break;
    const back: ProductShape = {
      label: `decoder ${layer} backward`,
      prologue: 'rows',
      epilogue: 'backward',
      residual: true,
      activation: spec.activation,
      bias: 'none',
      inputs: width,
      outputs: width,
      scalar,
    };
    const views = {
      left: from,
      right: trainables.transposed(matrices[0]),
      mask: hidden[layer - 1],
      out: gradients[(network.hidden - layer) % 2],
    };
    commands.push(...(await product(context, back, views, rows)));
  }
  return commands;
}

/** Floats of scratch for the reductions of a chunk. */
export function decoderScratch(context: ModelContext, rows: ProductRows, storedFeatures: boolean): number {
  const { gpu, network } = context;
  let most = outputScratch(gpu, outputShape(context), rows.rows);
  for (let layer = 0; layer < network.hidden; layer++) {
    const shape = weightShape(context, layer, storedFeatures);
    const { variant, byImage } = wayOf(context, shape, rows, layer);
    const images = byImage === 'with the gradient' ? rows : undefined;
    most = Math.max(most, weightGradientScratch(gpu, shape, rows.rows, variant, images));
    if (byImage === 'apart') most = Math.max(most, groupSumsScratch(gpu, groupShape(context), rows));
  }
  return most;
}

/**
 * Which kernel makes a layer's weight gradient. The first layer's bias gets the gradient's sums by image, since z's part is
 * added with it: with the weights' gradient, or by kernels of their own where that has too many slices.
 */
function wayOf({ gpu, network, tuned }: ModelContext, shape: WeightGradientShape, rows: ProductRows, layer: number) {
  const variant = tuned.weightGradient(shape, rows.rows);
  if (layer > 0 || network.spec.zDim === 0) return { variant, byImage: null };
  const together = canSumByImage(gpu, shape, rows.rows, variant, rows);
  return { variant, byImage: together ? ('with the gradient' as const) : ('apart' as const) };
}

function groupShape({ network: { width, scalar } }: ModelContext): GroupSumsShape {
  return { label: 'sums by image', outputs: width, scalar };
}

/** The last layer as output/ wants it. */
export function outputShape({ network }: ModelContext): OutputShape {
  const { width, scalar, spec, slices } = network;
  return { label: 'output', inputs: width, channels: slices.channels, scalar, activation: spec.activation };
}

function weightShape({ network }: ModelContext, layer: number, storedFeatures: boolean): WeightGradientShape {
  const { width, scalar, waves } = network;
  const first = layer === 0;
  return {
    label: `decoder ${layer} gradient`,
    prologue: first && !storedFeatures ? 'encoding' : 'rows',
    inputs: first ? waves.padded : width,
    outputs: width,
    scalar,
    bias: true,
  };
}
