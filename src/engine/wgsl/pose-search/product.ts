// Products of a search: tiles or registers of product/, with sizes as numbers, so that one pipeline serves all band limits.
// In parts of their rows that a dispatch does in 30 ms and a binding shows.
import type { BufferView } from '../gpu/arena.ts';
import { shaders } from '../generated/shaders.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { ROWS_PAD } from '../gpu/kernels.ts';
import { shaderSource } from '../gpu/source.ts';
import {
  productVariants,
  registerConstants,
  registerExtensions,
  tileConstants,
  variantName,
  type ProductVariant,
  type RegisterVariant,
  type SubgroupVariant,
  type TileVariant,
} from '../product/product.ts';
import type { Dispatcher } from '../gpu/dispatcher.ts';
import { rangesOf } from '../gpu/ranges.ts';

/** Kinds of products whose sizes may be numbers of a uniform. */
export type PoseVariant = TileVariant | RegisterVariant | SubgroupVariant;

/** A matrix in rows of `stride` floats. */
export interface Matrix {
  view: BufferView;
  stride: number;
}

/** A product of a search: out = left · right, in rows of given strides. */
export interface PoseProduct {
  /** rows × inputs, or inputs × rows where it is `transposed`. */
  left: Matrix;
  transposed?: boolean;
  /** inputs × outputs. */
  right: Matrix;
  /** Sums go to columns `firstColumn` and after; rows up to a multiple of 128 are written with whatever comes. */
  out: Matrix;
  firstColumn?: number;
  rows: number;
  /** A multiple of 16, zeros behind the last. */
  inputs: number;
  /** Multiples of 4, as all strides and first columns. */
  outputs: number;
  /** Added to what `out` holds. */
  adding?: boolean;
}

const ALL_INPUTS = 2 ** 30;

function isPoseVariant(variant: ProductVariant): variant is PoseVariant {
  return variant.kind === 'tile' || variant.kind === 'register' || variant.kind === 'subgroup';
}

/** The kernel that is taken untried. */
function poseVariant(gpu: Gpu, rows: number, inputs: number, outputs: number): PoseVariant {
  const shape = { label: '', prologue: 'rows', epilogue: 'plain', residual: false, activation: null } as const;
  const all = productVariants(gpu, { ...shape, bias: 'none', inputs, outputs, scalar: 'f32' }, rows);
  const found = all.find(isPoseVariant);
  if (!found) throw new RangeError(`no kernel multiplies ${rows} × ${inputs} × ${outputs}`);
  return found;
}

function sourceOf(variant: PoseVariant, transposed: boolean, adding: boolean): string {
  const tile = variant.kind === 'tile';
  const constants = {
    scalar: 'f32',
    ADDING: adding ? 1 : 0,
    ...(tile ? tileConstants(variant) : registerConstants(variant, ALL_INPUTS)),
  };
  const left = shaders[transposed ? 'pose-search/left-columns' : 'pose-search/left-rows'];
  const blocks = shaders[transposed ? 'pose-search/left-column-blocks' : 'product/left-blocks'];
  const kernel = tile ? [blocks, shaders['product/tile']] : [shaders['product/whole'], shaders['product/register']];
  const enable = tile ? [] : registerExtensions(variant);
  return shaderSource(constants, [shaders['pose-search/chunk'], left, ...kernel], enable);
}

/** Who a product is for; `variant` the default where it is not said. */
export interface ProductContext {
  gpu: Gpu;
  dispatcher: Dispatcher;
  variant?: PoseVariant;
}

/** Adds the dispatches of one product to the dispatcher. */
export async function multiply(
  { gpu, dispatcher, variant: asked }: ProductContext,
  product: PoseProduct,
): Promise<void> {
  const { left, transposed = false, right, out, firstColumn = 0, rows, inputs, outputs, adding = false } = product;
  const inTime = dispatcher.flopsAtOnce / (2 * inputs * outputs);
  const widest = 4 * Math.max(out.stride, transposed ? 0 : left.stride);
  const atOnce = Math.max(ROWS_PAD, Math.min(inTime, gpu.bindingBytes / widest));
  const variant = asked ?? poseVariant(gpu, Math.min(rows, atOnce), inputs, outputs);
  const across = Math.ceil(outputs / (variant.kind === 'tile' ? variant.columns : variant.lanes * variant.columns));
  for (const { first, count } of rangesOf(rows, atOnce, ROWS_PAD)) {
    await dispatcher.add({
      label: `${variantName(variant)}${transposed ? ', transposed' : ''}${adding ? ', adding' : ''}`,
      source: () => sourceOf(variant, transposed, adding),
      views: [
        transposed ? left.view : rowsOf(left, first, count),
        null,
        right.view,
        null,
        null,
        rowsOf(out, first, count),
      ],
      parameters: [
        count,
        inputs / 4,
        outputs / 4,
        across,
        left.stride / 4,
        transposed ? first / 4 : 0,
        right.stride / 4,
        out.stride / 4,
        firstColumn / 4,
        1,
        0,
      ],
      parametersAt: 6,
      workgroups: Math.ceil(count / variant.rows) * across,
      flops: 2 * count * inputs * outputs,
      bytes: 4 * (count * (inputs + outputs) + (first === 0 ? inputs * outputs : 0)),
    });
  }
}

/** `count` rows from `first` on and what a last tile reads and writes behind them, as far as there is any. */
function rowsOf({ view, stride }: Matrix, first: number, count: number): BufferView {
  const offset = 4 * first * stride;
  const size = Math.min(4 * stride * Math.ceil(count / ROWS_PAD) * ROWS_PAD, view.size - offset);
  return { buffer: view.buffer, offset: view.offset + offset, size };
}
