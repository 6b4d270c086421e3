// The twin of the last layer: loops in float64 over rows, channels and inputs.
import type { OutputShape } from './variants.ts';
import { slopeBelowZero } from '../gpu/kernels.ts';

/** What the last layer reads, as plain arrays. */
export interface OutputNumbers {
  /** rows×inputs. */
  left: ArrayLike<number>;
  /** channels×inputs. */
  weights: ArrayLike<number>;
  bias: ArrayLike<number>;
  /** rows×channels, of the chunk. */
  targets: ArrayLike<number>;
  /** rows. */
  transfer: ArrayLike<number>;
}

/** What it writes. */
export interface OutputResults {
  squares: number;
  /** rows×inputs. */
  gradient: Float64Array;
  weights: Float64Array;
  bias: Float64Array;
}

/** rows×channels: the network's values. */
export function valuesOnCpu(
  { inputs, channels }: OutputShape,
  { left, weights, bias }: Pick<OutputNumbers, 'left' | 'weights' | 'bias'>,
  rows: number,
): Float64Array {
  const values = new Float64Array(rows * channels);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < channels; c++) {
      let sum = bias[c];
      for (let k = 0; k < inputs; k++) sum += left[row * inputs + k] * weights[c * inputs + k];
      values[row * channels + c] = sum;
    }
  return values;
}

/** Loss and gradients of `weight` · Σ r². */
export function outputOnCpu(shape: OutputShape, numbers: OutputNumbers, rows: number, weight: number): OutputResults {
  const { inputs, channels, activation } = shape;
  const { left, weights, targets, transfer } = numbers;
  const values = valuesOnCpu(shape, numbers, rows);
  const slope = slopeBelowZero(activation);
  const result: OutputResults = {
    squares: 0,
    gradient: new Float64Array(rows * inputs),
    weights: new Float64Array(channels * inputs),
    bias: new Float64Array(channels),
  };
  for (let row = 0; row < rows; row++) {
    const raw = values.subarray(row * channels, (row + 1) * channels);
    const hartley = channels === 2 ? [raw[0] - raw[1], raw[0] + raw[1]] : [raw[0]];
    const byHartley = hartley.map((value, c) => {
      const residual = transfer[row] * value - targets[row * channels + c];
      result.squares += residual * residual;
      return 2 * weight * transfer[row] * residual;
    });
    const byValue = channels === 2 ? [byHartley[0] + byHartley[1], byHartley[1] - byHartley[0]] : byHartley;
    byValue.forEach((d, c) => {
      result.bias[c] += d;
      for (let k = 0; k < inputs; k++) {
        const here = left[row * inputs + k];
        result.weights[c * inputs + k] += d * here;
        result.gradient[row * inputs + k] += d * weights[c * inputs + k] * (here > 0 ? 1 : slope);
      }
    });
  }
  return result;
}
