// The encoder on the device, B rows in float32: forward, and backward from the gradient of its outputs. Of tilt pairs the
// first layers have a row an image; two of them are one row, twice as wide, to the layer that joins them, and so is their
// gradient: the same buffer, read otherwise.
import type { BufferView } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { bytesOf } from '../gpu/kernels.ts';
import type { ProductShape } from '../product/product.ts';
import { weightGradientScratch, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { imageProduct, type ModelContext } from './decoder-forward.ts';
import { imageLayerBackward, imageWeightGradient } from './image-layers.ts';
import type { LayerRegions } from '../parameters/layout.ts';
import type { Network } from './network.ts';

/** Activations of every layer but the last, then the outputs (μ | log σ²); rows padded. */
export function encoderBuffers(
  { arena, network }: Pick<ModelContext, 'arena' | 'network'>,
  images: number,
): BufferView[] {
  const layers = network.encoder ?? [];
  return layers.map((_, layer) => {
    const last = layer === layers.length - 1;
    const width = last ? network.encoderOutputs : network.encoderWidth;
    return arena.buffer(`encoder ${layer}`, bytesOf('f32') * network.encoderRowsHeld(layer, images) * width);
  });
}

/** `outputs`: as `encoderBuffers` makes them. */
export async function encoderForward(
  context: ModelContext,
  input: BufferView,
  outputs: readonly BufferView[],
  images: number,
): Promise<Command[]> {
  const { network, trainables } = context;
  const commands: Command[] = [];
  for (const [layer, { matrices, bias, residual, activated }] of (network.encoder ?? []).entries()) {
    const { inputs, outputs: width } = sizesOf(network, layer);
    const shape: ProductShape = {
      label: `encoder ${layer} forward`,
      prologue: 'rows',
      epilogue: 'forward',
      residual,
      activation: activated ? network.spec.activation : null,
      bias: 'shared',
      inputs,
      outputs: width,
      scalar: 'f32',
    };
    const buffers = {
      left: layer === 0 ? input : outputs[layer - 1],
      right: trainables.parameter(matrices[0]),
      bias: trainables.parameter(bias),
      out: outputs[layer],
    };
    commands.push(...(await imageProduct(context, shape, buffers, network.encoderRows(layer, images))));
  }
  return commands;
}

/** Input and activations of the way there, gradients of the way back, scratch. */
export interface EncoderBackwardBuffers {
  input: BufferView;
  outputs: readonly BufferView[];
  /** Gradient of the outputs, latents × padded(2·zDim). */
  gradient: BufferView;
  /** Two gradients of hidden activations, used in turn. */
  hidden: readonly [BufferView, BufferView];
  scratch: BufferView;
}

/** Gradients of all of the encoder's parameters. */
export async function encoderBackward(
  context: ModelContext,
  { input, outputs, gradient, hidden, scratch }: EncoderBackwardBuffers,
  images: number,
): Promise<Command[]> {
  const { network, trainables } = context;
  const layers = network.encoder ?? [];
  const commands: Command[] = [];
  let from = gradient;
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const { matrices, bias, residual } = layers[layer];
    const { inputs, outputs: width } = sizesOf(network, layer);
    const shape = weightShape(network, layers[layer], layer);
    const rows = network.encoderRows(layer, images);
    const one = {
      below: layer === 0 ? input : outputs[layer - 1],
      gradient: from,
      weightsInto: trainables.gradient(matrices[0]),
      biasInto: trainables.gradient(bias),
      scratch,
    };
    if (layer === 0) {
      commands.push(...(await imageWeightGradient(context, shape, one, rows)));
      break;
    }
    const back: ProductShape = {
      label: `encoder ${layer} backward`,
      prologue: 'rows',
      epilogue: 'backward',
      residual,
      activation: layers[layer - 1].activated ? network.spec.activation : null,
      bias: 'none',
      inputs: width,
      outputs: inputs,
      scalar: 'f32',
    };
    const out = hidden[layer % 2];
    const product = { transposed: trainables.transposed(matrices[0]), out };
    commands.push(...(await imageLayerBackward(context, { weights: shape, back }, one, product, rows)));
    from = out;
  }
  return commands;
}

/** Floats of scratch that the encoder's weight gradients need. */
export function encoderScratch({ gpu, network, tuned }: ModelContext, images: number): number {
  return (network.encoder ?? []).reduce((most, regions, layer) => {
    const shape = weightShape(network, regions, layer);
    const rows = network.encoderRows(layer, images);
    return Math.max(most, weightGradientScratch(gpu, shape, rows, tuned.weightGradient(shape, rows)));
  }, 0);
}

function weightShape(network: Network, { name }: LayerRegions, layer: number): WeightGradientShape {
  const { inputs, outputs } = sizesOf(network, layer);
  return { label: `${name} gradient`, prologue: 'rows', inputs, outputs, scalar: 'f32', bias: true };
}

function sizesOf(network: Network, layer: number): { inputs: number; outputs: number } {
  const last = layer === (network.encoder?.length ?? 0) - 1;
  const joined = network.encoder?.[layer].joined;
  return {
    inputs: layer === 0 ? network.encoderInputs : joined ? 2 * network.encoderWidth : network.encoderWidth,
    outputs: last ? network.encoderOutputs : network.encoderWidth,
  };
}
