// All trainable parameters in one flat vector, so that Adam is a few operations: matrices as inputs×outputs (the
// transpose of PyTorch's), each followed by its bias, in the order of the chains.
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../engine.ts';
import { parameter, type Chain, type LinearShape } from '../parameters.ts';
import type { Dense, DenseGradient } from './chain.ts';

/** Where each Linear lies in the flat vector. */
export class FlatLayout {
  readonly layers: LinearShape[];
  readonly size: number;

  constructor(chains: Chain[]) {
    this.layers = chains.flat();
    this.size = this.layers.reduce((sum, l) => sum + (l.inputs + 1) * l.outputs, 0);
  }

  /** The flat vector of weights under cryoDRGN's names; rejects a checkpoint that lacks one or has another shape. */
  fromWeights(weights: Weights): tf.Tensor1D {
    const flat = new Float32Array(this.size);
    let at = 0;
    for (const { name, inputs, outputs } of this.layers) {
      transpose(parameter(weights, `${name}.weight`, [outputs, inputs]), outputs, inputs, flat, at);
      at += inputs * outputs;
      flat.set(parameter(weights, `${name}.bias`, [outputs]), at);
      at += outputs;
    }
    return tf.tensor1d(flat);
  }

  /** Weights under cryoDRGN's names and in PyTorch's layout; waits for the backend. */
  async toWeights(vector: tf.Tensor1D): Promise<Weights> {
    const flat = (await vector.data()) as Float32Array;
    const weights: Weights = new Map();
    let at = 0;
    for (const { name, inputs, outputs } of this.layers) {
      const data = new Float32Array(inputs * outputs);
      transpose(flat.subarray(at, at + data.length), inputs, outputs, data, 0);
      weights.set(`${name}.weight`, { shape: [outputs, inputs], data });
      at += data.length;
      weights.set(`${name}.bias`, { shape: [outputs], data: flat.slice(at, at + outputs) });
      at += outputs;
    }
    return weights;
  }

  /** Matrices and biases of every layer, in the order of the chains. */
  split(vector: tf.Tensor1D): { matrix: tf.Tensor2D; bias: tf.Tensor1D; shape: LinearShape }[] {
    let at = 0;
    return this.layers.map((shape) => {
      const { inputs, outputs } = shape;
      const size = inputs * outputs;
      const matrix = tf.reshape(tf.slice1d(vector, at, size), [inputs, outputs]) as tf.Tensor2D;
      const bias = tf.slice1d(vector, at + size, outputs);
      at += size + outputs;
      return { matrix, bias, shape };
    });
  }

  /** One flat gradient of the layers' gradients, in the order of `split`. */
  join(gradients: DenseGradient[]): tf.Tensor1D {
    return tf.concat1d(gradients.flatMap(({ matrix, bias }) => [tf.reshape(matrix, [matrix.size]), bias]));
  }
}

/** The chain to compute with: residual layers as W + I. `unit` gives I by its side. */
export function denseChain(
  layers: ReturnType<FlatLayout['split']>,
  unit: (side: number) => tf.Tensor2D = tf.eye,
): Dense[] {
  return layers.map(({ matrix, bias, shape: { residual, activated, joined } }) => ({
    matrix: residual ? tf.add<tf.Tensor2D>(matrix, unit(matrix.shape[0])) : matrix,
    bias,
    activated,
    joined,
  }));
}

function transpose(from: Float32Array, rows: number, columns: number, to: Float32Array, at: number): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) to[at + column * rows + row] = from[row * columns + column];
}
