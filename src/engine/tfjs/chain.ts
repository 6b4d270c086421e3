// Forward and backward pass of a chain of dense layers, written as the few products that tfjs computes fast.
//   h' = σ(h·A + b);  ∂A = hᵀ·∂pre,  ∂b = 1·∂pre,  ∂h = ∂pre·Aᵀ,  ∂pre = ∂h'·σ'(h')
// Rows are points or images. A residual layer σ(h + h·W + b) is the dense one with A = W + I, and ∂W = ∂A. The slow forms
// of tfjs (its own gradients use transposed operands, 10× slower on wasm) are avoided by explicit transposes.
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../engine.ts';
import { isSplit, product } from './products.ts';

/** A dense layer h ↦ σ(h·A + b); a residual layer has A = W + I. */
export interface Dense {
  /** inputs×outputs. */
  matrix: tf.Tensor2D;
  bias: tf.Tensor1D | null;
  activated: boolean;
  /** Its inputs are two rows of the layer before side by side. */
  joined: boolean;
}
/** A type rather than an interface: tfjs's containers ask for an index signature. */
export type DenseGradient = {
  matrix: tf.Tensor2D;
  bias: tf.Tensor1D;
};

/** Slope below zero, PyTorch's. */
const LEAKY_SLOPE = 0.01;

/** Activations of every layer, rows × units, the last one linear; the caller disposes of them. */
export function forward(input: tf.Tensor2D, chain: Dense[], activation: Activation): tf.Tensor2D[] {
  const outputs: tf.Tensor2D[] = [];
  let hidden = input;
  for (const layer of chain) {
    const { matrix, bias, activated } = layer;
    hidden = dense(inputOf(layer, hidden), matrix, bias, activated ? activation : null);
    outputs.push(hidden);
  }
  return outputs;
}

/** What a layer sees of the outputs before it: (rows×n), or pairs of rows as one (rows/2 × 2n). */
function inputOf({ joined, matrix }: Dense, before: tf.Tensor2D): tf.Tensor2D {
  return joined ? tf.reshape(before, [before.shape[0] / 2, matrix.shape[0]]) : before;
}

function dense(
  input: tf.Tensor2D,
  matrix: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  activation: Activation | null,
): tf.Tensor2D {
  if (isSplit(input, matrix)) {
    const sum = product(input, matrix);
    const shifted: tf.Tensor2D = bias ? tf.add(sum, bias) : sum;
    if (activation === null) return shifted;
    return activation === 'relu' ? tf.relu(shifted) : tf.leakyRelu(shifted, LEAKY_SLOPE);
  }
  return tf.fused.matMul({
    a: input,
    b: matrix,
    ...(bias && { bias }),
    activation: activation === null ? 'linear' : activation === 'relu' ? 'relu' : 'leakyrelu',
    leakyreluAlpha: LEAKY_SLOPE,
  }) as tf.Tensor2D;
}

/**
 * Gradients of every layer, first to last. `inputTransposed`: the chain's input, features×rows; `outputs`: as `forward`
 * gave them; `outputGradient`: rows×outputs of the last layer, before its activation (it has none).
 */
export function backward(
  inputTransposed: tf.Tensor2D,
  outputs: tf.Tensor2D[],
  chain: Dense[],
  outputGradient: tf.Tensor2D,
  activation: Activation,
): DenseGradient[] {
  const slope = activation === 'relu' ? 0 : LEAKY_SLOPE;
  const gradients: DenseGradient[] = [];
  let before = outputGradient;
  let ones = tf.ones<tf.Rank.R2>([1, before.shape[0]]);
  for (let layer = chain.length - 1; layer >= 0; layer--) {
    const transposed = layer === 0 ? inputTransposed : tf.transpose(inputOf(chain[layer], outputs[layer - 1]));
    gradients.unshift({
      matrix: product(transposed, before),
      bias: tf.reshape(product(ones, before), [before.shape[1]]),
    });
    if (layer === 0) break;
    let gradient = tf.matMul(before, tf.transpose(chain[layer].matrix)) as tf.Tensor2D;
    if (chain[layer].joined) {
      gradient = tf.reshape(gradient, outputs[layer - 1].shape);
      ones = tf.ones<tf.Rank.R2>([1, gradient.shape[0]]);
    }
    before = chain[layer - 1].activated ? tf.mul(gradient, tf.step(outputs[layer - 1], slope)) : gradient;
  }
  return gradients;
}
