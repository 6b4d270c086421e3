// Layers whose rows are images or latents: the encoder's and z's. Few rows are computed in as few dispatches as can be
// (few-rows/), more of them by the kernels of the decoder. Forward: imageProduct of decoder-forward.ts.
import type { View } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { makeFewRowsBackward } from '../few-rows/few-rows.ts';
import type { ProductShape } from '../product/product.ts';
import { makeWeightGradient, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { imageProduct, type Workshop } from './decoder-forward.ts';

export interface ImageLayer {
  /** What it multiplied: rows × inputs. */
  below: View;
  /** rows × outputs. */
  gradient: View;
  weightsInto: View;
  biasInto: View;
  scratch: View;
}

/** Gradients of a layer's weights and bias. */
export async function imageWeightGradient(
  { gpu, arena, tuned }: Workshop,
  shape: WeightGradientShape,
  { below, gradient, weightsInto, biasInto, scratch }: ImageLayer,
  rows: number,
): Promise<Command[]> {
  const buffers = { left: below, gradient, into: weightsInto, biasInto, scratch };
  const variant = tuned.weightGradient(shape, rows);
  return makeWeightGradient(gpu, arena, shape, buffers, { rows, accumulate: false }, variant);
}

/** The same, and the gradient of what the layer multiplied, by its weights transposed; `below` is its mask. */
export async function imageLayerBackward(
  workshop: Workshop,
  weights: WeightGradientShape,
  back: ProductShape,
  layer: ImageLayer,
  { transposed, out }: { transposed: View; out: View },
  rows: number,
): Promise<Command[]> {
  const { gpu, arena, tuned } = workshop;
  const views = { left: layer.gradient, right: transposed, mask: layer.below, out };
  if (tuned.inOneDispatch(back, rows, 'layer back'))
    return [await makeFewRowsBackward(gpu, arena, back, views, layer, rows)];
  return [
    ...(await imageWeightGradient(workshop, weights, layer, rows)),
    ...(await imageProduct(workshop, back, views, rows)),
  ];
}
