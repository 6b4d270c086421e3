// A perceptron with two hidden layers of rectified units, its gradients by hand, and Adam (Kingma & Ba 2015): small enough for a processor,
// where the numbers that go in and come out are a dozen each. Float64 throughout. A layer's weights lie in×out, row by row.
import { Random } from '../../geometry/random.ts';

/** A layer: out = in · weights + biases. */
export interface Layer {
  inputs: number;
  outputs: number;
  /** inputs×outputs. */
  weights: Float64Array;
  biases: Float64Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Layers of these sizes, weights uniform in ±√(6/(in+out)) (Glorot & Bengio 2010), biases 0. */
export function newLayers(sizes: readonly number[], seed: number): Layer[] {
  const random = new Random(seed, 2);
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i];
    const most = Math.sqrt(6 / (inputs + outputs));
    const weights = Float64Array.from({ length: inputs * outputs }, () => most * (2 * random.uniform() - 1));
    return { inputs, outputs, weights, biases: new Float64Array(outputs) };
  });
}

/** Values of every layer for `rows` inputs, the inputs first and the outputs last: rows×size each. */
export function forward(layers: readonly Layer[], inputs: Float64Array, rows: number): Float64Array[] {
  const values = [inputs];
  layers.forEach(({ inputs: width, outputs, weights, biases }, l) => {
    const from = values[l];
    const to = new Float64Array(rows * outputs);
    for (let r = 0; r < rows; r++) {
      const start = r * outputs;
      to.set(biases, start);
      for (let i = 0; i < width; i++) {
        const value = from[r * width + i];
        if (value === 0) continue;
        for (let o = 0; o < outputs; o++) to[start + o] += value * weights[i * outputs + o];
      }
      if (l < layers.length - 1) for (let o = start; o < start + outputs; o++) if (to[o] < 0) to[o] = 0;
    }
    values.push(to);
  });
  return values;
}

/** Gradients of half the squared error, summed over outputs and averaged over rows, shaped as the layers; and that loss. */
export function gradients(
  layers: readonly Layer[],
  inputs: Float64Array,
  targets: Float64Array,
  rows: number,
): { loss: number; layers: Pick<Layer, 'weights' | 'biases'>[] } {
  const values = forward(layers, inputs, rows);
  const out = values[values.length - 1];
  let loss = 0;
  let errors = out.map((value, at) => {
    loss += (value - targets[at]) ** 2 / (2 * rows);
    return (value - targets[at]) / rows;
  });
  const found: Pick<Layer, 'weights' | 'biases'>[] = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    const { inputs: width, outputs, weights } = layers[l];
    const from = values[l];
    const ofWeights = new Float64Array(weights.length);
    const ofBiases = new Float64Array(outputs);
    const before = new Float64Array(rows * width);
    for (let r = 0; r < rows; r++) {
      for (let o = 0; o < outputs; o++) ofBiases[o] += errors[r * outputs + o];
      for (let i = 0; i < width; i++) {
        const value = from[r * width + i];
        // Of the rectifier: nothing passes where the unit is off. The inputs themselves have none.
        if (value === 0 && l > 0) continue;
        let sum = 0;
        for (let o = 0; o < outputs; o++) {
          const error = errors[r * outputs + o];
          ofWeights[i * outputs + o] += value * error;
          sum += weights[i * outputs + o] * error;
        }
        before[r * width + i] = sum;
      }
    }
    found.unshift({ weights: ofWeights, biases: ofBiases });
    errors = before;
  }
  return { loss, layers: found };
}

/** Adam with the usual moments, for the layers that it was made of; changes them in place. */
export class Adam {
  private steps = 0;
  private readonly moments: { values: Float64Array; first: Float64Array; second: Float64Array }[];

  constructor(
    layers: readonly Layer[],
    private readonly learningRate: number,
  ) {
    this.moments = layers
      .flatMap(({ weights, biases }) => [weights, biases])
      .map((values) => ({ values, first: new Float64Array(values.length), second: new Float64Array(values.length) }));
  }

  step(of: readonly Pick<Layer, 'weights' | 'biases'>[]): void {
    this.steps++;
    const rate = (this.learningRate * Math.sqrt(1 - BETA2 ** this.steps)) / (1 - BETA1 ** this.steps);
    of.flatMap(({ weights, biases }) => [weights, biases]).forEach((gradient, i) => {
      const { values, first, second } = this.moments[i];
      for (let at = 0; at < gradient.length; at++) {
        first[at] += (1 - BETA1) * (gradient[at] - first[at]);
        second[at] += (1 - BETA2) * (gradient[at] ** 2 - second[at]);
        values[at] -= (rate * first[at]) / (Math.sqrt(second[at]) + EPSILON);
      }
    });
  }
}
