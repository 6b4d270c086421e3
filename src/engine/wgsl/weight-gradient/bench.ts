// Benchmark's entry: a weight gradient with bias on random rows.
import type { Arena } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { makeWeightGradient, weightGradientScratch, type WeightGradientVariant } from './weight-gradient.ts';

/** Commands for gpu.measure; buffers live in `arena`. Without `variant` the one taken untried. */
export function weightGradientBench(
  gpu: Gpu,
  arena: Arena,
  size: { rows: number; inputs: number; outputs: number; scalar: Scalar },
  variant?: WeightGradientVariant,
): Promise<Command[]> {
  const { rows, inputs, outputs, scalar } = size;
  const shape = { label: 'weight gradient', prologue: 'rows' as const, inputs, outputs, scalar, bias: true };
  const random = (name: string, count: number) => {
    // Numbers near 1 of either sign, by their bits: fast to make, never denormal, never NaN.
    const one = scalar === 'f32' ? [0x3f000000, 0xbf000000] : [0x38003800, 0xb800b800];
    const words = new Uint32Array((count * bytesOf(scalar)) / 4);
    const noise = scalar === 'f32' ? 0x7fffff : 0x03ff03ff;
    for (let i = 0; i < words.length; i++) {
      const bits = Math.imul(i + 1, 2654435761) >>> 0;
      words[i] = one[bits >>> 31] | (bits & noise);
    }
    return arena.upload(name, words);
  };
  return makeWeightGradient(
    gpu,
    arena,
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
