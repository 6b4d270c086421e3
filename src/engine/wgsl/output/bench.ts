// Benchmark's entry: the last layer with loss and gradients over random rows.
import type { Arena } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { LOSS_SUMS, type Scalar } from '../gpu/kernels.ts';
import { makeOutput, outputScratch, type OutputShape, type OutputVariant } from './output.ts';

/** A last layer on `rows` points of the decoder. */
export interface OutputBenchSize {
  rows: number;
  /** Padded width. */
  inputs: number;
  scalar: Scalar;
  /** 2 unless said. */
  channels?: 1 | 2;
  variant?: OutputVariant;
}

/** Commands for gpu.measure; buffers live in `arena`. */
export async function outputBench(gpu: Gpu, arena: Arena, size: OutputBenchSize): Promise<Command[]> {
  const { rows, inputs, scalar, channels = 2, variant } = size;
  const shape: OutputShape = { label: 'output', inputs, channels, scalar, activation: 'relu' };
  const noise = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
  // Two halves of 0.03125 and of -0.03125 in turn where storage is float16, sines else.
  const activations =
    scalar === 'f16'
      ? Uint32Array.from({ length: (rows * inputs) / 2 }, (_, i) => (i % 2 === 0 ? 0x28002800 : 0xa800a800))
      : noise(rows * inputs);
  const buffers = {
    left: arena.upload('left', activations),
    weights: arena.upload('weights', noise(channels * inputs)),
    bias: arena.upload('bias', noise(channels)),
    targets: arena.upload('targets', noise(channels * rows)),
    transfer: arena.upload('transfer', noise(rows)),
    gradient: arena.upload('gradient', activations),
    weightsInto: arena.floats('weight gradient', channels * inputs),
    biasInto: arena.floats('bias gradient', channels),
    losses: arena.floats('losses', LOSS_SUMS),
    scratch: arena.floats('scratch', outputScratch(gpu, shape, rows, variant)),
  };
  const chunk = { rows, firstRow: 0, accumulate: false, weight: 1 / rows };
  return makeOutput({ gpu, arena }, shape, buffers, chunk, variant);
}
