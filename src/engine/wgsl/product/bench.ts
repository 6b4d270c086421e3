// A product of training's on random numbers, for measurements: forward with a shared bias, residual where it is square, ReLU.
import { encodeHalves } from '../../../base/float16.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { bytesOf, paddedRows, type Scalar } from '../gpu/kernels.ts';
import { makeProduct, productVariants, type ProductShape, type ProductVariant } from './product.ts';

/** A product of (rows × inputs) with (inputs × outputs). */
export interface ProductSize {
  rows: number;
  /** Multiples of 16. */
  inputs: number;
  outputs: number;
  scalar: Scalar;
}

function shapeOf({ inputs, outputs, scalar }: ProductSize): ProductShape {
  const label = `product ${inputs}×${outputs} ${scalar}`;
  const residual = inputs === outputs;
  return {
    label,
    prologue: 'rows',
    epilogue: 'forward',
    residual,
    activation: 'relu',
    bias: 'shared',
    inputs,
    outputs,
    scalar,
  };
}

/** All variants of a size, the default first. */
export function benchmarkVariants(gpu: Gpu, size: ProductSize): ProductVariant[] {
  return productVariants(gpu, shapeOf(size), size.rows);
}

/** Dispatches for `gpu.measure`; their buffers lie in `arena`. flops of all dispatches: 2 × rows × inputs × outputs. */
export function productBenchmark(
  gpu: Gpu,
  arena: Arena,
  size: ProductSize,
  variant?: ProductVariant,
): Promise<Dispatch[]> {
  const { rows, inputs, outputs, scalar } = size;
  const random = (label: string, count: number, scale: number): BufferView => {
    const view = arena.buffer(label, count * bytesOf(scalar));
    // Some numbers again and again: what counts is that none is zero or denormal, which some hardware multiplies faster.
    const some = Float32Array.from({ length: Math.min(count, 1 << 16) }, () => scale * (Math.random() - 0.5));
    const data = scalar === 'f32' ? some : encodeHalves(some);
    for (let at = 0; at < count; at += some.length) gpu.write(view, data.subarray(0, count - at), at * bytesOf(scalar));
    return view;
  };
  const buffers = {
    left: random('left', paddedRows(rows) * inputs, 1),
    right: random('right', inputs * outputs, 2 / Math.sqrt(inputs)),
    bias: arena.floats('bias', outputs),
    out: arena.buffer('out', paddedRows(rows) * outputs * bytesOf(scalar)),
  };
  return makeProduct({ gpu, arena }, shapeOf(size), buffers, { rows, firstRow: 0, rowsPerImage: rows }, variant);
}
