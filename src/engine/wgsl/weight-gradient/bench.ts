// Benchmark's entry: a weight gradient with bias on random rows.
import { encodeHalves } from '../../../base/float16.ts';
import type { Arena } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { makeWeightGradient, weightGradientScratch, type WeightGradientVariant } from './weight-gradient.ts';

/** Commands for gpu.measure; buffers live in `arena`. Without `variant` the one taken untried. */
export function weightGradientBench(
  gpu: Gpu,
  arena: Arena,
  size: { rows: number; inputs: number; outputs: number; scalar: Scalar },
  variant?: WeightGradientVariant,
): Promise<Dispatch[]> {
  const { rows, inputs, outputs, scalar } = size;
  const shape = { label: 'weight gradient', prologue: 'rows' as const, inputs, outputs, scalar, bias: true };
  const random = (name: string, count: number) => {
    const view = arena.buffer(name, count * bytesOf(scalar));
    // Some numbers again and again: none is zero or denormal, which some hardware multiplies faster.
    const some = Float32Array.from({ length: Math.min(count, 1 << 16) }, () => Math.random() - 0.5);
    const data = scalar === 'f32' ? some : encodeHalves(some);
    for (let at = 0; at < count; at += some.length) gpu.write(view, data.subarray(0, count - at), at * bytesOf(scalar));
    return view;
  };
  return makeWeightGradient(
    { gpu, arena },
    shape,
    {
      left: random('left', rows * inputs),
      gradient: random('gradient', rows * outputs),
      into: arena.floats('into', inputs * outputs),
      biasInto: arena.floats('bias', outputs),
      scratch: arena.floats('scratch', weightGradientScratch(gpu, shape, rows, variant)),
    },
    { rows, accumulate: false },
    variant,
  );
}
