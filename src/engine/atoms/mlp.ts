// Small perceptrons on the CPU, forward and back: Linear → activation, n × activation(x + Wx + b), Linear; weights (out, in) as PyTorch
// keeps them. What a model of atoms needs of an encoder and of a decoder from z to offsets; batches are small (8).
import type { Activation, Weights } from '../engine.ts';
import { parameter, type Chain, type LinearShape } from '../parameters.ts';

const LEAK: Record<Activation, number> = { relu: 0, leaky_relu: 0.01 };

interface Layer extends LinearShape {
  weight: Float32Array;
  bias: Float32Array;
  weightGradient: Float32Array;
  biasGradient: Float32Array;
}

/** A perceptron whose weights are those of `weights` themselves: who changes them changes it. */
export class Perceptron {
  private readonly layers: Layer[];
  private readonly leak: number;
  /** Input of each layer, then the last one's output, of the batch last seen. */
  private values: Float32Array[] = [];
  private rows = 0;

  /** Error 'checkpoint-syntax' where a weight is missing or of another shape. */
  constructor(chain: Chain, weights: Weights, gradients: Weights, activation: Activation) {
    this.leak = LEAK[activation];
    this.layers = chain.map((shape) => {
      const { name, inputs, outputs } = shape;
      const of = (from: Weights) => ({
        weight: parameter(from, `${name}.weight`, [outputs, inputs]),
        bias: parameter(from, `${name}.bias`, [outputs]),
      });
      const gradient = of(gradients);
      return { ...shape, ...of(weights), weightGradient: gradient.weight, biasGradient: gradient.bias };
    });
  }

  /** rows×inputs to rows×outputs; the result is valid until the next call. */
  forward(input: Float32Array, rows: number): Float32Array {
    this.rows = rows;
    this.values = [input];
    let x = input;
    for (const layer of this.layers) {
      x = this.apply(layer, x, rows);
      this.values.push(x);
    }
    return x;
  }

  /** Adds the gradients by weights for `by` = ∂L/∂output of the last batch; gives ∂L/∂input where `toInput`. */
  backward(by: Float32Array, toInput: boolean): Float32Array | null {
    const { rows, layers, values, leak } = this;
    let gradient = by;
    for (let l = layers.length - 1; l >= 0; l--) {
      const layer = layers[l];
      const [x, y] = [values[l], values[l + 1]];
      const inner = layer.activated ? gradient.map((value, i) => (y[i] > 0 ? value : leak * value)) : gradient;
      addWeightGradient(layer, x, inner, rows);
      if (l === 0 && !toInput) return null;
      gradient = inputGradient(layer, inner, rows);
    }
    return gradient;
  }

  private apply(
    { weight, bias, inputs, outputs, residual, activated }: Layer,
    x: Float32Array,
    rows: number,
  ): Float32Array {
    const y = new Float32Array(rows * outputs);
    for (let o = 0; o < outputs; o++) {
      const w = weight.subarray(o * inputs, (o + 1) * inputs);
      for (let row = 0; row < rows; row++) {
        const from = row * inputs;
        let sum = bias[o];
        for (let i = 0; i < inputs; i++) sum += w[i] * x[from + i];
        if (residual) sum += x[from + o];
        y[row * outputs + o] = activated && sum < 0 ? this.leak * sum : sum;
      }
    }
    return y;
  }
}

function addWeightGradient(
  { inputs, outputs, weightGradient, biasGradient }: Layer,
  x: Float32Array,
  by: Float32Array,
  rows: number,
): void {
  for (let o = 0; o < outputs; o++) {
    const w = weightGradient.subarray(o * inputs, (o + 1) * inputs);
    for (let row = 0; row < rows; row++) {
      const value = by[row * outputs + o];
      if (value === 0) continue;
      biasGradient[o] += value;
      const from = row * inputs;
      for (let i = 0; i < inputs; i++) w[i] += value * x[from + i];
    }
  }
}

function inputGradient({ inputs, outputs, weight, residual }: Layer, by: Float32Array, rows: number): Float32Array {
  const gradient = new Float32Array(rows * inputs);
  for (let o = 0; o < outputs; o++) {
    const w = weight.subarray(o * inputs, (o + 1) * inputs);
    for (let row = 0; row < rows; row++) {
      const value = by[row * outputs + o];
      if (value === 0) continue;
      const to = row * inputs;
      for (let i = 0; i < inputs; i++) gradient[to + i] += value * w[i];
      if (residual) gradient[to + o] += value;
    }
  }
  return gradient;
}
