// Layers whose rows are images or latents: the encoder's and z's. Few rows are computed in as few dispatches as can be
// (few-rows/), more of them by the kernels of the decoder. Forward: imageProduct of decoder-forward.ts.
import type { BufferView } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { makeFewRowsBackward } from '../few-rows/few-rows.ts';
import type { ProductShape } from '../product/product.ts';
import { makeWeightGradient, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { imageProduct, type ModelContext } from './decoder-forward.ts';

/** A layer's input, its regions and the gradient of its output; rows are images or latents. */
export interface ImageLayer {
  /** What it multiplied: rows × inputs. */
  below: BufferView;
  /** rows × outputs. */
  gradient: BufferView;
  weightsInto: BufferView;
  biasInto: BufferView;
  scratch: BufferView;
}

/** Gradients of a layer's weights and bias. */
export async function imageWeightGradient(
  { gpu, arena, tuned }: ModelContext,
  shape: WeightGradientShape,
  { below, gradient, weightsInto, biasInto, scratch }: ImageLayer,
  rows: number,
): Promise<Command[]> {
  const buffers = { left: below, gradient, into: weightsInto, biasInto, scratch };
  const variant = tuned.weightGradient(shape, rows);
  return makeWeightGradient({ gpu, arena }, shape, buffers, { rows, accumulate: false }, variant);
}

/** The same, and the gradient of what the layer multiplied, by its weights transposed; `below` is its mask. */
export async function imageLayerBackward(
  context: ModelContext,
  { weights, back }: { weights: WeightGradientShape; back: ProductShape },
  layer: ImageLayer,
  { transposed, out }: { transposed: BufferView; out: BufferView },
  rows: number,
): Promise<Command[]> {
  const { gpu, arena, tuned } = context;
  const views = { left: layer.gradient, right: transposed, mask: layer.below, out };
  if (tuned.inOneDispatch(back, rows, 'layer back'))
    return [await makeFewRowsBackward({ gpu, arena }, back, views, layer, rows)];
  return [
    ...(await imageWeightGradient(context, weights, layer, rows)),
    ...(await imageProduct(context, back, views, rows)),
  ];
}
