// A product with its prologue and epilogue, plain: sums in float64, numbers as they are given.
import { featuresOf, type WaveTable } from '../encoding/table.ts';
import { slopeBelowZero } from '../gpu/kernels.ts';
import type { ProductRows } from './product.ts';
import type { ProductShape } from './variants.ts';

/** What a product reads, as plain arrays. */
export interface ProductNumbers {
  /** rows × inputs, or points, rows × 4. */
  left: Float32Array;
  waves?: WaveTable;
  /** inputs × outputs. */
  right: Float32Array;
  /** outputs, or images × outputs. */
  bias?: Float32Array;
  /** rows × outputs. */
  mask?: Float32Array;
}

/** rows × outputs. */
export function productTwin(shape: ProductShape, numbers: ProductNumbers, rows: ProductRows): Float32Array {
  const { inputs, outputs } = shape;
  const { right, waves } = numbers;
  const left = shape.prologue === 'encoding' && waves ? featuresOf(waves, numbers.left) : numbers.left;
  const out = new Float32Array(rows.rows * outputs);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows.rows; row++) {
    sums.fill(0);
    for (let k = 0; k < inputs; k++) {
      const factor = left[row * inputs + k];
      for (let column = 0; column < outputs; column++) sums[column] += factor * right[k * outputs + column];
    }
    for (let column = 0; column < outputs; column++) {
      const residual = shape.residual ? left[row * inputs + column] : 0;
      out[row * outputs + column] = finish(shape, numbers, rows, { row, column, sum: sums[column] + residual });
    }
  }
  return out;
}

function finish(
  { epilogue, activation, bias, outputs }: ProductShape,
  numbers: ProductNumbers,
  { firstRow, rowsPerImage }: ProductRows,
  { row, column, sum }: { row: number; column: number; sum: number },
): number {
  if (epilogue === 'plain') return sum;
  const slope = activation ? slopeBelowZero(activation) : 1;
  if (epilogue === 'backward') {
    const above = !activation || (numbers.mask?.[row * outputs + column] ?? 0) > 0;
    return above ? sum : slope * sum;
  }
  const image = bias === 'by-image' ? Math.floor((firstRow + row) / rowsPerImage) : 0;
  const value = sum + (bias === 'none' ? 0 : (numbers.bias?.[image * outputs + column] ?? 0));
  return value > 0 ? value : slope * value;
}
