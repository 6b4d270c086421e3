// Benchmark's entry: a square layer of few rows, forward or back with the gradients of its weights, on random numbers; in this
// room's one dispatch, or in those of products and weight gradients, to compare with.
import type { Arena } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { paddedRows } from '../gpu/kernels.ts';
import { makeProduct, type ProductShape } from '../product/product.ts';
import { makeWeightGradient } from '../weight-gradient/weight-gradient.ts';
import { makeFewRows, makeFewRowsBackward } from './few-rows.ts';

/** A square layer, width × width, on `rows` rows. */
export interface FewRowsSize {
  rows: number;
  /** A multiple of 16. */
  width: number;
  way: 'forward' | 'backward';
}

/** Commands for gpu.measure; buffers live in `arena`. */
export async function fewRowsBench(
  gpu: Gpu,
  arena: Arena,
  { rows, width, way }: FewRowsSize,
  kernels: 'few rows' | 'any rows',
): Promise<Dispatch[]> {
  const random = (name: string, count: number) =>
    arena.upload(
      name,
      Float32Array.from({ length: count }, () => Math.random() - 0.5),
    );
  const shape: ProductShape = {
    label: `few rows ${way}`,
    prologue: 'rows',
    epilogue: way,
    residual: true,
    activation: 'relu',
    bias: way === 'forward' ? 'shared' : 'none',
    inputs: width,
    outputs: width,
    scalar: 'f32',
  };
  const height = paddedRows(rows);
  const buffers = {
    left: random('left', height * width),
    right: random('right', width * width),
    bias: random('bias', width),
    mask: random('mask', height * width),
    out: arena.floats('out', height * width),
  };
  const layer = {
    below: buffers.mask,
    weightsInto: arena.floats('weights', width * width),
    biasInto: arena.floats('bias gradient', width),
  };
  if (kernels === 'few rows')
    return [
      way === 'forward'
        ? await makeFewRows({ gpu, arena }, shape, buffers, rows)
        : await makeFewRowsBackward({ gpu, arena }, shape, buffers, layer, rows),
    ];
  const product = await makeProduct({ gpu, arena }, shape, buffers, { rows, firstRow: 0, rowsPerImage: 1 });
  if (way === 'forward') return product;
  const weights = {
    left: layer.below,
    gradient: buffers.left,
    into: layer.weightsInto,
    biasInto: layer.biasInto,
    scratch: arena.floats('scratch', 0),
  };
  const whole = {
    label: 'weights',
    prologue: 'rows',
    inputs: width,
    outputs: width,
    scalar: 'f32',
    bias: true,
  } as const;
  return [...(await makeWeightGradient({ gpu, arena }, whole, weights, { rows, accumulate: false })), ...product];
}
