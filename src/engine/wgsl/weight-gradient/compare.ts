// A weight gradient of a variant against its twin: rows of a chunk, features made from points.
import { halfFloats } from '../../proof/half-floats.ts';
import { expectClose, poison, randomNumbers } from '../../proof/kernel-cases.ts';
import { featuresOf, waveTable } from '../encoding/table.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { weightGradientTwin } from './twin.ts';
import {
  makeWeightGradient,
  weightGradientScratch,
  type WeightGradientShape,
  type WeightGradientVariant,
} from './weight-gradient.ts';

/** A gradient of rows that are stored, float32, without a bias: 16 × 16 unless a case says otherwise. */
export const PLAIN: WeightGradientShape = {
  label: 'gradient',
  prologue: 'rows',
  inputs: 16,
  outputs: 16,
  scalar: 'f32',
  bias: false,
};

interface Sizes {
  rows: number;
  inputs: number;
  outputs: number;
  scalar?: Scalar;
  variant?: WeightGradientVariant;
  accumulate?: boolean;
  /** Of the largest sum; by itself that of float32 sums. */
  tolerance?: number;
}

/** Weights and bias on random rows; what the kernel wrote. */
export async function compare(gpu: Gpu, sizes: Sizes): Promise<Float32Array> {
  const { rows, inputs, outputs, scalar = 'f32', variant, accumulate = false, tolerance } = sizes;
  const half = scalar === 'f16';
  const stored = (numbers: Float32Array<ArrayBuffer>) =>
    half ? halfFloats(numbers) : { values: numbers, bits: numbers };
  const left = stored(randomNumbers(1, rows * inputs));
  const gradient = stored(randomNumbers(2, rows * outputs));
  const shape: WeightGradientShape = { ...PLAIN, inputs, outputs, scalar, bias: true };
  const arena = gpu.arena('case');
  const floats = weightGradientScratch(gpu, shape, rows, variant);
  const buffers = {
    left: arena.upload('left', left.bits),
    gradient: arena.upload('gradient', gradient.bits),
    into: arena.floats('into', inputs * outputs),
    biasInto: arena.floats('bias', outputs),
    scratch: arena.floats('scratch', floats),
  };
  const before = accumulate ? 3 : 0;
  if (accumulate) {
    gpu.write(buffers.into, new Float32Array(inputs * outputs).fill(before));
    gpu.write(buffers.biasInto, new Float32Array(outputs).fill(before));
  } else {
    poison(gpu, buffers.into);
    poison(gpu, buffers.biasInto);
  }
  poison(gpu, buffers.scratch);
  gpu.submit(await makeWeightGradient({ gpu, arena }, shape, buffers, { rows, accumulate }, variant));
  const wanted = weightGradientTwin(left.values, gradient.values, rows, inputs, outputs);
  const bias = weightGradientTwin(new Float32Array(rows).fill(1), gradient.values, rows, 1, outputs);
  const added = (sums: Float64Array) => sums.map((sum) => sum + before);
  const got = await gpu.readFloats(buffers.into);
  expectClose('weights', got, added(wanted), tolerance);
  expectClose('bias', await gpu.readFloats(buffers.biasInto), added(bias));
  arena.destroy();
  return got;
}

/**
 * One split of few rows in ranges of a matrix too large for a binding, then two splits; the matrix ends within a tile of
 * `outputs`. Two pipelines, for compilers of software adapters take seconds over a kernel with barriers.
 */
export async function compareAwkward(
  gpu: Gpu,
  variant: WeightGradientVariant,
  { rows = [1, 7, 8, 9], ...more }: { outputs: number; scalar?: Scalar; rows?: number[]; tolerance?: number },
): Promise<void> {
  const { outputs } = more;
  const sizes = { inputs: 2 * 128 + 48, variant, ...more };
  const bindingBytes = 4 * outputs * 128 * 2;
  const small = Object.create(gpu, { bindingBytes: { value: bindingBytes } }) as Gpu;
  for (const few of rows) await compare(small, { ...sizes, rows: few });
  await compare(gpu, { ...sizes, rows: 261 });
}

/** A gradient of features that are made from points, against the twin on features made by the CPU. */
export async function compareFeatures(gpu: Gpu, variant: WeightGradientVariant): Promise<void> {
  const rows = 150;
  const outputs = 32;
  const waveVectors = randomNumbers(5, 3 * 20, 40);
  waveVectors.copyWithin(15, 0, 15);
  const isCosine = Uint8Array.from({ length: 20 }, (_, j) => (j >= 5 && j < 10 ? 1 : j % 2));
  const table = waveTable({ waveVectors, isCosine });
  const points = randomNumbers(6, 4 * rows, 0.5);
  const gradient = randomNumbers(7, rows * outputs);
  const shape: WeightGradientShape = { ...PLAIN, prologue: 'encoding', inputs: table.padded, outputs };
  const arena = gpu.arena('case');
  const buffers = {
    left: arena.upload('points', points),
    waves: arena.upload('waves', table.waves),
    gradient: arena.upload('gradient', gradient),
    into: arena.floats('into', table.padded * outputs),
    scratch: arena.floats('scratch', weightGradientScratch(gpu, shape, rows, variant)),
  };
  poison(gpu, buffers.into);
  gpu.submit(await makeWeightGradient({ gpu, arena }, shape, buffers, { rows, accumulate: false }, variant));
  const wanted = weightGradientTwin(featuresOf(table, points), gradient, rows, table.padded, outputs);
  expectClose('weights', await gpu.readFloats(buffers.into), wanted);
  arena.destroy();
}
