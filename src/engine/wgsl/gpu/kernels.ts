// Words that all kernels share: how wide rows are padded, what a row's activation is, a uniform for loss scale.
import type { Activation } from '../../engine.ts';

/** Rows of activation buffers are allocated in multiples of this, so that tiles need no bounds. */
export const ROWS_PAD = 128;

/** Storage type of activations and of the weights' copies; sums are float32 in both. */
export type Scalar = 'f32' | 'f16';

/** Bytes of one number of that type. */
export function bytesOf(scalar: Scalar): number {
  return scalar === 'f32' ? 4 : 2;
}

/** Rows that a buffer of activations has, a multiple of 128. */
export function paddedRows(rows: number): number {
  return Math.ceil(rows / ROWS_PAD) * ROWS_PAD;
}

/** Slope below zero, as PyTorch has it. */
const LEAKY_SLOPE = 0.01;

/** Slope of an activation for negative inputs: 0, or LeakyReLU's 0.01. */
export function slopeBelowZero(activation: Activation): number {
  return activation === 'relu' ? 0 : LEAKY_SLOPE;
}

/** Loss sums of steps, float32: squares of residuals, KL, β·KL, and images, which Adam counts. */
export const LOSS_SUMS = 4;
