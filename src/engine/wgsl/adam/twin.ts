// The twin of Adam as PyTorch has it (weight decay added to the gradient), float64 between steps that are stored as float32.
import type { StepValues } from './step.ts';

/** Parameters and both moments, arrays of one length. */
export interface AdamArrays {
  parameters: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** The step with number `steps` (1 is the first), new arrays. */
export function adamTwin(
  { parameters, first, second }: AdamArrays,
  gradients: ArrayLike<number>,
  { learningRate, weightDecay }: StepValues,
  steps: number,
): AdamArrays {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const gradient = (i: number) => gradients[i] + weightDecay * parameters[i];
  const mean = first.map((m, i) => beta1 * m + (1 - beta1) * gradient(i));
  const square = second.map((v, i) => beta2 * v + (1 - beta2) * gradient(i) ** 2);
  return {
    parameters: parameters.map((p, i) => {
      const root = Math.sqrt(square[i]) / Math.sqrt(-Math.expm1(steps * Math.log(beta2))) + epsilon;
      return p - ((learningRate / -Math.expm1(steps * Math.log(beta1))) * mean[i]) / root;
    }),
    first: mean,
    second: square,
  };
}

/** What steps hand on to each other beside the moments (state.wgsl). */
export interface TrainingState {
  steps: number;
  lossScale: number;
  /** Steps in a row. */
  leftOut: number;
  /** Squares, KL, β·KL and images of the steps that counted. */
  sums: number[];
}

/** What a step leaves behind that adds `added` to the sums and whose gradients overflowed or did not; before the scale grows again. */
export function advanceTwin(
  { steps, lossScale, leftOut, sums }: TrainingState,
  added: number[],
  overflow: boolean,
): TrainingState {
  if (overflow) return { steps, lossScale: Math.max(lossScale / 2, 2 ** -14), leftOut: leftOut + 1, sums };
  return { steps: steps + 1, lossScale, leftOut: 0, sums: sums.map((sum, i) => sum + added[i]) };
}

/** Columns × rows of a matrix rows × columns. */
export function transposedTwin(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: matrix.length }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}
